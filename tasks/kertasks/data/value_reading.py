"""Reads what stands in a dataset's cells: ranges, labels, and what is not finite."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kertasks.data.dataset import Dataset
from kertasks.data.multi_hot import MultiHotRows
from kertasks.data.rows.mapped_rows import take_rows
from kertasks.data.splits import Split
from kertasks.data.values import (
    NO_NUMBERS,
    Cells,
    ClassRows,
    DataValues,
    NotFinite,
    SplitValues,
)

_MOST_LABELS = 1_000
"""More labels than that are no classes."""

_SOME_LABELS = 100_000
"""The first ones, which are looked at before all of them are."""

_CHUNK_CELLS = 4 * 1024 * 1024


def values_of(dataset: Dataset) -> DataValues:
    """What stands in the cells of all splits. Looks at every cell once."""
    shape = dataset.train.x.shape
    return DataValues(
        splits=tuple(_split_values(name, split) for name, split in dataset.splits().items()),
        class_names=dataset.class_names,
        features=int(shape[1]) if len(shape) == 2 else 0,
        feature_names=len(dataset.feature_names),
        target_scaled=dataset.target_scale is not None,
    )


def _split_values(name: str, split: Split) -> SplitValues:
    labels = labels_of(split.y)
    return SplitValues(
        name=name,
        x=_cells(split.x),
        y=_cells(split.y),
        one_hot=split.y.ndim == 2 and split.y.shape[1] > 1 and labels is not None,
        classes=() if labels is None else _classes(labels),
    )


def labels_of(y: NDArray[Any]) -> NDArray[Any] | None:
    """The label of each row, shape (rows,); None where a row has several numbers.

    Args:
        y: labels of shape (rows,) or (rows, 1), or rows of zeros with a single 1.
    """
    if y.ndim == 1 or (y.ndim == 2 and y.shape[1] == 1):
        return y.reshape(-1)
    if y.ndim != 2 or y.dtype.kind in NO_NUMBERS or not y.size:
        return None
    is_one_hot = bool(((y == 0) | (y == 1)).all() and (np.count_nonzero(y, axis=1) == 1).all())
    labels: NDArray[Any] = y.argmax(axis=1)
    return labels if is_one_hot else None


def _classes(labels: NDArray[Any]) -> tuple[ClassRows, ...]:
    if labels.dtype.kind == "O":
        labels = labels.astype(str)
    if len(np.unique(labels[:_SOME_LABELS])) > _MOST_LABELS:
        return ()
    found, first, counts = np.unique(labels, return_index=True, return_counts=True)
    if len(found) > _MOST_LABELS:
        return ()
    # The first of the rows turned round is the last one.
    _, from_end = np.unique(labels[::-1], return_index=True)
    return tuple(
        ClassRows(plain_label(label), int(rows), int(begin), len(labels) - 1 - int(end))
        for label, rows, begin, end in zip(found, counts, first, from_end, strict=True)
    )


def plain_label(label: Any) -> int | float | str:
    """A label as Python has it; a number that is whole as a whole number."""
    kind = np.asarray(label).dtype.kind
    if kind in "iub":
        return int(label)
    if kind == "S":
        return bytes(label).decode(errors="replace")
    if kind != "f" or not np.isfinite(label):
        return str(label)
    return int(label) if label == np.floor(label) else float(label)


def _cells(array: NDArray[Any] | MultiHotRows) -> Cells:
    dtype = array.dtype
    least = most = not_finite = None
    whole = True
    if isinstance(array, MultiHotRows):  # only its ones are kept
        least, most = (0.0, 1.0) if len(array.numbers) else (0.0, 0.0)
    elif dtype.kind in "fiub":
        all_finite = True
        for part in _parts(array):
            numbers = part
            if not _is_finite(part):
                numbers, all_finite = part[are_finite(part)], False
            if not numbers.size:
                continue
            low, high = float(numbers.min()), float(numbers.max())
            least = low if least is None else min(least, low)
            most = high if most is None else max(most, high)
            whole = whole and (dtype.kind != "f" or bool((numbers == np.floor(numbers)).all()))
        if not all_finite:
            not_finite = first_not_finite(_as_float32(part) for part in _parts(array))
    return Cells(
        rows=len(array),
        row_shape=tuple(int(size) for size in array.shape[1:]),
        dtype=str(dtype),
        kind=dtype.kind,
        least=least,
        most=most,
        whole=whole,
        not_finite=not_finite,
    )


def _parts(array: NDArray[Any] | MultiHotRows) -> Iterator[NDArray[Any]]:
    """Rows as they lie, some at a time: never all of them written out."""
    step = max(1, _CHUNK_CELLS * len(array) // max(1, array.size))
    for start in range(0, len(array), step):
        yield take_rows(array, slice(start, start + step))


def _as_float32(values: NDArray[Any]) -> NDArray[np.float32]:
    with np.errstate(over="ignore"):  # what float32 cannot hold is infinite to a network
        return values.astype(np.float32)


def _is_finite(values: NDArray[Any]) -> bool:
    """Whether every number is finite to a network: told by the ends alone, which NaN gets into."""
    if values.dtype.kind != "f" or not values.size:
        return True
    with np.errstate(invalid="ignore"):
        ends = np.array([values.min(), values.max()])
    return bool(np.isfinite(_as_float32(ends)).all())


def are_finite(values: NDArray[Any]) -> NDArray[np.bool_]:
    """Which numbers are finite to a network, which reads float32; same shape."""
    if values.dtype.kind != "f":
        return np.ones(values.shape, dtype=bool)
    finite: NDArray[np.bool_] = np.isfinite(_as_float32(values))
    return finite


def first_not_finite(parts: Iterable[NDArray[Any]]) -> NotFinite | None:
    """The first number that is not finite; None where all are.

    Args:
        parts: all rows of an array, some at a time, as a network gets them.
    """
    first: tuple[int, tuple[int, ...], str] | None = None
    rows = start = 0
    for part in parts:
        finite = np.isfinite(part)
        if not finite.all():
            places = np.argwhere(~finite)
            if first is None:
                row, *columns = places[0].tolist()
                first = start + row, tuple(columns), str(float(part[tuple(places[0])]))
            rows += len(np.unique(places[:, 0]))
        start += len(part)
    return None if first is None else NotFinite(*first, rows)


def flat_rows(values: NDArray[Any]) -> NDArray[Any]:
    """Rows as rows of cells, shape (rows, cells of a row); there may be no row."""
    return values.reshape(len(values), math.prod(values.shape[1:]))
