"""What was seen in a table, for who decides what becomes of it: plain records without NumPy."""

from __future__ import annotations

import msgspec

from kertasks.tables.table import Role, Table
from kertasks.text.numbers import grouped


class MissingCells(msgspec.Struct, frozen=True):
    """The cells of a column that are missing."""

    count: int = 0
    first_rows: tuple[int, ...] = ()
    """The first of them, rows counted from 1 and the header not counted."""

    written: tuple[str, ...] = ()
    """How they are written, each once: ``("", "?", "NA")``."""


class RefusedCell(msgspec.Struct, frozen=True):
    """A cell that is not what its column is said to be."""

    row: int
    """Counted from 1, the header not counted."""

    column: str
    found: str
    """What stands there, cut and without control characters."""

    wanted: str

    @property
    def in_words(self) -> str:
        """The cell by its row and column, and what it is not.

        For example ``"row 3, column price: 'low' is not a number"``.
        """
        found = repr(self.found) if self.found else "blanks"
        return f"row {grouped(self.row)}, column {self.column}: {found} is not {self.wanted}"


class ValueCount(msgspec.Struct, frozen=True):
    """A value of a column, and how many rows have it."""

    value: str
    rows: int


class ColumnLook(msgspec.Struct, frozen=True):
    """What stands in one column."""

    name: str
    suggested: Role
    """What it seems to be."""

    type: str
    """In words: ``"number"``, ``"2 values"``, ``"date"``, ``"all distinct"``, …"""

    missing: MissingCells
    distinct: int
    """How many values there are, the missing not counted."""

    examples: tuple[str, ...]
    """Some cells as they stand in the file, cut and without control characters."""

    least: str = ""
    most: str = ""
    """The smallest and the largest, as text; empty where there is no order."""

    values: tuple[ValueCount, ...] = ()
    """The most frequent first, at most twelve; empty for numbers of many values."""

    histogram: tuple[int, ...] = ()
    """Rows in each of some equal steps from ``least`` to ``most``; empty where there is none."""


class TableLook(msgspec.Struct, frozen=True):
    """What a table is, what it can be made, and what is wrong with that."""

    table: Table
    """As it will be used: what was found, and what a person said otherwise."""

    format: str
    """``"CSV"``, ``"Parquet"``, …"""

    columns: tuple[ColumnLook, ...]
    guesses: tuple[str, ...] = ()
    """What was decided and could be otherwise, in words: ``"header found"``."""

    refused: tuple[RefusedCell, ...] = ()
    """The first cells that cannot be read as the table says; with any, it cannot be trained."""

    refused_count: int = 0
    problems: tuple[str, ...] = ()
    """Why it cannot be trained as it stands, a sentence each; empty where it can."""

    warnings: tuple[str, ...] = ()
    """What a person should know: leaks, duplicated rows, identifiers, rows without a target."""

    used_rows: int = 0
    """Rows that are left to train, validate and test."""

    recipe: str = ""
    """The name of the recipe that is suggested."""
