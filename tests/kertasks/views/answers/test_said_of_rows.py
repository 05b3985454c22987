"""What a network says of rows: classes with probabilities, or values in the target's own unit."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

from kertasks.data.dataset import Dataset
from kertasks.data.splits import Split, TargetScale
from kertasks.runs.looking.view import DoesNotApply
from kertasks.views.answers.said_of_rows import said_of_rows
from kertasks.views.outputs import most_probable

X = np.array([[0.0, 1.0], [2.0, -1.0], [0.5, 0.5]], np.float32)


def network(weights: NDArray[Any], *, activation: str = "linear", loss: Any = "mse") -> keras.Model:
    layer = keras.layers.Dense(weights.shape[1], activation=activation, use_bias=False)
    model = keras.Sequential([keras.Input((2,)), layer])
    layer.set_weights([weights])
    model.compile(loss=loss)
    return model


def data(y: NDArray[Any], **more: Any) -> Dataset:
    return Dataset(train=Split(X, y), **more)


def test_a_scaled_target_is_told_in_its_own_unit() -> None:
    scaled = data(np.zeros(3), target_scale=TargetScale(mean=22.4, scale=9.2), unit="$1,000")
    said = said_of_rows(network(np.array([[1.0], [2.0]])), scaled, X)
    assert said.outputs[:, 0].tolist() == [2.0, 0.0, 1.5]
    assert said.values == pytest.approx([2 * 9.2 + 22.4, 22.4, 1.5 * 9.2 + 22.4])
    assert said.probabilities is None


def test_logits_become_probabilities() -> None:
    weights = np.array([[1.0, -1.0, 0.0], [0.0, 2.0, 0.0]])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    three = data(np.array([0, 1, 2]), class_names=("p", "q", "r"))
    said = said_of_rows(network(weights, loss=loss), three, X)
    assert said.outputs == pytest.approx(X @ weights)
    shares = np.exp(X @ weights)
    assert said.probabilities == pytest.approx(shares / shares.sum(axis=1, keepdims=True))
    assert said.probabilities is not None
    assert most_probable(said.probabilities).tolist() == [1, 0, 0]


def test_a_class_without_a_name_has_its_number_and_one_without_an_output_is_said() -> None:
    four = network(np.ones((2, 4)), activation="softmax")
    assert said_of_rows(four, data(np.zeros(3), class_names=("p", "q")), X).names == tuple("pq23")
    one = network(np.ones((2, 1)), activation="sigmoid")
    with pytest.raises(DoesNotApply, match="2 outputs for 3 classes"):
        said_of_rows(one, data(np.zeros(3), class_names=tuple("pqr")), X)


def test_several_targets_have_no_one_value() -> None:
    said = said_of_rows(network(np.ones((2, 2))), data(np.zeros((3, 2))), X)
    assert said.outputs.shape == (3, 2)
    assert said.values is None


def test_what_is_no_number_is_never_the_most_probable() -> None:
    assert most_probable(np.array([[np.nan, 0.2, 0.8], [np.nan] * 3])).tolist() == [2, 0]
