"""A regression's errors as rows of cells: what is said against what is true, and a histogram. Pure.

Both are in the target's own unit.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from rich.cells import cell_len

from kertasks.runs.looking.view import Rows
from kertasks.runs.views.regression_errors import RegressionErrors
from kertasks.text.numbers import grouped, in_unit
from kertui.plotting.dot_canvas import DotCanvas
from kertui.plotting.frame import framed, labels_below, rounded
from kertui.plotting.strips import PLAIN, Row, cells, fit
from kertui.terminal.glyphs import Glyphs, Marker

_LEAST = 24
"""Columns of a plot; with fewer for each of two they stand one over the other."""

_LEAST_HEIGHT = 6
"""Rows of a plot under its title: axis, labels, and a few rows between."""

_ASPECT = 2.4
"""Columns a row of the scatter, so that its diagonal is one."""

_GAP = 3
"""Columns between two plots."""


def error_rows(record: RegressionErrors, width: int, height: int, glyphs: Glyphs) -> list[Row]:
    """Both plots beside each other, or one over the other, or the first alone; as many rows as
    there may be."""
    if width < 1 or height < 1:
        return []
    if width >= 2 * _LEAST + _GAP:
        left = min((width - _GAP) // 2, round(_ASPECT * height) + 10)
        scatter = _scatter(record, left, height, glyphs)
        histogram = _histogram(record, width - left - _GAP, height, glyphs)
        gap = cells(" " * _GAP)
        return [a + gap + b for a, b in zip(scatter, histogram, strict=True)]
    if height >= 2 * _LEAST_HEIGHT + 1:
        lower = max(_LEAST_HEIGHT, height // 3)
        upper = _scatter(record, width, height - lower - 1, glyphs)
        return [*upper, fit([], width), *_histogram(record, width, lower, glyphs)]
    return _scatter(record, width, height, glyphs)


def bins_at(width: int) -> int:
    """How many bins a histogram has in a drawing so wide: a column a bin, and not too many."""
    columns = width - round(width * 0.5) if width >= 2 * _LEAST + _GAP else width
    return max(1, min(48, columns - 8))


def _ink(record: RegressionErrors) -> str:
    return "train" if record.rows is Rows.TRAIN else "validation"


def _scatter(record: RegressionErrors, width: int, height: int, glyphs: Glyphs) -> list[Row]:
    title = "predicted against true"
    values = (*record.truth, *record.predicted)
    if not values:
        return _empty(title, width, height)
    low, high = rounded(min(values), max(values))
    ends = _number(low, record), _number(high, record)
    gutter = min(max(map(cell_len, ends)), max(0, width - 4))
    columns, rows = max(1, width - gutter - 2), max(1, height - 3)
    canvas = DotCanvas(columns, rows, glyphs.marker)
    for true, said in zip(record.truth, record.predicted, strict=True):
        across, up = ((value - low) / (high - low) for value in (true, said))
        canvas.dot(round(across * (canvas.columns - 1)), round((1 - up) * (canvas.lines - 1)))
    lines = [cells(line, _ink(record)) for line in canvas.rows()]
    for column in range(columns):
        at = rows - 1 - column * rows // columns
        if lines[at][column][0] == " ":
            lines[at][column] = (glyphs.dot, "dim")
    below = labels_below([(0, ends[0]), (columns - 1, ends[1])], "true", columns, gutter + 2)
    return _framed(title, lines, (ends[1], ends[0]), gutter, below, (width, height), glyphs)


def _histogram(record: RegressionErrors, width: int, height: int, glyphs: Glyphs) -> list[Row]:
    title = "errors: predicted less true"
    if not sum(record.error_rows):
        return _empty(title, width, height)
    low, high = record.error_low, record.error_high
    gutter = min(len(grouped(max(record.error_rows))), max(0, width - 4))
    columns, rows = max(1, width - gutter - 2), max(1, height - 3)
    each = max(1, columns // len(record.error_rows))
    counts = _in_columns(record.error_rows, min(columns, each * len(record.error_rows)))
    most = max(counts)
    lines = _bars([count / most for count in counts], rows, _ink(record), glyphs)
    lines = [fit(line, columns) for line in lines]
    marks = [(0, _number(low, record)), (len(counts) - 1, _number(high, record))]
    if low < 0 < high:
        zero = round(-low / (high - low) * (len(counts) - 1))
        marks.append((zero, "0"))
        for line in lines:
            if line[zero][0] == " ":
                line[zero] = (glyphs.changed_line, "axis")
    below = labels_below(marks, "", columns, gutter + 2)
    return _framed(title, lines, (grouped(most), "0"), gutter, below, (width, height), glyphs)


def _in_columns(bins: Sequence[int], columns: int) -> list[int]:
    """The rows of each column: those of its bin, or of all bins that fall in it."""
    count = len(bins)
    if columns >= count:
        return [bins[column * count // columns] for column in range(columns)]
    ends = [column * count // columns for column in range(columns + 1)]
    return [sum(bins[start:end]) for start, end in pairwise(ends)]


def _bars(shares: Sequence[float], rows: int, role: str, glyphs: Glyphs) -> list[Row]:
    """Upright bars; what is not nothing is seen."""
    fine = glyphs.levels if glyphs.marker is Marker.BRAILLE else glyphs.full
    steps = len(fine)
    lines: list[Row] = [[] for _ in range(rows)]
    for share in shares:
        height = max(1, round(share * rows * steps)) if share else 0
        for line in range(rows):
            filled = min(steps, max(0, height - (rows - 1 - line) * steps))
            lines[line].append((fine[filled - 1], role) if filled else (" ", PLAIN))
    return lines


def _framed(
    title: str,
    lines: list[Row],
    ends: tuple[str, str],
    gutter: int,
    below: Row,
    size: tuple[int, int],
    glyphs: Glyphs,
) -> list[Row]:
    """A title, and the lines in their frame with the ends of both axes."""
    width, height = size
    labels = {len(lines) - 1: ends[1], 0: ends[0]}
    rows = [cells(title, "dim"), *framed(lines, labels, gutter, below, glyphs)]
    return [fit(row, width) for row in rows][:height] + [
        fit([], width) for _ in range(height - len(rows))
    ]


def _number(value: float, record: RegressionErrors) -> str:
    """A number in the target's own unit; of 0 that says nothing."""
    return in_unit(value, record.unit or None) if value else "0"


def _empty(title: str, width: int, height: int) -> list[Row]:
    rows = [cells(title, "dim"), cells("no output is finite", "bad")]
    return [fit(row, width) for row in [*rows, *([] for _ in range(height))]][:height]
