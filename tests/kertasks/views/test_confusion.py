"""Which class is taken for which, against scikit-learn and NumPy on the same weights."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import keras
import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import binomtest
from sklearn.metrics import accuracy_score, classification_report, confusion_matrix
from tests.support.datasets import dataset

from kertasks.data.dataset import Dataset
from kertasks.data.splits import Split
from kertasks.runs.looking.view import (
    DoesNotApply,
    Look,
    Rows,
    decode_look,
    decode_request,
    encode_look,
    encode_request,
)
from kertasks.runs.views.confusion_matrix import ClassFigures, ConfusionMatrix, ConfusionRequest
from kertasks.views.table import look

RANDOM = np.random.default_rng(4)
X = RANDOM.normal(size=(600, 6)).astype("float32")


def network(units: int, activation: str | None, loss: Any) -> keras.Model:
    """One layer with weights that say something else of every row."""
    keras.utils.set_random_seed(units)
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(units, activation=activation)])
    model.set_weights([RANDOM.normal(size=(6, units)), RANDOM.normal(size=units)])
    model.compile(optimizer="sgd", loss=loss)
    return model


def matrix(model: keras.Model, data: Dataset, rows: Rows | None = None) -> ConfusionMatrix:
    found = look(model, data, ConfusionRequest(rows))
    assert isinstance(found, ConfusionMatrix)
    return found


def logits(model: keras.Model) -> NDArray[np.float64]:
    kernel, bias = model.get_weights()
    found: NDArray[np.float64] = X.astype(np.float64) @ kernel + bias
    return found


@pytest.fixture(scope="module")
def topics() -> keras.Model:
    return network(46, "softmax", "sparse_categorical_crossentropy")


def test_it_says_what_scikit_learn_says_of_46_classes(topics: keras.Model) -> None:
    said = logits(topics).argmax(axis=1)
    y = np.where(RANDOM.random(600) < 0.6, said, RANDOM.integers(0, 40, 600))  # six have no row
    found = matrix(topics, dataset(X, y, 46))
    assert (found.rows, found.row_count) == (Rows.TRAIN, 600)
    assert found.counts == tuple(map(tuple, confusion_matrix(y, said, labels=range(46)).tolist()))
    assert sum(map(sum, found.counts)) == 600
    assert found.accuracy == accuracy_score(y, said)
    report = classification_report(y, said, labels=range(46), zero_division=0, output_dict=True)
    for name, figures in zip(found.classes, found.figures, strict=True):
        expected = report[name]
        assert (figures.precision, figures.recall, figures.f1, figures.support) == tuple(
            expected[key] for key in ("precision", "recall", "f1-score", "support")
        )
    right = int((y == said).sum())
    interval = binomtest(right, 600).proportion_ci(0.95, method="wilson")
    assert (found.low, found.high) == (interval.low, interval.high)
    assert found.low < found.accuracy < found.high
    one_hot = matrix(topics, dataset(X, np.eye(46)[y], 46))
    assert one_hot == found
    answer = Look(ConfusionRequest(), 9, 0, found)
    assert decode_look(encode_look(answer)) == answer


def test_a_label_that_is_no_class_is_in_no_cell_and_never_right(topics: keras.Model) -> None:
    said = logits(topics).argmax(axis=1)
    y = said.astype(np.float64)
    y[:50], y[50:60], y[60:70] = 46, -1, 0.5
    found = matrix(topics, dataset(X, y, 46))
    assert sum(map(sum, found.counts)) == 530
    assert found.accuracy == 530 / 600
    assert sum(figures.support for figures in found.figures) == 530
    nowhere = matrix(topics, dataset(X, np.full(600, 99), 46))
    assert sum(map(sum, nowhere.counts)) == 0
    assert nowhere.accuracy == 0


def test_one_output_is_the_probability_of_the_second_class() -> None:
    model = network(1, "sigmoid", "binary_crossentropy")
    y = (X[:, 0] > 0).astype("float32")
    expected = confusion_matrix(y, logits(model)[:, 0] > 0)
    assert matrix(model, dataset(X, y[:, None], 2)).counts == tuple(map(tuple, expected.tolist()))
    # The same weights without the sigmoid: a logit over 0 is a probability over one half.
    bare = network(1, None, keras.losses.BinaryCrossentropy(from_logits=True))
    bare.set_weights(model.get_weights())
    assert matrix(bare, dataset(X, y, 2)).counts == tuple(map(tuple, expected.tolist()))


def test_the_rows_are_those_that_are_asked_for(topics: keras.Model) -> None:
    y = RANDOM.integers(0, 46, 600)
    data = replace(dataset(X[:300], y[:300], 46), test=Split(X[300:], y[300:]))
    assert (matrix(topics, data).rows, matrix(topics, data).row_count) == (Rows.TEST, 300)
    assert matrix(topics, data, Rows.TRAIN).rows is Rows.TRAIN
    with pytest.raises(DoesNotApply, match="no validation rows"):
        matrix(topics, data, Rows.VALIDATION)
    with pytest.raises(DoesNotApply, match="a number, not a class"):
        matrix(topics, dataset(X, X[:, 0], 0))
    with pytest.raises(DoesNotApply, match="46 outputs for 50 classes"):
        matrix(topics, dataset(X, y, 50))
    assert decode_request(encode_request(ConfusionRequest(Rows.TEST))).rows is Rows.TEST


def test_a_strangers_matrix_that_is_none_is_refused() -> None:
    ones = (ClassFigures(1, 1, 1, 1),) * 2
    sound = ConfusionMatrix(Rows.TEST, 2, ("a", "b"), ((1, 0), (0, 1)), ones, 1, 0.3, 1)
    data = encode_look(Look(ConfusionRequest(), 1, 0, sound))
    assert decode_look(data).record == sound
    for wrong in (
        {"counts": ((1, 0),)},
        {"counts": ((1,), (0, 1))},
        {"figures": ones[:1]},
        {"counts": ((1, 0), (3, 1))},
    ):
        with pytest.raises(ValueError, match="not of the same classes"):
            msgspec.structs.replace(sound, **wrong)
        plain = msgspec.msgpack.decode(data)
        plain["record"] |= msgspec.to_builtins(wrong)
        with pytest.raises(ValueError, match="not of the same classes"):
            decode_look(msgspec.msgpack.encode(plain))
