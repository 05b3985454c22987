"""Rows as a person writes them, by the names of the table's columns, made the network's input.

It takes the statistics of the training rows and nothing else: the table itself may be gone.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from kertasks.data.described.description import RawColumn
from kertasks.data.rows.read_rows import Cell, TypedRows, shown_cell
from kertasks.tables.cell_sql import define_macros
from kertasks.tables.rows.encoding import Encoding, shown_day
from kertasks.tables.rows.table_rows import value_sql, wanted_words
from kertasks.tables.statistics import (
    CategoryColumn,
    ColumnStatistics,
    NumberColumn,
    TableStatistics,
)
from kertasks.tables.table import Role

_MOST_VALUES = 50
"""Categories of a column that a form names."""


class RawRows:
    """Reads rows.

    Args:
        statistics: of the training rows.
    """

    def __init__(self, statistics: TableStatistics) -> None:
        self._statistics = statistics
        self._encoding = Encoding(statistics)

    @property
    def columns(self) -> tuple[RawColumn, ...]:
        """What stands in each cell of a row, in the order of the table's columns."""
        decimal = self._statistics.table.reading.decimal
        return tuple(_raw_column(column, decimal) for column in self._statistics.columns)

    @cached_property
    def _connection(self) -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect(
            ":memory:",
            config={
                "autoinstall_known_extensions": "false",
                "autoload_known_extensions": "false",
                "enable_external_access": "false",
                "memory_limit": "256MB",
                "threads": 1,
            },
        )
        connection.execute("SET TimeZone = 'UTC'").fetchall()
        define_macros(connection, self._statistics.table.reading)
        connection.execute("SET lock_configuration = true").fetchall()
        return connection

    def read(self, rows: Sequence[Sequence[Cell]]) -> TypedRows:
        """Read rows, each a cell a column in the order of ``columns``."""
        columns = self._statistics.columns
        faults, notes = dict[int, str](), dict[int, str]()
        places = []
        for place, cells in enumerate(rows):
            if len(cells) == len(columns):
                places.append(place)
            else:
                cell = "cell" if len(cells) == 1 else "cells"
                wanted = ", ".join(column.name for column in columns)
                faults[place] = f"found {len(cells)} {cell}; wanted: {len(columns)} ({wanted})"
        given = [[self._as_text(rows[place][at]) for place in places] for at in range(len(columns))]
        values = self._values(given)
        for at, column in enumerate(columns):
            self._judge(column, given[at], values[at], places, faults, notes)
        good = [at for at, place in enumerate(places) if place not in faults]
        block = {
            f"v{at}": self._filled(column, [values[at][row] for row in good])
            for at, column in enumerate(columns)
        }
        shape = (len(good), self._statistics.width)
        x = self._encoding.rows(block) if good else np.zeros(shape, self._encoding.dtype)
        return TypedRows(
            x,
            [
                [_plain(column, values[at][row]) for at, column in enumerate(columns)]
                for row in good
            ],
            [places[row] for row in good],
            faults,
            {place: note for place, note in notes.items() if place not in faults},
        )

    def _as_text(self, cell: Cell) -> str | None:
        """A cell as it would stand in the file."""
        if cell is None or isinstance(cell, str):
            return cell
        text = str(cell)
        if isinstance(cell, float):
            text = f"{cell:.0f}" if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
        return text.replace(".", self._statistics.table.reading.decimal)

    def _values(self, given: Sequence[Sequence[str | None]]) -> list[list[Any]]:
        """The value of each cell, None where it has none; a list a column."""
        if not given or not given[0]:
            return [[] for _ in given]
        table = self._statistics.table
        wanted = ", ".join(
            value_sql(table.column(column.name).role, f"c{at}")
            for at, column in enumerate(self._statistics.columns)
        )
        cells = ", ".join(f"unnest(?::VARCHAR[]) AS c{at}" for at in range(len(given)))
        found = self._connection.execute(f"SELECT {wanted} FROM (SELECT {cells})", list(given))
        return [list(values) for values in zip(*found.fetchall(), strict=True)]

    def _judge(
        self,
        column: ColumnStatistics,
        given: Sequence[str | None],
        values: Sequence[Any],
        places: Sequence[int],
        faults: dict[int, str],
        notes: dict[int, str],
    ) -> None:
        """Say what is wrong with the cells of a column, and what is to be known of them."""
        role = self._statistics.table.column(column.name).role
        known = frozenset(column.categories) if isinstance(column, CategoryColumn) else None
        for cell, value, place in zip(given, values, places, strict=True):
            if value is None:
                missing = cell is None or self._is_missing(cell)
                if missing and column.fill is not None:
                    said = f"{column.name} is missing, taken for {_shown(column, column.fill)}"
                    _add(notes, place, said)
                elif missing or role in (Role.NUMBER, Role.DATE):
                    found = "nothing" if missing else shown_cell(cell)
                    _add(
                        faults,
                        place,
                        f"{column.name}: found {found}; wanted: {_wanted(column, role)}",
                    )
            elif known is not None and value not in known:
                _add(
                    notes, place, f"{column.name}: {shown_cell(value)} is not known, taken for none"
                )
            elif role is Role.TEXT:
                unknown = self._encoding.text_numbers(str(value)).unknown
                if unknown:
                    listed = ", ".join(map(repr, unknown[:8]))
                    _add(notes, place, f"{column.name}: not known, answered without: {listed}")

    def _is_missing(self, cell: str) -> bool:
        found = self._connection.execute("SELECT is_missing(?::VARCHAR)", [cell]).fetchall()
        return bool(found[0][0])

    def _filled(
        self, column: ColumnStatistics, values: list[Any]
    ) -> NDArray[Any] | list[str | None]:
        filled: list[Any] = [column.fill if value is None else value for value in values]
        if isinstance(column, NumberColumn):
            return np.array(filled, np.float64)
        if isinstance(column, CategoryColumn):
            codes = {category: code for code, category in enumerate(column.categories)}
            return np.array([codes.get(value, -1) for value in filled], np.int64)
        return filled


def _add(said: dict[int, str], place: int, text: str) -> None:
    said[place] = f"{said[place]}; {text}" if place in said else text


def _wanted(column: ColumnStatistics, role: Role) -> str:
    if isinstance(column, CategoryColumn):
        more = ", …" if len(column.categories) > 6 else ""
        return f"one of {', '.join(map(repr, column.categories[:6]))}{more}"
    return "a text" if role is Role.TEXT else wanted_words(role)


def _plain(column: ColumnStatistics, value: Any) -> float | str | None:
    """A value as an answer repeats it; None where the cell is missing."""
    if value is None or isinstance(value, str):
        return value
    return shown_day(value) if isinstance(column, NumberColumn) and column.is_date else float(value)


def _shown(column: ColumnStatistics, value: float | str) -> str:
    plain = _plain(column, value)
    return f"{plain:.6g}" if isinstance(plain, float) else repr(plain)


def _raw_column(column: ColumnStatistics, decimal: str) -> RawColumn:
    optional = column.fill is not None
    if isinstance(column, NumberColumn):
        least, most, typical = (
            shown_day(value) if column.is_date else f"{value:.6g}".replace(".", decimal)
            for value in (column.least, column.most, column.typical)
        )
        kind = "date" if column.is_date else "number"
        return RawColumn(
            column.name, kind, typical, column.unit, (), least, most, is_optional=optional
        )
    if isinstance(column, CategoryColumn):
        values = column.categories[:_MOST_VALUES]
        return RawColumn(
            column.name, "category", column.typical, None, values, is_optional=optional
        )
    return RawColumn(column.name, "text", "", is_optional=optional)
