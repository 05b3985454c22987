"""Computes what a person asks of a dataset before training: facts, baselines, samples, pictures."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from itertools import chain, repeat
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from kertasks.data.classes import DatasetClasses
from kertasks.data.dataset import Dataset
from kertasks.data.described.description import Description, FeatureFacts, Sample, SplitFacts
from kertasks.data.described.samples import decode_row
from kertasks.data.faults import faults_of
from kertasks.data.multi_hot import MultiHotRows
from kertasks.data.pictures import picture_of
from kertasks.data.rows.mapped_rows import is_mapped, take_rows
from kertasks.data.splits import Split
from kertasks.data.value_reading import are_finite, flat_rows, values_of
from kertasks.data.values import NO_NUMBERS
from kertasks.scores.baselines import baseline
from kertasks.task import Task

_SAMPLES = 6
_MOST_CLASSES_SHOWN = 10


def describe(task: Task, dataset: Dataset) -> Description:
    """Facts, baselines, decoded samples and a picture of a dataset of the task.

    Data of which something is wrong is described as far as it goes, and what is wrong is told.
    """
    values = values_of(dataset)
    classes = DatasetClasses(dataset, values)
    hashes = {name: row_hashes(split) for name, split in dataset.splits().items()}
    distinct = {name: np.unique(rows) for name, rows in hashes.items()}
    found = (baseline(method, dataset) for method in dataset.baseline_methods)
    baselines = [one for one in found if one is not None]
    features = feature_facts(dataset)
    named = [facts for facts in features if facts.name != ALL and facts.numbers is None]
    return Description(
        task=task.name,
        variant=dataset.variant,
        seed=dataset.seed,
        splits=tuple(
            _split_facts(name, split, len(distinct[name]), classes)
            for name, split in dataset.splits().items()
        ),
        features=features,
        feature_count=int(np.prod(dataset.input_shape)),
        class_names=classes.names,
        target=None if dataset.class_names else target_facts(dataset),
        validation_rows_in_training=int(
            np.isin(hashes.get("validation", hashes["train"][:0]), distinct["train"]).sum()
        ),
        baseline=baselines[0] if baselines else None,
        samples=_samples(dataset, classes),
        picture=picture_of(dataset, classes),
        own_features=own_feature_facts(dataset),
        other_baselines=tuple(baselines[1:]),
        values=values,
        faults=tuple(fault.text for fault in faults_of(values)),
        constant_features=sum(one.minimum == one.maximum for one in named)
        if dataset.train.rows > 1
        else 0,
        raw_columns=dataset.raw_columns,
        reads_files=dataset.read_file is not None,
        feature_rows=_rows_described(dataset),
    )


def _split_facts(
    name: str, split: Split, distinct_rows: int, classes: DatasetClasses
) -> SplitFacts:
    return SplitFacts(
        name=name,
        rows=split.rows,
        distinct_rows=distinct_rows,
        x_shape=tuple(map(int, split.x.shape[1:])),
        x_dtype=str(split.x.dtype),
        y_shape=tuple(map(int, split.y.shape[1:])),
        y_dtype=str(split.y.dtype),
        bytes=int(split.x.nbytes + split.y.nbytes),
        class_rows=classes.rows_of_each(name),
    )


def _samples(dataset: Dataset, classes: DatasetClasses) -> tuple[Sample, ...]:
    places = classes.of_rows(dataset.train.y)
    found = []
    for row in _sample_rows(dataset, places, len(classes.names)):
        sample = decode_row(dataset, dataset.train, row)
        if sample is None:
            continue
        if places is not None:
            sample = msgspec.structs.replace(sample, label=classes.names[places[row]])
        found.append(sample)
    return tuple(found)


def _sample_rows(dataset: Dataset, places: NDArray[np.int64] | None, classes: int) -> list[int]:
    """The first training rows; with few classes, the first ones of each class in turn."""
    rows = min(dataset.train.rows, len(dataset.train.y))
    if places is None or not 0 < classes <= _MOST_CLASSES_SHOWN:
        return list(range(min(_SAMPLES, rows)))
    each = max(1, _SAMPLES // classes)
    by_class = [np.flatnonzero(places[:rows] == place)[:each] for place in range(classes)]
    return [int(rows[turn]) for turn in range(each) for rows in by_class if turn < len(rows)]


_CHUNK_BYTES = 32 * 1024 * 1024
_SPREADS = np.uint64(0x9E3779B97F4A7C15)
"""An odd number whose bits are as good as drawn: 2 ** 64 by the golden ratio."""


def row_hashes(split: Split) -> NDArray[np.uint64]:
    """One hash a row that has a target, of its features and its target: shape (rows,).

    Equal rows have equal hashes. Two of ten million rows that differ have the same one by a
    chance of one in a hundred thousand. No row becomes an object of Python's: 25,000 rows of
    10,000 cells are compared in a fraction of a second, a million rows of 20 in half a second.
    """
    binary = _is_binary(split.x)
    rows = min(split.rows, len(split.y))
    found = np.zeros(rows, np.uint64)
    first = 0
    for part in row_parts(split.x):
        last = min(rows, first + len(part))
        hashes = found[first:last]  # there may be fewer targets than rows
        _mix(hashes, _comparable(part[: last - first], binary))
        _mix(hashes, _comparable(split.y[first:last], False))
        first = last
    return found


def _mix(hashes: NDArray[np.uint64], rows: NDArray[Any]) -> None:
    """Take the bytes of rows into their hashes, eight at a time, as MurmurHash does."""
    lines = np.ascontiguousarray(rows).view(np.uint8).reshape(len(rows), -1)
    rest = -lines.shape[1] % 8
    if rest:
        lines = np.pad(lines, ((0, 0), (0, rest)))
    for column in np.ascontiguousarray(lines).view(np.uint64).T:
        hashes ^= column
        hashes *= _SPREADS
        hashes ^= hashes >> np.uint64(32)


def row_parts(values: NDArray[Any] | MultiHotRows) -> Iterator[NDArray[Any]]:
    """Rows as they lie, some at a time: never all of them written out."""
    step = max(1, _CHUNK_BYTES * len(values) // max(1, values.nbytes))
    for start in range(0, len(values), step):
        yield take_rows(values, slice(start, start + step))


def _is_binary(values: NDArray[Any] | MultiHotRows) -> bool:
    if isinstance(values, MultiHotRows):
        return True
    return values.dtype == np.uint8 and values.size > 0 and int(values.max()) <= 1


def _comparable(values: NDArray[Any], binary: bool) -> NDArray[Any]:
    flat = flat_rows(values)
    if binary:
        return np.packbits(flat, axis=1)
    if flat.dtype.kind in NO_NUMBERS:
        hashes = (blake2b(repr(row.tolist()).encode(), digest_size=8).digest() for row in flat)
        return np.array([np.frombuffer(one, np.uint64) for one in hashes]).reshape(len(flat), -1)
    # Adding zero makes the two floating point zeros one: they are the same value.
    return flat + 0.0 if flat.dtype.kind == "f" else flat


MOST_NAMED_FEATURES = 64
"""With more features than this, or with none named, they are described as one."""

MOST_CELLS_DESCRIBED = 10_000_000
"""Of rows that lie in a file: their features are described by some of the rows."""

ALL = "all"

_ROUNDING = 1e-6
"""A mean this small beside the deviation is what float32 left over from 0."""

_CHUNK_CELLS = 4 * 1024 * 1024


def feature_facts(dataset: Dataset) -> tuple[FeatureFacts, ...]:
    """The features of the training rows as the network gets them; empty where they are no numbers.

    Scaled features are counted in standard deviations (unit ``"SD"``).
    """
    values = dataset.train.x
    if values.dtype.kind in NO_NUMBERS:
        return ()
    if not _are_named(dataset):
        return (_all_facts(values),)
    scaled = dataset.feature_scale is not None
    units = ["SD"] * len(dataset.feature_names) if scaled else dataset.own_units
    return _facts_of(dataset.feature_names, units, _rows_to_describe(values))


def _rows_to_describe(values: NDArray[Any] | MultiHotRows) -> NDArray[Any]:
    """All rows; of those that lie in a file as many, evenly spaced, as describe them well."""
    if not is_mapped(values):
        return np.asarray(values)
    return take_rows(values, _evenly_spaced(values))


def _evenly_spaced(values: NDArray[Any] | MultiHotRows) -> NDArray[np.int64]:
    """The numbers of as many rows as describe all of them well."""
    most = max(1, MOST_CELLS_DESCRIBED * len(values) // max(1, values.size))
    return np.unique(np.linspace(0, len(values) - 1, most).astype(np.int64))


def _rows_described(dataset: Dataset) -> int:
    """Of how many rows the named features are described; 0 where it is all of them."""
    values = dataset.train.x
    if not (is_mapped(values) and _are_named(dataset)):
        return 0
    rows = len(_evenly_spaced(values))
    return rows if rows < len(values) else 0


def own_feature_facts(dataset: Dataset) -> tuple[FeatureFacts, ...]:
    """The features in their own units, before scaling; empty where they are not scaled."""
    is_number = dataset.train.x.dtype.kind not in NO_NUMBERS
    if dataset.feature_scale is None or not is_number or not _are_named(dataset):
        return ()
    values = dataset.feature_scale.to_own_unit(_rows_to_describe(dataset.train.x))
    return _facts_of(dataset.feature_names, dataset.own_units, values)


def target_facts(dataset: Dataset) -> FeatureFacts | None:
    """A regression's target in its own unit; None for classes, and for what is no number."""
    if dataset.class_names or dataset.train.y.dtype.kind in NO_NUMBERS:
        return None
    return _facts(dataset.target_name, dataset.unit, dataset.target_in_own_unit(dataset.train.y))


def _are_named(dataset: Dataset) -> bool:
    return dataset.has_named_columns and len(dataset.feature_names) <= MOST_NAMED_FEATURES


def _facts_of(
    names: Sequence[str], units: Sequence[str | None], values: NDArray[Any]
) -> tuple[FeatureFacts, ...]:
    known = chain(units, repeat(None))  # there may be fewer units than names
    return tuple(
        _facts(name, unit, column)
        for name, unit, column in zip(names, known, values.T, strict=False)
    )


def _facts(name: str, unit: str | None, values: NDArray[Any]) -> FeatureFacts:
    exact = values.astype(np.float64)
    finite = exact[are_finite(exact)]
    numbers = None if finite.size == exact.size else int(finite.size)
    if not finite.size:
        return FeatureFacts(name, unit, 0.0, 0.0, 0.0, 0.0, numbers=0, median=0.0)
    mean, deviation = float(finite.mean()), float(finite.std())
    return FeatureFacts(
        name=name,
        unit=unit,
        minimum=float(finite.min()),
        maximum=float(finite.max()),
        mean=0.0 if abs(mean) < _ROUNDING * deviation else mean,
        standard_deviation=deviation,
        numbers=numbers,
        median=float(np.median(finite)),
    )


def _all_facts(values: NDArray[Any] | MultiHotRows) -> FeatureFacts:
    """All cells as one, a part at a time: float64 of all of them would be eight times as big."""
    filled = [(part.min(), part.max(), part.size) for part in _finite_parts(values)]
    if not filled:
        return FeatureFacts(ALL, None, 0.0, 0.0, 0.0, 0.0, numbers=0)
    least, most, sizes = zip(*filled, strict=True)
    minimum, maximum, count = float(min(least)), float(max(most)), sum(sizes)
    if values.dtype == np.uint8 and maximum <= 1.0:
        mean = sum(int(np.count_nonzero(part)) for part in row_parts(values)) / values.size
        return FeatureFacts(ALL, None, minimum, maximum, mean, math.sqrt(mean * (1.0 - mean)))
    mean = math.fsum(float(part.sum()) for part in _exact_parts(values)) / count
    squares = math.fsum(float(((part - mean) ** 2).sum()) for part in _exact_parts(values))
    deviation = math.sqrt(squares / count)
    numbers = None if count == values.size else count
    return FeatureFacts(ALL, None, minimum, maximum, mean, deviation, numbers)


def _finite_parts(values: NDArray[Any] | MultiHotRows) -> Iterator[NDArray[Any]]:
    """The finite numbers of some rows at a time; nothing of rows that have none."""
    for rows in row_parts(values):
        cells = rows[are_finite(rows)] if rows.dtype.kind == "f" else rows.reshape(-1)
        if cells.size:
            yield cells


def _exact_parts(values: NDArray[Any] | MultiHotRows) -> Iterator[NDArray[np.float64]]:
    for cells in _finite_parts(values):
        for start in range(0, cells.size, _CHUNK_CELLS):
            yield cells[start : start + _CHUNK_CELLS].astype(np.float64)
