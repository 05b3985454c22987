"""What is counted in the columns of a table, over all its rows."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from kertasks.tables.cell_sql import BLANKS
from kertasks.tables.table_file import TableFile
from kertasks.tables.table_look import MissingCells
from kertasks.text.plain_text import one_line

STEPS = 12
"""Of a histogram."""

FEW = 1_000
"""Values of a column that are counted one by one, at most."""

_SAMPLE = 2_000
"""Rows by which it is decided what is worth counting; fewer of many columns."""

_AT_ONCE = 40
"""Columns in one query: what it holds of each must fit in the memory together."""

_FIRST = 5
"""Missing cells whose rows are named."""

_WRITTEN = 12
"""Ways to write a missing cell that are named."""

_LONGEST_CELL = 1_000
"""Characters of a cell that are looked at."""

_LONGEST = 60
"""Characters of a cell that are shown."""

_CHECKED = 20
"""Columns of which it is made sure that every cell differs."""


@dataclass(frozen=True, slots=True)
class ColumnFacts:
    """What stands in a column."""

    at: int
    """Its place in the file, from 0."""

    name: str
    rows: int
    missing: MissingCells
    distinct: int
    """Values; about, where there are more than ``FEW``."""

    examples: tuple[str, ...]
    words: float
    """Of a cell, on average."""

    numbers: int = 0
    """Cells that are numbers; 0 too where hardly any was among the first rows."""

    whole: bool = False
    """Whether all numbers are whole."""

    least: float | datetime | None = None
    most: float | datetime | None = None
    dates: int = 0
    """Cells that are dates; counted only where they are no numbers."""

    values: tuple[tuple[str, int], ...] | None = None
    """Each value without blanks around it and its rows, the most frequent first; None where there
    are more than ``FEW``."""

    histogram: tuple[int, ...] = ()

    @property
    def cells(self) -> int:
        """Those that are not missing."""
        return self.rows - self.missing.count

    @property
    def is_distinct(self) -> bool:
        """Whether no two cells are alike."""
        return 1 < self.cells == self.distinct


@dataclass(slots=True)
class _Sample:
    """The first cells of a column."""

    cells: list[str] = field(default_factory=list)
    numbers: int = 0
    dates: int = 0

    @property
    def is_number(self) -> bool:
        return not self.cells or self.numbers > 0.2 * len(self.cells)

    @property
    def is_date(self) -> bool:
        return self.dates > max(self.numbers, 0.5 * len(self.cells))


def shown(cell: str) -> str:
    """A cell, cut and fit for a terminal."""
    return one_line(cell[: 4 * _LONGEST], _LONGEST)


def batches(columns: Sequence[int]) -> Iterator[Sequence[int]]:
    """Columns that are counted in one query."""
    for start in range(0, len(columns), _AT_ONCE):
        yield columns[start : start + _AT_ONCE]


def count_columns(table: TableFile) -> list[ColumnFacts]:
    """Count what stands in every column.

    Raises:
        duckdb.Error: the file cannot be read to its end.
    """
    facts: list[ColumnFacts] = []
    for columns in batches(range(len(table.names))):
        facts += _counted(table, columns)
    return _exactly_distinct(table, facts)


def _counted(table: TableFile, columns: Sequence[int]) -> list[ColumnFacts]:
    samples = _samples(table, columns)
    first = _totals(table, columns, samples)
    second = _spread(table, first, samples)
    return second


def _samples(table: TableFile, columns: Sequence[int]) -> dict[int, _Sample]:
    listed = ", ".join(
        f"left(c{at}, {_LONGEST_CELL}), {table.missing(at)}, {table.number(at)} IS NOT NULL, "
        f"CASE WHEN {table.number(at)} IS NULL THEN {table.date(at)} END IS NOT NULL"
        for at in columns
    )
    some = max(_SAMPLE * 20 // max(20, len(table.names)), 50)
    samples = {at: _Sample() for at in columns}
    read = table.connection.execute(f"SELECT {listed} FROM cells LIMIT {some}")
    while rows := read.fetchmany(200):
        for row in rows:
            for nth, at in enumerate(columns):
                cell, missing, number, date = row[4 * nth : 4 * nth + 4]
                if not missing:
                    samples[at].cells.append(cell)
                    samples[at].numbers += number
                    samples[at].dates += date
    return samples


def _inner(table: TableFile, columns: Iterable[int], samples: dict[int, _Sample]) -> str:
    """The cells, their numbers or dates as ``v`` and whether they are missing as ``m``."""
    parts = ["row"]
    for at in columns:
        parts.append(f"c{at}")
        if samples[at].is_date:
            parts.append(f"{table.date(at)} AS v{at}")
        elif samples[at].is_number:
            parts.append(f"{table.number(at)} AS v{at}")
        else:
            parts.append(f"NULL AS v{at}")
    inner = f"SELECT {', '.join(parts)} FROM cells"
    missing = ", ".join(
        f"CASE WHEN v{at} IS NULL THEN {table.missing(at)} ELSE false END AS m{at}"
        for at in columns
    )
    return f"SELECT *, {missing} FROM ({inner})"


def _totals(
    table: TableFile, columns: Sequence[int], samples: dict[int, _Sample]
) -> list[ColumnFacts]:
    """One pass: how many are missing, numbers or dates, and from where to where they go."""
    asked = ["count(*)"]
    for at in columns:
        asked += [
            f"count(*) FILTER (m{at})",
            f"approx_count_distinct(c{at}) FILTER (NOT m{at})",
            f"count(v{at})",
            f"min(v{at})",
            f"max(v{at})",
            f"count(*) FILTER (v{at} <> floor(v{at}))"
            if samples[at].is_number and not samples[at].is_date
            else "0",
        ]
    row = table.connection.execute(
        f"SELECT {', '.join(asked)} FROM ({_inner(table, columns, samples)})"
    ).fetchone()
    assert row is not None  # noqa: S101 - a query without groups has one row
    facts = []
    for nth, at in enumerate(columns):
        missing, distinct, valued, least, most, broken = row[1 + 6 * nth : 7 + 6 * nth]
        sample = samples[at]
        is_date = sample.is_date
        facts.append(
            ColumnFacts(
                at=at,
                name=table.names[at],
                rows=row[0],
                missing=MissingCells(missing),
                distinct=min(distinct, row[0] - missing),
                examples=tuple(dict.fromkeys(map(shown, sample.cells)))[:_FIRST],
                words=_words(sample.cells),
                numbers=0 if is_date else valued,
                whole=valued > 0 and not broken and not is_date,
                least=least,
                most=most,
                dates=valued if is_date else 0,
            )
        )
    return facts


def _words(cells: Sequence[str]) -> float:
    return sum(len(cell.split()) for cell in cells) / len(cells) if cells else 0.0


def _spread(
    table: TableFile, facts: Sequence[ColumnFacts], samples: dict[int, _Sample]
) -> list[ColumnFacts]:
    """A second pass: the values of which there are few, the histogram of the numbers, and how
    missing cells are written."""
    asked, takes = [], []
    for each in facts:
        at = each.at
        if each.missing.count:
            # Cells of nothing but blanks may differ endlessly.
            asked.append(f"list(DISTINCT left(coalesce(bare(c{at}), ''), 20)) FILTER (m{at})")
            asked.append(f"min(row, {_FIRST}) FILTER (m{at})")
            takes += [(at, "written"), (at, "first")]
        if each.cells and each.distinct <= 1.1 * FEW:
            asked.append(f"histogram(c{at}) FILTER (NOT m{at})")
            takes.append((at, "values"))
        step = _step(each)
        if step:
            assert isinstance(each.least, float)  # noqa: S101 - it has steps
            place = f"least(floor((v{at} - ({each.least!r})) / {step!r}), {STEPS - 1})"
            asked.append(f"histogram(CAST({place} AS INTEGER)) FILTER (v{at} IS NOT NULL)")
            takes.append((at, "histogram"))
    row: tuple[object, ...] = ()
    if asked:
        columns = [each.at for each in facts]
        found = table.connection.execute(
            f"SELECT {', '.join(asked)} FROM ({_inner(table, columns, samples)})"
        ).fetchone()
        row = found or ()
    taken = dict(zip(takes, row, strict=True))
    return [_with_spread(each, taken) for each in facts]


def _step(facts: ColumnFacts) -> float:
    if not (facts.numbers and isinstance(facts.least, float) and isinstance(facts.most, float)):
        return 0.0
    step = facts.most / STEPS - facts.least / STEPS
    return step if math.isfinite(step) else 0.0


def _with_spread(facts: ColumnFacts, taken: dict[tuple[int, str], object]) -> ColumnFacts:
    at = facts.at
    written, first = taken.get((at, "written")), taken.get((at, "first"))
    if isinstance(written, list) and isinstance(first, list):
        ways = tuple(sorted(map(shown, written))[:_WRITTEN])
        missing = MissingCells(facts.missing.count, tuple(first), ways)
        facts = replace(facts, missing=missing)
    values = taken.get((at, "values"))
    if isinstance(values, dict):
        merged: Counter[str] = Counter()
        for value, rows in values.items():
            merged[value.strip(BLANKS)] += rows
        ordered = sorted(merged.items(), key=lambda pair: (-pair[1], pair[0]))
        facts = replace(facts, values=tuple(ordered), distinct=len(ordered))
    steps = taken.get((at, "histogram"))
    if isinstance(steps, dict):
        facts = replace(facts, histogram=tuple(steps.get(step, 0) for step in range(STEPS)))
    return facts


def _exactly_distinct(table: TableFile, facts: list[ColumnFacts]) -> list[ColumnFacts]:
    """Make sure of the columns that seem to have no two cells alike."""
    made = list(facts)
    near = [
        each
        for each in facts
        if each.values is None
        and each.distinct > 0.85 * each.cells
        and (each.whole or each.numbers < 0.9 * each.cells)
        and not each.dates
    ]
    for each in near[:_CHECKED]:
        found = table.connection.execute(
            f"SELECT count(*) FROM (SELECT DISTINCT c{each.at} FROM cells "
            f"WHERE NOT {table.missing(each.at)})"
        ).fetchone()
        if found:
            made[each.at] = replace(each, distinct=found[0])
    return made
