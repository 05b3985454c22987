"""What each unit of hidden layers does all over a plane, as small heat maps side by side. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence

from kertasks.runs.views.decision_boundary import UnitMap
from kertui.plotting.heat import DIVERGING, SEQUENTIAL, HeatLook, heat, resampled
from kertui.plotting.strips import PLAIN, Row, cells, fit, join
from kertui.text.fitting_text import fitted


def unit_rows(
    units: Sequence[UnitMap], columns: int, rows: int, across: int, look: HeatLook
) -> list[Row]:
    """The maps, each under its title, a blank row between those one over the other.

    Args:
        units: all that are drawn.
        columns: of a map.
        rows: of a map, without its title.
        across: how many stand side by side.
        look: what they are drawn with.
    """
    found: list[Row] = []
    for start in range(0, len(units), across):
        beside = [_unit(one, columns, rows, look) for one in units[start : start + across]]
        for parts in zip(*beside, strict=True):
            found.append([cell for part in parts for cell in (*part, (" ", PLAIN))])
        found.append(fit([], across * (columns + 1)))
    return found[:-1]


def _unit(unit: UnitMap, columns: int, rows: int, look: HeatLook) -> list[Row]:
    place = cells(str(unit.unit + 1), "dim")
    name = fitted(unit.layer, max(0, columns - len(place) - 1), look.glyphs)
    shares, ramp = unit_shares(resampled(unit.values, columns, 2 * rows))
    return [join(cells(name, "dim"), place, columns), *heat(shares, look, ramp)]


def unit_shares(lines: Sequence[Sequence[float]]) -> tuple[list[list[float]], str]:
    """What a unit gives as shares of the most it gives, and the ramp that suits them: from nothing
    where it gives nothing below 0, else with 0 in the middle."""
    finite = [value for line in lines for value in line if math.isfinite(value)]
    most = max(map(abs, finite), default=0.0) or 1.0
    if min(finite, default=0.0) >= 0:
        return [[value / most for value in line] for line in lines], SEQUENTIAL
    return [[0.5 + value / most / 2 for value in line] for line in lines], DIVERGING
