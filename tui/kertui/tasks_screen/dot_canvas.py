"""A grid of dots finer than cells: two by four braille dots a cell, or one ASCII sign."""

from __future__ import annotations

_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""Braille's dot numbers by row and column within a cell (Unicode, block 2800)."""


class DotCanvas:
    """Dots on a grid; ``rows`` gives the text.

    Args:
        width: in cells.
        height: in cells.
        ascii: one ``*`` a cell instead of braille.
    """

    def __init__(self, width: int, height: int, ascii: bool = False) -> None:
        self.width, self.height, self.ascii = width, height, ascii
        self.columns = width if ascii else width * 2
        """Dots across."""

        self.lines = height if ascii else height * 4
        """Dots down."""

        self._cells = [[0] * width for _ in range(height)]

    def dot(self, column: int, line: int) -> None:
        """Set one dot, counted from the top left; outside the grid nothing happens."""
        if not (0 <= column < self.columns and 0 <= line < self.lines):
            return
        if self.ascii:
            self._cells[line][column] = 1
        else:
            self._cells[line // 4][column // 2] |= _DOTS[line % 4][column % 2]

    def stroke(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        """Set the dots from one to another, both given as (column, line)."""
        (x0, y0), (x1, y1) = start, end
        steps = max(abs(x1 - x0), abs(y1 - y0), 1)
        for step in range(steps + 1):
            self.dot(x0 + round((x1 - x0) * step / steps), y0 + round((y1 - y0) * step / steps))

    def rows(self) -> list[str]:
        """The text, one string a row of cells."""
        if self.ascii:
            return ["".join("*" if cell else " " for cell in row) for row in self._cells]
        return ["".join(chr(0x2800 + cell) if cell else " " for cell in row) for row in self._cells]
