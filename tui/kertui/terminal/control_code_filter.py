"""The last step before the terminal: no text, whoever brought it, steers the terminal.

Textual sends what a name, a data file or a log holds as it is, escape sequences included.
"""

from __future__ import annotations

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from kertasks.text.plain_text import without_controls


class ControlCodeFilter(LineFilter):
    """Takes control codes out. Textual counts no cell for them."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002
        """The same segments without control codes."""
        if all(segment.text.isprintable() for segment in segments):
            return segments
        return [
            Segment(without_controls(text), style, control) for text, style, control in segments
        ]
