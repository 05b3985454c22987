"""The first line of a screen: where one is on the left, what is going on on the right."""

from __future__ import annotations

from rich.cells import cell_len
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from kertui.terminal.cells import padded
from kertui.terminal.glyphs import glyphs_for


class HeaderLine(Widget):
    """A title and some facts, set apart by dots. The facts give way from the left."""

    DEFAULT_CSS = """
    HeaderLine { dock: top; height: 1; padding: 0 1; }
    """

    facts: reactive[tuple[str, ...]] = reactive(())

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title

    def render(self) -> Content:
        """Put title and facts on one line."""
        room = self.content_size.width - cell_len(self._title) - 2
        dot = f" {glyphs_for(self.app).dot} "
        facts = list(self.facts)
        while facts and cell_len(dot.join(facts)) > room:
            del facts[0]
        return Content.assemble(
            (self._title, "bold $accent"), "  ", (padded(dot.join(facts), room, right=True), "dim")
        )
