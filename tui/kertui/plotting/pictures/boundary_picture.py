"""A network's decision boundary as rows of cells, what each hidden unit does beside it. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from kertasks.runs.looking.feature_axis import FeatureAxis
from kertasks.runs.views.decision_boundary import BoundaryMap
from kertasks.text.numbers import in_unit
from kertui.plotting.axes import value_labels
from kertui.plotting.frame import framed, labels_below, round_marks, side_by_side
from kertui.plotting.heat import (
    DIVERGING,
    SEQUENTIAL,
    HeatLook,
    heat,
    put_mark,
    resampled,
    scale,
    shade,
)
from kertui.plotting.pictures.unit_maps import unit_rows
from kertui.plotting.strips import PLAIN, RUN_ROLES, Cell, Row, cells, fit
from kertui.terminal.glyphs import Glyphs
from kertui.text.fitting_text import fitted

_ASPECT = 2.6
"""Columns a row of the picture, so that it is a little wider than high."""

_UNIT_ASPECT = 2.4
_GUTTER = 6
"""Cells for the labels of the upright axis."""

_NARROW = 40
"""Columns below which there is room for the picture alone, without axes and units."""

_AROUND = 4
"""Rows around the picture: the name of the upright axis, the axis below, its labels, a legend."""

_LOW = 9
"""Rows below which a picture goes without them."""

_GAP = 3
"""Columns between the picture and the units."""

_MOST_OF_WIDTH = 0.62
_LEAST_UNIT, _MOST_UNIT = 10, 24
"""Columns of a unit's map: a layer's name and a number fit over it."""

_SCALE = 12


@dataclass(frozen=True, slots=True)
class BoundaryLayout:
    """Where the parts of a picture of a given size lie, in cells."""

    width: int
    height: int
    gutter: int
    """Before the upright axis; -1 where there are no axes."""

    columns: int
    rows: int
    unit_columns: int = 0
    unit_rows: int = 0
    units_across: int = 0
    units_down: int = 0

    @property
    def units(self) -> int:
        """How many maps of units there is room for."""
        return self.units_across * self.units_down


def arrange(width: int, height: int, units: int | None) -> BoundaryLayout:
    """Share the room out: the picture first, then as many maps of units as fit, as large as all of
    them fit.

    Args:
        width: of all.
        height: of all.
        units: how many hidden units there are; None where that is not known yet.
    """
    width, height = max(1, width), max(1, height)
    if width < _NARROW or height < _LOW:
        return BoundaryLayout(width, height, -1, width, max(1, height - (height >= _LOW)))
    rows = height - _AROUND
    columns = min(round(rows * _ASPECT), width - _GUTTER - 2)
    if units != 0:
        columns = min(columns, round(width * _MOST_OF_WIDTH) - _GUTTER - 2)
    left = width - (_GUTTER + 2 + columns + _GAP)
    if units == 0 or left < _LEAST_UNIT:
        columns = min(round(rows * _ASPECT), width - _GUTTER - 2)
        return BoundaryLayout(width, height, _GUTTER, columns, rows)
    found = (0, 0, 0, 0)
    for wide in range(min(_MOST_UNIT, left), _LEAST_UNIT - 1, -1):
        high = max(2, round(wide / _UNIT_ASPECT))
        across, down = (left + 1) // (wide + 1), (rows + 3) // (high + 2)
        if across * down >= min(64, 12 if units is None else units):
            found = (wide, high, across, down)
            break
        if across * down > found[2] * found[3]:
            found = (wide, high, across, down)
    wide, high, across, down = found
    if not across * down:
        return BoundaryLayout(width, height, _GUTTER, columns, rows)
    return BoundaryLayout(
        width, height, _GUTTER, columns, rows, wide, high, across, min(down, max(1, 64 // across))
    )


def boundary_rows(
    record: BoundaryMap, layout: BoundaryLayout, look: HeatLook, *, thresholded: bool = False
) -> list[Row]:
    """The picture with its axes and its legend, and the units beside it.

    Args:
        record: what to draw, of any number of places.
        layout: the size and where the parts lie.
        look: what it is drawn with.
        thresholded: whether only the class that is said is told, and not how sure.
    """
    picture = _picture(record, layout, look, thresholded)
    for mark in _points(record, layout, look.glyphs):
        put_mark(picture, *mark)
    rows = picture if layout.gutter < 0 else _with_axes(picture, record, layout, look.glyphs)
    if layout.units:
        left = layout.gutter + 2 + layout.columns + _GAP
        units = unit_rows(
            record.units[: layout.units],
            layout.unit_columns,
            layout.unit_rows,
            layout.units_across,
            look,
        )
        rows = [fit(row, left) for row in rows]
        rows = [[*row, *units[at]] if at < len(units) else row for at, row in enumerate(rows)]
    if layout.rows < layout.height:
        rows.append(_legend(record, layout, look))
    return [fit(row, layout.width) for row in rows][: layout.height]


def _picture(
    record: BoundaryMap, layout: BoundaryLayout, look: HeatLook, thresholded: bool
) -> list[Row]:
    lines = resampled(record.values, layout.columns, 2 * layout.rows)
    if record.target is not None:
        shares = [[_between(value, record.target) for value in line] for line in lines]
        return heat(shares, look, SEQUENTIAL)
    if not record.said:
        if thresholded:
            lines = [[_side(value) for value in line] for line in lines]
        return heat(lines, look)
    said = [
        [round(place) for place in line]
        for line in resampled(record.said, layout.columns, 2 * layout.rows)
    ]
    chance = 1 / max(2, len(record.classes))
    sure = [
        [1.0 if thresholded else (value - chance) / (1 - chance) for value in line]
        for line in lines
    ]
    ramps = [[RUN_ROLES[place % len(RUN_ROLES)] for place in line] for line in said]
    if look.halves:
        return heat(sure, look, ramps=ramps)
    return [_numbered(*line) for line in zip(said[::2], sure[::2], ramps[::2], strict=True)]


def _side(value: float) -> float:
    return value if math.isnan(value) else float(value > 0.5)


def _between(value: float, axis: FeatureAxis) -> float:
    span = axis.high - axis.low
    return (value - axis.low) / span if span else 0.5


def _numbered(said: Sequence[int], sure: Sequence[float], ramps: Sequence[str]) -> Row:
    """Classes by their numbers, where colours do not tell them."""
    return [
        (class_number(place), shade(ramp, share)) if share > 0.25 else (" ", PLAIN)
        for place, share, ramp in zip(said, sure, ramps, strict=True)
    ]


def class_number(place: int) -> str:
    """A class's number as one sign."""
    return "0123456789abcdefghijklmnopqrstuvwxyz"[place % 36]


def _points(
    record: BoundaryMap, layout: BoundaryLayout, glyphs: Glyphs
) -> list[tuple[int, int, Cell]]:
    """The rows of the data in their cells; the wrong ones last, over the others."""
    found = []
    for at, (x, y) in enumerate(zip(record.points_x, record.points_y, strict=True)):
        wrong = bool(record.classes) and record.points_wrong[at]
        sign = glyphs.wrong if wrong else _sign(record, at, glyphs)
        column, row = _place(x, record.x, layout.columns), _place(y, record.y, layout.rows)
        if column is not None and row is not None:
            found.append((wrong, layout.rows - 1 - row, column, (sign, "strong")))
    return [mark for _, *mark in sorted(found, key=lambda one: one[0])]  # type: ignore[misc]


def _sign(record: BoundaryMap, at: int, glyphs: Glyphs) -> str:
    if not record.classes:
        return glyphs.off
    return glyphs.marks[record.points_class[at] % len(glyphs.marks)]


def _place(value: float, axis: FeatureAxis, count: int) -> int | None:
    share = _between(value, axis)
    return int(share * count) if 0 <= share < 1 else None


def _with_axes(
    picture: list[Row], record: BoundaryMap, layout: BoundaryLayout, glyphs: Glyphs
) -> list[Row]:
    marks = _axis_marks(record.y, layout.rows, max(2, layout.rows // 3))
    labels = {layout.rows - 1 - row: label for row, label in marks}
    across = _axis_marks(record.x, layout.columns, max(3, layout.columns // 10))
    below = labels_below(across, "", layout.columns, layout.gutter + 2)
    name = cells(axis_name(record.x, glyphs), "dim")
    above = cells(axis_name(record.y, glyphs), "dim")
    rows = framed(picture, labels, layout.gutter, below, glyphs)
    rows[-1] = _with_name(rows[-1], name, layout)
    return [fit(above, layout.gutter + 2 + layout.columns), *rows]


def _with_name(row: Row, name: Row, layout: BoundaryLayout) -> Row:
    """The name of the lower axis at its right end, over labels that are in its way."""
    start = layout.gutter + 2 + layout.columns - len(name)
    if start <= layout.gutter + 2:
        return row
    end = start - 1
    while end > layout.gutter + 1 and row[end][0] != " ":
        end -= 1
    return [*fit(row[:end], start), *name]


def axis_name(axis: FeatureAxis, glyphs: Glyphs) -> str:
    """A feature's name with its unit."""
    text = axis.name if not axis.unit else f"{axis.name} ({axis.unit})"
    return fitted(text, 30, glyphs)


def _axis_marks(axis: FeatureAxis, count: int, parts: int) -> list[tuple[int, str]]:
    """Round values along an axis: the cell of each from the low end, and its label."""
    if not (math.isfinite(axis.low) and math.isfinite(axis.high) and axis.low < axis.high):
        return []
    values = round_marks(axis.low, axis.high, parts)
    places = [_place(value, axis, count) for value in values]
    labels = zip(places, value_labels(values), strict=True)
    return [(place, label) for place, label in labels if place is not None]


# --- what the colours and the marks say


def _legend(record: BoundaryMap, layout: BoundaryLayout, look: HeatLook) -> Row:
    glyphs = look.glyphs
    row: Row = cells(" " * (layout.gutter + 2)) if layout.gutter >= 0 else []
    if record.target is not None:
        low, high = (
            in_unit(end, record.target.unit) for end in (record.target.low, record.target.high)
        )
        parts = [_scale(record.target.name, low, high, look, SEQUENTIAL)]
        parts.append([*cells(glyphs.off, "strong"), *cells(" a row", "dim")])
    elif not record.said:
        first, second = record.classes[0], record.classes[-1]
        parts = [_scale("", first, second, look, DIVERGING)]
        parts += [
            [*cells(glyphs.marks[place % len(glyphs.marks)], "strong"), *cells(f" {name}", "dim")]
            for place, name in enumerate((first, second))
        ]
    else:
        parts = [
            [
                *([] if look.halves else cells(class_number(place) + " ", "dim")),
                *cells(glyphs.marks[place % len(glyphs.marks)], RUN_ROLES[place % len(RUN_ROLES)]),
                *cells(f" {name}", "dim"),
            ]
            for place, name in enumerate(record.classes)
        ]
    if any(record.points_wrong):
        wrong = [*cells(glyphs.wrong, "strong"), *cells(" wrong", "dim")]
        parts.insert(0 if record.said else len(parts), wrong)
    return row + side_by_side(parts, layout.width - len(row), glyphs)


def _scale(name: str, low: str, high: str, look: HeatLook, ramp: str) -> Row:
    title = cells(f"{name} " if name else "", "dim")
    return [*title, *cells(f"{low} ", "dim"), *scale(_SCALE, look, ramp), *cells(f" {high}", "dim")]
