"""Axes around lines of cells that somebody else draws: an upright one, and one below them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from rich.cells import cell_len

from kertui.plotting.axes import nice_step
from kertui.plotting.strips import Row, cells, fit, put, text_of
from kertui.terminal.cells import cut, padded
from kertui.terminal.glyphs import Glyphs


def framed(
    lines: Sequence[Row], labels: Mapping[int, str], gutter: int, below: Row, glyphs: Glyphs
) -> list[Row]:
    """The lines beside an upright axis, and two rows under them: the other axis, and its labels.

    Args:
        lines: all as wide.
        labels: of lines by their place from the top.
        gutter: cells for a label; a longer one is cut.
        below: the labels of the lower axis, as wide as the lines and all that is before them.
        glyphs: the signs to draw with.
    """
    rows = []
    for at, line in enumerate(lines):
        label = labels.get(at, "")
        axis = (glyphs.tick_left if label else glyphs.vertical, "axis")
        text = padded(cut(label, gutter), gutter, right=True)
        rows.append([*cells(text + " ", "dim"), axis, *line])
    columns = len(lines[0]) if lines else 0
    base = cells(glyphs.corner + glyphs.horizontal * columns, "axis")
    return [*rows, cells(" " * (gutter + 1)) + base, below]


def labels_below(marks: Sequence[tuple[int, str]], name: str, columns: int, left: int) -> Row:
    """Labels under their columns, of which the first has ``left`` others before it; the name
    between them. What has no room between those before it is left out."""
    width = left + columns
    row = fit([], width)
    for column, text in [*marks, (columns // 2, name)]:
        size = cell_len(text)
        start = max(0, min(left + column - size // 2, width - size))
        around = text_of(row[max(0, start - 1) : start + size + 1])
        if text and size <= width and not around.strip():
            put(row, start, cells(text, "dim"))
    return row


_HUGE = 1e300


def wide_enough(low: float, high: float) -> tuple[float, float]:
    """A range in which a place can be told: one of no length gets some."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return 0.0, 1.0
    low, high = max(-_HUGE, min(low, _HUGE)), max(-_HUGE, min(high, _HUGE))
    size = max(abs(low), abs(high))
    if high - low <= 1e-9 * size or high - low < 1 / _HUGE:
        half = size / 2 if size >= 1 / _HUGE else 0.5
        return low - half, low + half
    return low, high


def rounded(low: float, high: float) -> tuple[float, float]:
    """Ends of an axis that hold both values, rounded to what is easily read."""
    low, high = wide_enough(low, high)
    step = nice_step(high - low, 8)
    return math.floor(low / step) * step, math.ceil(high / step) * step


def round_marks(low: float, high: float, parts: int) -> list[float]:
    """Round values within a range, as many as cut it into at most so many parts."""
    low, high = wide_enough(low, high)
    step = nice_step(high - low, parts)
    first = math.ceil(low / step - 1e-9)
    return [number * step for number in range(first, math.floor(high / step + 1e-9) + 1)]


def side_by_side(parts: Sequence[Row], width: int, glyphs: Glyphs) -> Row:
    """The parts of a legend: as many as fit, and a sign for those that do not."""
    row: Row = []
    for part in parts:
        gap = cells("   ") if row else []
        if len(row) + len(gap) + len(part) > width:
            return [*fit(row, width - 2), *cells(f" {glyphs.cut}", "dim")][: max(0, width)]
        row += [*gap, *part]
    return row
