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

_CHANCES = 10
"""Rows beyond the first of each value, at least: of two classes all of them agree by chance once
in a thousand tables."""

_CHECKED = 200
"""Columns that are tried."""

_SAME_LINE = 0.999_999
"""A correlation from which on a number is the target in another unit."""

MOST_ROWS = 5_000_000
"""Rows among which duplicates are looked for, from the first."""

_FIRST_VALUES, _VALUES = "first_values", "all_values"
"""What DuckDB knows the values of tried columns by, of the first rows and of all."""


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
    texts = [
        each
        for each in tried
        if each.cells - each.distinct >= _CHANCES and each.distinct >= 0.9 * target.distinct
    ]
    numbers = [each for each in tried if is_number and each.numbers == each.cells >= _CHANCES]
    some = min(_FIRST, _FIRST_CELLS // len(table.names))
    _make_values(table, target, is_number, texts, numbers, some)
    on_one_line = _on_one_line(table, numbers, _FIRST_VALUES)
    found = {}
    for each in tried:
        if each in texts and _determines(table, each.at):
            found[each.name] = f"each value of {each.name} stands with one {said.target} only"
        elif each in on_one_line and _on_one_line(table, [each], _VALUES):
            found[each.name] = f"{each.name} is {said.target} in another unit"
    return found


def _make_values(
    table: TableFile,
    target: ColumnFacts,
    is_number: bool,
    texts: Sequence[ColumnFacts],
    numbers: Sequence[ColumnFacts],
    some: int,
) -> None:
    """Have what stands in columns as ``x`` and as numbers ``v``, and the target as ``goal``: NULL
    where it is missing. Those of the first rows are kept."""
    goal = table.number(target.at) if is_number else f"bare({_text(table, target)})"
    parts = [f"{goal} AS goal"]
    parts += [f"{_text(table, each)} AS x{each.at}" for each in texts]
    parts += [f"{table.number(each.at)} AS v{each.at}" for each in numbers]
    table.connection.execute(
        f"CREATE OR REPLACE TEMP VIEW {_VALUES} AS SELECT {', '.join(parts)} FROM cells"
    )
    table.connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {_FIRST_VALUES} AS SELECT * FROM {_VALUES} LIMIT {some}"
    )


def _text(table: TableFile, column: ColumnFacts) -> str:
    cell = f"c{column.at}"
    return (
        f"CASE WHEN NOT {table.missing(column.at)} THEN {cell} END"
        if column.missing.count
        else cell
    )


def _determines(table: TableFile, at: int) -> bool:
    """Whether no value of a column stands with two targets.

    Among the first rows it is asked of cells with the blanks around them, which are sooner had:
    where it is not so of those, it is not of what is left without blanks.
    """
    return all(
        table.connection.execute(
            f"SELECT count(*) FROM (SELECT min(goal) <> max(goal) AS differ FROM {rows} "
            f"WHERE {value} IS NOT NULL GROUP BY {value}) WHERE differ"
        ).fetchall()
        == [(0,)]
        for value, rows in ((f"x{at}", _FIRST_VALUES), (f"bare(x{at})", _VALUES))
    )


def _on_one_line(table: TableFile, columns: Sequence[ColumnFacts], rows: str) -> list[ColumnFacts]:
    """Those of the columns that are the target times a number, plus another one."""
    if not columns:
        return []
    asked = ", ".join(f"abs(corr(v{each.at}, goal))" for each in columns)
    found = table.connection.execute(f"SELECT {asked} FROM {rows}").fetchone() or ()
    return [
        each
        for each, alike in zip(columns, found, strict=True)
        if alike is not None and alike > _SAME_LINE
    ]


def duplicated_rows(table: TableFile, said: Table, rows: int) -> int:
    """Rows that are like an earlier one in all that is learned from, among the first
    ``MOST_ROWS``.

    Args:
        table: the open file.
        said: what its columns are.
        rows: how many it has.

    Raises:
        duckdb.Error: the file cannot be read to its end.
    """
    used = [
        f"c{at}"
        for at, column in enumerate(said.columns)
        if column.role in LEARNED or column.name == said.target
    ]
    # To stop at a row takes one thread that counts them.
    first = f"LIMIT {MOST_ROWS}" if rows > MOST_ROWS else ""
    found = table.connection.execute(
        "SELECT sum(times) - count(*) FROM (SELECT count(*) AS times FROM "
        f"(SELECT hash({', '.join(used)}) AS alike FROM cells {first}) GROUP BY alike)"
    ).fetchone()
    return int(found[0] or 0) if found else 0
