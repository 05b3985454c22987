"""Finds numbers in the rows that are not finite: NaN and infinity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kertasks.fitting.rows.feeds import Leaf

_BYTES_AT_ONCE = 16 * 2**20


@dataclass(frozen=True, slots=True)
class NotFinite:
    """The first such number of an array."""

    row: int
    columns: tuple[int, ...]
    """Where in its row, one number an axis."""

    value: float
    rows: int
    """How many rows hold one."""

    def describe(self, name: str) -> str:
        """Where it is, in words; counted from 0, as NumPy does.

        Args:
            name: of the array.
        """
        if len(self.columns) == 1:
            column = f", column {self.columns[0]}"
        else:
            column = f", at {list(self.columns)}" if self.columns else ""
        others = f" and in {self.rows - 1:,} more rows" if self.rows > 1 else ""
        return f"{name} holds {self.value} in row {self.row}{column}{others}"


def find_not_finite(leaf: Leaf) -> NotFinite | None:
    """The first number of an array that is not finite; None where all are."""
    if not leaf.dtype.is_floating:
        return None
    first: tuple[int, tuple[int, ...], float] | None = None
    rows = 0
    step = max(1, _BYTES_AT_ONCE // max(1, leaf.row_bytes))
    for start in range(0, len(leaf.array), step):
        part = leaf.take(slice(start, start + step))
        finite = np.isfinite(part)
        if finite.all():
            continue
        places = np.argwhere(~finite)
        if first is None:
            row, *columns = places[0].tolist()
            first = start + row, tuple(columns), float(part[tuple(places[0])])
        rows += len(np.unique(places[:, 0]))
    return None if first is None else NotFinite(*first, rows)
