"""The errors of a regression, against scikit-learn and NumPy on the same weights."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import keras
import msgspec
import numpy as np
import pytest
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error
from tests.support.datasets import dataset

from kertasks.data.dataset import Dataset
from kertasks.data.splits import TargetScale
from kertasks.runs.looking.view import DoesNotApply, Look, decode_look, encode_look
from kertasks.runs.views.regression_errors import ErrorsRequest, RegressionErrors
from kertasks.views.table import look

RANDOM = np.random.default_rng(5)
X = RANDOM.normal(size=(500, 3)).astype("float32")
WEIGHTS = np.array([1.0, -2.0, 0.5])
Y = (X @ WEIGHTS + RANDOM.normal(size=500)).astype("float32")


@pytest.fixture(scope="module")
def line() -> keras.Model:
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.set_weights([WEIGHTS[:, None], np.zeros(1)])
    model.compile(optimizer="sgd", loss="mse")
    return model


def errors(model: keras.Model, data: Dataset, **wanted: Any) -> RegressionErrors:
    found = look(model, data, ErrorsRequest(**wanted))
    assert isinstance(found, RegressionErrors)
    return found


def test_figures_points_and_bins_are_in_the_targets_own_unit(line: keras.Model) -> None:
    data = replace(dataset(X, Y, 0), target_scale=TargetScale(22.0, 9.0), unit="$1,000")
    truth, said = Y.astype(np.float64) * 9 + 22, (X @ WEIGHTS) * 9 + 22
    found = errors(line, data, bins=30)
    assert (found.row_count, found.unit, found.not_finite) == (500, "$1,000", 0)
    assert found.mae == pytest.approx(mean_absolute_error(truth, said), rel=1e-6)
    assert found.rmse == pytest.approx(root_mean_squared_error(truth, said), rel=1e-6)
    assert found.r2 == pytest.approx(r2_score(truth, said), rel=1e-6)
    assert found.truth == pytest.approx(truth)
    assert found.predicted == pytest.approx(said, rel=1e-5, abs=1e-5)
    of_found = np.array(found.predicted) - np.array(found.truth)
    counts, edges = np.histogram(of_found, bins=30)
    assert found.error_rows == tuple(counts.tolist())
    assert sum(found.error_rows) == 500
    assert (found.error_low, found.error_high) == (edges[0], edges[-1])
    fewer = errors(line, data, most_points=100)
    assert len(fewer.truth) == 100
    assert set(zip(fewer.truth, fewer.predicted, strict=True)) < set(
        zip(found.truth, found.predicted, strict=True)
    )
    assert fewer.mae == found.mae


def test_what_is_not_finite_is_counted_and_in_no_picture(line: keras.Model) -> None:
    x = X.copy()
    x[:7, 0] = np.nan
    found = errors(line, dataset(x, Y, 0))
    assert found.not_finite == 7
    assert math.isnan(found.mae)
    assert math.isnan(found.rmse)
    assert math.isnan(found.r2)
    assert len(found.truth) == sum(found.error_rows) == 493
    everywhere = errors(line, dataset(np.full_like(X, np.inf), Y, 0))
    assert (everywhere.not_finite, everywhere.truth) == (500, ())
    # NaN is no JSON; what travels is MessagePack, which has it.
    answer = Look(ErrorsRequest(), 3, 0, everywhere)
    assert str(decode_look(encode_look(answer))) == str(answer)


@pytest.mark.parametrize("wrong_by", [0.0, 3.5, 1e-30])
def test_errors_that_are_all_the_same_have_a_histogram(line: keras.Model, wrong_by: float) -> None:
    zeros = np.zeros((20, 3), "float32")
    found = errors(line, dataset(zeros, np.full(20, -wrong_by), 0), bins=40)
    assert sum(found.error_rows) == 20
    assert found.error_low < wrong_by < found.error_high
    assert found.mae == wrong_by
    assert math.isnan(found.r2)


def test_a_strangers_errors_that_cannot_be_drawn_are_refused(line: keras.Model) -> None:
    sound = errors(line, dataset(X, Y, 0))
    for wrong in (
        {"truth": sound.truth[1:]},
        {"error_rows": ()},
        {"predicted": (math.inf, *sound.predicted[1:])},
        {"truth": (math.nan, *sound.truth[1:])},
        {"error_low": -1e308},
        {"error_high": sound.error_low},
    ):
        with pytest.raises(ValueError, match=r"number|width"):
            msgspec.structs.replace(sound, **wrong)


def test_classes_have_no_errors_and_a_request_has_bounds(line: keras.Model) -> None:
    with pytest.raises(DoesNotApply, match="a class, not a number"):
        errors(line, dataset(X, np.zeros(500), 2))
    with pytest.raises(DoesNotApply, match="several targets"):
        errors(line, dataset(X, X, 0))
    for greedy in ({"bins": 10**9}, {"most_points": 10**9}, {"bins": 0}):
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert({"view": "errors", **greedy}, ErrorsRequest)
