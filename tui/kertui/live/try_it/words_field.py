"""Forms of one field: a text, or all numbers of a row with commas between."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.widgets import Input, TextArea

from kertasks.runs.views.answer import LONGEST_TEXT, AnswerRequest
from kertui.forms.note_field import NoteField
from kertui.forms.text_field import TextField
from kertui.live.try_it.try_form import TryForm
from kertui.terminal.glyphs import Glyphs

_LINES = 3


class WordsField(TryForm):
    """Where a text is written."""

    DEFAULT_CSS = """
    WordsField { height: auto; }
    WordsField > NoteField, WordsField > NoteField:focus { height: 100%; max-height: 100%; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._note = NoteField("", LONGEST_TEXT)

    def compose(self) -> ComposeResult:
        """One field of some lines."""
        yield self._note

    @property
    def request(self) -> AnswerRequest | None:
        """The text, once there is one."""
        text = self._note.text.strip()
        return AnswerRequest(text=text) if text else None

    def hint(self, glyphs: Glyphs) -> str:
        """What to do."""
        return "" if self.request else f"write a sentence {glyphs.dot} the words in it decide"

    def rows_at(self, width: int) -> int:
        """Lines of text in sight."""
        del width
        return _LINES

    def begin(self) -> None:
        """Write."""
        self._note.focus()

    @on(TextArea.Changed)
    def _take(self, message: TextArea.Changed) -> None:
        message.stop()
        self.post_message(self.Changed())


class NumbersField(TryForm):
    """Where numbers without names are typed on one line.

    Args:
        count: of a row.
    """

    DEFAULT_CSS = """
    NumbersField { height: 1; }
    NumbersField > TextField, NumbersField > TextField:focus {
        width: 1fr; height: 1; border: none; padding: 0 1; background: $panel;
    }
    """

    def __init__(self, count: int) -> None:
        super().__init__()
        self._count = count
        self._line = TextField(compact=True)

    def compose(self) -> ComposeResult:
        """One line."""
        yield self._line

    def _typed(self) -> list[str]:
        text = self._line.value.strip()
        return text.split(",") if text else []

    @property
    def request(self) -> AnswerRequest | None:
        """The numbers, once they are as many as there are features."""
        if self.problem or not self._typed():
            return None
        return AnswerRequest(numbers=tuple(map(float, self._typed())))

    @property
    def problem(self) -> str:
        """What is not there yet, or no number."""
        cells = self._typed()
        for cell in cells:
            try:
                float(cell)
            except ValueError:
                return f"{cell.strip()!r} is not a number"
        if cells and len(cells) != self._count:
            return f"{len(cells)} of {self._count} numbers"
        return ""

    def hint(self, glyphs: Glyphs) -> str:
        """What to do."""
        del glyphs
        return "" if self._typed() else f"{self._count} numbers with commas between"

    def rows_at(self, width: int) -> int:
        """One line."""
        del width
        return 1

    def begin(self) -> None:
        """Type."""
        self._line.focus()

    @on(Input.Changed)
    def _take(self, message: Input.Changed) -> None:
        message.stop()
        self.post_message(self.Changed())
