"""Dotted and dashed strokes: dots spaced along a line, whatever its slope."""

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


def dashes(line: Sequence[Point], pattern: Sequence[float]) -> list[tuple[int, int]]:
    """Whole-numbered dots where a dashed stroke is drawn; no dot comes twice.

    Args:
        line: its points, in dots.
        pattern: lengths drawn and left out in turn, as ``(6, 4)``, measured along the line.
    """
    period = sum(pattern)
    found: dict[tuple[int, int], None] = {}
    for number, dot in enumerate(dots(line, 1.0)):
        place = number % period
        for at, length in enumerate(pattern):
            if place < length:
                if at % 2 == 0:
                    found[dot] = None
                break
            place -= length
    return list(found)
