"""Range and spread of each feature, and of a regression's target."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kertasks.data.dataset import Dataset
from kertasks.data.description import FeatureFacts
from kertasks.data.equal_rows import row_parts
from kertasks.data.multi_hot import MultiHotRows

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
    units = ["SD"] * len(dataset.feature_names) if scaled else _own_units(dataset)
    return _facts_of(dataset.feature_names, units, np.asarray(values))


def own_feature_facts(dataset: Dataset) -> tuple[FeatureFacts, ...]:
    """The features in their own units, before scaling; empty where they are not scaled."""
    if dataset.feature_scale is None or not _are_named(dataset):
        return ()
    values = dataset.feature_scale.to_own_unit(np.asarray(dataset.train.x))
    return _facts_of(dataset.feature_names, _own_units(dataset), values)


def target_facts(dataset: Dataset) -> FeatureFacts | None:
    """A regression's target in its own unit; None for classes."""
    if dataset.class_names:
        return None
    values = dataset.train.y
    if dataset.target_scale is not None:
        values = dataset.target_scale.to_own_unit(values)
    return _facts(dataset.target_name, dataset.unit, values)


def _are_named(dataset: Dataset) -> bool:
    return 0 < len(dataset.feature_names) <= MOST_NAMED_FEATURES


def _own_units(dataset: Dataset) -> Sequence[str | None]:
    return dataset.feature_units or [None] * len(dataset.feature_names)


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
