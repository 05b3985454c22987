"""The first lines of the screen of data: which it is, what it is, whether it can be used."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from textual.content import Content
from textual.widget import Widget

from kertui.terminal.glyphs import glyphs_for
from kertui.text.fitting_text import fitted


class DataHeader(Widget):
    """A name with a state beside it, and facts below; the last facts give way."""

    DEFAULT_CSS = """
    DataHeader { dock: top; height: 2; padding: 0 1; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._title = ""
        self._state = Content("")
        self._facts: Sequence[str] = ()

    def show(self, name: str, state: Content, facts: Sequence[str]) -> None:
        """Show the data's name, its state and what is known of it."""
        self._title, self._state, self._facts = name, state, tuple(facts)
        self.refresh()

    def render(self) -> Content:
        """Put name and state on one line, the facts on the next."""
        glyphs, width = glyphs_for(self.app), self.content_size.width
        state = self._state
        name = fitted(self._title, max(1, width - state.cell_length - 2), glyphs)
        gap = " " * max(1, width - cell_len(name) - state.cell_length)
        dot, facts = f" {glyphs.dot} ", list(self._facts)
        while len(facts) > 1 and cell_len(dot.join(facts)) > width:
            del facts[-2 if facts[-1] == glyphs.ellipsis else -1]
            if facts[-1] != glyphs.ellipsis:
                facts.append(glyphs.ellipsis)
        below = fitted(dot.join(facts), width, glyphs)
        return Content.assemble((name, "bold $accent"), gap, state, "\n", (below, "$dim"))
