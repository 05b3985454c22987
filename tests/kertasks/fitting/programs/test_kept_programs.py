"""Programs are kept and shared only where Keras would compute the same."""

from __future__ import annotations

from functools import partial
from typing import Any

import keras
import numpy as np
import pytest
from tests.support.closeness import assert_same_weights

import kertasks
from kertasks.fitting.programs.architecture import signature
from kertasks.fitting.programs.program import Kind

pytestmark = pytest.mark.training

RNG = np.random.default_rng(8)
X = RNG.normal(size=(20, 5)).astype("float32")
Y = RNG.normal(size=(20, 2)).astype("float32")


def two_layers(activation: str = "relu") -> keras.Model:
    hidden = keras.layers.Dense(4, activation)
    model = keras.Sequential([keras.Input((5,)), hidden, keras.layers.Dense(2)])
    model.compile("adam", "mse")
    return model


def assert_evaluates_like_keras(model: keras.Model, x: Any, y: Any) -> None:
    ours = kertasks.evaluate(model, x, y, return_dict=True)
    kerass = model.evaluate(x, y, verbose=0, return_dict=True)
    assert ours == pytest.approx(kerass, rel=1e-5)


def test_dicts_find_inputs_and_outputs_by_their_numbered_names() -> None:
    x = {"x_1": X, "x_2": X[::-1]}
    y = {"y_1": Y, "y_2": 2 * Y + 1}

    def model(inputs: list[str], outputs: list[str]) -> keras.Model:
        entries = [keras.Input((5,), name=name) for name in inputs]
        relu, tanh = keras.layers.Dense(3, "relu"), keras.layers.Dense(3, "tanh")
        joined = keras.layers.Concatenate()([relu(entries[0]), tanh(entries[1])])
        model = keras.Model(entries, [keras.layers.Dense(2, name=n)(joined) for n in outputs])
        model.compile("adam", dict(zip(outputs, ["mse", "mae"], strict=True)))
        return model

    forth, back = (1, 2), (2, 1)
    for inputs, outputs in [(forth, forth), (back, forth), (forth, back)]:
        twisted = model([f"x_{i}" for i in inputs], [f"y_{i}" for i in outputs])
        assert_evaluates_like_keras(twisted, x, y)


def test_an_optimizer_that_finds_layers_by_name_shares_nothing() -> None:
    model = two_layers()
    assert signature(model, Kind.TRAIN, frozenset()) is not None
    model.compile(keras.optimizers.Muon(exclude_layers=["dense_1"]), "mse")
    assert signature(model, Kind.TRAIN, frozenset()) is None


def test_what_comes_too_late_for_a_layer_is_not_shared() -> None:
    late = two_layers()
    late.layers[0].kernel_regularizer = keras.regularizers.L2(0.5)
    kertasks.evaluate(late, X, Y)
    in_time = keras.models.clone_model(late)
    in_time.compile("adam", "mse")
    assert_evaluates_like_keras(in_time, X, Y)


def test_a_changed_layer_changes_no_other_model() -> None:
    changed = two_layers()
    kertasks.fit(changed, X, Y)
    changed.layers[0].activation = keras.activations.tanh
    kertasks.evaluate(changed, X, Y)
    assert_evaluates_like_keras(two_layers(), X, Y)


def predicts_like_keras(model: keras.Model) -> bool:
    ours, kerass = kertasks.predict(model, X), model.predict_on_batch(X)
    return ours.shape == kerass.shape and bool(np.allclose(ours, kerass, rtol=1e-5, atol=1e-6))


def test_predicts_with_the_model_as_it_is_now() -> None:
    model = two_layers()
    assert predicts_like_keras(model)
    model.layers[0].activation = keras.activations.tanh
    model.compile("adam", "mse")
    assert predicts_like_keras(model)
    model.pop()
    model.add(keras.layers.Dense(3))
    model.compile("adam", "mse")
    assert predicts_like_keras(model)


def test_predicts_with_the_layers_an_uncompiled_model_has_now() -> None:
    model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(2)])
    kertasks.predict(model, X)
    model.add(keras.layers.ReLU())
    assert predicts_like_keras(model)


@pytest.mark.parametrize("first", [True, False], ids=["frozen", "unfrozen"])
def test_what_is_trainable_counts_from_compile_to_compile(first: bool) -> None:
    def run(fit: Any, evaluate: Any, shuffles: bool) -> keras.Model:
        keras.utils.set_random_seed(1)
        model = two_layers()
        evaluate(model)
        model.layers[0].trainable = first
        for shuffle in (False, shuffles):  # another program, the same batch
            fit(model, X, Y, batch_size=len(X), shuffle=shuffle)
            model.layers[0].trainable = not first
        assert model.layers[0].trainable != first
        return model

    notices: list[str] = []
    kerass = run(
        lambda model, *data, **more: model.fit(*data, verbose=0, **more),
        lambda model: model.evaluate(X, Y, verbose=0),
        shuffles=False,
    )
    ours = run(
        partial(kertasks.fit, on_notice=notices.append),
        lambda model: kertasks.evaluate(model, X, Y),
        shuffles=True,
    )
    assert_same_weights(ours, kerass)
    assert len(notices) == 1
    assert "next model.compile" in notices[0]
