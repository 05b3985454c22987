"""The rows of an open table as typed values: numbers, days, categories, texts, and the target.

Everything is said in SQL over the cells as they stand in the file, by the macros of
``cell_sql.py``, so that looking at a table, training on it and asking a network about a row agree
on what a number is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import duckdb
import numpy as np
from numpy.typing import NDArray

from kertasks.errors import UserError
from kertasks.tables.cell_sql import literal
from kertasks.tables.rows.splitting import TESTS, TRAINS, VALIDATES, CannotSplit
from kertasks.tables.statistics import feature_columns
from kertasks.tables.table import Missing, Role, SplitWay, Table
from kertasks.text.plain_text import one_line

MOST_IN_MEMORY = 512 << 20
"""Bytes of a file whose values are kept by DuckDB after the first look: of a larger one the file
is read again each time."""

_SHOWN = 60
"""Characters of a cell that a sentence shows."""

_BLOCK = 1 << 16
"""Rows that are handed on together."""

Columns = Mapping[str, NDArray[Any] | list[str | None]]
"""Some rows of a few columns: numbers as an array, texts as a list."""


class WrongTable(UserError):
    """A table's cells are not what its task says they are; the text says where."""


def value_sql(role: Role, cell: str) -> str:
    """The value of a cell, NULL where it is missing or no such thing.

    Args:
        role: of its column.
        cell: the cell in SQL.
    """
    if role is Role.NUMBER:
        return f"as_number({cell})"
    if role is Role.DATE:
        # Days since 1970 began, a moment of the day as a fraction.
        return f"epoch_us(as_date({cell})) / 86400000000.0"
    return f"CASE WHEN NOT is_missing({cell}) THEN bare({cell}) END"


def wanted_words(role: Role) -> str:
    """What a cell of such a column must be: ``"a number"``."""
    return {Role.NUMBER: "a number", Role.DATE: "a date"}.get(role, "a category")


@dataclass(frozen=True, slots=True)
class Keys:
    """What the split of rows is found by, of the rows that can be used."""

    rows: NDArray[np.int64]
    """Their numbers in the file, from 1, ascending."""

    target: NDArray[Any]
    """The number of each one's class, int32, or its target, float64."""

    by: NDArray[Any] | None
    """What the split looks at; None where it looks at nothing."""


class TableRows:
    """The typed rows of a table.

    Args:
        connection: with the view ``cells``: ``row`` and ``c0``, ``c1``, …
        table: what its columns are.
        names: of the file's columns, in their order.
        size: bytes of the file.

    Raises:
        WrongTable: a column is not there.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        table: Table,
        names: Sequence[str],
        size: int,
    ) -> None:
        self._connection = connection
        self._table = table
        self._names = list(names)
        self.features = feature_columns(table)
        """Names of the columns that the network sees."""

        values = [f"{self._target_sql()} AS target", f"{self._split_sql()} AS split_by"]
        values += [
            f"{value_sql(table.column(name).role, self._cell(name))} AS v{at}"
            for at, name in enumerate(self.features)
        ]
        named = ["target", "split_by", *(f"v{at}" for at in range(len(self.features)))]
        wanted = f"{', '.join(named)}, {self._refused_sql()} AS refused"
        self.in_memory = size <= MOST_IN_MEMORY
        """Whether looking again costs next to nothing."""

        if self.in_memory:
            # Rows are numbered as they are kept, in the file's order: to count them as they are
            # read takes one thread, and all others wait.
            connection.execute(
                f"CREATE TEMP TABLE kept AS SELECT {wanted} "
                f"FROM (SELECT *, {', '.join(values)} FROM cells)"
            ).fetchall()
            typed = "SELECT rowid + 1 AS row, * FROM kept"
        else:
            typed = f"SELECT row, {wanted} FROM (SELECT *, {', '.join(values)} FROM cells)"
        connection.execute(f"CREATE TEMP VIEW typed AS {typed}").fetchall()

    def _cell(self, name: str) -> str:
        try:
            return f"c{self._names.index(name)}"
        except ValueError as error:
            known = ", ".join(map(repr, self._names[:12]))
            raise WrongTable(f"the file has no column {name!r}; it has {known}") from error

    def _target_sql(self) -> str:
        column = self._table.column(self._table.target)
        if not self._table.classes:
            return value_sql(Role.NUMBER, self._cell(column.name))
        cell, cases = self._cell(column.name), []
        for number, label in enumerate(self._table.classes):
            cases.append(f"WHEN {literal(label.strip())} THEN {number}")
        return f"CASE WHEN NOT is_missing({cell}) THEN CASE bare({cell}) {' '.join(cases)} END END"

    def _split_sql(self) -> str:
        choice = self._table.split
        if choice.way in (SplitWay.RANDOM, SplitWay.STRATIFIED):
            return "NULL"
        if choice.column is None:
            raise CannotSplit(f"a split by {choice.way.value} needs a column, and none is named")
        cell = self._cell(choice.column)
        if choice.way is SplitWay.TIME:
            days = value_sql(Role.DATE, cell)
            return f"coalesce({value_sql(Role.NUMBER, cell)}, {days})"
        if choice.way is SplitWay.GROUP:
            return f"coalesce(bare({cell}), '')"
        marks = {TESTS: choice.test_values, VALIDATES: choice.validation_values}
        cases = " ".join(
            f"WHEN lower(bare({cell})) IN ({', '.join(_marks(values))}) THEN {number}"
            for number, values in marks.items()
            if values
        )
        return f"CASE {cases} ELSE {TRAINS} END" if cases else f"{TRAINS}"

    def _refused_sql(self) -> str:
        """The place of the first column whose cell is there and is not what it should be."""
        cases = []
        for at, name in enumerate(self.features):
            if self._table.column(name).role in (Role.NUMBER, Role.DATE):
                cases.append(self._case(f"v{at}", name))
        cases.append(self._case("target", self._table.target))
        return f"CASE {' '.join(cases)} END"

    def _case(self, value: str, name: str) -> str:
        """Where a value is none, which few are, it is seen whether its cell is missing."""
        missing = f"is_missing({self._cell(name)})"
        return f"WHEN {value} IS NULL AND NOT {missing} THEN {self._names.index(name)}"

    def _refuse(self, row: int, count: int) -> NoReturn:
        """Say which cell is not what its column is said to be.

        Args:
            row: the first one that has such a cell.
            count: how many have.
        """
        place = self._connection.execute(
            f"SELECT refused FROM typed WHERE row = {row} AND refused IS NOT NULL"
        ).fetchall()[0][0]
        cell = self._connection.execute(f"SELECT c{place} FROM cells WHERE row = {row}").fetchall()
        name = self._names[place]
        wanted = wanted_words(self._table.column(name).role)
        if name == self._table.target and self._table.classes:
            wanted = f"one of {', '.join(map(repr, self._table.classes[:8]))}"
        elif name == self._table.target:
            wanted = "a number"
        more = f", and {count - 1:,} more rows have such a cell" if count > 1 else ""
        raise WrongTable(
            f"row {row}, column {name!r}: found {one_line(str(cell[0][0]), _SHOWN)!r}; "
            f"wanted: {wanted}{more}"
        )

    @property
    def _usable(self) -> str:
        """Which rows can be used, in SQL."""
        known = ["target IS NOT NULL"]
        known += [
            f"v{at} IS NOT NULL"
            for at, name in enumerate(self.features)
            if self._table.column(name).missing is Missing.DROP
        ]
        if self._table.split.way is SplitWay.TIME:
            known.append("split_by IS NOT NULL")
        return " AND ".join(known)

    def keys(self) -> Keys:
        """Read what the rows are split by.

        Raises:
            WrongTable: a cell is not what its column is said to be.
        """
        way = self._table.split.way
        by = {SplitWay.TIME: ", split_by", SplitWay.COLUMN: ", split_by"}.get(way, "")
        source = "typed"
        if way is SplitWay.GROUP:  # the groups' places in their order: numbers, not texts
            by = ", place AS split_by"
            source = (
                "typed JOIN (SELECT name, row_number() OVER (ORDER BY name) AS place FROM "
                "(SELECT DISTINCT split_by AS name FROM typed)) ON split_by = name"
            )
        # Both are found at once: a large file is read again by each query.
        which = f"({self._usable}) OR refused IS NOT NULL"
        query = f"SELECT row, target, refused{by} FROM {source} WHERE {which}"
        parts = []
        refused, first = 0, 0
        for block in _in_blocks(read_arrow(self._connection.sql(query))):
            found = np.flatnonzero(np.asarray(block["refused"]) >= 0)
            if len(found):
                numbers = np.asarray(block["row"])[found]
                first = int(min(first or numbers[0], numbers.min()))
                refused += len(found)
            parts.append({name: block[name] for name in block if name != "refused"})
        if refused:
            self._refuse(first, refused)
        if not parts:
            nothing = np.zeros(0, np.int64)
            return Keys(nothing, nothing.astype(np.int32), nothing if by else None)
        rows, target = (
            np.concatenate([np.asarray(part[name]) for part in parts]) for name in ("row", "target")
        )
        split_by = None
        if by:
            split_by = np.concatenate([np.asarray(part["split_by"]) for part in parts])
        del parts
        if (np.diff(rows) < 0).any():  # groups were looked up
            order = np.argsort(rows, kind="stable")
            rows, target = rows[order], target[order]
            split_by = None if split_by is None else split_by[order]
        return Keys(rows, target, split_by)

    def mark_training(self, rows: NDArray[np.int64]) -> None:
        """Say which rows train: the view ``training`` has them alone."""
        bits = np.zeros(int(rows.max()) + 1, bool)
        bits[rows] = True
        whole = np.zeros(-(-len(bits) // 8) * 8, bool)  # of whole bytes
        whole[: len(bits)] = bits
        packed = np.packbits(whole).tobytes()
        self._connection.execute("SET VARIABLE training_rows = ?::BLOB::BIT", [packed]).fetchall()
        self._connection.execute(
            f"CREATE OR REPLACE TEMP VIEW training AS SELECT * FROM typed WHERE row < {len(whole)} "
            "AND get_bit(getvariable('training_rows'), row::INTEGER) = 1"
        ).fetchall()

    def one(self, query: str) -> tuple[Any, ...]:
        """The only row that a query gives."""
        row: tuple[Any, ...] = self._connection.execute(query).fetchall()[0]
        return row

    def all(self, query: str) -> list[tuple[Any, ...]]:
        """All rows that a query gives."""
        found: list[tuple[Any, ...]] = self._connection.execute(query).fetchall()
        return found

    def blocks(self, columns: Mapping[str, str], source: str = "typed") -> Iterator[Columns]:
        """The rows in the file's order, as many at a time as ``_BLOCK`` says, whatever DuckDB reads
        together: what is summed up over them is the same each time.

        Args:
            columns: SQL by the names of what comes of it, first ``row``.
            source: ``typed`` or ``training``.
        """
        listed = ", ".join(f"{sql} AS {name}" for name, sql in columns.items())
        return _in_blocks(read_arrow(self._connection.sql(f"SELECT {listed} FROM {source}")))


def _marks(values: Sequence[str]) -> Iterator[str]:
    return (literal(value.strip().lower()) for value in values)


def read_arrow(relation: duckdb.DuckDBPyRelation) -> Iterator[dict[str, Any]]:
    """What a query gives, a part after the other, never all of it in memory."""
    import nanoarrow

    stream = nanoarrow.c_array_stream(relation)
    names = relation.columns
    for part in stream:
        if part.length:
            yield {name: _values(nanoarrow, part.child(at)) for at, name in enumerate(names)}


def _values(nanoarrow: Any, column: Any) -> NDArray[Any] | list[str | None]:
    """Numbers as an array, with NaN or -1 where there is none; others as a list."""
    kind = {"g": np.float64, "f": np.float32, "l": np.int64, "i": np.int32}.get(
        column.schema.format
    )
    if kind is None:
        values: list[str | None] = nanoarrow.Array(column).to_pylist()
        return values
    view = column.view()
    numbers = np.frombuffer(view.buffer(1), kind)[column.offset : column.offset + column.length]
    if not column.null_count:
        return numbers
    bits = np.unpackbits(np.frombuffer(view.buffer(0), np.uint8), bitorder="little")
    there = bits[column.offset : column.offset + column.length].astype(bool)
    return np.where(
        there, numbers, np.array(np.nan if kind in (np.float64, np.float32) else -1, kind)
    )


def _in_blocks(parts: Iterator[dict[str, Any]]) -> Iterator[Columns]:
    kept: list[dict[str, Any]] = []
    rows = 0
    for part in parts:
        first = 0
        length = len(part["row"])
        while rows + length - first >= _BLOCK:
            until = first + _BLOCK - rows
            kept.append({name: values[first:until] for name, values in part.items()})
            yield _joined(kept)
            kept, rows, first = [], 0, until
        if first < length:
            kept.append({name: values[first:] for name, values in part.items()})
            rows += length - first
    if kept:
        yield _joined(kept)


def _joined(parts: list[dict[str, Any]]) -> Columns:
    if len(parts) == 1:
        return parts[0]
    joined: dict[str, Any] = {}
    for name, first in parts[0].items():
        values = [part[name] for part in parts]
        if isinstance(first, list):
            joined[name] = [value for part in values for value in part]
        else:
            joined[name] = np.concatenate(values)
    return joined
