"""What tells runs on the same axes apart: a colour and a stroke each, by the run's place."""

from __future__ import annotations

from collections.abc import Collection

from kertui.plotting.draw import Stroke
from kertui.plotting.strips import RUN_ROLES, Row, cells
from kertui.terminal.glyphs import Glyphs

MOST_RUNS = len(RUN_ROLES)
"""Runs on the same axes: with more, colours would come twice."""

_PATTERNS = ((), (1, 2), (7, 5), (9, 4, 1, 4))
"""Whole, dotted, dashed, dashes and dots; lengths in braille dots, drawn and left out in turn."""


def stroke_of(place: int, glyphs: Glyphs) -> Stroke:
    """The stroke of a run's curves: a pattern or, in ASCII, a character of its own."""
    dashes = () if glyphs.ascii else _PATTERNS[place % len(_PATTERNS)]
    marker = glyphs.run_strokes[place % len(glyphs.run_strokes)][0]
    return Stroke(RUN_ROLES[place], ascii_marker=marker, dashes=dashes)


def sample(place: int, glyphs: Glyphs) -> Row:
    """A run's stroke for a legend: two cells in its colour."""
    return cells(glyphs.run_strokes[place % len(glyphs.run_strokes)], RUN_ROLES[place])


def free_place(taken: Collection[int]) -> int | None:
    """The first place no run has; None when all are taken. A run keeps its place while it is
    chosen, so that its colour never changes under a reader's eyes."""
    return next((place for place in range(MOST_RUNS) if place not in taken), None)
