"""Cells that are not what their column is said to be, and rows that are left to learn from."""

from __future__ import annotations

from collections.abc import Sequence

from kertasks.tables.cell_sql import literal
from kertasks.tables.seen.column_facts import ColumnFacts, batches, shown
from kertasks.tables.table import LEARNED, Column, Missing, Role, Table
from kertasks.tables.table_file import TableFile
from kertasks.tables.table_look import RefusedCell

MOST_NAMED = 20
"""Refused cells that are named by row and column; the others are counted."""

_WANTED = {Role.NUMBER: "a number", Role.DATE: "a date"}


def refused_cells(
    table: TableFile, said: Table, facts: Sequence[ColumnFacts]
) -> tuple[tuple[RefusedCell, ...], int]:
    """The first refused cells in the order of their rows, and how many there are.

    Only columns of which it is not known already that every cell is right are read again.

    Raises:
        duckdb.Error: the file cannot be read to its end.
    """
    every = {each.at: _test(table, said, each) for each in facts}
    tests = {at: test for at, test in every.items() if test}
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


def _test(table: TableFile, said: Table, facts: ColumnFacts) -> str:
    """SQL that is true of a refused cell; empty where there is none."""
    column, at = said.columns[facts.at], facts.at
    missing = table.missing(at)
    if column.name == said.target and said.classes:
        if facts.values is not None and {value for value, _ in facts.values} <= set(said.classes):
            return ""
        classes = ", ".join(map(literal, said.classes))
        return f"NOT {missing} AND bare(c{at}) NOT IN ({classes})"
    if column.role is Role.NUMBER and facts.numbers < facts.cells:
        return f"{table.number(at)} IS NULL AND NOT {missing}"
    if column.role is Role.DATE and facts.dates < facts.cells:
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


def used_rows(table: TableFile, said: Table, facts: Sequence[ColumnFacts]) -> int:
    """Rows that are left to learn from: those with a target, and without a missing cell in a
    column that is learned from and not filled.

    Raises:
        duckdb.Error: the file cannot be read to its end.
    """
    gaps = [
        each
        for each, column in zip(facts, said.columns, strict=True)
        if each.missing.count
        and (
            column.name == said.target
            or (column.role in LEARNED and column.missing is Missing.DROP)
        )
    ]
    if len(gaps) <= 1:
        return facts[0].rows - sum(each.missing.count for each in gaps)
    anywhere = " OR ".join(table.missing(each.at) for each in gaps)
    found = table.connection.execute(
        f"SELECT count(*) FROM cells WHERE NOT ({anywhere})"
    ).fetchone()
    return found[0] if found else 0
