"""What the forms have in common by which a row is written."""

from __future__ import annotations

from textual.message import Message
from textual.widget import Widget

from kertasks.runs.views.answer import AnswerRequest
from kertui.terminal.glyphs import Glyphs


class TryForm(Widget):
    """A row as a person writes it. Changes are told by ``Changed``."""

    class Changed(Message):
        """Another row stands there, or another part of it has the focus."""

    @property
    def request(self) -> AnswerRequest | None:
        """The row; None while it is none."""
        raise NotImplementedError

    @property
    def problem(self) -> str:
        """Why it is none; empty where nothing is wrong."""
        return ""

    def warning(self, glyphs: Glyphs) -> str:
        """What is odd about the row; empty where nothing is."""
        del glyphs
        return ""

    def hint(self, glyphs: Glyphs) -> str:
        """What is to be known of what has the focus."""
        del glyphs
        return ""

    def rows_at(self, width: int) -> int:
        """How many rows it would take at a width."""
        raise NotImplementedError

    def take_room(self, width: int, height: int) -> None:
        """Be so high, in a panel so wide."""
        del width
        self.styles.height = height

    def begin(self) -> None:
        """Give the focus to where one writes first."""
        self.focus()
