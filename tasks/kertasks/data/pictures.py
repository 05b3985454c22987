"""Pictures of small data: points of two features by class, or a target over one feature."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kertasks.data.dataset import Dataset
from kertasks.data.description import CurvePicture, Picture, ScatterPicture

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
    labels = _labels(dataset.train.y)
    points = np.unique(np.column_stack([dataset.train.x, labels]), axis=0)
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
    x, y = dataset.train.x[:, 0], dataset.train.y
    if dataset.target_scale is not None:
        y = dataset.target_scale.to_own_unit(y)
    order = np.argsort(x, kind="stable")
    if len(order) > MOST_POINTS:
        order = order[np.linspace(0, len(order) - 1, MOST_POINTS).round().astype(int)]
    return CurvePicture(
        x_name=dataset.feature_names[0],
        y_name=dataset.target_name,
        x=tuple(map(float, x[order])),
        y=tuple(map(float, y[order])),
    )


def _labels(targets: NDArray[Any]) -> NDArray[Any]:
    return targets.argmax(axis=1) if targets.ndim > 1 else targets
