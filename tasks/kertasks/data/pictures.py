"""A dataset as a picture of points or of a curve, where two numbers and a label say it all."""

from __future__ import annotations

import numpy as np

from kertasks.data.classes import DatasetClasses
from kertasks.data.dataset import Dataset
from kertasks.data.described.description import CurvePicture, Picture, ScatterPicture
from kertasks.data.value_reading import are_finite, labels_of
from kertasks.data.values import NO_NUMBERS

MOST_POINTS = 300


def picture_of(dataset: Dataset, classes: DatasetClasses) -> Picture:
    """A scatter for two features and classes, a curve for one feature and a number, or None.

    What is not finite has no place in a picture and is left out.
    """
    x, y = dataset.train.x, dataset.train.y
    is_number = x.dtype.kind not in NO_NUMBERS and y.dtype.kind not in NO_NUMBERS
    if x.ndim != 2 or not is_number:
        return None
    if x.shape[1] == 2 and dataset.class_names:
        return _scatter(dataset, classes)
    if x.shape[1] == 1 and not dataset.class_names and labels_of(y) is not None:
        return _curve(dataset)
    return None


def _scatter(dataset: Dataset, classes: DatasetClasses) -> ScatterPicture | None:
    places = classes.of_rows(dataset.train.y)
    if places is None:
        return None
    rows = min(dataset.train.rows, len(places))
    x = np.asarray(dataset.train.x[:rows])
    finite = are_finite(x).all(axis=1)
    points = np.unique(np.column_stack([x[finite], places[:rows][finite]]), axis=0)
    if len(points) > MOST_POINTS:
        # By chance, not every n-th: in ordered data that would hit one class alone.
        chosen = np.random.default_rng(dataset.seed).choice(len(points), MOST_POINTS, False)
        points = points[np.sort(chosen)]
    x_name, y_name = dataset.feature_names if dataset.has_named_columns else ("x[0]", "x[1]")
    across, up, marks = points.T
    return ScatterPicture(
        x_name=x_name,
        y_name=y_name,
        x=tuple(map(float, across)),
        y=tuple(map(float, up)),
        classes=tuple(map(int, marks)),
    )


def _curve(dataset: Dataset) -> CurvePicture:
    rows = min(dataset.train.rows, len(dataset.train.y))
    x = np.asarray(dataset.train.x)[:rows, 0]
    y = dataset.target_in_own_unit(dataset.train.y).reshape(-1)[:rows]
    finite = are_finite(x) & are_finite(y)
    x, y = x[finite], y[finite]
    order = np.argsort(x, kind="stable")
    if len(order) > MOST_POINTS:
        order = order[np.linspace(0, len(order) - 1, MOST_POINTS).round().astype(int)]
    return CurvePicture(
        x_name=dataset.feature_names[0] if dataset.has_named_columns else "x",
        y_name=dataset.target_name,
        x=tuple(map(float, x[order])),
        y=tuple(map(float, y[order])),
    )
