"""What a person should know of data: why it cannot be used, what is odd, what is in a column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from kertasks.folders.folder_look import FolderLook
from kertasks.tables.table_look import TableLook
from kertasks.tables.table_requests import DataLook
from kertasks.text.numbers import counted
from kertui.terminal.glyphs import Glyphs
from kertui.text.fitting_text import wrap

_INDENT = 2


@dataclass(frozen=True, slots=True)
class Note:
    """One thing to know, in a colour of the theme."""

    text: str
    style: str = ""
    sign: str = ""
    """Before it; no more than one cell."""


def notes_of(look: DataLook | None, trouble: str, glyphs: Glyphs) -> list[Note]:
    """Why data cannot be used, then what should be known of it.

    Args:
        look: what was seen in it last.
        trouble: why it could not be looked at since; empty where it could.
        glyphs: the signs to write with.
    """
    notes = [Note(trouble, "$error", glyphs.cross)] if trouble else []
    if look is None:
        return notes
    notes += [Note(text, "$error", glyphs.cross) for text in look.problems]
    if isinstance(look, TableLook):
        notes += [Note(cell.in_words, "$error") for cell in look.refused[1:]]
        left = look.refused_count - len(look.refused)
        if left > 0:
            notes.append(Note(f"and {counted(left, 'more cell')} that cannot be read so", "$error"))
    warnings = list(look.warnings)
    if isinstance(look, FolderLook) and look.left_out_count:
        first = look.left_out[0]
        warnings.append(
            f"{counted(look.left_out_count, 'file')} left out: {first.name}, {first.why}"
        )
    return notes + [Note(text, "$warning", glyphs.warning) for text in warnings]


class LookNotes(VerticalScroll):
    """Notes one under the other, as wide as there is room; they scroll."""

    DEFAULT_CSS = """
    LookNotes {
        height: auto;
        scrollbar-size-vertical: 1;
        & > Static { height: auto; }
    }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._title = ""
        self._about: Sequence[str] = ()
        self._notes: Sequence[Note] = ()

    def compose(self) -> ComposeResult:
        """Make room for the lines."""
        yield Static(markup=False)

    def show(self, notes: Sequence[Note], title: str, about: Sequence[str]) -> None:
        """Show notes, and below them what is known of one column.

        Args:
            notes: the most important first.
            title: the name of the column; empty for none.
            about: what is known of it.
        """
        self._notes, self._title, self._about = notes, title, about
        self._draw()

    def on_resize(self) -> None:
        """Break the lines anew."""
        self._draw()

    def _draw(self) -> None:
        width = max(12, self.scrollable_content_region.width)
        lines: list[Content] = []
        for note in self._notes:
            sign = f"{note.sign:<{_INDENT}}"
            for place, line in enumerate(wrap(note.text, width - _INDENT) or [""]):
                start = sign if not place else " " * _INDENT
                lines.append(Content.assemble((start, f"{note.style} bold"), (line, note.style)))
        if self._title:
            if lines:
                lines.append(Content(""))
            lines += [Content.styled(line, "bold") for line in wrap(self._title, width)[:2]]
            for text in self._about:
                lines += [Content.styled(line, "$dim") for line in wrap(text, width)]
        self.query_one(Static).update(Content("\n").join(lines))
