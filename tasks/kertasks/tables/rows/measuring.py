"""Computes the statistics of a table's training rows.

Medians, categories and most frequent values by DuckDB, which says the same whichever rows come
first; means and deviations by scikit-learn, over blocks that are the same each time: the same
table and seed give the same statistics to the last bit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from kertasks.tables.cell_sql import literal
from kertasks.tables.rows.table_rows import TableRows
from kertasks.tables.rows.texts import Vocabulary
from kertasks.tables.statistics import (
    MOST_CATEGORIES,
    CategoryColumn,
    ColumnStatistics,
    NumberColumn,
    TableStatistics,
    TextColumn,
)
from kertasks.tables.table import Column, Missing, Role, Scaling, Table, TextForm

_MEDIAN_CELLS = 8_000_000
"""Values that DuckDB sorts at once."""


def measure(rows: TableRows, table: Table, target: Any) -> TableStatistics:
    """The statistics of the rows that were marked as training.

    Args:
        rows: of the table.
        table: what its columns are.
        target: of the training rows, float64 or int32, shape (rows,).
    """
    columns = [table.column(name) for name in rows.features]
    numeric = [at for at, one in enumerate(columns) if one.role in (Role.NUMBER, Role.DATE)]
    places = _places(rows, columns, numeric, len(target))
    fills = {at: _fill(rows, at, columns[at], places[at].typical) for at in numeric}
    scaler = _scaler(rows, fills)
    found: list[ColumnStatistics] = []
    for at, column in enumerate(columns):
        if at in fills:
            of_scaler = numeric.index(at)
            mean, deviation = scaler.mean_[of_scaler], scaler.scale_[of_scaler]
            found.append(_number(column, places[at], float(mean), float(deviation), fills[at]))
        elif column.role is Role.TEXT:
            found.append(_text(rows, at, column, table))
        else:
            found.append(_category(rows, at, column))
    of_target: tuple[float | None, float | None] = None, None
    if table.scale_target and not table.classes:
        of_target = float(np.mean(target)), float(np.std(target)) or 1.0
    return TableStatistics(table, tuple(found), len(target), *of_target)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the numbers of a column lie; all 0 where there is none."""

    least: float = 0.0
    most: float = 0.0
    typical: float = 0.0
    """The median; the middle where nobody needs to know it of a file that is read again each
    time."""


def _places(
    rows: TableRows, columns: Sequence[Column], numeric: Sequence[int], count: int
) -> dict[int, _Place]:
    """Where the numbers of each column of them lie."""
    if not numeric:
        return {}
    ends = rows.one(
        f"SELECT {', '.join(f'min(v{at}), max(v{at})' for at in numeric)} FROM training"
    )
    found = {}
    for at, least, most in zip(numeric, ends[::2], ends[1::2], strict=True):
        found[at] = _Place() if least is None else _Place(least, most, (least + most) / 2)
    exact = [at for at in numeric if rows.in_memory or columns[at].missing is Missing.MEDIAN]
    # DuckDB has all values of a column in memory for its median.
    together = max(1, _MEDIAN_CELLS // max(1, count))
    for first in range(0, len(exact), together):
        some = exact[first : first + together]
        medians = rows.one(f"SELECT {', '.join(f'median(v{at})' for at in some)} FROM training")
        for at, median in zip(some, medians, strict=True):
            if median is not None:
                found[at] = replace(found[at], typical=float(median))
    return found


def _fill(rows: TableRows, at: int, column: Column, median: float) -> float | None:
    if column.missing is Missing.DROP:
        return None
    if column.missing is Missing.MEDIAN:
        return median
    return float(next(iter(_most_frequent(rows, at, 1)), median))


def _most_frequent(rows: TableRows, at: int, most: int) -> list[Any]:
    """The values that most rows have, of those as frequent the smallest first, as
    ``SimpleImputer`` chooses."""
    found = rows.all(
        f"SELECT v{at} FROM training WHERE v{at} IS NOT NULL GROUP BY 1 "
        f"ORDER BY count(*) DESC, 1 LIMIT {most}"
    )
    return [value for (value,) in found]


def _scaler(rows: TableRows, fills: Mapping[int, float | None]) -> Any:
    """A ``StandardScaler`` of the columns of numbers, missing ones filled; None without any."""
    if not fills:
        return None
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler()
    wanted = {"row": "row"}
    wanted |= {f"v{at}": filled_sql(f"v{at}", fill) for at, fill in fills.items()}
    for block in rows.blocks(wanted, "training"):
        scaler.partial_fit(np.column_stack([np.asarray(block[f"v{at}"]) for at in fills]))
    return scaler


def filled_sql(value: str, fill: float | str | None) -> str:
    """A value, or what stands for it where it is missing."""
    if fill is None:
        return value
    return f"coalesce({value}, {literal(fill) if isinstance(fill, str) else repr(float(fill))})"


def _number(
    column: Column, place: _Place, mean: float, deviation: float, fill: float | None
) -> NumberColumn:
    centre, scale = 0.0, 1.0
    if column.scaling is Scaling.STANDARD:
        # Of a column of one value scikit-learn's deviation is 1.
        centre, scale = mean, deviation
    elif column.scaling is Scaling.RANGE:
        centre, scale = place.least, (place.most - place.least) or 1.0
    return NumberColumn(
        column.name,
        place.least,
        place.most,
        centre,
        scale,
        place.typical,
        fill,
        column.unit,
        is_date=column.role is Role.DATE,
    )


def _category(rows: TableRows, at: int, column: Column) -> CategoryColumn:
    found = _most_frequent(rows, at, MOST_CATEGORIES)
    typical = found[0] if found else ""
    fill = None if column.missing is Missing.DROP else typical
    return CategoryColumn(column.name, tuple(sorted(found)), typical, fill)


def _text(rows: TableRows, at: int, column: Column, table: Table) -> TextColumn:
    vocabulary = Vocabulary()
    for block in rows.blocks({"row": "row", "text": f"v{at}"}, "training"):
        vocabulary.add(block["text"])
    length = table.most_length if table.text_form is TextForm.SEQUENCE else 0
    fill = None if column.missing is Missing.DROP else ""
    return TextColumn(column.name, vocabulary.words(table.most_words), length, fill)
