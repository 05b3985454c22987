"""What a network gets on rows, against Keras, scikit-learn and SciPy on the same weights."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import keras
import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn.dummy import DummyClassifier
from sklearn.metrics import accuracy_score, mean_absolute_error

from kertasks.data.dataset import Dataset
from kertasks.data.splits import Split, TargetScale
from kertasks.kinds import TaskKind
from kertasks.runs.looking.view import (
    DoesNotApply,
    Look,
    Rows,
    decode_look,
    decode_request,
    encode_look,
    encode_request,
)
from kertasks.runs.views.evaluation import EachRow, Evaluation, EvaluationRequest, Score
from kertasks.runs.views.run_difference import DifferenceRequest, RunDifference
from kertasks.trainer import testing as trainer_testing
from kertasks.views.table import look

RANDOM = np.random.default_rng(9)
X = RANDOM.normal(size=(300, 4)).astype("float32")
TRUE = X @ np.array([1.0, -2.0, 0.5, 0.0])


def network(weights: Any, activation: str | None, loss: str, *metrics: str) -> keras.Model:
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1, activation=activation)])
    model.set_weights([np.array(weights, dtype="float32")[:, None], np.zeros(1)])
    model.compile(optimizer="sgd", loss=loss, metrics=list(metrics))
    return model


GOOD = [1.0, -2.0, 0.4, 0.3]
POOR = [1.0, -0.5, 0.0, 1.0]


@pytest.fixture(scope="module")
def signs() -> Dataset:
    y = (TRUE + RANDOM.normal(0, 0.5, len(TRUE)) > 0).astype("int32")
    return Dataset(
        Split(X[:200], y[:200]), test=Split(X[200:], y[200:]), class_names=("low", "high")
    )


@pytest.fixture(scope="module")
def values() -> Dataset:
    y = (TRUE + RANDOM.normal(0, 0.2, len(TRUE))).astype("float32")
    return Dataset(
        Split(X[:200], y[:200]),
        test=Split(X[200:], y[200:]),
        target_scale=TargetScale(20.0, 10.0),
        kind=TaskKind.REGRESSION,
        unit="$1,000",
    )


def evaluated(model: keras.Model, data: Dataset, **wanted: Any) -> Evaluation:
    found = look(model, data, EvaluationRequest(**wanted))
    assert isinstance(found, Evaluation)
    return found


def test_the_accuracy_has_wilsons_interval_and_the_loss_none(signs: Dataset) -> None:
    model = network(GOOD, "sigmoid", "binary_crossentropy", "accuracy")
    assert signs.test is not None
    model.evaluate(signs.train.x, signs.train.y, verbose=0)
    held = [metric.result() for metric in model.metrics]
    found = evaluated(model, signs)
    assert [metric.result() for metric in model.metrics] == held, "the metrics hold another value"
    right = int(((model.predict(signs.test.x, verbose=0)[:, 0] > 0.5) == signs.test.y).sum())
    interval = binomtest(right, 100).proportion_ci(0.95, method="wilson")
    accuracy, loss = found.metrics
    assert accuracy.value == pytest.approx(right / 100)
    assert (accuracy.name, accuracy.low, accuracy.high) == ("accuracy", interval.low, interval.high)
    told = model.evaluate(signs.test.x, signs.test.y, verbose=0, return_dict=True)
    assert loss.value == pytest.approx(told["loss"], rel=1e-5)
    assert (loss.name, loss.low, loss.high) == ("loss", None, None)
    assert (found.rows, found.row_count) == (Rows.TEST, 100)
    majority = DummyClassifier().fit(signs.train.x, signs.train.y)
    known = {one.name: one.value for one in found.baselines}
    assert known["majority"] == majority.score(signs.test.x, signs.test.y)
    assert found.baselines[0].name == "logistic regression"


def test_an_accuracy_that_no_recipe_names_is_told_all_the_same(signs: Dataset) -> None:
    model = network(GOOD, "sigmoid", "binary_crossentropy")
    found = evaluated(model, signs, rows=Rows.TRAIN, baselines=False, each_row=True)
    said = (model.predict(signs.train.x, verbose=0)[:, 0] > 0.5).astype(int)
    assert found.metrics[0].name == "accuracy"
    assert found.metrics[0].value == accuracy_score(signs.train.y, said)
    assert found.each_row.truth == tuple(signs.train.y)
    assert found.each_row.scores == tuple((said == signs.train.y).astype(float))
    assert found.baselines == ()


def test_an_error_is_in_the_targets_own_unit_with_its_interval(values: Dataset) -> None:
    model = network(GOOD, None, "mse", "mae")
    found = evaluated(model, values)
    assert values.test is not None
    said = model.predict(values.test.x, verbose=0)[:, 0] * 10 + 20
    truth = values.test.y * 10 + 20
    error = found.metrics[0]
    assert (error.name, found.unit) == ("mae", "$1,000")
    assert error.value == pytest.approx(mean_absolute_error(truth, said), rel=1e-4)
    assert error.low is not None
    assert error.high is not None
    assert error.low < error.value < error.high
    assert [one.name for one in found.metrics] == ["mae", "loss"]
    assert found.baselines[0].name == "linear regression"
    assert found.baselines[0].value < error.value


def test_without_rows_it_does_not_apply(signs: Dataset) -> None:
    model = network(GOOD, "sigmoid", "binary_crossentropy")
    with pytest.raises(DoesNotApply, match="the data has no validation rows"):
        look(model, signs, EvaluationRequest(Rows.VALIDATION))
    with pytest.raises(DoesNotApply, match="no test rows"):
        look(model, replace(signs, test=None), DifferenceRequest(Rows.TEST))


def difference(first: EachRow, model: keras.Model, data: Dataset) -> RunDifference:
    found = look(model, data, DifferenceRequest(truth=first.truth, scores=first.scores))
    assert isinstance(found, RunDifference)
    return found


def test_two_networks_are_compared_row_by_row(signs: Dataset) -> None:
    models = [
        network(weights, "sigmoid", "binary_crossentropy", "accuracy") for weights in (GOOD, POOR)
    ]
    good, poor = (evaluated(one, signs, baselines=False, each_row=True) for one in models)
    found = difference(good.each_row, models[1], signs)
    assert (found.metric, found.test) == ("accuracy", "McNemar")
    assert found.difference == pytest.approx(good.metrics[0].value - poor.metrics[0].value)
    one, other = (np.array(each.each_row.scores) > 0 for each in (good, poor))
    gains, losses = int((one & ~other).sum()), int((~one & other).sum())
    assert found.p == pytest.approx(binomtest(gains, gains + losses).pvalue)
    same = difference(good.each_row, models[0], signs)
    assert (same.difference, same.low, same.high, same.p) == (0.0, 0.0, 0.0, 1.0)


def test_errors_are_compared_in_the_targets_own_unit(values: Dataset) -> None:
    models = [network(weights, None, "mse") for weights in (GOOD, POOR)]
    good, poor = (evaluated(one, values, baselines=False, each_row=True) for one in models)
    found = difference(good.each_row, models[1], values)
    assert (found.metric, found.test) == ("mae", "paired bootstrap")
    assert found.difference == pytest.approx(good.metrics[0].value - poor.metrics[0].value)
    assert found.high is not None
    assert found.high < 0
    # The same targets, scaled otherwise: the same test set.
    assert values.test is not None
    own = replace(
        values,
        test=Split(values.test.x, values.test.y * 10 + 20),
        train=Split(values.train.x, values.train.y * 10 + 20),
        target_scale=None,
    )
    difference(good.each_row, models[1], own)


def test_other_rows_are_not_compared(signs: Dataset) -> None:
    model = network(GOOD, "sigmoid", "binary_crossentropy")
    each = evaluated(model, signs, baselines=False, each_row=True).each_row
    with pytest.raises(DoesNotApply, match="the other run has 99 test rows, this one 100"):
        difference(EachRow(each.truth[1:], each.scores[1:]), model, signs)
    with pytest.raises(DoesNotApply, match="the two runs have different test rows"):
        difference(EachRow(tuple(1 - one for one in each.truth), each.scores), model, signs)


def test_requests_and_records_travel(signs: Dataset) -> None:
    model = network(GOOD, "sigmoid", "binary_crossentropy", "accuracy")
    request = EvaluationRequest(Rows.TEST, each_row=True)
    assert decode_request(encode_request(request)) == request
    found = Look(request, 3, 0, look(model, signs, request))
    assert decode_look(encode_look(found)) == found
    hostile = replace_name(found, "acc\x1b]52;c;x\x07uracy")
    assert all(one.name.isprintable() for one in hostile.metrics)


def replace_name(found: Look, name: str) -> Evaluation:
    record = found.record
    assert isinstance(record, Evaluation)
    return Evaluation(record.rows, record.row_count, (Score(name, 1.0),))


def test_a_loss_of_whole_batches_is_that_of_the_batches_of_training(values: Dataset) -> None:
    model = network(GOOD, None, "mse")
    model.compile(loss=keras.losses.MeanSquaredError(reduction="sum"))
    assert values.test is not None
    told = model.evaluate(values.test.x, values.test.y, batch_size=10, verbose=0, return_dict=True)[
        "loss"
    ]
    tested = trainer_testing.test_metrics(model, values, 10)
    assert tested is not None
    assert tested["loss"] == pytest.approx(told, rel=1e-5)
    found = {one.name: one.value for one in evaluated(model, values, batch_size=10).metrics}
    assert found["loss"] == pytest.approx(told, rel=1e-5)
    assert told < model.evaluate(values.test.x, values.test.y, batch_size=100, verbose=0) / 5
