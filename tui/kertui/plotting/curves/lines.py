"""Lines before they are painted: cut at what is no number and at the edges of the plot, and made
dotted or dashed, whatever their slope.

plotext 6 aborts the whole process at a NaN in a line, and both of its versions paint first and
clip afterwards: limits far smaller than the data take minutes and gigabytes. Here every line
that reaches it lies inside the plot.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from typing import TypeAlias

Point: TypeAlias = tuple[float, float]
Line: TypeAlias = list[Point]

_FAR = 1e6
"""Unit squares away; farther points are pulled in, which no eye can tell in the plot."""


def finite_lines(points: Iterable[Point]) -> list[Line]:
    """The stretches of points between those that are not finite."""
    stretches = itertools.groupby(
        points, lambda point: math.isfinite(point[0]) and math.isfinite(point[1])
    )
    return [list(stretch) for finite, stretch in stretches if finite]


def clip(line: Sequence[Point]) -> list[Line]:
    """The parts of a line of finite points inside the square from 0 to 1, its crossings with the
    edge included. A line of one point is that point, when it is inside."""
    near = [(_pull(x), _pull(y)) for x, y in line]
    if len(near) == 1:
        return [near] if _inside(near[0]) else []
    parts: list[Line] = []
    for start, end in itertools.pairwise(near):
        segment = _clip_segment(start, end)
        if segment is None:
            continue
        if parts and parts[-1][-1] == segment[0]:
            parts[-1].append(segment[1])
        else:
            parts.append([segment[0], segment[1]])
    return parts


def _pull(value: float) -> float:
    return max(-_FAR, min(_FAR, value))


def _inside(point: Point) -> bool:
    return 0 <= point[0] <= 1 and 0 <= point[1] <= 1


def _clip_segment(start: Point, end: Point) -> tuple[Point, Point] | None:
    """The part inside, by Liang and Barsky (1984)."""
    if _inside(start) and _inside(end):
        return start, end
    dx, dy = end[0] - start[0], end[1] - start[1]
    enter, leave = 0.0, 1.0
    for direction, distance in (
        (-dx, start[0]),
        (dx, 1 - start[0]),
        (-dy, start[1]),
        (dy, 1 - start[1]),
    ):
        if direction == 0:
            if distance < 0:
                return None
            continue
        at = distance / direction
        if direction < 0:
            enter = max(enter, at)
        else:
            leave = min(leave, at)
        if enter > leave:
            return None
    return _along(start, dx, dy, enter), _along(start, dx, dy, leave) if leave < 1 else _held(end)


def _along(start: Point, dx: float, dy: float, part: float) -> Point:
    return _held((start[0] + part * dx, start[1] + part * dy))


def _held(point: Point) -> Point:
    """The point, held to the square against rounding."""
    return max(0.0, min(1.0, point[0])), max(0.0, min(1.0, point[1]))


def solid(line: Sequence[Point]) -> Line:
    """Whole-numbered dots for the points of a line, the same one never twice in a row."""
    return [dot for dot, _ in itertools.groupby((round(x), round(y)) for x, y in line)]


def dots(line: Sequence[Point], gap: float) -> Line:
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


def dashes(line: Sequence[Point], pattern: Sequence[int]) -> Line:
    """Whole-numbered dots where a dashed stroke is drawn; no dot comes twice. Its pattern is the
    lengths drawn and left out in turn, as ``(6, 4)``, measured along the line."""
    drawn = [part % 2 == 0 for part, length in enumerate(pattern) for _ in range(length)]
    return [dot for dot, shown in zip(dots(line, 1.0), itertools.cycle(drawn)) if shown]
