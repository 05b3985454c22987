"""The features of a table of numbers: their ranges and medians, in their own units or as the
network reads them, and some rows to show."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kertasks.data.dataset import Dataset
from kertasks.data.multi_hot import MultiHotRows
from kertasks.data.rows.mapped_rows import take_rows
from kertasks.data.splits import Split
from kertasks.data.value_reading import are_finite
from kertasks.data.values import NO_NUMBERS
from kertasks.runs.looking.feature_axis import FeatureAxis
from kertasks.runs.looking.view import DoesNotApply

MOST_POINTS = 300
"""Rows that a picture shows."""

_MOST_CELLS = 200_000
"""By which ranges and medians are found: of more, those of evenly spaced rows."""


class Features:
    """The columns of the training rows.

    Args:
        data: of a table of numbers.

    Raises:
        DoesNotApply: a row is no row of numbers, or none of some feature is finite.
    """

    def __init__(self, data: Dataset) -> None:
        x = data.train.x
        if x.ndim != 2 or isinstance(x, MultiHotRows) or x.dtype.kind in NO_NUMBERS:
            raise DoesNotApply("a row is not one of a few numbers")
        self._data = data
        self._dtype = x.dtype
        self._rows = take_rows(x, evenly(len(x), max(1, _MOST_CELLS // max(1, x.shape[1]))))
        self.count = int(x.shape[1])

    def axis(self, feature: int) -> FeatureAxis:
        """A feature's name, and its range over the training rows in its own unit."""
        low, high = self._range(feature)
        data = self._data
        if not data.has_named_columns:
            return FeatureAxis(f"x[{feature}]", None, *self.own((low, high), feature))
        units = data.own_units
        unit = units[feature] if feature < len(units) else None
        return FeatureAxis(data.feature_names[feature], unit, *self.own((low, high), feature))

    def places(self, feature: int, count: int, margin: float) -> NDArray[np.float64]:
        """The middles of so many equal parts of a feature's range, as the network reads them.

        Args:
            feature: which one.
            count: of parts.
            margin: by how much of its length the range is longer at both ends.
        """
        low, high = self._range(feature)
        span = high - low
        return low - margin * span + (np.arange(count) + 0.5) / count * (1 + 2 * margin) * span

    def medians(self) -> NDArray[np.float64]:
        """Each feature's median over the training rows, as the network reads it."""
        rows = self._rows.astype(np.float64)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a feature without a number, which stays without
            found: NDArray[np.float64] = np.nanmedian(
                np.where(are_finite(rows), rows, np.nan), axis=0
            )
        return found

    def own(self, values: Iterable[float], feature: int) -> tuple[float, ...]:
        """Values of a feature in its own unit."""
        scale = self._data.feature_scale
        if scale is None:
            return tuple(map(float, values))
        mean, deviation = float(scale.mean[feature]), float(scale.scale[feature])
        return tuple(float(value) * deviation + mean for value in values)

    def as_read(self, rows: NDArray[np.float64]) -> NDArray[Any]:
        """Rows in the data's own dtype: the nearest whole numbers where it has no others."""
        if self._dtype.kind == "f":
            return rows.astype(self._dtype)
        limits = np.iinfo(self._dtype if self._dtype.kind in "iu" else np.uint8)
        most = 1 if self._dtype.kind == "b" else limits.max
        return np.clip(np.round(rows), limits.min, most).astype(self._dtype)

    def _range(self, feature: int) -> tuple[float, float]:
        """Of a feature over the training rows, as the network reads it; never of no length."""
        values = self._rows[:, feature].astype(np.float64)
        values = values[are_finite(values)]
        if not values.size:
            raise DoesNotApply("a feature has no number in the training rows")
        low, high = float(values.min()), float(values.max())
        return (low, high) if low < high else (low - 1.0, high + 1.0)


def evenly(rows: int, most: int) -> NDArray[np.int64]:
    """The numbers of all rows, or of so many of them, evenly spaced."""
    if rows <= most:
        return np.arange(rows)
    return np.linspace(0, rows - 1, most).round().astype(np.int64)


def some_rows(split: Split) -> Split:
    """Rows to show, evenly spaced, of those whose features are finite."""
    chosen = evenly(split.rows, MOST_POINTS)
    x = take_rows(split.x, chosen)
    finite = are_finite(x).reshape(len(x), -1).all(axis=1)
    return Split(x[finite], split.y[chosen][finite])
