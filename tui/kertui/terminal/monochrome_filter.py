"""``NO_COLOR``: the terminal's own two colours, and reverse where a theme marks a ground.

Textual 8.2's ``NoColor`` filter only takes colours out, and its ``OptionList`` loses a
``reverse`` text style on the way (``Widget.get_visual_style`` does not carry it), so that the
row under the cursor would look like any other.
"""

from __future__ import annotations

from functools import lru_cache

from rich.color import Color as RichColor
from rich.color import ColorType
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

MARKED_GROUND = "ansi_bright_magenta"
"""What the monochrome theme gives to grounds that must be seen. No widget of Textual uses it."""

_MARK = 13
"""Its number among the terminal's sixteen colours."""

_DEFAULT = Style.from_color(RichColor.parse("default"), RichColor.parse("default"))
_REVERSED = _DEFAULT + Style(reverse=True)


@lru_cache(1024)
def _without_colour(style: Style) -> Style:
    ground = style.bgcolor
    marked = ground is not None and ground.type is ColorType.STANDARD and ground.number == _MARK
    return style + (_REVERSED if marked else _DEFAULT)


class MonochromeFilter(LineFilter):
    """Takes colours out and reverses marked grounds."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002
        """The same segments without colours."""
        return [
            Segment(text, None if style is None else _without_colour(style), control)
            for text, style, control in segments
        ]
