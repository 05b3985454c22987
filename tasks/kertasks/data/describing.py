"""Computes what a person asks of a dataset before training: facts, baselines, samples, pictures."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import partial
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kertasks.data.dataset import Dataset
from kertasks.data.description import (
    Baseline,
    CurvePicture,
    Description,
    FeatureFacts,
    Picture,
    Sample,
    ScatterPicture,
    SplitFacts,
)
from kertasks.data.multi_hot import MultiHotRows
from kertasks.data.samples import columns_sample
from kertasks.data.splits import Split
from kertasks.kinds import BaselineMethod
from kertasks.task import Task

_SAMPLES = 6
_MOST_CLASSES_SHOWN = 10


def describe(task: Task, dataset: Dataset) -> Description:
    """Facts, baselines, decoded samples and a picture of a dataset of the task."""
    hashes = {name: row_hashes(split) for name, split in dataset.splits().items()}
    distinct = {name: set(rows) for name, rows in hashes.items()}
    baselines = [baseline(method, dataset) for method in dataset.baseline_methods]
    return Description(
        task=task.name,
        variant=dataset.variant,
        seed=dataset.seed,
        splits=tuple(
            _split_facts(name, split, len(distinct[name]), len(dataset.class_names))
            for name, split in dataset.splits().items()
        ),
        features=feature_facts(dataset),
        feature_count=int(np.prod(dataset.input_shape)),
        class_names=dataset.class_names,
        target=target_facts(dataset),
        validation_rows_in_training=sum(
            row in distinct["train"] for row in hashes.get("validation", [])
        ),
        baseline=baselines[0] if baselines else None,
        samples=_samples(dataset),
        picture=picture_of(dataset),
        own_features=own_feature_facts(dataset),
        other_baselines=tuple(baselines[1:]),
    )


def _split_facts(name: str, split: Split, distinct_rows: int, classes: int) -> SplitFacts:
    class_rows: tuple[int, ...] = ()
    if classes:
        class_rows = tuple(map(int, np.bincount(split.labels, minlength=classes)))
    return SplitFacts(
        name=name,
        rows=split.rows,
        distinct_rows=distinct_rows,
        x_shape=tuple(map(int, split.x.shape[1:])),
        x_dtype=str(split.x.dtype),
        y_shape=tuple(map(int, split.y.shape[1:])),
        y_dtype=str(split.y.dtype),
        bytes=int(split.x.nbytes + split.y.nbytes),
        class_rows=class_rows,
    )


def _samples(dataset: Dataset) -> tuple[Sample, ...]:
    if dataset.sample is None and not dataset.feature_names:
        return ()
    decode = dataset.sample or partial(columns_sample, dataset)
    return tuple(decode(dataset.train, row) for row in _sample_rows(dataset))


def _sample_rows(dataset: Dataset) -> list[int]:
    """The first training rows; with few classes, the first ones of each class in turn."""
    classes = len(dataset.class_names)
    if not 0 < classes <= _MOST_CLASSES_SHOWN:
        return list(range(min(_SAMPLES, dataset.train.rows)))
    labels = dataset.train.labels
    each = max(1, _SAMPLES // classes)
    by_class = [np.flatnonzero(labels == label)[:each] for label in range(classes)]
    return [int(rows[turn]) for turn in range(each) for rows in by_class if turn < len(rows)]


_CHUNK_BYTES = 32 * 1024 * 1024
_HASH_BYTES = 16


def row_hashes(split: Split) -> list[bytes]:
    """One hash a row, of its features and its target. Equal rows, equal hashes.

    A row stands for itself by a hash of its bytes, so that 25,000 rows of 10,000 cells are
    compared in a fraction of a second.
    """
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


MOST_NAMED_FEATURES = 64
"""With more features than this, or with none named, they are described as one."""

ALL = "all"

_ROUNDING = 1e-6
"""A mean this small beside the deviation is what float32 left over from 0."""

_CHUNK_CELLS = 4 * 1024 * 1024


def feature_facts(dataset: Dataset) -> tuple[FeatureFacts, ...]:
    """The features of the training rows as the network gets them.

    Scaled features are counted in standard deviations (unit ``"SD"``).
    """
    values = dataset.train.x
    if not _are_named(dataset):
        return (_all_facts(values),)
    scaled = dataset.feature_scale is not None
    units = ["SD"] * len(dataset.feature_names) if scaled else dataset.own_units
    return _facts_of(dataset.feature_names, units, np.asarray(values))


def own_feature_facts(dataset: Dataset) -> tuple[FeatureFacts, ...]:
    """The features in their own units, before scaling; empty where they are not scaled."""
    if dataset.feature_scale is None or not _are_named(dataset):
        return ()
    values = dataset.feature_scale.to_own_unit(np.asarray(dataset.train.x))
    return _facts_of(dataset.feature_names, dataset.own_units, values)


def target_facts(dataset: Dataset) -> FeatureFacts | None:
    """A regression's target in its own unit; None for classes."""
    if dataset.class_names:
        return None
    return _facts(dataset.target_name, dataset.unit, dataset.target_in_own_unit(dataset.train.y))


def _are_named(dataset: Dataset) -> bool:
    return 0 < len(dataset.feature_names) <= MOST_NAMED_FEATURES


def _facts_of(
    names: Sequence[str], units: Sequence[str | None], values: NDArray[Any]
) -> tuple[FeatureFacts, ...]:
    columns = values.reshape(len(values), -1).T
    return tuple(
        _facts(name, unit, column) for name, unit, column in zip(names, units, columns, strict=True)
    )


def _facts(name: str, unit: str | None, values: NDArray[Any]) -> FeatureFacts:
    exact = values.astype(np.float64)
    mean, deviation = float(exact.mean()), float(exact.std())
    return FeatureFacts(
        name=name,
        unit=unit,
        minimum=float(exact.min()),
        maximum=float(exact.max()),
        mean=0.0 if abs(mean) < _ROUNDING * deviation else mean,
        standard_deviation=deviation,
    )


def _all_facts(values: NDArray[Any] | MultiHotRows) -> FeatureFacts:
    """All cells as one, a part at a time: float64 of all of them would be eight times as big."""
    minimum = float(np.min([part.min() for part in row_parts(values)]))
    maximum = float(np.max([part.max() for part in row_parts(values)]))
    if values.dtype == np.uint8 and maximum <= 1.0:
        mean = sum(int(np.count_nonzero(part)) for part in row_parts(values)) / values.size
        return FeatureFacts(ALL, None, minimum, maximum, mean, math.sqrt(mean * (1.0 - mean)))
    mean = math.fsum(float(part.sum()) for part in _parts(values)) / values.size
    squares = math.fsum(float(((part - mean) ** 2).sum()) for part in _parts(values))
    return FeatureFacts(ALL, None, minimum, maximum, mean, math.sqrt(squares / values.size))


def _parts(values: NDArray[Any] | MultiHotRows) -> Iterator[NDArray[np.float64]]:
    for rows in row_parts(values):
        cells = rows.reshape(-1)
        for start in range(0, cells.size, _CHUNK_CELLS):
            yield cells[start : start + _CHUNK_CELLS].astype(np.float64)


MOST_POINTS = 300


def picture_of(dataset: Dataset) -> Picture:
    """A scatter for two features and classes, a curve for one feature and a number, or None."""
    x = dataset.train.x
    if x.ndim == 2 and x.shape[1] == 2 and dataset.class_names:
        return _scatter(dataset)
    if x.ndim == 2 and x.shape[1] == 1 and not dataset.class_names:
        return _curve(dataset)
    return None


def _scatter(dataset: Dataset) -> ScatterPicture:
    points = np.unique(np.column_stack([dataset.train.x, dataset.train.labels]), axis=0)
    if len(points) > MOST_POINTS:
        # By chance, not every n-th: in ordered data that would hit one class alone.
        chosen = np.random.default_rng(dataset.seed).choice(len(points), MOST_POINTS, False)
        points = points[np.sort(chosen)]
    x_name, y_name = dataset.feature_names
    x, y, classes = points.T
    return ScatterPicture(
        x_name=x_name,
        y_name=y_name,
        x=tuple(map(float, x)),
        y=tuple(map(float, y)),
        classes=tuple(map(int, classes)),
    )


def _curve(dataset: Dataset) -> CurvePicture:
    x, y = dataset.train.x[:, 0], dataset.target_in_own_unit(dataset.train.y)
    order = np.argsort(x, kind="stable")
    if len(order) > MOST_POINTS:
        order = order[np.linspace(0, len(order) - 1, MOST_POINTS).round().astype(int)]
    return CurvePicture(
        x_name=dataset.feature_names[0],
        y_name=dataset.target_name,
        x=tuple(map(float, x[order])),
        y=tuple(map(float, y[order])),
    )


_SHUFFLE_ROUNDS = 10


def baseline(method: BaselineMethod, dataset: Dataset) -> Baseline:
    """Fit a method on the training rows and score it.

    Scored on the test rows, without them on the validation rows, without them on the
    training rows. Accuracy for classes; for regression the mean absolute error in the
    target's own unit.
    """
    scored = dataset.test or dataset.validation or dataset.train
    if method is BaselineMethod.SHUFFLED_LABELS:
        return Baseline(method.value, "accuracy", _shuffled_accuracy(dataset, scored))
    estimator = _estimator(method)
    train_target, target = _flat_target(dataset, dataset.train), _flat_target(dataset, scored)
    if method in (BaselineMethod.MAJORITY, BaselineMethod.MEAN):
        # A dummy looks at the targets alone; wide rows need not be converted for it.
        estimator.fit(np.zeros((len(train_target), 1)), train_target)
        predicted = estimator.predict(np.zeros((len(target), 1)))
    else:
        estimator.fit(_flat_rows(dataset.train), train_target)
        predicted = estimator.predict(_flat_rows(scored))
    if dataset.class_names:
        return Baseline(method.value, "accuracy", float(np.mean(predicted == target)))
    return Baseline(method.value, "mae", float(np.mean(np.abs(predicted - target))))


def _estimator(method: BaselineMethod) -> Any:
    from sklearn.dummy import DummyClassifier, DummyRegressor
    from sklearn.linear_model import LinearRegression, LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    match method:
        case BaselineMethod.MAJORITY:
            return DummyClassifier(strategy="most_frequent")
        case BaselineMethod.MEAN:
            return DummyRegressor(strategy="mean")
        case BaselineMethod.LINEAR_REGRESSION:
            return LinearRegression()
        case _:
            return make_pipeline(StandardScaler(), LogisticRegression(max_iter=1_000))


def _flat_rows(split: Split) -> NDArray[Any]:
    return split.x.reshape(len(split.x), -1).astype(np.float64)


def _flat_target(dataset: Dataset, split: Split) -> NDArray[Any]:
    """Labels as whole numbers, or targets in their own unit; shape (rows,)."""
    return split.labels if dataset.class_names else dataset.target_in_own_unit(split.y)


def _shuffled_accuracy(dataset: Dataset, split: Split) -> float:
    labels = _flat_target(dataset, split)
    random = np.random.default_rng(dataset.seed)
    rounds = [np.mean(random.permutation(labels) == labels) for _ in range(_SHUFFLE_ROUNDS)]
    return float(np.mean(rounds))
