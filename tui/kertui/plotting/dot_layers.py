"""Curves and areas laid over each other on a grid of dots finer than cells, each in its own role.

plotext takes half a second for forty curves of a thousand points; here a column of dots is one
integer, a bit a dot, and they take a hundredth of that.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TypeAlias

from kertui.plotting.curves.lines import Point
from kertui.plotting.dot_canvas import BRAILLE_DOTS, DOTS_A_CELL
from kertui.plotting.strips import PLAIN, Cell, Row
from kertui.terminal.glyphs import Marker

Reach: TypeAlias = tuple[float, float, float]
"""A place from left to right, and where an area begins and ends there, from the top."""

_TINT = {Marker.BRAILLE: (2, 4), Marker.BLOCKS: (1, 4), Marker.ASCII: (1, 2)}
"""Of the dots of an area every so many columns and lines are drawn, every second column half a
step down: an even tint under the curves."""


class DotLayer:
    """What is drawn in one role.

    Args:
        role: of its cells.
        sign: what a dot is in ASCII.
        size: columns and lines of dots.
        marker: what dots are drawn with.
    """

    def __init__(self, role: str, sign: str, size: tuple[int, int], marker: Marker) -> None:
        self.role, self.sign = role, sign
        self._columns, self._lines = size
        self._marker = marker
        self.masks = [0] * self._columns
        """A column each, from left to right; its lowest bit is the uppermost dot."""

    def curve(self, points: Iterable[Point], *, thick: bool = False) -> None:
        """Draw a line through points given in dots, from the top left, from left to right; one that
        is not finite is a gap. A thick line is two dots high."""
        below = int(thick)
        fill, isfinite = self._fill, math.isfinite
        start, first = 0, math.nan
        for x, y in points:
            if not isfinite(y):
                first = y
                continue
            column = round(x)
            if first != first or column == start:  # after a gap, or in the same column
                fill(column, y if first != first else first, y, below)
            elif column == start + 1:
                middle = (first + y) / 2
                fill(start, first, middle, below)
                fill(column, middle, y, below)
            else:
                slope = (y - first) / (column - start)
                for at in range(start, column + 1):
                    # Each column has the part of the line that is nearest to it.
                    left = first + slope * (max(start, at - 0.5) - start)
                    right = first + slope * (min(column, at + 0.5) - start)
                    fill(at, left, right, below)
            start, first = column, y

    def area(self, reaches: Sequence[Reach]) -> None:
        """Tint the area between two lines, given in dots, from left to right; where one of them is
        not finite is a gap."""
        for before, after in pairwise(reaches):
            start, end = round(before[0]), round(after[0])
            if not all(map(math.isfinite, (*before, *after))):
                continue
            for at in range(start, end + 1):
                part = (at - start) / max(1, end - start)
                top = before[1] + part * (after[1] - before[1])
                bottom = before[2] + part * (after[2] - before[2])
                self._fill(at, top, bottom, 0, self._tint(at))

    def _tint(self, column: int) -> int:
        across, down = _TINT[self._marker]
        if column % across:
            return 0
        first = down // 2 if column // across % 2 else 0
        return sum(1 << line for line in range(first, self._lines, down))

    def _fill(self, column: int, one: float, other: float, below: int, of: int = -1) -> None:
        """Set the dots of a column between two places, ``below`` more under them, as far as they
        are among those ``of`` a mask."""
        lines = self._lines
        if one > other:
            one, other = other, one
        # What lies far outside is no number of dots that could be shifted by.
        first = 0 if one <= 0 else round(one) if one < lines else lines
        last = -1 if other < -0.5 else round(other) if other < lines else lines - 1
        last = min(lines - 1, last + below if last >= 0 else last)
        if first <= last and 0 <= column < self._columns:
            self.masks[column] |= ((2 << last - first) - 1) << first & of


class DotLayers:
    """Layers over each other; a cell shows the uppermost one that has a dot in it.

    Args:
        width: in cells.
        height: in cells.
        marker: what dots are drawn with.
    """

    def __init__(self, width: int, height: int, marker: Marker = Marker.BRAILLE) -> None:
        self._width, self._height, self._marker = width, height, marker
        across, down = DOTS_A_CELL[marker]
        self.columns, self.lines = width * across, height * down
        """How many dots there are across and down."""

        self._layers: list[DotLayer] = []

    def add(self, role: str, sign: str) -> DotLayer:
        """Lay one more over the others.

        Args:
            role: of its cells.
            sign: what a dot is in ASCII.
        """
        layer = DotLayer(role, sign, (self.columns, self.lines), self._marker)
        self._layers.append(layer)
        return layer

    def rows(self) -> list[Row]:
        """The cells, a row each."""
        rows: list[Row] = [[(" ", PLAIN)] * self._width for _ in range(self._height)]
        for layer in self._layers:
            for column in range(self._width):
                self._write(layer, column, rows)
        return rows

    def _write(self, layer: DotLayer, column: int, rows: list[Row]) -> None:
        across, down = DOTS_A_CELL[self._marker]
        masks = layer.masks[column * across : (column + 1) * across]
        if not any(masks):
            return
        every = (1 << down) - 1
        for at in range(self._height):
            bits = [mask >> at * down & every for mask in masks]
            if any(bits):
                rows[at][column] = self._cell(layer, bits)

    def _cell(self, layer: DotLayer, bits: list[int]) -> Cell:
        match self._marker:
            case Marker.BRAILLE:
                dots = sum(
                    BRAILLE_DOTS[line][side]
                    for side, mask in enumerate(bits)
                    for line in range(len(BRAILLE_DOTS))
                    if mask >> line & 1
                )
                return chr(0x2800 + dots), layer.role
            case Marker.BLOCKS:
                return " ▀▄█"[bits[0]], layer.role
            case Marker.ASCII:
                return layer.sign, layer.role
