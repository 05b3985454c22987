"""Heat maps as rows of cells: two values a cell, one over the other, in half blocks of two colours.

A colour is a role like any other: a place on a ramp, such as ``heat@7``; ``RAMPS`` says which
colours of the theme a ramp goes through. A cell with a ground of its own has a role such as
``heat@7 on heat@9``. Where a cell has no two colours of many, and where there is no colour, it is
a shade of the mean of its two values.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from kertui.plotting.strips import PLAIN, RUN_ROLES, Cell, Row, ground_of, on
from kertui.terminal.glyphs import UNICODE, Glyphs, glyphs_for

DIVERGING = "heat"
"""From one side over the middle to the other: a probability, whose middle is 0.5."""

SEQUENTIAL = "amount"
"""From nothing to the most there is."""

HEAT_ROLES = ("heat-low", "heat-middle", "heat-high", "heat-none", "heat-some", "heat-full")
"""Colours of the theme that are there for ramps."""

RAMPS = {
    DIVERGING: HEAT_ROLES[:3],
    SEQUENTIAL: HEAT_ROLES[3:],
    **{role: ("heat-middle", role) for role in RUN_ROLES},
}
"""The roles whose colours a ramp goes through, evenly spaced. That of a class's colour goes from
not sure to sure."""

LEVELS = 20
"""Steps of a ramp. More would look no smoother, and change more cells from epoch to epoch."""

_UPPER_HALF = "▀"


class HeatLook(NamedTuple):
    """What heat maps are drawn with."""

    glyphs: Glyphs = UNICODE
    halves: bool = True
    """Whether a cell shows two values in two colours."""


def heat_look(app: object) -> HeatLook:
    """That of a running app; half blocks for an app without capabilities (a widget's own test)."""
    capabilities = getattr(app, "capabilities", None)
    return HeatLook(glyphs_for(app), capabilities is None or capabilities.two_colours)


@lru_cache(4096)
def _step(ramp: str, level: int) -> str:
    return f"{ramp}@{level}"


def shade(ramp: str, share: float) -> str:
    """The role of a place on a ramp.

    Args:
        ramp: a key of ``RAMPS``.
        share: from 0, the ramp's beginning, to 1; what is no number has no colour.
    """
    if math.isnan(share):
        return PLAIN
    return _step(ramp, round(LEVELS * min(1.0, max(0.0, share))))


def heat(
    lines: Sequence[Sequence[float]],
    look: HeatLook,
    ramp: str = DIVERGING,
    ramps: Sequence[Sequence[str]] = (),
) -> list[Row]:
    """A heat map, half as many rows of cells as there are lines of values.

    Args:
        lines: values from 0 to 1, from the top; all lines as long. What is no number stays blank.
        look: what it is drawn with.
        ramp: the colours of all values.
        ramps: that of each value, where they have several; as many as values.
    """
    rows: list[Row] = []
    for at in range(0, len(lines), 2):
        upper = lines[at]
        lower = lines[at + 1] if at + 1 < len(lines) else [math.nan] * len(upper)
        above = ramps[at] if ramps else [ramp] * len(upper)
        below = ramps[at + 1] if ramps and at + 1 < len(lines) else above
        if look.halves:
            inks, grounds = map(shade, above, upper), map(shade, below, lower)
            rows.append([_halves(*pair) for pair in zip(inks, grounds, strict=True)])
        else:
            cells = zip(above, upper, lower, strict=True)
            rows.append([_shaded(*cell, look.glyphs) for cell in cells])
    return rows


@lru_cache(4096)
def _halves(upper: str, lower: str) -> Cell:
    if upper == lower:
        return (" ", on(lower)) if lower else (" ", PLAIN)
    if not upper:
        return "▄", lower
    return (_UPPER_HALF, on(lower, upper)) if lower else (_UPPER_HALF, upper)


def _shaded(ramp: str, upper: float, lower: float, glyphs: Glyphs) -> Cell:
    known = [value for value in (upper, lower) if not math.isnan(value)]
    if not known:
        return " ", PLAIN
    mean = min(1.0, max(0.0, sum(known) / len(known)))
    sign = glyphs.heat[round(mean * (len(glyphs.heat) - 1))]
    return sign, PLAIN if sign == " " else shade(ramp, mean)


def resampled(lines: Sequence[Sequence[float]], columns: int, count: int) -> list[list[float]]:
    """Lines of values in another number of places: the nearest ones, of an empty picture none.

    Args:
        lines: all as long.
        columns: places of a line.
        count: of lines.
    """
    if not lines or not lines[0]:
        return [[math.nan] * columns for _ in range(count)]
    high, wide = len(lines), len(lines[0])
    if (wide, high) == (columns, count):
        return [list(line) for line in lines]
    across = [column * wide // columns for column in range(columns)]
    return [[lines[at * high // count][place] for place in across] for at in range(count)]


def put_mark(rows: Sequence[Row], row: int, column: int, mark: Cell) -> None:
    """Write a sign over a heat map, on the ground of the cell's lower value; outside it nothing
    happens."""
    if 0 <= row < len(rows) and 0 <= column < len(rows[row]):
        character, role = mark
        ground = ground_of(rows[row][column][1])
        rows[row][column] = character, on(ground, role) if ground else role


def scale(columns: int, look: HeatLook, ramp: str = DIVERGING) -> Row:
    """A ramp from its beginning to its end in one row, for a legend."""
    shares = [column / max(1, columns - 1) for column in range(columns)]
    return heat([shares, shares], look, ramp)[0]
