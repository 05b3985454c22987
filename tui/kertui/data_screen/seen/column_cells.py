"""The table of columns: which cells it has in a width, what they say, which can be changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from rich.cells import cell_len

from kertasks.tables.table import Column, Role, Scaling, Table
from kertasks.tables.table_changes import TARGET_ROLES, missing_choices, scaling_choices
from kertasks.tables.table_look import ColumnLook, ValueCount
from kertasks.text.numbers import grouped
from kertui.forms.fields import Choice
from kertui.terminal.glyphs import Glyphs

GAP = 2
"""Blanks between two cells."""

NOTHING = "-"
TARGET = "target"
"""The choice among the roles that makes a column what is to be predicted."""


class Cell(StrEnum):
    """What a cell of a row is about; its value is the head of the table."""

    NAME = "column"
    ROLE = "role"
    MISSING = "missing"
    THEN = "then"
    SCALING = "scaling"
    TYPE = "type"
    RANGE = "from … to"
    VALUES = "values"


EDITED = (Cell.ROLE, Cell.THEN, Cell.SCALING)
"""Cells that can be changed."""

ROLE_WORDS = {
    Role.NUMBER: "A number as it stands, scaled if you like.",
    Role.CATEGORY: "One of a few values: a column of zeros and ones each.",
    Role.TEXT: "Words; one column of a table at most.",
    Role.DATE: "A day or a moment, made numbers.",
    Role.IDENTIFIER: "Names the row; the network never sees it.",
    Role.IGNORE: "The network never sees it.",
}
MISSING_WORDS = {
    "drop": "A row without it is left out.",
    "median": "Filled with the training rows' median.",
    "most frequent": "Filled with the training rows' most frequent value.",
}
SCALING_WORDS = {
    "standard": "Mean 0 and standard deviation 1, of the training rows.",
    "0 to 1": "From 0 to 1, by the training rows' smallest and largest.",
    "none": "As it stands.",
}


@dataclass(frozen=True, slots=True)
class CellColumn:
    """A column of cells, as wide as it is."""

    cell: Cell
    width: int
    most: int = 0
    """What it may grow to where there is room; 0 for no more."""

    @property
    def right(self) -> bool:
        """Whether its texts stand to the right."""
        return self.cell is Cell.MISSING


_NAME = CellColumn(Cell.NAME, 14, 30)
_ROLE = CellColumn(Cell.ROLE, 12)
_COUNT = CellColumn(Cell.MISSING, 7, 9)
_THEN = CellColumn(Cell.THEN, 8, 15)
_SCALING = CellColumn(Cell.SCALING, 10)
_TYPE = CellColumn(Cell.TYPE, 12, 18)
_RANGE = CellColumn(Cell.RANGE, 18, 34)
_VALUES = CellColumn(Cell.VALUES, 16, 90)

_FORMS = (
    (_NAME, _ROLE, _COUNT, _THEN, _SCALING, _TYPE, _RANGE, _VALUES),
    (_NAME, _ROLE, _COUNT, _THEN, _SCALING, _TYPE, _VALUES),
    (_NAME, _ROLE, _COUNT, _THEN, _SCALING, _TYPE),
    (_NAME, _ROLE, _COUNT, _THEN, _SCALING),
    (replace(_NAME, width=12), _ROLE, _COUNT, _THEN, replace(_SCALING, width=8)),
)
"""From wide to narrow; what can be changed is in all of them."""


def cell_columns(width: int) -> list[tuple[CellColumn, int]]:
    """The columns of cells that fit, each with the width it gets: what is left goes to the name,
    to what becomes of missing cells, then to what is last."""
    for form in _FORMS:
        taken = sum(column.width for column in form) + GAP * (len(form) - 1)
        if taken <= width:
            break
    left = max(0, width - taken)
    widths = {}
    for column in sorted(form, key=lambda one: _ROOM_FIRST.index(one.cell)):
        more = max(0, min(left, (column.most or column.width) - column.width))
        left -= more
        widths[column.cell] = column.width + more
    return [(column, widths[column.cell]) for column in form]


_ROOM_FIRST = (
    Cell.THEN, Cell.NAME, Cell.TYPE, Cell.RANGE, Cell.MISSING, Cell.ROLE, Cell.SCALING, Cell.VALUES,
)  # fmt: skip


def cell_text(
    cell: Cell, column: Column, look: ColumnLook | None, table: Table, g: Glyphs, room: int = 0
) -> str:
    """What a cell says; empty where it says nothing.

    Args:
        cell: what about.
        column: of the table.
        look: what was seen in it; None where nothing was.
        table: as it is now.
        g: the signs to write with.
        room: cells that its values may take.
    """
    is_target = column.name == table.target
    match cell:
        case Cell.NAME:
            return column.name
        case Cell.ROLE if is_target and column.role not in TARGET_ROLES:
            return g.ellipsis  # it is seen in the file
        case Cell.ROLE:
            return column.role.value
        case Cell.MISSING:
            count = look.missing.count if look is not None else 0
            return grouped(count) if count else NOTHING
        case Cell.THEN:
            if is_target:
                return "left out"
            return column.missing.value if missing_choices(column.role) else ""
        case Cell.SCALING:
            if is_target:
                return "standard" if table.scale_target else "none" if _has_scale(column) else ""
            return column.scaling.value if scaling_choices(column.role) else ""
        case Cell.TYPE:
            return look.type if look is not None else ""
        case Cell.RANGE:
            return range_text(look, g) if look is not None else ""
        case Cell.VALUES:
            return values_text(look, room, g) if look is not None else ""


def _has_scale(column: Column) -> bool:
    return column.role is Role.NUMBER


def range_text(look: ColumnLook, glyphs: Glyphs) -> str:
    """From the smallest to the largest: ``"290 … 13 540"``."""
    if not look.least and not look.most:
        return ""
    return f"{look.least} {glyphs.to} {look.most}"


def values_text(look: ColumnLook, room: int, glyphs: Glyphs) -> str:
    """How the values are spread, in so many cells."""
    parts = spread(look, glyphs)
    text = as_many_as_fit(parts, room, glyphs)
    # Beside all of the histogram, that there are examples too need not be said.
    bars_alone = bool(parts) and text == f"{parts[0]}  {glyphs.ellipsis}" and look.histogram
    return parts[0] if bars_alone and look.suggested is not Role.CATEGORY else text


def spread(look: ColumnLook, glyphs: Glyphs) -> list[str]:
    """How a column's values are spread: the most frequent ones, a histogram, or some of them."""
    if look.suggested is Role.CATEGORY and look.values:
        return value_counts(look.values)
    if look.suggested in (Role.NUMBER, Role.DATE) and look.histogram:
        return [histogram(look.histogram, glyphs), *look.examples]
    return list(look.examples) or value_counts(look.values)


def as_many_as_fit(parts: Sequence[str], room: int, glyphs: Glyphs) -> str:
    """The first of the parts, whole ones, side by side; a sign says that there are more.

    One that does not fit alone is not cut.
    """
    shown = list(parts)
    while len(shown) > 1 and cell_len("  ".join(shown)) > room:
        del shown[-2 if shown[-1] == glyphs.ellipsis else -1]
        if shown[-1] != glyphs.ellipsis:
            shown.append(glyphs.ellipsis)
    return parts[0] if shown == [glyphs.ellipsis] else "  ".join(shown)


def value_counts(values: Sequence[ValueCount]) -> list[str]:
    """The most frequent values and their rows: ``["0: 21 450", "1: 163"]``."""
    return [f"{one.value}: {grouped(one.rows)}" for one in values]


def histogram(counts: Sequence[int], glyphs: Glyphs) -> str:
    """Rows in each step as a row of bars; none is as low as one row."""
    highest = max(counts, default=0) or 1
    levels = glyphs.levels
    return "".join(
        levels[round(count / highest * (len(levels) - 1))] if count else " " for count in counts
    )


def cell_choices(cell: Cell, column: Column, table: Table) -> tuple[Choice, ...]:
    """What a cell can be changed to; empty where it cannot."""
    is_target = column.name == table.target
    match cell:
        case Cell.ROLE if is_target:
            return tuple(Choice(role, ROLE_WORDS[role]) for role in TARGET_ROLES)
        case Cell.ROLE:
            target = Choice(TARGET, "What the network is to predict.")
            return (*(Choice(role, ROLE_WORDS[role]) for role in Role), target)
        case Cell.THEN if not is_target:
            return tuple(Choice(one, MISSING_WORDS[one]) for one in missing_choices(column.role))
        case Cell.SCALING if is_target:
            both = (Scaling.STANDARD, Scaling.NONE) if _has_scale(column) else ()
            return tuple(Choice(one, SCALING_WORDS[one]) for one in both)
        case Cell.SCALING:
            return tuple(Choice(one, SCALING_WORDS[one]) for one in scaling_choices(column.role))
    return ()


def column_sentences(
    column: Column, look: ColumnLook | None, table: Table, glyphs: Glyphs
) -> list[str]:
    """All that is known of a column, where its row has no room for it."""
    if look is None:
        return []
    dot = f" {glyphs.dot} "
    facts = [look.type, f"{grouped(look.distinct)} different", range_text(look, glyphs)]
    if table.split.column == column.name:
        facts.append("splits the rows")
    lines = [dot.join(filter(None, facts))]
    if look.missing.count:
        rows = ", ".join(grouped(row) for row in look.missing.first_rows)
        more = f", {glyphs.ellipsis}" if look.missing.count > len(look.missing.first_rows) else ""
        written = " ".join(f'"{one}"' for one in look.missing.written)
        facts = [f"{grouped(look.missing.count)} missing"]
        facts += [f"row {rows}{more}"] if rows else []
        facts += [f"written {written}"] if written else []
        lines.append(dot.join(facts))
    parts = spread(look, glyphs)
    lines += ["  ".join(parts)] if parts else []
    return lines
