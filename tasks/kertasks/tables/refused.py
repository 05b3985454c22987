"""Cells that are not what their column is said to be, and rows that are left to learn from."""

from __future__ import annotations

from collections.abc import Sequence

from kertasks.tables.cell_sql import literal
from kertasks.tables.column_facts import batches, shown
from kertasks.tables.table import Column, Missing, Role, Table
from kertasks.tables.table_file import TableFile
from kertasks.tables.table_look import RefusedCell

MOST_NAMED = 20
"""Refused cells that are named by row and column; the others are counted."""

_WANTED = {Role.NUMBER: "a number", Role.DATE: "a date"}


def refused_cells(table: TableFile, said: Table) -> tuple[tuple[RefusedCell, ...], int]:
    """The first refused cells in the order of their rows, and how many there are.

    Raises:
        duckdb.Error: the file cannot be read to its end.
    """
    tests = {
        at: test
        for at, column in enumerate(said.columns)
        if (test := _test(table, said, at, column))
    }
    count = 0
    rows: list[tuple[int, int]] = []
    for columns in batches(tuple(tests)):
        asked = ", ".join(
            f"count(*) FILTER ({tests[at]}), min(row, {MOST_NAMED}) FILTER ({tests[at]})"
            for at in columns
        )
        found = table.connection.execute(f"SELECT {asked} FROM cells").fetchone() or ()
        for nth, at in enumerate(columns):
            count += found[2 * nth]
            rows += [(row, at) for row in found[2 * nth + 1] or ()]
    named = sorted(rows)[:MOST_NAMED]
    return _named(table, said, named), count


def _test(table: TableFile, said: Table, at: int, column: Column) -> str:
    """SQL that is true of a refused cell; empty where none can be."""
    missing = table.missing(at)
    if column.name == said.target and said.classes:
        classes = ", ".join(map(literal, said.classes))
        return f"NOT {missing} AND bare(c{at}) NOT IN ({classes})"
    if column.role is Role.NUMBER:
        return f"{table.number(at)} IS NULL AND NOT {missing}"
    if column.role is Role.DATE:
        return f"{table.date(at)} IS NULL AND NOT {missing}"
    return ""


def _named(
    table: TableFile, said: Table, places: Sequence[tuple[int, int]]
) -> tuple[RefusedCell, ...]:
    if not places:
        return ()
    columns = sorted({at for _, at in places})
    listed = ", ".join(f"left(c{at}, 200)" for at in columns)
    rows = ", ".join(str(row) for row in sorted({row for row, _ in places}))
    found = {
        row[0]: dict(zip(columns, row[1:], strict=True))
        for row in table.connection.execute(
            f"SELECT row, {listed} FROM cells WHERE row IN ({rows})"
        ).fetchall()
    }
    return tuple(
        RefusedCell(
            row, said.columns[at].name, shown(found[row][at] or ""), _wanted(said, said.columns[at])
        )
        for row, at in places
    )


def _wanted(said: Table, column: Column) -> str:
    if column.name == said.target and said.classes:
        return "one of the classes"
    return _WANTED[column.role]


def used_rows(table: TableFile, said: Table) -> tuple[int, int]:
    """Rows that are left to learn from, and rows that have no target.

    Raises:
        duckdb.Error: the file cannot be read to its end.
    """
    at = next(n for n, column in enumerate(said.columns) if column.name == said.target)
    learned = (Role.NUMBER, Role.CATEGORY, Role.TEXT, Role.DATE)
    dropped = [f"NOT {table.missing(at)}"] + [
        f"NOT {table.missing(n)}"
        for n, column in enumerate(said.columns)
        if column.role in learned and column.missing is Missing.DROP and n != at
    ]
    found = table.connection.execute(
        f"SELECT count(*) FILTER ({' AND '.join(dropped)}), count(*) FILTER ({table.missing(at)}) "
        "FROM cells"
    ).fetchone()
    return (found[0], found[1]) if found else (0, 0)
