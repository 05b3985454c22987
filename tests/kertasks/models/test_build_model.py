"""Recipes become compiled Keras models."""

# ruff: noqa: E501 - tables of cases are read a case a line

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from tests.support.datasets import NUMBERS, PAIRS, PICTURES, SEQUENCES, WORDS, of_shape

from kertasks.errors import UserError
from kertasks.models.build import build_model
from kertasks.models.check import DataShape
from kertasks.models.messages import BuildError
from kertasks.recipes.recipe import INPUT, CompileSettings, Component, Layer, Recipe, Value


def dense(units: int, **arguments: Value) -> Layer:
    return Layer("Dense", {"units": units, **arguments})


SIGMOID = dense(1, activation="sigmoid")


def recipe(*layers: Layer, seed: int = 0, **settings: Any) -> Recipe:
    return Recipe("xor", "my net, 2", layers, CompileSettings(**settings), seed=seed)


def build(shape: DataShape, *layers: Layer, **settings: Any) -> keras.Model:
    """What Keras alone makes of it; what the check says first is told in ``test_check_data``."""
    return build_model(recipe(*layers, **settings), of_shape(shape), check=False)


def test_is_compiled_as_the_recipe_says() -> None:
    model = build(
        PAIRS,
        dense(8, activation="relu", kernel_regularizer=Component("L2", {"l2": 0.5})),
        SIGMOID,
        optimizer=Component("SGD", {"learning_rate": 0.25, "momentum": 0.5}),
        loss="binary_crossentropy",
        metrics=("accuracy", "mae", Component("AUC", {"num_thresholds": 10})),
    )
    assert isinstance(model.optimizer, keras.optimizers.SGD)
    assert float(model.optimizer.learning_rate) == 0.25
    hidden = model.get_layer("dense")
    assert hidden.activation is keras.activations.relu
    assert float(hidden.kernel_regularizer.l2) == 0.5
    data = of_shape(PAIRS)
    results = model.train_on_batch(data.train.x, data.train.y, return_dict=True)
    assert set(results) == {"loss", "accuracy", "mae", "auc"}


def test_a_whole_number_is_a_number() -> None:
    model = build(
        PAIRS,
        dense(2, kernel_regularizer=Component("L2", {"l2": 0})),
        Layer("Dropout", {"rate": 0}),
        SIGMOID,
        optimizer=Component("SGD", {"learning_rate": 1, "momentum": 0, "clipnorm": 1}),
        loss=Component("BinaryCrossentropy", {"label_smoothing": 0}),
        metrics=(Component("FBetaScore", {"beta": 2, "threshold": 1}),),
    )
    assert float(model.optimizer.learning_rate) == 1
    assert isinstance(model.optimizer.momentum, float)


def test_layers_are_named_the_same_whatever_was_built_before() -> None:
    layers = (Layer("Dense", {"units": 2}, name="dense_1"), dense(3), dense(3), SIGMOID)
    names = [
        [layer.name for layer in build(PAIRS, *layers, metrics=("AUC",)).layers] for _ in range(2)
    ]
    assert names[0] == names[1] == [INPUT, "dense_1", "dense", "dense_2", "dense_3"]


@pytest.mark.parametrize(
    ("shape", "layers"),
    [
        (PAIRS, (dense(8), Layer("Dropout", {"rate": 0.5}), SIGMOID)),
        (PICTURES, (Layer("Conv2D", {"filters": 2, "kernel_size": 3}), Layer("Flatten"), dense(10))),
        (SEQUENCES, (Layer("Bidirectional", {"layer": Component("GRU", {"units": 2})}), dense(3))),
    ],
    ids=["dense", "convolution", "recurrent"],
)  # fmt: skip
def test_the_seed_decides_the_weights(shape: DataShape, layers: tuple[Layer, ...]) -> None:
    data = of_shape(shape)
    first, again, other = (
        build_model(recipe(*layers, seed=seed), data, check=False).get_weights()
        for seed in (3, 3, 4)
    )
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(first, other, strict=True))


def test_training_twice_gives_the_same_numbers() -> None:
    data = of_shape(PAIRS)
    losses = []
    for _ in range(2):
        model = build_model(recipe(dense(4), Layer("Dropout", {"rate": 0.5}), SIGMOID), data)
        losses.append([float(model.train_on_batch(data.train.x, data.train.y)) for _ in range(3)])
    assert losses[0] == losses[1]


def test_bytes_become_numbers_inside_the_model() -> None:
    model = build(WORDS, dense(46, activation="softmax"), loss="categorical_crossentropy")
    assert model.input.dtype == "uint8"
    assert model.output.dtype == "float32"
    data = of_shape(WORDS)
    as_bytes = model.predict(data.train.x, verbose=0)
    kernel, bias = model.get_layer("dense").get_weights()
    expected = keras.ops.softmax(data.train.x.astype("float32") @ kernel + bias)
    assert np.allclose(as_bytes, expected, atol=1e-6)


def test_an_embedding_gets_the_whole_numbers() -> None:
    model = build(
        WORDS,
        Layer("Embedding", {"input_dim": 2, "output_dim": 3}),
        Layer("GlobalAveragePooling1D"),
        dense(46, activation="softmax"),
        loss="categorical_crossentropy",
    )
    assert not any("cast" in layer.name for layer in model.layers)
    assert model.predict(of_shape(WORDS).train.x, verbose=0).shape == (8, 46)


def test_a_model_of_bytes_can_be_saved_and_read(tmp_path: Path) -> None:
    model = build(WORDS, dense(46, activation="softmax"), loss="categorical_crossentropy")
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    x = of_shape(WORDS).train.x
    assert np.array_equal(model.predict(x, verbose=0), again.predict(x, verbose=0))


def test_branches_are_merged() -> None:
    model = build(
        NUMBERS,
        Layer("Dense", {"units": 4}, name="left"),
        Layer("Dense", {"units": 6}, name="right", inputs=(INPUT,)),
        Layer("Concatenate", inputs=("left", "right", INPUT), name="both"),
        dense(1),
        loss="mse",
    )
    assert model.get_layer("both").output.shape == (None, 23)
    assert model.output.shape == (None, 1)


def test_a_residual_connection() -> None:
    model = build(
        NUMBERS,
        Layer("Dense", {"units": 13}, name="hidden"),
        Layer("Add", inputs=("hidden", INPUT)),
        dense(1),
        loss="mse",
    )
    assert model.count_params() == 13 * 13 + 13 + 14


def test_attention_reads_one_layer_or_two() -> None:
    heads = {"num_heads": 2, "key_dim": 3}
    model = build(
        SEQUENCES,
        Layer("MultiHeadAttention", heads, name="itself"),
        Layer("MultiHeadAttention", heads, inputs=("itself", INPUT)),
        Layer("Attention"),
        Layer("Flatten"),
        dense(3, activation="softmax"),
        loss="sparse_categorical_crossentropy",
    )
    assert model.output.shape == (None, 3)


def test_wrappers_and_cells() -> None:
    model = build(
        SEQUENCES,
        Layer("TimeDistributed", {"layer": Component("Dense", {"units": 5})}),
        Layer(
            "Bidirectional",
            {
                "layer": Component("LSTM", {"units": 3, "return_sequences": True}),
                "merge_mode": "sum",
            },
        ),
        Layer("RNN", {"cell": (Component("GRUCell", {"units": 2}), Component("LSTMCell", {"units": 4}))}),
        dense(3, activation="softmax"),
        loss="sparse_categorical_crossentropy",
    )  # fmt: skip
    assert [layer.output.shape[1:] for layer in model.layers[1:]] == [(6, 5), (6, 3), (4,), (3,)]


@pytest.mark.parametrize(
    ("layers", "path", "reason"),
    [
        ((dense(0),), "layers.0", "expected a positive integer"),
        ((SIGMOID, Layer("Conv2D", {"filters": 1, "kernel_size": 2})), "layers.1", "expects"),
        ((Layer("Dens", {"units": 1}),), "layers.0", "did you mean Dense?"),
        ((dense(1, unit=3),), "layers.0.unit", "did you mean units?"),
        ((Layer("Dense"),), "layers.0.units", "Dense needs it"),
        ((dense(1, activation="rely"),), "layers.0.activation", "did you mean relu?"),
        ((dense(1, kernel_regularizer=Component("L2", {"l3": 1})),), "layers.0.kernel_regularizer.l3", "no such"),
        ((dense(1, use_bias=Component("L2")),), "layers.0.use_bias", "not the class L2"),
        ((Layer("Bidirectional", {"layer": "LSTM"}),), "layers.0.layer", "takes a layer"),
        ((Layer("LSTMCell", {"units": 1}),), "layers.0", "only inside another layer"),
        ((Layer("Dense", {"units": 1}, inputs=(INPUT, INPUT)),), "layers.0.inputs", "reads one"),
        ((Layer("Dense", {"units": 1}, inputs=("a",)),), "layers.0.inputs", "is called a"),
        ((), "layers", "no layer"),
    ],
)  # fmt: skip
def test_names_what_keras_refuses(layers: tuple[Layer, ...], path: str, reason: str) -> None:
    with pytest.raises(BuildError) as caught:
        build(PAIRS, *layers)
    assert caught.value.path == path
    assert reason in caught.value.reason
    assert "\n" not in str(caught.value)
    assert isinstance(caught.value, UserError)


@pytest.mark.parametrize(
    ("settings", "path"),
    [
        ({"optimizer": Component("Adm")}, "compile.optimizer"),
        ({"optimizer": Component("SGD", {"momentum": 7.0})}, "compile.optimizer"),
        ({"loss": "msee"}, "compile.loss"),
        ({"metrics": ("mae", "maee")}, "compile.metrics.1"),
        ({"metrics": (Component("accuracy", {"x": 1}),)}, "compile.metrics.0"),
    ],
)
def test_names_the_setting_keras_refuses(settings: dict[str, Any], path: str) -> None:
    with pytest.raises(BuildError) as caught:
        build(PAIRS, SIGMOID, **settings)
    assert caught.value.path == path


@pytest.mark.parametrize(
    "layer",
    [
        Layer("Lambda", {"function": "lambda x: __import__('os').system('touch hacked')"}),
        Layer("TFSMLayer", {"filepath": "/tmp/anything"}),
        Layer("os", {"system": "touch hacked"}),
        Layer("__import__", {"name": "os"}),
        Layer("../../Dense", {"units": 1}),
        dense(1, activation="os.system"),
        dense(1, kernel_initializer=Component("os.system", {"command": "touch hacked"})),
        dense(1, module="os", class_name="system", registered_name="x"),
        Layer("Bidirectional", {"layer": Component("Lambda", {"function": "x"})}),
        Layer("deserialize", {"config": "x"}),
    ],
)
def test_a_hostile_recipe_is_refused(
    layer: Layer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BuildError):
        build(PAIRS, layer)
    assert list(tmp_path.iterdir()) == []
