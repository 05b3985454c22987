"""Rows that lie in a file and are seen through a memory map: of what is read and written, no more
than a part is in the process's memory at a time.

What a process has touched of a map counts as its memory until it says that it is done with it; the
system keeps the pages as it keeps those of any file it has read, for as long as there is room.
For an array that lies in memory all of this does nothing special.
"""

from __future__ import annotations

import mmap
from typing import Any

import numpy as np
from numpy.typing import NDArray

_WINDOW = 32 << 20
"""Bytes of a map that are touched at most before they are let go of."""


def is_mapped(array: Any) -> bool:
    """Whether an array lies in a file."""
    return isinstance(array, np.memmap)


def let_go(array: Any) -> None:
    """Say that what was touched of a map is not needed now; it stays in the file."""
    mapping = getattr(array, "_mmap", None)
    if isinstance(mapping, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        mapping.madvise(mmap.MADV_DONTNEED)


def take_rows(array: Any, rows: NDArray[Any] | slice) -> NDArray[Any]:
    """Some rows, in memory.

    Args:
        array: shape (rows, …).
        rows: their numbers, in any order, or a slice of them.
    """
    if not is_mapped(array):
        return np.asarray(array[rows])
    if isinstance(rows, slice):
        taken = np.array(array[rows])
        let_go(array)
        return taken
    taken = np.empty((len(rows), *array.shape[1:]), array.dtype)
    for some in _windows(array, rows):
        taken[some] = array[rows[some]]
        let_go(array)
    return taken


def scatter(array: NDArray[Any], places: NDArray[np.int64], rows: NDArray[Any]) -> None:
    """Write rows, each at its place."""
    if not is_mapped(array):
        array[places] = rows
        return
    for some in _windows(array, places):
        array[places[some]] = rows[some]
        let_go(array)


def _windows(array: NDArray[Any], rows: NDArray[Any]) -> list[NDArray[np.int64]]:
    """The places in ``rows`` of those that lie near each other."""
    row_bytes = max(1, array.nbytes // max(1, len(array)))
    order = np.argsort(rows, kind="stable")
    in_a_window = max(1, _WINDOW // row_bytes)
    cuts = np.searchsorted(rows[order], np.arange(in_a_window, len(array), in_a_window))
    return [some for some in np.split(order, cuts) if len(some)]
