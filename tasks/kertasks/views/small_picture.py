"""A picture made small enough to be sent to whoever looks at it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kertasks.runs.looking.view import Lines


def small_picture(values: NDArray[np.float64], most: int) -> Lines:
    """A picture of at most so many pixels across and down: blocks of them as their mean.

    Args:
        values: shape (down, across).
        most: pixels.
    """
    by = max(1, -(-max(values.shape) // most))
    for axis in (0, 1):
        starts = np.arange(0, values.shape[axis], by)
        sizes = np.diff([*starts, values.shape[axis]])
        sums = np.add.reduceat(values, starts, axis=axis)
        values = sums / (sizes[:, None] if axis == 0 else sizes)
    return tuple(map(tuple, values.tolist()))
