"""Rows of a table as the network's input, and back in their own units, by the statistics alone.

Columns come in the order of the file: a number is one feature, scaled; a date is three, its day
scaled as a number and its place in the year as sine and cosine, so that the end of a year is near
the next; a category is one feature each value, and zeros in all of them where the training rows do
not know it. The words of a text come last.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kertasks.data.described.samples import format_number
from kertasks.data.multi_hot import MultiHotRows
from kertasks.tables.cell_sql import literal
from kertasks.tables.rows.measuring import filled_sql
from kertasks.tables.rows.table_rows import Columns
from kertasks.tables.rows.texts import TextNumbers
from kertasks.tables.statistics import (
    DAYS_OF_A_YEAR,
    CategoryColumn,
    NumberColumn,
    TableStatistics,
    TextColumn,
)

OTHER = "other"
"""What is shown for a category that the training rows do not know."""

_EPOCH = datetime(1970, 1, 1)


class Encoding:
    """What becomes of a row.

    Args:
        statistics: of the training rows.
    """

    def __init__(self, statistics: TableStatistics) -> None:
        self.statistics = statistics
        self._text = statistics.text
        self._numbers = None if self._text is None else TextNumbers(self._text)

    @property
    def is_sparse(self) -> bool:
        """Whether rows are zeros and ones of which only the ones are kept."""
        return self.statistics.is_text_alone and not self.statistics.is_sequence

    @property
    def dtype(self) -> np.dtype[Any]:
        """Of the network's input: float32; int32 for the numbers of words, uint8 for words."""
        if self.statistics.is_sequence:
            return np.dtype(np.int32)
        return np.dtype(np.uint8 if self.is_sparse else np.float32)

    @property
    def text_numbers(self) -> TextNumbers:
        """How texts are read, where there is a column of them."""
        assert self._numbers is not None  # noqa: S101
        return self._numbers

    def select(self) -> dict[str, str]:
        """What to ask ``TableRows.blocks`` for, but ``row``: a column each, its missing filled."""
        wanted = {}
        for at, column in enumerate(self.statistics.columns):
            value = filled_sql(f"v{at}", column.fill)
            if isinstance(column, CategoryColumn):
                listed = ", ".join(map(literal, column.categories))
                value = (
                    f"enum_code(try_cast({value} AS ENUM({listed})))::INTEGER" if listed else "-1"
                )
            wanted[f"v{at}"] = value
        return wanted

    def rows(self, block: Columns) -> NDArray[Any]:
        """The network's input of some rows, shape (rows, features) or (rows, words of a text)."""
        if self.statistics.is_sequence:
            return self.text_numbers.rows(_texts(block, self._place_of_text))
        count = len(next(iter(block.values())))
        x = np.zeros((count, self.statistics.width), self.dtype)
        first = 0
        for at, column in enumerate(self.statistics.columns):
            values = block[f"v{at}"]
            if isinstance(column, NumberColumn):
                days = np.asarray(values, np.float64)
                x[:, first] = (days - column.centre) / column.scale
                if column.is_date:
                    turns = 2 * np.pi * days / DAYS_OF_A_YEAR
                    x[:, first + 1], x[:, first + 2] = np.sin(turns), np.cos(turns)
            elif isinstance(column, CategoryColumn):
                codes = np.asarray(values)
                known = np.flatnonzero(codes >= 0)
                x[known, first + codes[known]] = 1
            first += len(column.features)
        if self._text is not None:
            for row, numbers in zip(
                x, self.text_numbers.hot(_texts(block, self._place_of_text)), strict=True
            ):
                row[first + numbers] = 1
        return x

    def sparse(self, hot: Sequence[NDArray[np.int32]]) -> MultiHotRows:
        """Rows that are texts alone: uint8, shape (texts, words), of which the ones are kept.

        Args:
            hot: the numbers of each row's ones, ascending.
        """
        starts = np.concatenate([[0], np.cumsum([len(numbers) for numbers in hot])])
        numbers = np.concatenate([np.zeros(0, np.int32), *hot])
        return MultiHotRows(numbers, starts.astype(np.int64), self.statistics.width)

    @property
    def _place_of_text(self) -> int:
        return next(
            at for at, one in enumerate(self.statistics.columns) if isinstance(one, TextColumn)
        )

    def own_units(self, row: NDArray[Any]) -> tuple[tuple[str, str], ...]:
        """The columns of an encoded row in their own units, but its text: name and value.

        Args:
            row: shape (features,).
        """
        found = []
        first = 0
        for column in self.statistics.columns:
            if isinstance(column, NumberColumn):
                scaled = float(row[first])
                if column.is_date:
                    shown = shown_day(scaled * column.scale + column.centre)
                else:
                    shown = format_number(own_number(column, scaled), column.unit)
                found.append((column.name, shown))
            elif isinstance(column, CategoryColumn):
                ones = np.flatnonzero(row[first : first + len(column.categories)])
                found.append((column.name, column.categories[ones[0]] if len(ones) else OTHER))
            first += len(column.features)
        return tuple(found)


def own_number(column: NumberColumn, scaled: float) -> float:
    """A scaled number in its own unit, without the digits that float32 made up."""
    value = scaled * column.scale + column.centre
    step = 10.0 ** (np.floor(np.log10(max(column.scale, abs(value) * 1e-2))) - 5)
    return float(np.round(value / step) * step + 0.0)


def shown_day(days: float) -> str:
    """A day, with its time where it is not midnight: ``"2026-11-30"``."""
    try:
        moment = _EPOCH + timedelta(minutes=round(days * 1440))
    except OverflowError:
        return f"day {days:g}"
    is_midnight = (moment.hour, moment.minute) == (0, 0)
    return f"{moment:%Y-%m-%d}" if is_midnight else f"{moment:%Y-%m-%d %H:%M}"


def _texts(block: Columns, place: int) -> Sequence[str | None]:
    values = block[f"v{place}"]
    return values if isinstance(values, list) else list(map(str, values))
