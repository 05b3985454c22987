"""The last line of a screen: the keys that act now, as far as the width allows."""

from __future__ import annotations

from rich.style import Style
from rich.text import Text
from textual.binding import Binding
from textual.screen import Screen
from textual.widget import Widget

from kertui.terminal.key_names import handiness


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
        """Follow the screen's bindings."""
        self.auto_links = False
        self.screen.bindings_updated_signal.subscribe(self, self._redraw)

    def on_unmount(self) -> None:
        """Stop following them."""
        self.screen.bindings_updated_signal.unsubscribe(self)

    def _redraw(self, screen: Screen[object]) -> None:
        if self.is_attached and screen is self.screen:
            self.refresh()

    def render(self) -> Text:
        """The keys, in the order of the bindings; help stays when others do not fit."""
        key_style = self.get_component_rich_style("key-line--key", partial=True)
        description_style = self.get_component_rich_style("key-line--description", partial=True)
        by_action: dict[str, tuple[Binding, bool]] = {}
        for active in self.screen.active_bindings.values():
            binding, known = active.binding, by_action.get(active.binding.action)
            if not binding.show:
                continue
            if known is None or handiness(binding.key) < handiness(known[0].key):
                by_action[binding.action] = (binding, active.enabled)
        entries = sorted(by_action.values(), key=lambda entry: entry[0].key != "enter")
        texts = [self._entry(b, on, key_style, description_style) for b, on in entries]
        room = self.content_size.width
        while len(texts) > 1 and _width(texts, self.GAP) > room:
            droppable = [
                index for index, (binding, _) in enumerate(entries) if not _is_kept(binding)
            ]
            if not droppable:
                break
            del texts[droppable[-1]], entries[droppable[-1]]
        return Text(" " * self.GAP, no_wrap=True).join(texts)

    def _entry(self, binding: Binding, enabled: bool, key: Style, description: Style) -> Text:
        click = Style(meta={"@click": f"app.simulate_key('{binding.key}')"})
        dim = Style(dim=not enabled)
        return Text.assemble(
            (self.app.get_key_display(binding), key + dim + click),
            (" ", click),
            (binding.description, description + dim + click),
        )


def _width(texts: list[Text], gap: int) -> int:
    return sum(text.cell_len for text in texts) + gap * (len(texts) - 1)


def _is_kept(binding: Binding) -> bool:
    return binding.action in {"help", "ask_quit", "app.help", "app.ask_quit"}
