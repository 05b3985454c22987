"""Rows that are used together, and how their features and targets were scaled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
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
