"""The last step before the terminal: filters that see every cell of every widget, whoever drew it.

Textual draws borders, scrollbars, switches and arrows of its own, and data brings texts in any
alphabet: to filter their cells is simpler than to override each of them.
"""

from __future__ import annotations

from functools import lru_cache

from rich.color import Color as RichColor
from rich.color import ColorType
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

from kertasks.text.plain_text import without_controls
from kertui.terminal.folding import to_ascii, to_old_signs

MARKED_GROUND = "ansi_bright_magenta"
"""What the monochrome theme gives to grounds that must be seen. No widget of Textual uses it."""

_MARK = 13
"""Its number among the terminal's sixteen colours."""

_DEFAULT = Style.from_color(RichColor.parse("default"), RichColor.parse("default"))
_REVERSED = _DEFAULT + Style(reverse=True)


class ControlCodeFilter(LineFilter):
    """Takes control codes out, so that no text steers the terminal.

    Textual sends what a name, a data file or a log holds as it is, escape sequences included, and
    counts no cell for them.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002
        """Give the same segments without control codes."""
        if all(segment.text.isprintable() for segment in segments):
            return segments
        return [
            Segment(without_controls(text), style, control) for text, style, control in segments
        ]


@lru_cache(1024)
def _without_colour(style: Style) -> Style:
    ground = style.bgcolor
    marked = ground is not None and ground.type is ColorType.STANDARD and ground.number == _MARK
    return style + (_REVERSED if marked else _DEFAULT)


class MonochromeFilter(LineFilter):
    """``NO_COLOR``: the terminal's own two colours, and reverse where a theme marks a ground.

    Textual 8.2's ``NoColor`` filter only takes colours out, and its ``OptionList`` loses a
    ``reverse`` text style on the way (``Widget.get_visual_style`` does not carry it), so that the
    row under the cursor would look like any other.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002
        """Give the same segments without colours, marked grounds reversed."""
        return [
            Segment(text, None if style is None else _without_colour(style), control)
            for text, style, control in segments
        ]


class AsciiFilter(LineFilter):
    """Replaces each character outside ASCII by one of the same width."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002
        """Give the same segments with ASCII characters only."""
        return [
            segment if segment.text.isascii() else Segment(to_ascii(segment.text), *segment[1:])
            for segment in segments
        ]


class OldSignsFilter(LineFilter):
    """Replaces Braille, and each sign that old fonts lack, by one of the same width."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002
        """Give the same segments with signs of old fonts; letters stay."""
        return [
            segment if segment.text.isascii() else Segment(to_old_signs(segment.text), *segment[1:])
            for segment in segments
        ]
