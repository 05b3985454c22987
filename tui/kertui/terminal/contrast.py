"""How far colours stand apart, and the nearest ones that a terminal has which do. Pure.

Contrast is that of the Web Content Accessibility Guidelines (WCAG 2): from 1, the same, to 21.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache, lru_cache
from typing import Final, TypeAlias

Rgb: TypeAlias = tuple[int, int, int]

TEXT: Final = 4.5
"""The least contrast of text with its ground."""

DRAWN: Final = 3.0
"""The least contrast of curves, axes and signs."""

XTERM: Final[tuple[Rgb, ...]] = (
    (0, 0, 0), (205, 0, 0), (0, 205, 0), (205, 205, 0),
    (0, 0, 238), (205, 0, 205), (0, 205, 205), (229, 229, 229),
    (127, 127, 127), (255, 0, 0), (0, 255, 0), (255, 255, 0),
    (92, 92, 255), (255, 0, 255), (0, 255, 255), (255, 255, 255),
)  # fmt: skip
"""The sixteen colours as xterm shows them."""

VGA: Final[tuple[Rgb, ...]] = (
    (0, 0, 0), (170, 0, 0), (0, 170, 0), (170, 85, 0),
    (0, 0, 170), (170, 0, 170), (0, 170, 170), (170, 170, 170),
    (85, 85, 85), (255, 85, 85), (85, 255, 85), (255, 255, 85),
    (85, 85, 255), (255, 85, 255), (85, 255, 255), (255, 255, 255),
)  # fmt: skip
"""The same as Linux's console and most other terminals show them. Which one it is cannot be asked
everywhere: a pair of colours must stand apart in both."""

_STEPS = (0, 95, 135, 175, 215, 255)

FIXED: Final[tuple[Rgb, ...]] = (
    *((red, green, blue) for red in _STEPS for green in _STEPS for blue in _STEPS),
    *((8 + 10 * n, 8 + 10 * n, 8 + 10 * n) for n in range(24)),
)
"""The colours from number 16 on of a palette of 256, which are the same everywhere."""

_FIRST_FIXED: Final = 16
_FIRST_GREY: Final = 232

_GREYS: Final = (0, 7, 8, 15)
"""Of the sixteen."""

_COLOURLESS: Final = 60
"""How far the parts of a colour lie apart at most where it is taken for a grey."""

_MARKED_DARK, _MARKED_LIGHT, _WHITE = 4, 7, 15
"""Of the sixteen: what a marked row is on, where its own ground would be that of the others."""


def contrast(one: Rgb, other: Rgb) -> float:
    """How far two colours stand apart, from 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@lru_cache(4096)
def luminance(colour: Rgb) -> float:
    """How light a colour is to the eye, from 0 to 1."""
    red, green, blue = (
        part / 12.92 if (part := value / 255) <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for value in colour
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def readable(ink: Rgb, ground: Rgb, least: float) -> Rgb:
    """The ink, made lighter or darker by no more than it takes to stand apart from the ground."""
    if contrast(ink, ground) >= least:
        return ink
    end = max(((0, 0, 0), (255, 255, 255)), key=lambda colour: contrast(colour, ground))
    low, high = 0.0, 1.0
    for _ in range(8):
        middle = (low + high) / 2
        if contrast(_mixed(ink, end, middle), ground) >= least:
            high = middle
        else:
            low = middle
    return _mixed(ink, end, high)


def _mixed(one: Rgb, other: Rgb, share: float) -> Rgb:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def ground_of_sixteen(ground: Rgb, marked: bool) -> int:
    """The number of the nearest of sixteen colours that text can stand on.

    Args:
        ground: as the theme has it.
        marked: whether it must not look like an ordinary ground.
    """
    number = _nearest(ground, _grounds(), _middle)
    if not marked or number not in (0, _WHITE):
        return number
    return _MARKED_LIGHT if number == _WHITE else _MARKED_DARK


def ink_of_sixteen(ink: Rgb, ground: int, least: float) -> int:
    """The number of the nearest of sixteen colours that stands apart from one of them."""
    inks = _inks(ground, least) or (0, _WHITE)
    # Of so few the nearest one to a grey may be a colour, which says something else.
    grey = max(ink) - min(ink) < _COLOURLESS
    kin = [number for number in inks if (number in _GREYS) == grey]
    return _nearest(ink, kin or inks, _middle)


def nearest_of_256(colour: Rgb, marked: bool = False) -> int:
    """The number of the nearest of 256 colours, the sixteen left out.

    Args:
        colour: as the theme has it.
        marked: whether it must not look like an ordinary ground, which are greys.
    """
    red, green, blue = map(_step, colour)
    cube = _FIRST_FIXED + 36 * red + 6 * green + blue
    if marked:
        return cube
    grey = min(23, max(0, round((sum(colour) / 3 - 8) / 10)))
    return _nearest(colour, (cube, _FIRST_GREY + grey), _fixed)


def _step(part: int) -> int:
    return min(range(len(_STEPS)), key=lambda step: abs(_STEPS[step] - part))


def ink_of_256(ink: Rgb, ground: int, least: float) -> int:
    """The number of the nearest of 256 colours that stands apart from one of them."""
    near = nearest_of_256(ink)
    if contrast(_fixed(near), _fixed(ground)) >= least:
        return near
    return _nearest(ink, _apart(ground, least, max(ink) - min(ink) < _COLOURLESS), _fixed)


@lru_cache(256)
def _apart(ground: int, least: float, grey: bool) -> Sequence[int]:
    on = _fixed(ground)
    apart = [n for n in range(_FIRST_FIXED, 256) if contrast(_fixed(n), on) >= least]
    return [n for n in apart if grey == (len({*_fixed(n)}) == 1)] or apart


@cache
def _grounds() -> Sequence[int]:
    return [number for number in range(16) if _inks(number, TEXT)]


@cache
def _inks(ground: int, least: float) -> Sequence[int]:
    return [
        number
        for number in range(16)
        if all(contrast(shown[number], shown[ground]) >= least for shown in (XTERM, VGA))
    ]


def _middle(number: int) -> Rgb:
    return _mixed(XTERM[number], VGA[number], 0.5)


def _fixed(number: int) -> Rgb:
    return FIXED[number - _FIRST_FIXED]


def _nearest(colour: Rgb, numbers: Iterable[int], shown: Callable[[int], Rgb]) -> int:
    """The number whose colour is nearest, as the eye weighs red, green and blue."""
    red, green, blue = colour

    def distance(number: int) -> float:
        r, g, b = shown(number)
        middle = (red + r) / 2
        return (
            (2 + middle / 256) * (red - r) ** 2
            + 4 * (green - g) ** 2
            + (2 + (255 - middle) / 256) * (blue - b) ** 2
        )

    return min(numbers, key=distance)
