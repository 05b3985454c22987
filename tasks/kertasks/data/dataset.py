"""A dataset: arrays in splits, and what is needed to read them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from kertasks.models.check import DataShape
from kertasks.task import TaskKind

if TYPE_CHECKING:
    from kertasks.data.baselines import BaselineMethod
    from kertasks.data.description import Sample
    from kertasks.data.multi_hot import MultiHotRows

_KEPT_DIGITS = 5


@dataclass(frozen=True, slots=True)
class Split:
    """Rows that are used together: to train, to validate or to test."""

    x: NDArray[Any] | MultiHotRows
    """Features, shape (rows, …). Multi-hot rows are uint8, one byte a cell, and kept as the
    numbers of their ones."""

    y: NDArray[Any]
    """Targets, shape (rows,) or (rows, classes)."""

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self.x)


@dataclass(frozen=True, slots=True)
class TargetScale:
    """How the target was scaled: ``scaled = (target - mean) / scale``."""

    mean: float
    scale: float

    def to_own_unit(self, scaled: NDArray[Any]) -> NDArray[Any]:
        """Scaled targets or predictions in the target's own unit."""
        own: NDArray[Any] = np.asarray(scaled) * self.scale + self.mean
        return own


@dataclass(frozen=True, slots=True)
class FeatureScale:
    """How the features were scaled: ``scaled = (own - mean) / scale``, a value a feature."""

    mean: NDArray[Any]
    scale: NDArray[Any]

    def to_own_unit(self, scaled: NDArray[Any]) -> NDArray[Any]:
        """Scaled features in their own units; shape (…, features) as given.

        Rounded to a hundred thousandth of the scale, which is what float32 keeps of a scaled
        value: what was 0 is 0 again, and not 4e-11.
        """
        own = np.asarray(scaled) * self.scale + self.mean
        step = 10.0 ** (np.floor(np.log10(self.scale)) - _KEPT_DIGITS)
        rounded: NDArray[Any] = np.round(own / step) * step + 0.0
        return rounded


@dataclass(frozen=True, slots=True)
class Dataset:
    """The data of one task in one variant."""

    task: str
    variant: str
    seed: int
    kind: TaskKind
    train: Split
    validation: Split | None
    """Rows the variant itself holds out; None leaves it to ``fit.validation_split``."""

    test: Split | None
    feature_names: tuple[str, ...]
    """One a feature; empty where features have no names (pixels, words)."""

    feature_units: tuple[str | None, ...] = ()
    class_names: tuple[str, ...] = ()
    unit: str | None = None
    """A regression target's own unit; None for classes and for a pure number."""

    target_name: str = "target"
    target_scale: TargetScale | None = None
    """None when the target is in its own unit."""

    feature_scale: FeatureScale | None = None
    """None when the features are in their own units."""

    sample: Callable[[Split, int], Sample] | None = None
    """Decodes one row of a split: a review as words, a digit as a picture."""

    baseline_methods: tuple[BaselineMethod, ...] = ()
    """What to compare a network with, the one to show first first."""

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Shape of one row of features."""
        return tuple(int(size) for size in self.train.x.shape[1:])

    @property
    def target_shape(self) -> tuple[int, ...]:
        """Shape of one row's target: ``()`` for a label or a number."""
        return tuple(int(size) for size in self.train.y.shape[1:])

    @property
    def shape(self) -> DataShape:
        """What decides whether a model fits the data."""
        return DataShape(
            input_shape=self.input_shape,
            input_dtype=str(self.train.x.dtype),
            target_shape=self.target_shape,
            target_dtype=str(self.train.y.dtype),
            classes=len(self.class_names),
        )

    def splits(self) -> dict[str, Split]:
        """The splits there are, by name, in the order train, validation, test."""
        named = {"train": self.train, "validation": self.validation, "test": self.test}
        return {name: split for name, split in named.items() if split is not None}
