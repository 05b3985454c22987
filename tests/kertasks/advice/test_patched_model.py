"""A compiled model built anew with changes; the model itself stays what it was."""

from __future__ import annotations

import random
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from kertasks.advice.fixes.patched_model import CannotPatch, patched_model

pytestmark = pytest.mark.training


def compiled(*own: keras.layers.Layer, columns: tuple[int, ...] = (3,)) -> keras.Model:
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input(columns), *own])
    model.compile(keras.optimizers.SGD(0.5, momentum=0.9), "mse", metrics=["mae"])
    return model


def small() -> keras.Model:
    return compiled(
        layers.Dense(4, activation="relu"), layers.Dropout(0.5), layers.Dense(1, name="out")
    )


def names(model: keras.Model) -> list[str]:
    return [type(layer).__name__ for layer in model.layers if layer.name != "input"][1:]


def test_every_kind_of_change_is_made() -> None:
    found = patched_model(
        small(),
        [
            "layers.0.activation=tanh",
            "layers.0.units=7",
            "layers.1=Identity",
            "layers.2.kernel_initializer=he_normal",
            "compile.optimizer.learning_rate=0.25",
            "compile.loss=mae",
            "compile.metrics=['mse']",
            "fit.epochs=12",
            'layers.3+={ class = "Rescaling", scale = 10, offset = 3 }',
            'layers.0+={ class = "Normalization", mean = [1, 2, 3], variance = [4, 4, 4] }',
        ],
        0,
    )
    model = found.model
    assert names(model) == ["Normalization", "Dense", "Identity", "Dense", "Rescaling"]
    dense, out = model.layers[2], model.get_layer("out")
    assert (dense.units, dense.activation.__name__) == (7, "tanh")
    assert type(out.kernel_initializer).__name__ == "HeNormal"
    assert float(model.optimizer.learning_rate) == 0.25
    assert model.optimizer.momentum == 0.9
    assert model.loss.name == "mean_absolute_error"
    assert found.fit == {"epochs": 12}
    x = np.array([[1, 2, 3]], "float32")
    assert float(model(x)[0, 0]) == pytest.approx(3 + 10 * float(out.bias.value[0]))


def test_an_optimizer_is_replaced_as_a_whole() -> None:
    model = patched_model(small(), ["compile.optimizer=Adam"], 0).model
    assert type(model.optimizer).__name__ == "Adam"
    assert float(model.optimizer.learning_rate) == pytest.approx(0.001)


def test_a_layer_in_a_wrapper_is_changed_in_it_and_one_is_left_out() -> None:
    model = compiled(
        layers.TimeDistributed(layers.Dense(2, activation="relu")),
        layers.Dropout(0.5),
        layers.Flatten(),
        columns=(4, 3),
    )
    found = patched_model(model, ["layers.0.layer.activation=tanh", "layers.1="], 0).model
    assert found.layers[1].layer.activation.__name__ == "tanh"
    assert names(found) == ["TimeDistributed", "Identity", "Flatten"]


def test_branches_stay_branches() -> None:
    tensor = keras.Input((3,))
    left = layers.Dense(4, activation="relu", name="left")(tensor)
    right = layers.Dense(4, activation="relu", name="right")(tensor)
    model = keras.Model(tensor, layers.Dense(1)(layers.Add()([left, right])))
    model.compile("adam", "mse")
    place = [layer.name for layer in model.layers[1:]].index("right")
    patch = [f"layers.{place}.units=4", f"layers.{place}+=BatchNormalization"]
    found = patched_model(model, patch, 0).model
    assert len(found.get_layer("right").input._keras_history.operation.get_config()) > 0
    before = found.get_layer("right").input._keras_history.operation
    assert type(before).__name__ == "BatchNormalization"
    assert type(found.get_layer("left").input._keras_history.operation).__name__ == "InputLayer"


def test_the_same_seed_draws_the_same_weights_and_moves_no_generator() -> None:
    model = small()
    given = model.get_weights()
    states = random.getstate(), np.random.get_state()[1].tolist()  # type: ignore[index]
    weights = [patched_model(model, (), seed).model.get_weights() for seed in (5, 5, 6)]
    assert np.array_equal(weights[0][0], weights[1][0])
    assert not np.array_equal(weights[0][0], weights[2][0])
    assert (random.getstate(), np.random.get_state()[1].tolist()) == states  # type: ignore[index]
    assert all(map(np.array_equal, given, model.get_weights()))


def test_what_does_not_learn_keeps_its_weights() -> None:
    scaling = layers.Normalization()
    scaling.adapt(np.array([[1, 2, 3], [3, 4, 9]], "float32"))
    frozen = layers.Dense(4)
    model = compiled(scaling, frozen, layers.Dense(1))
    frozen.trainable = False
    found = patched_model(model, (), 0).model
    x = np.array([[5, 6, 7]], "float32")
    assert np.allclose(found.layers[1](x), scaling(x))
    assert np.array_equal(found.layers[2].kernel, frozen.kernel)
    assert not np.array_equal(found.layers[3].kernel, model.layers[2].kernel)


class Own(keras.layers.Layer):  # type: ignore[misc]  # keras has no types
    """A layer of a person's own."""

    def __init__(self, factor: float = 2.0, **more: Any) -> None:
        super().__init__(**more)
        self.factor = factor

    def call(self, x: Any) -> Any:
        return self.factor * x

    def get_config(self) -> dict[str, Any]:
        config: dict[str, Any] = super().get_config() | {"factor": self.factor}
        return config


class Closed(Own):
    """One that does not say how it is made."""

    def __init__(self, secret: object) -> None:
        super().__init__(2.0)

    def get_config(self) -> dict[str, Any]:
        config: dict[str, Any] = keras.layers.Layer.get_config(self)
        return config


def test_a_layer_of_ones_own_is_made_anew_by_its_own_class() -> None:
    model = compiled(Own(3.0), layers.Dense(1))
    found = patched_model(model, ["layers.1.units=2"], 0).model
    assert found.layers[1].factor == 3.0
    assert found.layers[1] is not model.layers[0]
    with pytest.raises(CannotPatch, match="cannot be built anew"):
        patched_model(compiled(Closed(object()), layers.Dense(1)), (), 0)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("layers.9.units=3", "has 3 layers"),
        ("layers.4+=Flatten", "has 3 layers"),
        ("layers.0.unit=3", "there is no unit"),
        ("layers.0+=Lambda", "Lambda cannot be used"),
        ("compile.optimizer.pace=3", "there is no pace"),
        ("data.variant=other", "a model has no such setting"),
        ("layers.0.units=[3", "no TOML value"),
    ],
)
def test_what_cannot_be_changed_is_said(change: str, said: str) -> None:
    with pytest.raises(CannotPatch, match=said):
        patched_model(small(), [change], 0)
