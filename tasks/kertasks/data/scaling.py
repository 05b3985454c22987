"""Scales features and targets with statistics of the training rows alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kertasks.data.splits import FeatureScale, Split, TargetScale


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

    scaler = StandardScaler().fit(splits[0].y[:, None].astype(np.float64))
    mean, scale = float(scaler.mean_[0]), float(scaler.scale_[0])
    scaled = [
        Split(split.x, ((split.y.astype(np.float64) - mean) / scale).astype(np.float32))
        for split in splits
    ]
    return scaled, TargetScale(mean=mean, scale=scale)


def _compact(y: NDArray[Any]) -> NDArray[Any]:
    return y.astype(np.float32) if y.dtype.kind == "f" else y
