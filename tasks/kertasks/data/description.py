"""What a person asks of a dataset before training, as plain data without NumPy.

Computed by ``kertasks.data.describe`` in a process that has NumPy; goes through JSON.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class SplitFacts:
    """One split: ``train``, ``validation`` or ``test``."""

    name: str
    rows: int
    distinct_rows: int
    """Rows that differ in features or target."""

    x_shape: tuple[int, ...]
    """Of one row."""

    x_dtype: str
    y_shape: tuple[int, ...]
    y_dtype: str
    bytes: int
    """Memory the arrays of the split take."""

    class_rows: tuple[int, ...]
    """Rows of each class, in the order of ``Description.class_names``; empty for regression."""


@dataclass(frozen=True, slots=True)
class FeatureFacts:
    """One feature over the training rows, as the network gets it."""

    name: str
    unit: str | None
    minimum: float
    maximum: float
    mean: float
    standard_deviation: float


@dataclass(frozen=True, slots=True)
class Baseline:
    """What a method that learns nothing, or next to nothing, reaches."""

    name: str
    metric: str
    value: float


@dataclass(frozen=True, slots=True)
class WordsSample:
    """A text, decoded."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class ImageSample:
    """A grey picture."""

    label: str
    pixels: tuple[tuple[float, ...], ...]
    """Rows of values from 0 (nothing) to 1 (full)."""


@dataclass(frozen=True, slots=True)
class ColumnsSample:
    """A row as named columns, in the features' own units (before scaling)."""

    label: str
    columns: tuple[tuple[str, str], ...]
    """Name and value with its unit."""


Sample: TypeAlias = WordsSample | ImageSample | ColumnsSample


@dataclass(frozen=True, slots=True)
class ScatterPicture:
    """Two features, a mark a class. At most a few hundred points."""

    x_name: str
    y_name: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    classes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CurvePicture:
    """Target over a single feature. At most a few hundred points, by x."""

    x_name: str
    y_name: str
    x: tuple[float, ...]
    y: tuple[float, ...]


Picture: TypeAlias = ScatterPicture | CurvePicture | None
"""None: the samples themselves are the picture (words, digits, columns)."""


@dataclass(frozen=True, slots=True)
class Description:
    """Everything the picker's card shows of one task and data variant."""

    task: str
    variant: str
    seed: int
    splits: tuple[SplitFacts, ...]
    features: tuple[FeatureFacts, ...]
    """Each feature, or one entry named ``"all"`` where there are more than 64."""

    feature_count: int
    class_names: tuple[str, ...]
    target: FeatureFacts | None
    """A regression's target, in its own unit."""

    validation_rows_in_training: int
    """How many validation rows (features and target) also occur in training."""

    baseline: Baseline | None
    samples: tuple[Sample, ...]
    """A few, at least one of each class where there are at most ten classes."""

    picture: Picture
