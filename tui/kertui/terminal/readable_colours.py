"""Colours that the terminal has, and that can be read: the filter that sees every cell.

A theme cannot see to it alone: the nearest of sixteen or of 256 colours to two that stand apart
may be one and the same, and Textual blends colours of its own.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache
from typing import NamedTuple

from rich.color import Color as RichColor
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

from kertui.terminal.capabilities import Colours
from kertui.terminal.contrast import (
    DRAWN,
    TEXT,
    Rgb,
    contrast,
    ground_of_sixteen,
    ink_of_256,
    ink_of_sixteen,
    nearest_of_256,
    readable,
)

_DRAWN = re.compile(r"[\s\u2500-\u25ff\u2800-\u28ff]*")
"""Lines, signs and Braille."""

_BLOCKS = re.compile(r"[\s\u2580-\u259f]*")
"""Blanks and blocks: the pixels of pictures, the edges of frames, scrollbars."""

_MOST_KEPT = 4096


class _Looks(NamedTuple):
    """How a style looks on what may be written in it."""

    text: Style
    drawn: Style
    blocks: Style


class ReadableColours(LineFilter):
    """Gives each cell the nearest colours that the terminal has and that stand apart enough.

    Args:
        colours: how many there are.
        marked: grounds of rows and texts that are chosen, which must not look like others.
    """

    def __init__(self, colours: Colours, marked: Collection[Rgb] = ()) -> None:
        super().__init__()
        self._colours, self._marked = colours, frozenset(marked)
        self._kept: dict[tuple[Style, Color], _Looks] = {}

    def is_for(self, colours: Colours, marked: Collection[Rgb]) -> bool:
        """Whether another one with these arguments would do the same."""
        return (self._colours, self._marked) == (colours, frozenset(marked))

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Give the same segments in such colours."""
        found = []
        for segment in segments:
            text, style, control = segment
            if style is None:
                found.append(segment)
                continue
            looks = self._kept.get((style, background))
            if looks is None:
                if len(self._kept) > _MOST_KEPT:
                    self._kept.clear()
                looks = self._kept[style, background] = self._looks(style, background)
            if looks.text == looks.blocks:
                look = looks.text
            elif _BLOCKS.fullmatch(text):
                look = looks.blocks
            else:
                look = looks.drawn if _DRAWN.fullmatch(text) else looks.text
            found.append(segment if look is style else Segment(text, look, control))
        return found

    def _looks(self, style: Style, background: Color) -> _Looks:
        ground = _rgb(background.rich_color if style.bgcolor is None else style.bgcolor)
        ink = _rgb(style.color)
        if ground is None or (ink is None and style.color is not None):
            return _Looks(style, style, style)  # the terminal's own colours, which are not known
        if self._colours is Colours.TRUE and (ink is None or contrast(ink, ground) >= TEXT):
            return _Looks(style, style, style)
        if ink is None:  # nothing but the ground is seen
            blank = style + _numbered(None, self._number(ground))
            return _Looks(blank, blank, blank)
        # Of pixels that are alike nobody wants them apart; a blank in reverse is a cursor.
        blocks = DRAWN if style.reverse else min(DRAWN, contrast(ink, ground))
        least = TEXT, DRAWN, blocks
        return _Looks(*(style + self._pair(ink, ground, need) for need in least))

    def _pair(self, ink: Rgb, ground: Rgb, least: float) -> Style:
        """An ink on a ground, as near as can be where they must stand apart."""
        if self._colours is Colours.TRUE:
            return Style.from_color(RichColor.from_rgb(*readable(ink, ground, least)))
        on = self._number(ground)
        find = ink_of_256 if self._colours is Colours.PALETTE else ink_of_sixteen
        return _numbered(find(ink, on, least), on)

    def _number(self, ground: Rgb) -> int:
        find = nearest_of_256 if self._colours is Colours.PALETTE else ground_of_sixteen
        return find(ground, ground in self._marked)


def _rgb(colour: RichColor | None) -> Rgb | None:
    """A colour's red, green and blue; None for one whose look the terminal decides."""
    if colour is None or colour.triplet is None:
        return None
    return colour.triplet.red, colour.triplet.green, colour.triplet.blue


@cache
def _numbered(ink: int | None, ground: int) -> Style:
    colour = None if ink is None else RichColor.from_ansi(ink)
    return Style.from_color(colour, RichColor.from_ansi(ground))
