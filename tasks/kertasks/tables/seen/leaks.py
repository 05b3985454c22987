"""What makes a score of held-out rows too good: columns that give the target away, and rows that
stand in a file more than once."""

from __future__ import annotations

from collections.abc import Sequence

from kertasks.tables.seen.column_facts import ColumnFacts
from kertasks.tables.table import LEARNED, Role, Table
from kertasks.tables.table_file import TableFile

_FIRST = 20_000
"""Rows by which nearly every column that is no leak is told from one; fewer of many columns."""

_FIRST_CELLS = 2_000_000

_FIRST_AND_ALL = ("first_cells", "cells")

_CHANCES = 10
"""Rows beyond the first of each value, at least: of two classes all of them agree by chance once
in a thousand tables."""

_CHECKED = 200
"""Columns that are tried."""

_SAME_LINE = 0.999_999
"""A correlation from which on a number is the target in another unit."""

MOST_ROWS = 5_000_000
"""Rows among which duplicates are looked for, from the first."""


def determining_columns(
    table: TableFile, said: Table, facts: Sequence[ColumnFacts]
) -> dict[str, str]:
    """Columns by whose value the target is known, and in words how.

    A value that one row has alone says nothing, so a column whose cells all differ is none,
    unless it is the target times a number.

    Raises:
        duckdb.Error: the file cannot be read to its end.
    """
    target = next(each for each in facts if each.name == said.target)
    if target.distinct < 2:
        return {}
    is_number = not said.classes
    roles = {column.name: column.role for column in said.columns}
    tried = [
        each
        for each in facts
        if each.name != said.target
        and roles[each.name] in (Role.NUMBER, Role.CATEGORY)
        and each.distinct >= 2
    ][:_CHECKED]
    found = {}
    some = min(_FIRST, _FIRST_CELLS // len(table.names))
    table.connection.execute(
        f"CREATE OR REPLACE TEMP TABLE first_cells AS SELECT * FROM cells LIMIT {some}"
    )
    goal = table.number(target.at) if is_number else f"bare(c{target.at})"
    for each in tried:
        both = f"NOT {table.missing(each.at)} AND NOT {table.missing(target.at)}"
        if each.cells - each.distinct >= _CHANCES and each.distinct >= 0.9 * target.distinct:
            value = f"bare(c{each.at})"
            if all(_determines(table, value, goal, both, rows) for rows in _FIRST_AND_ALL):
                found[each.name] = f"each value of {each.name} stands with one {said.target} only"
                continue
        if is_number and each.numbers == each.cells >= _CHANCES:
            value = table.number(each.at)
            if all(_on_one_line(table, value, goal, both, rows) for rows in _FIRST_AND_ALL):
                found[each.name] = f"{each.name} is {said.target} in another unit"
    return found


def _determines(table: TableFile, value: str, goal: str, both: str, rows: str) -> bool:
    found = table.connection.execute(
        "SELECT count(*) FROM (SELECT min(goal) <> max(goal) AS differ "
        f"FROM (SELECT {value} AS value, {goal} AS goal FROM {rows} WHERE {both}) "
        "GROUP BY value) WHERE differ"
    ).fetchone()
    return found is not None and found[0] == 0


def _on_one_line(table: TableFile, value: str, goal: str, both: str, rows: str) -> bool:
    found = table.connection.execute(
        f"SELECT abs(corr({value}, {goal})) FROM {rows} WHERE {both}"
    ).fetchone()
    return found is not None and found[0] is not None and found[0] > _SAME_LINE


def duplicated_rows(table: TableFile, said: Table) -> int:
    """Rows that are like an earlier one in all that is learned from, among the first
    ``MOST_ROWS``.

    Raises:
        duckdb.Error: the file cannot be read to its end.
    """
    used = [
        f"c{at}"
        for at, column in enumerate(said.columns)
        if column.role in LEARNED or column.name == said.target
    ]
    found = table.connection.execute(
        "SELECT sum(times) - count(*) FROM (SELECT count(*) AS times FROM "
        f"(SELECT hash({', '.join(used)}) AS alike FROM cells LIMIT {MOST_ROWS}) GROUP BY alike)"
    ).fetchone()
    return int(found[0] or 0) if found else 0
