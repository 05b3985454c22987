"""Rows of zeros and few ones, kept as the numbers of the columns that hold a one.

A multi-hot row of 10,000 words has about 100 ones: as word numbers it takes 400 bytes instead of
10,000, and a product with it reads 100 rows of a kernel instead of all.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kertasks.data.multi_hot import MultiHotRows

FEWEST_COLUMNS = 1_000
"""Narrower rows are multiplied as they are, which costs little."""

MOST_ONES = 0.05
"""Share of ones above which a product with all columns is as fast."""

_CELLS_AT_ONCE = 10_000_000


def find_words(array: Any) -> MultiHotRows | None:
    """The ones of an array, or None if it is not wide, not sparse, or holds anything but 0 and 1.

    Decided by the values alone. An array that is not suited is given up at the first rows that
    show it; a copy of the whole is never made.

    Args:
        array: numbers or truth values of any dtype; shape (rows, columns) if it is suited.
    """
    if isinstance(array, MultiHotRows):
        is_wide = array.shape[1] >= FEWEST_COLUMNS and len(array) > 0
        return array if is_wide and len(array.numbers) <= MOST_ONES * array.size else None
    if not isinstance(array, np.ndarray) or array.ndim != 2 or array.dtype.kind not in "biuf":
        return None
    rows, columns = array.shape
    if not rows or columns < FEWEST_COLUMNS:
        return None
    numbers: list[NDArray[np.int32]] = []
    lengths: list[NDArray[np.int64]] = []
    most, found = MOST_ONES * rows * columns, 0
    step = max(1, _CELLS_AT_ONCE // columns)
    for first in range(0, rows, step):
        part = np.ascontiguousarray(array[first : first + step])
        cells = np.flatnonzero(part != 0)
        found += len(cells)
        if found > most or not np.all(part.reshape(-1)[cells] == 1):
            return None
        row, column = np.divmod(cells, columns)
        numbers.append(column.astype(np.int32))
        lengths.append(np.bincount(row, minlength=len(part)))
    starts = np.zeros(rows + 1, np.int64)
    np.cumsum(np.concatenate(lengths), out=starts[1:])
    return MultiHotRows(np.concatenate(numbers), starts, columns)
