"""One layer of a network: its arrays of weights as a table, its units as a table or, where they are
kernels, as pictures. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from rich.cells import cell_len

from kertasks.runs.views.layer_page import LayerRecord, Picture, UnitFacts
from kertasks.runs.views.layer_table import Histogram
from kertasks.text.numbers import grouped
from kertui.plotting.heat import HeatLook, heat, scale
from kertui.plotting.layers.layer_rows import percent, small
from kertui.plotting.layers.level_bars import END_WIDTH, end_text, histogram_rows
from kertui.plotting.strips import PLAIN, Row, cells, fit
from kertui.terminal.cells import padded
from kertui.terminal.glyphs import Glyphs
from kertui.text.fitting_text import fitted
from kertui.text.layer_lines import shape_text

_GAP = 2
_SCALE = 9
"""Columns of the colours in a legend."""

_PIXELS = (8, 6, 4, 2, 1)
"""Columns that a weight may take in a picture, the largest first; rows are half of them."""


@dataclass(frozen=True, slots=True)
class UnitLayout:
    """How the units are shared out over the room there is."""

    columns: int
    """Pictures side by side; 1 for a table."""

    unit_width: int
    """Columns of a unit, the gap after it included."""

    unit_height: int
    rows: int
    """Rows of units in sight."""

    pixel: int = 2
    """Columns of a weight in a picture; 1 for a half block."""

    @property
    def is_grid(self) -> bool:
        """Whether units are pictures side by side."""
        return self.unit_height > 1

    def first_in_sight(self, first: int, chosen: int, count: int) -> int:
        """The first unit that is shown, so that the chosen one is in sight and no room is left
        over.

        Args:
            first: the one that was shown first before.
            chosen: the one under the cursor.
            count: of all units.
        """
        top, row = first // self.columns, chosen // self.columns
        last = max(0, math.ceil(count / self.columns) - self.rows)
        return max(0, min(max(min(top, row), row - self.rows + 1), last)) * self.columns


def arrange(record: LayerRecord, width: int, height: int, glyphs: Glyphs) -> UnitLayout:
    """Share out so much room among units, a row of titles or a legend in it: pictures as large as
    all of them fit, a table in several columns where it is too long."""
    room, count = max(1, height - 1), record.unit_count
    tallest = max((len(unit.picture) for unit in record.units), default=0)
    if tallest < 2:
        each = _table_width(record, glyphs) + 2 * _GAP
        columns = 1 if count <= room else max(1, (width + 2 * _GAP) // each)
        return UnitLayout(columns, each if columns > 1 else width, 1, room)
    picture = record.units[0].picture
    label = len(f"> {max(0, count - 1)} x")
    for pixel in _PIXELS:
        across, down = _picture_size(picture, pixel)
        unit_width = max(across, label) + _GAP
        columns = max(1, (width + _GAP) // unit_width)
        # A row for the number; the blank one under the last pictures may be left out.
        layout = UnitLayout(columns, unit_width, down + 2, max(1, (room + 1) // (down + 2)), pixel)
        if layout.columns * layout.rows >= count and across <= width:
            return layout
    return layout


def weight_rows(record: LayerRecord, width: int, height: int, glyphs: Glyphs) -> list[Row]:
    """The arrays of weights, and the layer's output for the rows looked at, as a table with its
    titles, in at most so many rows."""
    lines = [
        _Line(
            one.name, one.shape, "train", one.histogram, small(one.norm), small(one.gradient_norm)
        )
        for one in record.weights
    ]
    if record.layer.activations is not None:
        shape = record.layer.shape or ()
        lines.append(_Line("activations", shape, "validation", record.layer.activations))
    if not lines or height < 2:
        return []
    shapes = [shape_text(line.shape, glyphs.times) for line in lines]
    shape_width = max(len("shape"), *map(cell_len, shapes))
    figures = any(line.norm for line in lines)
    after = shape_width + 2 * _GAP + len(lines[0].histogram.counts) + figures * 2 * (8 + _GAP)
    name_width = max(len("array"), *(cell_len(line.name) for line in lines))
    name_width = max(5, min(name_width, width - 2 - after))
    ends = 2 + name_width + after + 2 * (END_WIDTH + 1) <= width
    gap = " " * _GAP
    head = f"  {padded('array', name_width)}{gap}{padded('shape', shape_width)}{gap}"
    head += f"    norm{gap}gradient{gap}" * figures + " " * (END_WIDTH + 1) * ends + "numbers"
    rows = [fit(cells(head, "dim"), width)]
    for line, text in zip(lines[: height - 1], shapes, strict=False):
        row = cells(f"  {padded(fitted(line.name, name_width, glyphs), name_width)}")
        row += cells(f"{gap}{padded(text, shape_width)}{gap}", "dim")
        row += cells(f"{line.norm:>8}{gap}{line.gradient:>8}{gap}" * figures, "dim")
        row += histogram_rows(line.histogram, 1, glyphs, line.role, ends=ends)[0]
        rows.append(fit(row, width))
    left = len(lines) - (height - 1)
    if left > 0:
        rows[-1] = fit(cells(f"  {left + 1} more", "dim"), width)
    return rows


@dataclass(frozen=True, slots=True)
class _Line:
    """An array as the table shows it."""

    name: str
    shape: tuple[int | None, ...]
    role: str
    histogram: Histogram
    norm: str = ""
    gradient: str = ""


def unit_rows(
    record: LayerRecord,
    layout: UnitLayout,
    chosen: int,
    first: int,
    width: int,
    *,
    focused: bool,
    heat_look: HeatLook,
) -> list[Row]:
    """The units from the first in sight on, under their titles.

    Args:
        record: of the layer.
        layout: as ``arrange`` made it.
        chosen: the unit under the cursor.
        first: the first unit in sight.
        width: of the rows.
        focused: whether keys move the cursor.
        heat_look: what pictures are drawn with.
    """
    if not record.unit_count:
        return []
    cursor = _Cursor(chosen, focused)
    if layout.is_grid:
        return _grid(record, layout, cursor, first, width, heat_look)
    return _table(record, layout, cursor, first, width, heat_look)


@dataclass(frozen=True, slots=True)
class _Cursor:
    unit: int
    focused: bool

    def start(self, unit: int, glyphs: Glyphs) -> Row:
        """The two cells before a unit."""
        return cells(f"{glyphs.cursor if unit == self.unit else ' '} ", self._role("accent"))

    def role(self, unit: int) -> str:
        """How the number of a unit is written."""
        return self._role("chosen") if unit == self.unit else PLAIN

    def _role(self, focused: str) -> str:
        return focused if self.focused else "strong"


# Pictures side by side


def _grid(
    record: LayerRecord,
    layout: UnitLayout,
    cursor: _Cursor,
    first: int,
    width: int,
    look: HeatLook,
) -> list[Row]:
    rows = [_legend(record, width, look)]
    for line in range(layout.rows):
        start = first + line * layout.columns
        units = [_unit(record, start + place) for place in range(layout.columns)]
        there = [unit for unit in units if unit is not None]
        if not there:
            break
        labels: Row = []
        pictures: list[Row] = [[] for _ in range(layout.unit_height - 2)]
        for unit in there:
            labels += fit(_label(unit, cursor, look.glyphs), layout.unit_width)
            drawn = picture_rows(unit.picture, record.largest, layout.pixel, look)
            for row, part in zip(pictures, drawn, strict=False):
                row.extend(fit(part, layout.unit_width))
        rows += [fit(row, width) for row in (*[[]] * (line > 0), labels, *pictures)]
    return rows


def _label(unit: UnitFacts, cursor: _Cursor, glyphs: Glyphs) -> Row:
    row = cursor.start(unit.number, glyphs) + cells(str(unit.number), cursor.role(unit.number))
    return row + (cells(f" {glyphs.cross}", "warning") if unit.dead else [])


def _legend(record: LayerRecord, width: int, look: HeatLook) -> Row:
    text = "  kernels"
    if record.channels > 1:
        text += f" of input channel {record.channel + 1} of {record.channels}"
    return fit(cells(f"{text}   ", "dim") + _scale(record, look), width)


def _scale(record: LayerRecord, look: HeatLook) -> Row:
    """The colours, with the numbers they stand for at their ends."""
    ends = end_text(-record.largest, look.glyphs), end_text(record.largest, look.glyphs)
    return [*cells(f"{ends[0]} ", "dim"), *scale(_SCALE, look), *cells(f" {ends[1]}", "dim")]


def _picture_size(picture: Picture, pixel: int) -> tuple[int, int]:
    """Columns and rows of cells."""
    return len(picture[0]) * pixel, (len(picture) * pixel + 1) // 2


def picture_rows(picture: Picture, largest: float, pixel: int, look: HeatLook) -> list[Row]:
    """A picture of weights as squares; 0 is the middle of the colours.

    Args:
        picture: the weights.
        largest: the size of a weight at the ends of the colours.
        pixel: columns of a weight; 1 for a half block.
        look: what it is drawn with.
    """
    lines = [[_share(value, largest) for value in row for _ in range(pixel)] for row in picture]
    return heat([line for line in lines for _ in range(pixel)], look)


def _share(value: float, largest: float) -> float:
    return 0.5 + 0.5 * value / largest if largest else 0.5


# A table


@dataclass(frozen=True, slots=True)
class _Figure:
    title: str
    name: str
    """Before the number where it stands alone."""

    words: Callable[[UnitFacts, Glyphs], str]


_FIGURES = (
    _Figure("weights", "weights", lambda unit, _: small(unit.weight_norm)),
    _Figure("recurrent", "recurrent weights", lambda unit, _: small(unit.recurrent_norm)),
    _Figure("bias", "bias", lambda unit, glyphs: _text(unit.bias, glyphs)),
    _Figure("mean", "mean output", lambda unit, glyphs: _text(unit.mean, glyphs)),
    _Figure("active", "active in", lambda unit, _: percent(unit.active)),
)


def _figures(record: LayerRecord, glyphs: Glyphs) -> list[tuple[_Figure, int]]:
    """What is known of the units, each with the columns it takes."""
    return [
        (figure, max(END_WIDTH, len(figure.title)))
        for figure in _FIGURES
        if any(figure.words(unit, glyphs) for unit in record.units)
    ]


def _name_width(record: LayerRecord) -> int:
    return max(len(record.unit_word), len(grouped(record.unit_count)))


def _table_width(record: LayerRecord, glyphs: Glyphs) -> int:
    """Columns of a unit in the table."""
    pictures = max((len(unit.picture[0]) for unit in record.units if unit.picture), default=0)
    figures = sum(_GAP + width for _, width in _figures(record, glyphs))
    return 2 + _name_width(record) + figures + 2 * _GAP + len("dead") + 2 * pictures


def _table(
    record: LayerRecord,
    layout: UnitLayout,
    cursor: _Cursor,
    first: int,
    width: int,
    look: HeatLook,
) -> list[Row]:
    glyphs, gap = look.glyphs, " " * _GAP
    figures, name = _figures(record, glyphs), _name_width(record)
    title = f"  {padded(record.unit_word, name, right=True)}"
    title += "".join(f"{gap}{figure.title:>{columns}}" for figure, columns in figures)
    titles = cells(f"{title}{gap}dead{gap}", "dim")
    if any(unit.picture for unit in record.units):
        legend = _scale(record, look)
        room = layout.unit_width - 2 * _GAP * (layout.columns > 1)
        titles += legend if len(titles) + len(legend) <= room else cells("weights", "dim")
    rows = [fit(fit(titles, layout.unit_width) * layout.columns, width)]
    for start in range(first, record.unit_count, layout.columns)[: layout.rows]:
        row: Row = []
        for number in range(start, min(record.unit_count, start + layout.columns)):
            drawn = cursor.start(number, glyphs)
            drawn += cells(padded(grouped(number), name, right=True), cursor.role(number))
            unit = _unit(record, number)
            if unit is not None:
                for figure, columns in figures:
                    drawn += cells(f"{gap}{figure.words(unit, glyphs):>{columns}}", "dim")
                mark = glyphs.cross if unit.dead else " "
                drawn += cells(f"{gap}{mark:>4}{gap}", "warning")
                drawn += (
                    picture_rows(unit.picture, record.largest, 2, look)[0] if unit.picture else []
                )
            row += fit(drawn, layout.unit_width)
        rows.append(fit(row, width))
    return rows


def _unit(record: LayerRecord, number: int) -> UnitFacts | None:
    """A unit, where it is told of."""
    place = number - record.first
    return record.units[place] if 0 <= place < len(record.units) else None


def unit_facts(record: LayerRecord, number: int, glyphs: Glyphs) -> list[tuple[str, str]]:
    """What is known of one unit, each with its role."""
    unit = _unit(record, number)
    if unit is None:
        return []
    facts = [(f"{record.unit_word} {grouped(number)}", "strong")]
    if unit.dead:
        facts.append((f"{glyphs.cross} dead: the same for all rows", "warning"))
    for one in _FIGURES:
        text = one.words(unit, glyphs)
        if text:
            facts.append((f"{one.name} {text}", "dim"))
    return facts


def _text(value: float | None, glyphs: Glyphs) -> str:
    return "" if value is None else end_text(value, glyphs)
