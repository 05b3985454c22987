"""A grid of dots finer than cells, as text."""

from __future__ import annotations

from kertui.terminal.glyphs import Marker

BRAILLE_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""Braille's dot numbers by row and column within a cell (Unicode, block 2800)."""

DOTS_A_CELL = {Marker.BRAILLE: (2, 4), Marker.BLOCKS: (1, 2), Marker.ASCII: (1, 1)}
"""How many there are, across and down."""


class DotCanvas:
    """A grid of dots finer than cells: two by four braille dots a cell, two halves of it, or one
    ASCII sign.

    Args:
        width: in cells.
        height: in cells.
        marker: what the dots are drawn with.
    """

    def __init__(self, width: int, height: int, marker: Marker = Marker.BRAILLE) -> None:
        self._marker = marker
        self._across, self._down = DOTS_A_CELL[marker]
        self.columns, self.lines = width * self._across, height * self._down
        """How many dots there are across and down."""

        self._cells = [[0] * width for _ in range(height)]

    def dot(self, column: int, line: int) -> None:
        """Set one dot, counted from the top left; outside the grid nothing happens."""
        if 0 <= column < self.columns and 0 <= line < self.lines:
            dot = BRAILLE_DOTS[line % self._down][column % self._across]
            self._cells[line // self._down][column // self._across] |= dot

    def stroke(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        """Set the dots from one to another, both given as (column, line)."""
        (x0, y0), (x1, y1) = start, end
        steps = max(abs(x1 - x0), abs(y1 - y0), 1)
        for step in range(steps + 1):
            self.dot(x0 + round((x1 - x0) * step / steps), y0 + round((y1 - y0) * step / steps))

    def rows(self) -> list[str]:
        """The text, one string a row of cells."""
        return ["".join(map(self._sign, row)) for row in self._cells]

    def _sign(self, cell: int) -> str:
        match self._marker:
            case Marker.BRAILLE:
                return chr(0x2800 + cell) if cell else " "
            case Marker.BLOCKS:
                return " ▀▄█"[cell]
            case Marker.ASCII:
                return "*" if cell else " "
