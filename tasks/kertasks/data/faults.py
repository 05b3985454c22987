"""What is wrong with data, whatever is trained on it. Pure: no NumPy.

The picker's card, the check of a recipe and a script say it in the same words.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from kertasks.data.values import Cells, DataValues, SplitValues, shown_label
from kertasks.text.numbers import grouped

_WORDS = {
    "O": "Python objects",
    "U": "texts",
    "S": "texts",
    "V": "raw bytes",
    "c": "complex numbers",
}
_FEW = 6


class DataFault(NamedTuple):
    """One thing that is wrong with data."""

    text: str
    refused: bool
    """Whether no network can be trained on it."""


def faults_of(values: DataValues) -> tuple[DataFault, ...]:
    """Everything that is wrong with a dataset, the worst first."""
    found = [*_faults_of_splits(values), *_faults_of_names(values)]
    return tuple(sorted(found, key=lambda fault: not fault.refused))


def _faults_of_splits(values: DataValues) -> Iterator[DataFault]:
    train = values.train
    if not train.x.rows:
        yield DataFault("there are no rows to train on", True)
    for split in values.splits:
        # Without test rows that can be used a network is trained all the same.
        matters = split.name != "test"
        of = "" if split is train else f"the {split.name}'s "
        yield from _faults_of_cells(f"{of}x", split.x, matters)
        yield from _faults_of_cells(f"{of}y", split.y, matters)
        if split.x.rows != split.y.rows:
            rows = f"{grouped(split.x.rows)} rows, {of}y holds {grouped(split.y.rows)}"
            yield DataFault(f"{of}x holds {rows}: there must be a target for each row", matters)
        if split is train:
            continue
        if not split.x.rows:
            yield DataFault(f"the {split.name} split has no rows", False)
            continue
        for name, here, there in (("x", split.x, train.x), ("y", split.y, train.y)):
            if here.row_shape != there.row_shape:
                shapes = f"{_shape(here)} a row, those to train on {_shape(there)}"
                yield DataFault(f"the {split.name}'s {name} has {shapes}", matters)


def _faults_of_cells(name: str, cells: Cells, matters: bool) -> Iterator[DataFault]:
    if not cells.are_numbers:
        what = _WORDS.get(cells.kind, "times")
        takes = "real numbers" if cells.kind == "c" else "numbers"
        yield DataFault(f"{name} holds {what} (dtype {cells.dtype}); Keras takes {takes}", matters)
    if 0 in cells.row_shape:
        yield DataFault(f"a row of {name} holds nothing: it has {_shape(cells)}", matters)
    if cells.not_finite is not None:
        yield DataFault(cells.not_finite.describe(name), False)


def _shape(cells: Cells) -> str:
    return f"shape ({', '.join(map(str, cells.row_shape))})" if cells.row_shape else "one value"


def _faults_of_names(values: DataValues) -> Iterator[DataFault]:
    if values.features and values.feature_names not in (0, values.features):
        given = f"{grouped(values.feature_names)} feature names"
        yield DataFault(f"there are {given} for {grouped(values.features)} columns", False)
    names = values.class_names
    if not names or not values.train.y.are_numbers:
        return
    unnamed = [split for split in values.splits if _has_unnamed(split, len(names))]
    for split in unnamed[:1]:
        of = "" if split is values.train else f"the {split.name}'s "
        count = f"{len(names)} class names" if len(names) > 1 else "one class name"
        yield DataFault(
            f"{of}labels {_labels(split)} do not fit the {count}, which stand for "
            f"{'0' if len(names) == 1 else f'0 to {len(names) - 1}'}",
            False,
        )


def _has_unnamed(split: SplitValues, names: int) -> bool:
    """Whether a label of the split is not the place of a name."""
    if split.y.rows and not split.classes:
        has_labels = not split.y.row_shape or split.y.row_shape == (1,)
        return has_labels or split.y.row_shape != (names,)
    if split.one_hot:
        return split.y.row_shape != (names,)
    return any(not (isinstance(c.label, int) and 0 <= c.label < names) for c in split.classes)


def _labels(split: SplitValues) -> str:
    """Which labels there are: ``1, 2, 3``; their range where they are many."""
    if 0 < len(split.classes) <= _FEW:
        return ", ".join(shown_label(found.label) for found in split.classes)
    if split.y.row_shape and split.y.row_shape != (1,):
        return f"of {_shape(split.y)} a row"
    return split.y.describe_range()
