"""Computes what a person asks of a dataset before training."""

from __future__ import annotations

import numpy as np

from kertasks.data.baselines import baseline
from kertasks.data.dataset import Dataset
from kertasks.data.description import Description, Sample, SplitFacts
from kertasks.data.equal_rows import row_hashes, rows_also_in
from kertasks.data.feature_facts import feature_facts, own_feature_facts, target_facts
from kertasks.data.pictures import picture_of
from kertasks.data.splits import Split
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
        validation_rows_in_training=rows_also_in(hashes.get("validation", []), distinct["train"]),
        baseline=baselines[0] if baselines else None,
        samples=_samples(dataset),
        picture=picture_of(dataset),
        own_features=own_feature_facts(dataset),
        other_baselines=tuple(baselines[1:]),
    )


def _split_facts(name: str, split: Split, distinct_rows: int, classes: int) -> SplitFacts:
    class_rows: tuple[int, ...] = ()
    if classes:
        labels = split.y.argmax(axis=1) if split.y.ndim > 1 else split.y
        class_rows = tuple(map(int, np.bincount(labels, minlength=classes)))
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
    if dataset.sample is None:
        return ()
    return tuple(dataset.sample(dataset.train, row) for row in _sample_rows(dataset))


def _sample_rows(dataset: Dataset) -> list[int]:
    """The first training rows; with few classes, the first ones of each class in turn."""
    targets = dataset.train.y
    classes = len(dataset.class_names)
    if not 0 < classes <= _MOST_CLASSES_SHOWN:
        return list(range(min(_SAMPLES, dataset.train.rows)))
    labels = targets.argmax(axis=1) if targets.ndim > 1 else targets
    each = max(1, _SAMPLES // classes)
    by_class = [np.flatnonzero(labels == label)[:each] for label in range(classes)]
    return [int(rows[turn]) for turn in range(each) for rows in by_class if turn < len(rows)]
