"""What a trained network gets on the test split."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np

import kertasks
from kertasks.data.dataset import Dataset
from kertasks.kinds import TaskKind
from kertasks.text.numbers import test_metric
from kertasks.trainer.metric_values import as_numbers
from kertasks.views.outputs import ROWS_AT_ONCE


def result_of(data: Dataset, test: Mapping[str, float] | None) -> str | None:
    """The metric that says how well a network does: a regression's is its error."""
    return "mae" if data.kind is TaskKind.REGRESSION else test_metric(test, None)


def test_metrics(model: keras.Model, data: Dataset, batch_size: int) -> dict[str, float] | None:
    """Loss and metrics on the test split; None where there is none.

    A regression's ``mae`` is in the target's own unit, from un-scaled predictions: turning
    an error in scaled units back would add the target's mean to it.
    """
    if data.test is None or not data.test.rows:
        return None
    x, y = data.test.x, data.test.y
    # As validation is: a loss that is summed over a batch, or is a share of one, depends on it.
    found = kertasks.evaluate(model, x, y, batch_size=batch_size, return_dict=True)
    metrics = as_numbers(found)
    if data.kind is TaskKind.REGRESSION:
        # Of each row by itself: larger batches give the same in less time.
        rows = min(max(batch_size, ROWS_AT_ONCE), data.test.rows)
        predicted = kertasks.predict(model, x, batch_size=rows)
        metrics["mae"] = mean_absolute_error(data, predicted)
    return metrics


def mean_absolute_error(data: Dataset, predicted: Any) -> float:
    """The mean absolute error of predictions for the test rows, in the target's own unit."""
    assert data.test is not None  # noqa: S101 - narrows the type
    truth = np.asarray(data.test.y, dtype=np.float64).reshape(-1)
    values = np.asarray(predicted, dtype=np.float64).reshape(-1)
    if data.target_scale is not None:
        truth = data.target_scale.to_own_unit(truth)
        values = data.target_scale.to_own_unit(values)
    return float(np.mean(np.abs(values - truth)))
