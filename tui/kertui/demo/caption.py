"""The caption: two rows beneath the interface, with the key that is pressed, and why.

It has no place in the interface: that is as high as the rows above it, so that nothing a story
speaks of lies behind it, in no dialog and at no size.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.app import App
from textual.color import Color
from textual.strip import Strip

from kertui.terminal.cells import cut, padded
from kertui.text.fitting_text import wrap

ROWS: Final = 2
"""How high a caption is."""

TEXT_WIDTH: Final = 68
"""Columns that the text has at 80, the least a story is played at."""

_KEY: Final = 9
"""Columns of the key before the text."""

_HINT: Final = "any key: it is yours"


@dataclass(frozen=True, slots=True)
class Caption:
    """What is said beneath the interface."""

    text: str
    key: str = ""
    """The key that is pressed, as people write it."""

    hint: bool = True
    """Whether a key would end the demo."""

    def strips(self, app: App[Any], width: int) -> list[Strip]:
        """Two rows of so many columns, in the theme's colours and the terminal's signs.

        Args:
            app: whose theme and filters.
            width: of the terminal.
        """
        tokens = app.theme_variables
        ground = Color.parse(tokens["selection"])
        plain = _style(tokens["foreground"], ground)
        key = _style(tokens["accent"], ground) + Style(bold=True)
        faint = _style(tokens["foreground"], ground) + Style(italic=True)
        lines = [*wrap(self.text, max(1, width - _KEY - 2)), "", ""][:ROWS]
        strips = []
        for number, line in enumerate(lines):
            room = width - _KEY - cell_len(line) - 1
            hint = _HINT if self.hint and number == 1 and room > cell_len(_HINT) + 2 else ""
            label = cut(self.key, _KEY - 2) if number == 0 else ""
            strip = Strip(
                [
                    Segment(padded(f" {label}", _KEY), key),
                    Segment(line, plain),
                    Segment(padded(hint, max(0, room), right=True), faint),
                    Segment(" ", plain),
                ]
            ).adjust_cell_length(width, plain)
            for (
                each
            ) in app._filters:  # private in Textual 8.2: those that every widget's cells pass
                strip = strip.apply_filter(each, ground)
            strips.append(strip)
        return strips


def _style(ink: str, ground: Color) -> Style:
    return Style(color=Color.parse(ink).rich_color, bgcolor=ground.rich_color)
