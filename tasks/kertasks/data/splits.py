"""Rows that are used together, and their scaling with statistics of the training rows alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kertasks.data.multi_hot import MultiHotRows
from kertasks.errors import UserError

_KEPT_DIGITS = 5


class NoRows(UserError):
    """What should hold the rows of a split is one thing: None, a sparse matrix, a dictionary.

    Args:
        name: ``x`` or ``y``.
        found: what it is.
    """

    def __init__(self, name: str, found: object) -> None:
        what = "None" if found is None else f"one {type(found).__name__}"
        super().__init__(f"{name} is {what}; allowed: an array, or a list, with an entry a row")


@dataclass(frozen=True, slots=True)
class Split:
    """Rows that are used together: to train, to validate or to test.

    Raises:
        NoRows: what is given is nothing that has rows.
    """

    x: NDArray[Any] | MultiHotRows
    """Features, shape (rows, …). Multi-hot rows are uint8, one byte a cell, and kept as the
    numbers of their ones."""

    y: NDArray[Any]
    """Targets, shape (rows,), (rows, 1) or (rows, classes)."""

    def __post_init__(self) -> None:
        # What a task's loader gives may be lists or a table; everybody after it reads arrays.
        for name in ("x", "y"):
            values = getattr(self, name)
            if not isinstance(values, (np.ndarray, MultiHotRows)):
                object.__setattr__(self, name, _as_array(values))
            if not getattr(self, name).shape:
                raise NoRows(name, values)

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self.x)

    @property
    def labels(self) -> NDArray[Any]:
        """The class of each row, shape (rows,): the target, or the place of its 1."""
        is_column = self.y.ndim < 2 or self.y.shape[1:] == (1,)
        return self.y.reshape(-1) if is_column else self.y.argmax(axis=1)


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

    def from_own_unit(self, own: NDArray[Any]) -> NDArray[np.float64]:
        """Features in their own units scaled; shape (…, features) as given."""
        scaled: NDArray[np.float64] = (np.asarray(own, np.float64) - self.mean) / self.scale
        return scaled


def standardise(splits: Sequence[Split]) -> tuple[list[Split], FeatureScale]:
    """Give every feature mean 0 and standard deviation 1 over the first split's rows.

    Args:
        splits: the training rows first; x of shape (rows, features).

    Returns:
        The same splits with x as float32 (and a floating point y as float32), and the scale.
    """
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler().fit(splits[0].x)
    scaled = [
        Split(scaler.transform(split.x).astype(np.float32), _compact(split.y)) for split in splits
    ]
    return scaled, FeatureScale(mean=scaler.mean_, scale=scaler.scale_)


def standardise_target(splits: Sequence[Split]) -> tuple[list[Split], TargetScale]:
    """Give the target mean 0 and standard deviation 1 over the first split's rows.

    Args:
        splits: the training rows first; y of shape (rows,).
    """
    from sklearn.preprocessing import StandardScaler

    columns = [split.y[:, None].astype(np.float64) for split in splits]
    scaler = StandardScaler().fit(columns[0])
    scaled = [
        Split(split.x, scaler.transform(column)[:, 0].astype(np.float32))
        for split, column in zip(splits, columns, strict=True)
    ]
    mean, scale = float(scaler.mean_[0]), float(scaler.scale_[0])
    return scaled, TargetScale(mean=mean, scale=scale)


def _as_array(values: Any) -> NDArray[Any]:
    try:
        return np.asarray(values)
    except ValueError:  # rows that are not all as long as each other
        rows = np.empty(len(values), dtype=object)
        rows[:] = list(values)
        return rows


def _compact(y: NDArray[Any]) -> NDArray[Any]:
    return y.astype(np.float32) if y.dtype.kind == "f" else y
