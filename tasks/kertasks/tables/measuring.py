"""Computes the statistics of a table's training rows.

Medians, categories and most frequent values by DuckDB, which says the same whichever rows come
first; means and deviations by scikit-learn, over blocks that are the same each time: the same
table and seed give the same statistics to the last bit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kertasks.tables.cell_sql import literal
from kertasks.tables.statistics import (
    MOST_CATEGORIES,
    CategoryColumn,
    ColumnStatistics,
    NumberColumn,
    TableStatistics,
    TextColumn,
)
from kertasks.tables.table import Column, Missing, Role, Scaling, Table, TextForm
from kertasks.tables.table_rows import TableRows
from kertasks.tables.texts import Vocabulary


def measure(rows: TableRows, table: Table, target: Any) -> TableStatistics:
    """The statistics of the rows that were marked as training.

    Args:
        rows: of the table.
        table: what its columns are.
        target: of the training rows, float64 or int32, shape (rows,).
    """
    columns = [table.column(name) for name in rows.features]
    numeric = [at for at, one in enumerate(columns) if one.role in (Role.NUMBER, Role.DATE)]
    typical = _medians(rows, columns, numeric)
    fills = {at: _fill(rows, at, columns[at], typical[at]) for at in numeric}
    spread = _Spread.of(rows, fills)
    found: list[ColumnStatistics] = []
    for at, column in enumerate(columns):
        if at in fills:
            found.append(_number(column, spread, numeric.index(at), typical[at], fills[at]))
        elif column.role is Role.TEXT:
            found.append(_text(rows, at, column, table))
        else:
            found.append(_category(rows, at, column))
    mean = scale = None
    if table.scale_target and not table.classes:
        mean, scale = float(np.mean(target)), float(np.std(target)) or 1.0
    return TableStatistics(table, tuple(found), len(target), mean, scale)


def _medians(
    rows: TableRows, columns: Sequence[Column], numeric: Sequence[int]
) -> dict[int, float]:
    """The median of each column of numbers; of a file that is read again each time only where a
    missing cell gets it, else the middle of the column."""
    exact = [at for at in numeric if rows.in_memory or columns[at].missing is Missing.MEDIAN]
    found: dict[int, float] = {}
    for at in exact:  # one at a time: each has all its values in memory
        found[at] = _number_or_zero(rows.one(f"SELECT median(v{at}) FROM training")[0])
    rough = [at for at in numeric if at not in found]
    if rough:
        middles = ", ".join(f"min(v{at}), max(v{at})" for at in rough)
        ends = rows.one(f"SELECT {middles} FROM training")
        for place, at in enumerate(rough):
            least, most = ends[2 * place], ends[2 * place + 1]
            found[at] = 0.0 if least is None else (least + most) / 2
    return found


def _number_or_zero(value: float | None) -> float:
    return 0.0 if value is None else float(value)


def _fill(rows: TableRows, at: int, column: Column, median: float) -> float | None:
    if column.missing is Missing.DROP:
        return None
    if column.missing is Missing.MEDIAN:
        return median
    return float(_most_frequent(rows, at, median))


def _most_frequent(rows: TableRows, at: int, otherwise: Any) -> Any:
    """The value that most rows have, of several the smallest, as ``SimpleImputer`` chooses."""
    found = rows.all(
        f"SELECT v{at} FROM training WHERE v{at} IS NOT NULL GROUP BY 1 "
        "ORDER BY count(*) DESC, 1 LIMIT 1"
    )
    return found[0][0] if found else otherwise


@dataclass(frozen=True, slots=True)
class _Spread:
    """Where the numbers of each column lie, missing ones filled: a number a column."""

    mean: NDArray[np.float64]
    deviation: NDArray[np.float64]
    least: NDArray[np.float64]
    most: NDArray[np.float64]

    @classmethod
    def of(cls, rows: TableRows, fills: Mapping[int, float | None]) -> _Spread | None:
        """Look at every training row once; None without a column of numbers."""
        if not fills:
            return None
        from sklearn.preprocessing import MinMaxScaler, StandardScaler

        standard, ends = StandardScaler(), MinMaxScaler()
        wanted = {"row": "row"} | {
            f"v{at}": filled_sql(f"v{at}", fill) for at, fill in fills.items()
        }
        for block in rows.blocks(wanted, "training"):
            values = np.column_stack([np.asarray(block[f"v{at}"]) for at in fills])
            standard.partial_fit(values)
            ends.partial_fit(values)
        return cls(standard.mean_, standard.scale_, ends.data_min_, ends.data_max_)


def filled_sql(value: str, fill: float | str | None) -> str:
    """A value, or what stands for it where it is missing."""
    if fill is None:
        return value
    return f"coalesce({value}, {literal(fill) if isinstance(fill, str) else repr(float(fill))})"


def _number(
    column: Column, spread: _Spread | None, place: int, typical: float, fill: float | None
) -> NumberColumn:
    assert spread is not None  # noqa: S101 - there is one where there is a column of numbers
    least, most = float(spread.least[place]), float(spread.most[place])
    centre, scale = 0.0, 1.0
    if column.scaling is Scaling.STANDARD:
        # Of a column of one value scikit-learn gives 1.
        centre, scale = float(spread.mean[place]), float(spread.deviation[place])
    elif column.scaling is Scaling.RANGE:
        centre, scale = least, (most - least) or 1.0
    is_date = column.role is Role.DATE
    return NumberColumn(
        column.name, least, most, centre, scale, typical, fill, column.unit, is_date
    )


def _category(rows: TableRows, at: int, column: Column) -> CategoryColumn:
    typical = str(_most_frequent(rows, at, ""))
    fill = None if column.missing is Missing.DROP else typical
    found = rows.all(
        f"SELECT v{at} FROM training WHERE v{at} IS NOT NULL GROUP BY 1 "
        f"ORDER BY count(*) DESC, 1 LIMIT {MOST_CATEGORIES}"
    )
    return CategoryColumn(column.name, tuple(sorted(value for (value,) in found)), typical, fill)


def _text(rows: TableRows, at: int, column: Column, table: Table) -> TextColumn:
    vocabulary = Vocabulary()
    for block in rows.blocks({"row": "row", "text": f"v{at}"}, "training"):
        vocabulary.add(block["text"])
    length = table.most_length if table.text_form is TextForm.SEQUENCE else 0
    fill = None if column.missing is Missing.DROP else ""
    return TextColumn(column.name, vocabulary.words(table.most_words), length, fill)
