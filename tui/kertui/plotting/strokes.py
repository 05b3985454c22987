"""A dotted stroke: dots evenly spaced along a line, whatever its slope."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

from kertui.plotting.clipping import Point


def dots(line: Sequence[Point], gap: float) -> list[tuple[int, int]]:
    """Whole-numbered dots every ``gap`` along a line, its first point one of them.

    Measured along the line, a steep stretch is as dotted as a flat one, and what is appended
    to a line never moves the dots before it. No dot comes twice.
    """
    if not line:
        return []
    found = {(round(line[0][0]), round(line[0][1])): None}
    left = gap
    for (x0, y0), (x1, y1) in itertools.pairwise(line):
        length = math.hypot(x1 - x0, y1 - y0)
        while left <= length and length > 0:
            part = left / length
            found[round(x0 + part * (x1 - x0)), round(y0 + part * (y1 - y0))] = None
            left += gap
        left -= length
    return list(found)
