"""By how much a regression's network is wrong, in the target's own unit."""

from __future__ import annotations

import math

import keras
import numpy as np
from numpy.typing import NDArray

from kertasks.data.dataset import Dataset
from kertasks.runs.views.regression_errors import LARGEST, ErrorsRequest, RegressionErrors
from kertasks.views.outputs import value_outputs
from kertasks.views.split_choice import chosen_rows


def residuals(model: keras.Model, data: Dataset, request: ErrorsRequest) -> RegressionErrors:
    """Hold what the network says of rows against what is true of them.

    Raises:
        DoesNotApply: the target is a class or several numbers, or there are no rows.
    """
    rows, split = chosen_rows(data, request.rows)
    said = value_outputs(model, data, split)
    # Of what is no number it is not true either.
    finite = (np.abs(said.truth) <= LARGEST) & (np.abs(said.predicted) <= LARGEST)
    truth, predicted = said.truth[finite], said.predicted[finite]
    mae, rmse, r2 = _figures(truth, predicted) if finite.all() else (math.nan,) * 3
    errors = predicted - truth
    error_rows, edges = np.histogram(errors, bins=request.bins, range=_range_of(errors))
    shown = _some(len(truth), request.most_points)
    return RegressionErrors(
        rows,
        split.rows,
        data.target_name,
        data.unit or "",
        mae,
        rmse,
        r2,
        tuple(map(float, truth[shown])),
        tuple(map(float, predicted[shown])),
        float(edges[0]),
        float(edges[-1]),
        tuple(map(int, error_rows)),
        int(np.count_nonzero(~finite)),
    )


def _figures(truth: NDArray[np.float64], said: NDArray[np.float64]) -> tuple[float, float, float]:
    """Mean absolute error, root of the mean squared error, R²."""
    # A second, which no start is to wait for.
    from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error

    varies = len(truth) > 1 and bool((truth != truth[0]).any())
    return (
        float(mean_absolute_error(truth, said)),
        float(root_mean_squared_error(truth, said)),
        float(r2_score(truth, said)) if varies else math.nan,
    )


def _range_of(errors: NDArray[np.float64]) -> tuple[float, float]:
    """From the least to the greatest; wide enough for bins that float64 can tell apart."""
    low, high = (float(errors.min()), float(errors.max())) if len(errors) else (0.0, 0.0)
    size = max(abs(low), abs(high))
    if high - low > 1e-9 * size:
        return low, high
    return low - (size or 1.0) / 2, high + (size or 1.0) / 2


def _some(rows: int, most: int) -> NDArray[np.int64]:
    """Which rows are shown, ascending: the same whenever there are as many."""
    if rows <= most:
        return np.arange(rows)
    return np.sort(np.random.default_rng(0).choice(rows, most, replace=False))


VIEW = (ErrorsRequest, residuals)
