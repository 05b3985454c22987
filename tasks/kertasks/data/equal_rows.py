"""Compares rows of splits: how many are distinct, how many occur in another split.

A row stands for itself by a hash of its bytes, so that 25,000 rows of 10,000 cells are
compared in a fraction of a second.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kertasks.data.multi_hot import MultiHotRows
from kertasks.data.splits import Split

_CHUNK_BYTES = 32 * 1024 * 1024
_HASH_BYTES = 16


def row_hashes(split: Split) -> list[bytes]:
    """One hash a row, of its features and its target. Equal rows, equal hashes."""
    binary = _is_binary(split.x)
    found: list[bytes] = []
    for part in row_parts(split.x):
        features = _comparable(part, binary)
        targets = _comparable(split.y[len(found) : len(found) + len(part)], False)
        found.extend(
            blake2b(row.tobytes() + target.tobytes(), digest_size=_HASH_BYTES).digest()
            for row, target in zip(features, targets, strict=True)
        )
    return found


def row_parts(values: NDArray[Any] | MultiHotRows) -> Iterator[NDArray[Any]]:
    """Rows as they lie, some at a time: never all of them written out."""
    step = max(1, _CHUNK_BYTES * len(values) // max(1, values.nbytes))
    for start in range(0, len(values), step):
        yield np.asarray(values[start : start + step])


def rows_also_in(hashes: list[bytes], others: set[bytes]) -> int:
    """How many rows also occur among the others, repeated ones counted each time."""
    return sum(row in others for row in hashes)


def _is_binary(values: NDArray[Any] | MultiHotRows) -> bool:
    if isinstance(values, MultiHotRows):
        return True
    return values.dtype == np.uint8 and values.size > 0 and int(values.max()) <= 1


def _comparable(values: NDArray[Any], binary: bool) -> NDArray[Any]:
    flat = values.reshape(len(values), -1)
    if binary:
        return np.packbits(flat, axis=1)
    # Adding zero makes the two floating point zeros one: they are the same value.
    return flat + 0.0 if flat.dtype.kind == "f" else flat
