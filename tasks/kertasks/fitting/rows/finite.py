"""Finds numbers in the rows that are not finite: NaN and infinity."""

from __future__ import annotations

from kertasks.data.value_reading import first_not_finite
from kertasks.data.values import NotFinite
from kertasks.fitting.rows.feeds import Leaf

_BYTES_AT_ONCE = 16 * 2**20


def find_not_finite(leaf: Leaf) -> NotFinite | None:
    """The first number of an array that is not finite; None where all are."""
    if not leaf.dtype.is_floating:
        return None
    step = max(1, _BYTES_AT_ONCE // max(1, leaf.row_bytes))
    starts = range(0, len(leaf.array), step)
    return first_not_finite(leaf.take(slice(start, start + step)) for start in starts)
