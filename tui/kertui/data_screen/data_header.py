"""The first lines of the screen of data: which it is, what it is, whether it can be used."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.cells import cell_len
from textual.content import Content
from textual.widget import Widget

from kertasks.tables.table_requests import DataLook
from kertasks.text.numbers import counted, short_path, size
from kertui.data_screen.data_draft import DataDraft
from kertui.data_screen.data_words import facts_of
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

    def show(
        self,
        path: Path,
        draft: DataDraft | None,
        look: DataLook | None,
        trouble: str,
        *,
        looks_again: bool,
        bytes: int,
    ) -> None:
        """Show the data's name, its state and what is known of it.

        Args:
            path: of the data.
            draft: what becomes of it; None before that is known.
            look: what was seen in it last; None before.
            trouble: why it cannot be read; empty where it can.
            looks_again: whether it is looked at once more.
            bytes: of its file; 0 for a folder.
        """
        self._title = path.name or str(path)
        if looks_again:
            ellipsis = glyphs_for(self.app).ellipsis
            self._state = Content.styled(f"looking again {ellipsis}", "$dim")
        else:
            self._state = self._state_of(draft, look, trouble)
        if look is None or draft is None:
            self._facts = (short_path(path.parent),)
        else:
            self._facts = (*facts_of(look, draft.data), *([size(bytes)] if bytes else []))
        self.refresh()

    def _state_of(self, draft: DataDraft | None, look: DataLook | None, trouble: str) -> Content:
        """Whether it can be used, in a word or two."""
        glyphs = glyphs_for(self.app)
        if trouble:
            return Content.styled(f"{glyphs.cross} cannot be read", "bold $error")
        if look is None:
            return Content("")
        if look.problems:
            words = counted(len(look.problems), "problem")
            return Content.styled(f"{glyphs.cross} {words}", "bold $error")
        if draft is not None and draft.file and not draft.changed:
            return Content.styled(f"{glyphs.tick} kept as {draft.name}", "bold $accent")
        return Content.styled(f"{glyphs.tick} ready", "bold $accent")

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
