"""The last line of a screen: the keys that act now, as far as the width allows."""

from __future__ import annotations

from rich.style import Style
from rich.text import Text
from textual.binding import ActiveBinding
from textual.screen import Screen
from textual.widget import Widget

from kertui.terminal.key_names import group_by_action

_KEPT = {"app.help", "app.quit"}
"""Help and the way out stay where other keys do not fit."""


class KeyLine(Widget):
    """The active bindings that are shown, each clickable.

    Like Textual's ``Footer`` but one widget instead of one a key (a third of the first paint's
    widgets), and what does not fit is said: the last keys give way to ``… ? help``.
    """

    COMPONENT_CLASSES = {"key-line--key", "key-line--description"}  # noqa: RUF012 (Textual's form)
    DEFAULT_CSS = """
    KeyLine {
        dock: bottom;
        height: 1;
        padding: 0 1;
        background: $footer-background;
        .key-line--key { color: $footer-key-foreground; text-style: bold; }
        .key-line--description { color: $footer-description-foreground; }
    }
    """
    ALLOW_SELECT = False
    GAP = 3

    def on_mount(self) -> None:
        """Draw the line anew whenever other keys of the screen act."""
        self.auto_links = False
        self.screen.bindings_updated_signal.subscribe(self, self._redraw)

    def on_unmount(self) -> None:
        """Stop drawing the line for a screen that has gone."""
        self.screen.bindings_updated_signal.unsubscribe(self)

    def on_resize(self) -> None:
        """Other keys may act in another width: once the screen knows of it too."""
        self.screen.call_later(self._redraw, self.screen)

    def _redraw(self, screen: Screen[object]) -> None:
        if self.is_attached and screen is self.screen:
            self.refresh()

    def render(self) -> Text:
        """The keys, in the order of the bindings; help stays when others do not fit."""
        key_style = self.get_component_rich_style("key-line--key", partial=True)
        description_style = self.get_component_rich_style("key-line--description", partial=True)
        shown = (active for active in self.screen.active_bindings.values() if active.binding.show)
        entries = [entries[0] for entries in group_by_action(shown)]
        entries.sort(key=lambda entry: entry.binding.key != "enter")
        texts = [self._entry(entry, key_style, description_style) for entry in entries]
        gap = Text(" " * self.GAP, no_wrap=True)
        room = self.content_size.width
        droppable = [n for n, entry in enumerate(entries) if entry.binding.id not in _KEPT]
        while droppable and len(texts) > 1 and gap.join(texts).cell_len > room:
            del texts[droppable.pop()]
        return gap.join(texts)

    def _entry(self, entry: ActiveBinding, key: Style, description: Style) -> Text:
        binding = entry.binding
        click = Style(meta={"@click": f"app.simulate_key('{binding.key}')"})
        dim = Style(dim=not entry.enabled)
        return Text.assemble(
            (self.app.get_key_display(binding), key + dim + click),
            (" ", click),
            (binding.description, description + dim + click),
        )
