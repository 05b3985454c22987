"""What a network of one feature says, as a curve over the data and beyond it. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from kertasks.runs.looking.view import Rows
from kertasks.runs.views.fitted_curve import FittedCurve
from kertasks.text.numbers import number
from kertui.plotting.axes import aligned, value_labels
from kertui.plotting.dot_canvas import DotCanvas
from kertui.plotting.frame import (
    framed,
    labels_below,
    round_marks,
    side_by_side,
    wide_enough,
)
from kertui.plotting.pictures.boundary_picture import axis_name
from kertui.plotting.strips import RUN_ROLES, Row, cells, fit
from kertui.terminal.glyphs import Glyphs

_GUTTER = 7
_NARROW, _LOW = 24, 8
"""Columns and rows below which there are no axes."""

_FEW = 60
"""Rows of the data that have a sign each; more are dots."""

_BELOW, _ABOVE = 0.5, 2.0
"""How much more than the data's range is shown at most of where the curve goes."""


def curve_rows(record: FittedCurve, width: int, height: int, glyphs: Glyphs) -> list[Row]:
    """The curve with its axes, a legend below; as many rows as there may be."""
    width, height = max(1, width), max(1, height)
    bare = width < _NARROW or height < _LOW
    columns, rows = (width, height) if bare else (width - _GUTTER - 2, height - 4)
    plot = _Plot(record, columns, rows, glyphs)
    if bare:
        return [fit(row, width) for row in plot.lines()]
    labels = dict(plot.labels_beside())
    framed_rows = framed(plot.lines(), labels, _GUTTER, plot.labels_below(), glyphs)
    above = cells(axis_name(record.y, glyphs), "dim")
    below = _legend(record, width, glyphs)
    return [fit(row, width) for row in [above, *framed_rows, below]][:height]


class _Plot:
    """The curve within its axes."""

    def __init__(self, record: FittedCurve, columns: int, rows: int, glyphs: Glyphs) -> None:
        self._record, self._columns, self._rows, self._glyphs = record, columns, rows, glyphs
        finite = [place for place in record.at if math.isfinite(place)] or [0.0]
        self._left, self._right = wide_enough(min(finite), max(finite))
        self._bottom, self._top, self._ticks = aligned(*_limits(record), rows)

    def lines(self) -> list[Row]:
        """Curves over the rows of the data, over the ends of their range."""
        record, glyphs = self._record, self._glyphs
        lines: list[Row] = [fit([], self._columns) for _ in range(self._rows)]
        ends = [self._across(end, self._columns) for end in (record.x.low, record.x.high)]
        for column in ends:
            for line in lines:
                if 0 <= column < self._columns:
                    line[column] = (glyphs.changed_line, "axis")
        ink = "train" if record.rows is Rows.TRAIN else "validation"
        if len(record.points_x) > _FEW:
            _lay(lines, self._dots(), [ink] * self._columns)
        several = len(record.curves) > 1
        for number_of, curve in enumerate(record.curves):
            role = RUN_ROLES[number_of % len(RUN_ROLES)] if several else "accent"
            within = range(ends[0], ends[1] + 1)
            roles = [role if column in within else "dim" for column in range(self._columns)]
            _lay(lines, self._stroke(curve), roles)
        if len(record.points_x) <= _FEW:
            for x, y in zip(record.points_x, record.points_y, strict=True):
                column, row = self._across(x, self._columns), self._down(y)
                if 0 <= column < self._columns and 0 <= row < self._rows:
                    lines[row][column] = (glyphs.off, ink)
        return lines

    def _dots(self) -> list[str]:
        canvas = DotCanvas(self._columns, self._rows, self._glyphs.marker)
        for x, y in zip(self._record.points_x, self._record.points_y, strict=True):
            canvas.dot(self._across(x, canvas.columns), self._down(y, canvas.lines // self._rows))
        return canvas.rows()

    def _stroke(self, curve: Sequence[float]) -> list[str]:
        canvas = DotCanvas(self._columns, self._rows, self._glyphs.marker)
        points = [
            (self._across(x, canvas.columns), self._down(y, canvas.lines // self._rows))
            if math.isfinite(x) and not math.isnan(y)
            else None
            for x, y in zip(self._record.at, curve, strict=True)
        ]
        for one, other in pairwise(points):
            if one is not None and other is not None:
                canvas.stroke(one, other)
        return canvas.rows()

    def _across(self, x: float, count: int) -> int:
        return _nearest((x - self._left) / (self._right - self._left), count)

    def _down(self, y: float, dots: int = 1) -> int:
        """The dot of a value from the top, of so many a row: four, as Braille has, are what the
        axis is marked by."""
        share = 1 - (y - self._bottom) / (self._top - self._bottom)
        return _nearest(share, 4 * self._rows) * dots // 4

    def labels_beside(self) -> list[tuple[int, str]]:
        """Round values of the upright axis, by their rows."""
        labels = zip(self._ticks, value_labels(self._ticks), strict=True)
        return [(self._down(value), label) for value, label in labels]

    def labels_below(self) -> Row:
        """Round values of the feature under their columns, its name at the right end."""
        name = cells(axis_name(self._record.x, self._glyphs), "dim")
        room = max(1, self._columns - len(name) - 2)
        values = round_marks(self._left, self._right, max(2, self._columns // 14))
        marks = [
            (self._across(value, self._columns), label)
            for value, label in zip(values, value_labels(values), strict=True)
        ]
        row = labels_below(
            [mark for mark in marks if mark[0] < room], "", self._columns, _GUTTER + 2
        )
        return [*fit(row, max(0, len(row) - len(name))), *name]


def _nearest(share: float, count: int) -> int:
    """The place of a share among so many; beyond the ends one that is not there."""
    if math.isnan(share):
        return -1
    return round(min(2.0, max(-1.0, share)) * (count - 1))


def _limits(record: FittedCurve) -> tuple[float, float]:
    """What the upright axis must hold: the data, and the curve as far as it does not leave the data
    too far behind."""
    low, high = record.y.low, record.y.high
    values = [value for value in record.points_y if math.isfinite(value)]
    low, high = min([low, *values]), max([high, *values])
    low, high = wide_enough(low, high)
    span = high - low
    said = [value for curve in record.curves for value in curve if math.isfinite(value)]
    if not record.classes:
        low = max(min([low, *said]), low - _BELOW * span)
        high = min(max([high, *said]), high + _ABOVE * span)
    return low, high


def _lay(lines: list[Row], drawn: list[str], roles: Sequence[str]) -> None:
    """Write signs over lines, each in the role of its column; a blank changes nothing."""
    for line, text in zip(lines, drawn, strict=True):
        for column, sign in enumerate(text):
            if sign != " ":
                line[column] = sign, roles[column]


def _legend(record: FittedCurve, width: int, glyphs: Glyphs) -> Row:
    ink = "train" if record.rows is Rows.TRAIN else "validation"
    low, high = (_short(end) for end in (record.x.low, record.x.high))
    parts = [cells(f"{glyphs.solid_stroke} the network", "accent")]
    if len(record.curves) > 1:
        parts = [
            cells(f"{glyphs.solid_stroke} {name}", RUN_ROLES[place % len(RUN_ROLES)])
            for place, name in enumerate(record.classes)
        ]
    trained = f" trained from {low} {glyphs.to} {high}"
    parts.insert(1, [*cells(glyphs.changed_line, "axis"), *cells(trained, "dim")])
    if record.points_x:
        sign = glyphs.off if len(record.points_x) <= _FEW else glyphs.dotted_stroke
        parts.insert(1, [*cells(sign, ink), *cells(" rows", "dim")])
    return cells(" " * (_GUTTER + 2)) + side_by_side(parts, width - _GUTTER - 2, glyphs)


def _short(value: float) -> str:
    """Three digits of a number, without zeros at its end."""
    text = number(value, 3)
    return text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text
