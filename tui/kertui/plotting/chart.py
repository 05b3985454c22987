"""A plot as rows of cells: labels, axes, curves, marks and a cursor."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from kertasks.text.numbers import grouped
from kertui.plotting.axes import Limits, epoch_ticks, log_labels, value_labels
from kertui.plotting.draw import Curve, draw
from kertui.plotting.strips import PLAIN, Cell, Row, cells, fit, parse
from kertui.terminal.glyphs import UNICODE, Glyphs

LEAST_GUTTER = 5
"""Columns left of the curves: a label of three characters, a space and the axis."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A sign on the plot at an epoch's value."""

    epoch: float
    value: float
    glyph: str
    role: str


@dataclass(frozen=True, slots=True)
class Flag:
    """A sign on the x axis at an epoch, and what it stands for."""

    epoch: int
    glyph: str
    role: str
    words: tuple[str, ...]
    """In the longest of these forms for which the curves leave room near it."""


@dataclass(frozen=True, slots=True)
class Level:
    """A value that curves are compared with, and what it is called."""

    value: float
    name: str


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the parts of a plot of a given size lie."""

    width: int
    height: int
    gutter: int
    x_labels: bool = True

    @property
    def columns(self) -> int:
        """How many columns the curves have."""
        return max(1, self.width - self.gutter)

    @property
    def rows(self) -> int:
        """How many rows the curves have, without the axis and its labels."""
        return max(1, self.height - (2 if self.x_labels else 1))

    def column_of(self, x: float, limits: Limits) -> int:
        """The column of the curves an epoch lies in."""
        return round(limits.place_of(x) * (2 * self.columns - 1)) // 2

    def epoch_of(self, column: int, limits: Limits) -> int:
        """The epoch in the middle of a column of the curves."""
        place = min(1.0, max(0.0, (2 * column + 0.5) / max(1, 2 * self.columns - 1)))
        return round(limits.x_low + place * (limits.x_high - limits.x_low))

    def row_of(self, y: float, limits: Limits) -> int | None:
        """The row of the curves a value lies in, from the top; None where it is not shown."""
        height = limits.height_of(y)
        if not 0 <= height <= 1:
            return None
        return self.rows - 1 - round(height * (4 * self.rows - 1)) // 4


def y_axis(limits: Limits) -> list[tuple[float, str]]:
    """The marked values of the y axis with their labels."""
    labels = log_labels(limits.ticks) if limits.log_y else value_labels(limits.ticks)
    return list(zip(limits.ticks, labels, strict=True))


def gutter_for(limits: Limits) -> int:
    """How many columns the labels of the y axis and the axis take."""
    return max([LEAST_GUTTER, *(len(label) + 2 for _, label in y_axis(limits))])


def canvas(
    curves: Sequence[Curve], layout: Layout, limits: Limits, glyphs: Glyphs = UNICODE
) -> list[Row]:
    """Curves alone: ``layout.rows`` rows of ``layout.columns`` cells, later ones over earlier."""
    drawn = draw(curves, (layout.columns, layout.rows), limits, marker=glyphs.marker)
    return [parse(row) for row in drawn]


def chart(
    drawn: list[Row],
    layout: Layout,
    limits: Limits,
    *,
    marks: Sequence[Mark] = (),
    changes: Sequence[int] = (),
    flags: Sequence[Flag] = (),
    level: Level | None = None,
    glyphs: Glyphs = UNICODE,
) -> list[Row]:
    """A plot: curves with their marks and axes, in rows of ``layout.width`` cells each.

    Args:
        drawn: the curves, as of ``canvas``; they are written in.
        layout: the size and where the parts lie.
        limits: the data at the edges.
        marks: signs over the curves.
        changes: epochs with a sign on the x axis and a faint line up from it, under the curves.
        flags: signs on the x axis with words; the first ones lie over the others.
        level: a faint line across, under all else, with its name where there is room for it.
        glyphs: the signs to draw with.
    """
    for mark in marks:
        at = layout.row_of(mark.value, limits)
        if at is not None and limits.x_low <= mark.epoch <= limits.x_high:
            drawn[at][layout.column_of(mark.epoch, limits)] = (mark.glyph, mark.role)
    axis = _x_axis(layout, limits, glyphs)
    for epoch in changes:
        if limits.x_low <= epoch <= limits.x_high:
            column = layout.column_of(epoch, limits)
            axis[0][layout.gutter + column] = (glyphs.changed, "accent")
            _line_under(drawn, column, (glyphs.changed_line, "axis"))
    shown = [flag for flag in flags if limits.x_low <= flag.epoch <= limits.x_high]
    for flag in reversed(shown):
        axis[0][layout.gutter + layout.column_of(flag.epoch, limits)] = (flag.glyph, flag.role)
    for flag in shown:
        _write_near(drawn, layout.column_of(flag.epoch, limits), flag)
    if level is not None:
        _draw_level(drawn, level, layout, limits, glyphs)
    return [*_with_y_axis(drawn, layout, limits, glyphs), *axis]


def with_cursor(
    rows: Sequence[Row], layout: Layout, limits: Limits, epoch: int, glyphs: Glyphs = UNICODE
) -> list[Row]:
    """A plot's rows with a vertical line at an epoch that passes under curves and marks.

    The curves are not drawn again: a mouse moves more often than they could be.
    """
    if not limits.x_low <= epoch <= limits.x_high:
        return list(rows)
    column = layout.gutter + layout.column_of(epoch, limits)
    crossed = [list(row) for row in rows[: layout.rows]]
    _line_under(crossed, column, (glyphs.vertical, "cursor"), over=glyphs.changed_line)
    return [*crossed, *rows[layout.rows :]]


def _write_near(drawn: list[Row], column: int, flag: Flag) -> None:
    """The words of a flag in the lowest row that has room for them beside its column, else in the
    uppermost; none where the curves leave none."""
    for words in flag.words:
        text = cells(f"{flag.glyph} {words}", flag.role)
        for row in (*reversed(drawn[len(drawn) // 2 :]), *drawn[:1]):
            last = len(row) - len(text)
            for start in (column, column - len(text) + 1, min(column, last)):
                # A blank on either side keeps them apart from curves.
                around = row[max(0, start - 1) : start + len(text) + 1]
                if 0 <= start <= last and all(character == " " for character, _ in around):
                    row[start : start + len(text)] = text
                    return


def _draw_level(
    drawn: list[Row], level: Level, layout: Layout, limits: Limits, glyphs: Glyphs
) -> None:
    """A line across at a value; where that is not in sight, an arrow says on which side it is."""
    height = limits.height_of(level.value)
    if math.isnan(height):
        return
    at, name = layout.row_of(level.value, limits), level.name
    if at is None:
        at = 0 if height > 1 else layout.rows - 1
        name = f"{name} {glyphs.up if height > 1 else glyphs.down}"
        places = [at]
    else:
        # Beside the line where the curves leave room, else over or under it.
        places = [at, *(one for one in (at - 1, at + 1) if 0 <= one < layout.rows)]
    label = cells(f" {name}", "dim")
    start = layout.columns - len(label)
    for place in places:
        row = drawn[place]
        if start >= 0 and all(character == " " for character, _ in row[start:]):
            row[start:] = label
            break
    if limits.y_low <= level.value <= limits.y_high:
        row = drawn[at]
        end = start if start >= 0 and row[start:] == label else len(row)
        blank = [True, *(character == " " for character, _ in row[:end]), True]
        for column in range(end):
            # Not between the dots of a curve: both would be hard to read.
            if all(blank[column : column + 3]):
                row[column] = (glyphs.level_line, "axis")


def _line_under(rows: Sequence[Row], column: int, cell: Cell, over: str = " ") -> None:
    """A vertical line that passes under curves and marks."""
    for row in rows:
        if row[column][0] in (" ", over):
            row[column] = cell


def _with_y_axis(drawn: list[Row], layout: Layout, limits: Limits, glyphs: Glyphs) -> list[Row]:
    labels: dict[int, str] = {}
    for value, label in y_axis(limits):
        row = layout.row_of(value, limits)
        if row is not None:
            labels.setdefault(row, label)
    rows = []
    for at, curve_row in enumerate(drawn):
        axis: Cell = (glyphs.tick_left if at in labels else glyphs.vertical, "axis")
        room = layout.gutter - 2
        text = labels.get(at, "")[:room].rjust(room) + " "
        rows.append(fit([*cells(text, "dim"), axis, *curve_row], layout.width))
    return rows


def _x_axis(layout: Layout, limits: Limits, glyphs: Glyphs) -> list[Row]:
    first, last = math.ceil(limits.x_low), math.floor(limits.x_high)
    ticks = epoch_ticks(first, last, layout.columns)
    line: Row = [(glyphs.horizontal, "axis")] * layout.columns
    labels: Row = [(" ", PLAIN)] * layout.width
    taken = -1
    for epoch in ticks:
        column = layout.column_of(epoch, limits)
        text = grouped(epoch)
        start = layout.gutter + column - len(text) // 2
        start = max(0, min(start, layout.width - len(text)))
        if start <= taken:
            continue
        line[column] = (glyphs.tick_below, "axis")
        labels[start : start + len(text)] = cells(text, "dim")
        taken = start + len(text)
    corner = [*cells(" " * (layout.gutter - 1)), (glyphs.corner, "axis")]
    rows = [fit(corner + line, layout.width)]
    if layout.x_labels:
        rows.append(fit(labels, layout.width))
    return rows
