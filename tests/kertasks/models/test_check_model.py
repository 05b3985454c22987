"""What a check says is what Keras then builds, or refuses."""

# ruff: noqa: E501 - tables of cases are read a case a line

from __future__ import annotations

import gc
from typing import Any

import keras
import msgspec
import pytest
from tests.support.datasets import NUMBERS, PAIRS, PICTURES, SEQUENCES, WORDS, of_shape

from kertasks.keras_catalog.catalog import ArgumentKind, Catalog, Family
from kertasks.keras_catalog.introspection import NESTED_ONLY, sample_arguments
from kertasks.keras_catalog.offer import by_name
from kertasks.models.build import build_model
from kertasks.models.check import DataShape, ModelCheck
from kertasks.models.check_build import check_model
from kertasks.models.messages import BuildError
from kertasks.recipes.recipe import (
    INPUT,
    CompileSettings,
    Component,
    EarlyStopping,
    FitSettings,
    Layer,
    Recipe,
    Value,
)
from kertasks.registry import all_tasks


def dense(units: int, **arguments: Value) -> Layer:
    return Layer("Dense", {"units": units, **arguments})


def recipe(*layers: Layer, fit: FitSettings | None = None, **settings: Any) -> Recipe:
    return Recipe("xor", "mine", layers, CompileSettings(**settings), fit or FitSettings())


def checked(shape: DataShape, *layers: Layer, **settings: Any) -> ModelCheck:
    return check_model(recipe(*layers, **settings), shape)


@pytest.mark.parametrize("task", [task for task in all_tasks() if not task.files])
def test_agrees_with_the_built_model_for_every_shipped_recipe(task: Any) -> None:
    for shipped in task.recipes.values():
        data = task.load(shipped.data.variant, shipped.seed)
        found = check_model(shipped, data.shape)
        assert (found.error, found.error_path) == (None, None)
        model = build_model(shipped, data)
        assert found.parameters == model.count_params()
        trainable = sum(
            int(weight.value.shape.num_elements()) for weight in model.trainable_weights
        )
        assert found.trainable_parameters == trainable
        assert found.layers[-1].output_shape == model.output.shape[1:]
        assert found.input_shape == data.input_shape


def test_shapes_and_counts_of_each_layer() -> None:
    found = checked(
        PICTURES,
        Layer("Conv2D", {"filters": 4, "kernel_size": 3}),
        Layer("BatchNormalization"),
        Layer("Flatten"),
        dense(10, activation="softmax"),
        loss="sparse_categorical_crossentropy",
        metrics=("accuracy",),
    )
    assert [layer.output_shape for layer in found.layers] == [(6, 6, 4), (6, 6, 4), (144,), (10,)]
    assert [layer.parameters for layer in found.layers] == [40, 16, 0, 1450]
    assert [layer.trainable_parameters for layer in found.layers] == [40, 8, 0, 1450]
    assert (found.parameters, found.trainable_parameters) == (1506, 1498)
    assert found.error is None


def test_no_weight_is_drawn() -> None:
    found = checked(PAIRS, dense(1_000_000), dense(1_000_000), dense(1))
    assert found.parameters == 3_000_000 + 1_000_001_000_000 + 1_000_001


def test_a_refused_layer_keeps_those_before_it() -> None:
    found = checked(PAIRS, dense(8), Layer("Conv2D", {"filters": 16, "kernel_size": 3}), dense(1))
    assert [layer.output_shape for layer in found.layers] == [(8,), None, None]
    assert [layer.parameters for layer in found.layers] == [24, None, None]
    assert found.layers[1].error == "expects at least 3 dimensions, gets (8)"
    assert found.layers[2].error is None
    assert (found.error_path, found.error) == ("layers.1", found.layers[1].error)
    assert (found.parameters, found.trainable_parameters) == (None, None)


@pytest.mark.parametrize(
    ("layers", "path", "reason"),
    [
        ((Layer("LSTM", {"units": 2}),), "layers.0", "expects 2 dimensions, gets (2)"),
        ((dense(0),), "layers.0", "expected a positive integer"),
        ((dense(1, unit=1),), "layers.0.unit", "did you mean units?"),
        ((Layer("Lambda"),), "layers.0", "it runs code"),
        ((Layer("Dense", {"units": 1}, name="a b"),), "layers.0.name", "without spaces"),
        ((Layer("Reshape", {"target_shape": (3,)}),), "layers.0", "must be unchanged"),
        ((Layer("BatchNormalization", {"axis": 3}),), "layers.0", "Keras fails on it"),
        ((Layer("Dot", {"axes": 1}),), "layers.0", "a list of 2 inputs"),
        ((Layer("Bidirectional", {"layer": Component("Dense", {"units": 1})}),), "layers.0", "Dense has no argument"),
        (
            (Layer("Dense", {"units": 8}, name="a"), Layer("Add", inputs=("a", INPUT))),
            "layers.1", "incompatible shapes. Received shapes (8) and (2)",
        ),
        (
            (Layer("Reshape", {"target_shape": (2, 1)}), Layer("LSTM", {"units": 2, "return_state": True})),
            "layers.1", "gives 3 outputs",
        ),
        ((), "layers", "at least one layer"),
    ],
)  # fmt: skip
def test_says_why_in_one_line(layers: tuple[Layer, ...], path: str, reason: str) -> None:
    found = checked(PAIRS, *layers)
    assert found.error_path == path
    assert found.error is not None
    assert reason in found.error
    assert "\n" not in found.error
    assert "keras.src" not in found.error
    assert "None," not in found.error
    assert len(found.layers) == len(layers)


SOFTMAX = dense(10, activation="softmax")
FLAT = Layer("Flatten")


@pytest.mark.parametrize(
    ("shape", "layers", "settings", "path", "reason"),
    [
        (PICTURES, (FLAT, dense(5)), {"loss": "sparse_categorical_crossentropy"}, "compile.loss", "needs 10 units"),
        (PICTURES, (FLAT, SOFTMAX), {"loss": "categorical_crossentropy"}, "compile.loss", "sparse_categorical_crossentropy takes"),
        (PICTURES, (SOFTMAX,), {"loss": "sparse_categorical_crossentropy"}, "compile.loss", "shape (8, 8, 10)"),
        (WORDS, (dense(46),), {"loss": "sparse_categorical_crossentropy"}, "compile.loss", "one-hot"),
        (WORDS, (dense(46),), {"loss": "categorical_crossentropy", "metrics": ("sparse_categorical_accuracy",)}, "compile.metrics.0", "does not fit"),
        (PAIRS, (dense(3),), {"loss": "binary_crossentropy"}, "compile.loss", "3 values a row"),
        (NUMBERS, (dense(3),), {"loss": "mse"}, "compile.loss", "the labels have one value"),
        (NUMBERS, (dense(1),), {"loss": "msee"}, "compile.loss", "did you mean mse?"),
        (NUMBERS, (dense(1),), {"optimizer": Component("SGD", {"momentum": 2.0})}, "compile.optimizer", "momentum"),
        (NUMBERS, (dense(1),), {"metrics": ("mae", "maee")}, "compile.metrics.1", "did you mean mae?"),
        (NUMBERS, (dense(1),), {"fit": FitSettings(epochs=0)}, "fit.epochs", "at least 1"),
        (NUMBERS, (dense(1),), {"fit": FitSettings(early_stopping=EarlyStopping("val_mae"))}, "fit.early_stopping.monitor", "there is no metric val_mae"),
    ],
)  # fmt: skip
def test_a_network_that_cannot_be_trained_has_its_shapes(
    shape: DataShape, layers: tuple[Layer, ...], settings: dict[str, Any], path: str, reason: str
) -> None:
    found = checked(shape, *layers, **settings)
    assert found.error_path == path
    assert reason in str(found.error)
    assert all(layer.output_shape is not None for layer in found.layers)
    assert found.parameters is not None


@pytest.mark.parametrize(
    ("shape", "layers", "settings"),
    [
        (PICTURES, (FLAT, SOFTMAX), {"loss": "sparse_categorical_crossentropy", "metrics": ("accuracy",)}),
        (PICTURES, (FLAT, SOFTMAX), {"loss": "crossentropy", "metrics": ("acc",)}),
        (WORDS, (dense(46),), {"loss": Component("CategoricalCrossentropy", {"from_logits": True}), "metrics": ("AUC",)}),
        (PAIRS, (dense(1),), {"loss": "hinge", "metrics": (Component("Precision", {"thresholds": 0.5}),)}),
        (PAIRS, (dense(2),), {"loss": "sparse_categorical_crossentropy"}),
        (NUMBERS, (dense(1),), {"loss": Component("Huber", {"delta": 2.0}), "metrics": ("mae", "R2Score")}),
        (NUMBERS, (dense(1),), {"loss": "mse", "fit": FitSettings(early_stopping=EarlyStopping("val_mae")), "metrics": ("mae",)}),
    ],
)  # fmt: skip
def test_what_can_be_trained_is_accepted(
    shape: DataShape, layers: tuple[Layer, ...], settings: dict[str, Any]
) -> None:
    assert checked(shape, *layers, **settings).error is None
    settings.pop("fit", None)
    model = build_model(recipe(*layers, **settings), of_shape(shape))
    data = of_shape(shape)
    model.train_on_batch(data.train.x, data.train.y)


@pytest.mark.parametrize("shape", [PAIRS, SEQUENCES, PICTURES], ids=["flat", "rows", "pictures"])
def test_agrees_with_keras_about_every_layer_there_is(shape: DataShape, catalog: Catalog) -> None:
    """A layer that the check accepts is built with these shapes; one it refuses is refused."""
    for info in catalog.family(Family.LAYERS):
        if info.topic == NESTED_ONLY or any(a.kind is ArgumentKind.LAYER for a in info.arguments):
            continue
        sample = sample_arguments(by_name(Family.LAYERS)[info.name].what, info.arguments)
        if sample is None:
            continue
        wanted = recipe(Layer(info.name, sample), loss="mse")
        found = check_model(wanted, shape)
        if found.layers[0].error is None:
            model = build_model(wanted, of_shape(shape), check=False)
            assert found.layers[0].output_shape == model.output.shape[1:], info.name
            assert found.parameters == model.count_params(), info.name
        else:
            with pytest.raises(BuildError):
                build_model(wanted, of_shape(shape), check=False)


def test_goes_through_json() -> None:
    for layers in ((dense(2), dense(1)), (dense(0), dense(1))):
        found = checked(PAIRS, *layers)
        assert msgspec.json.decode(msgspec.json.encode(found), type=ModelCheck) == found
    assert msgspec.json.decode(msgspec.json.encode(WORDS), type=DataShape) == WORDS


def test_leaves_nothing_behind() -> None:
    wanted = recipe(*[dense(64, activation="relu")] * 6, dense(1), metrics=("accuracy", "AUC"))
    for _ in range(3):
        check_model(wanted, PAIRS)
    gc.collect()
    before = len(gc.get_objects())
    for _ in range(10):
        check_model(wanted, PAIRS)
    gc.collect()
    assert len(gc.get_objects()) - before < 50


def test_does_not_disturb_a_model_that_trains() -> None:
    data = of_shape(PAIRS)

    def losses(between: Any) -> list[float]:
        model = build_model(recipe(dense(4), Layer("Dropout", {"rate": 0.5}), dense(1)), data)
        found = []
        for _ in range(3):
            found.append(float(model.train_on_batch(data.train.x, data.train.y)))
            between()
        return found

    alone = losses(lambda: None)
    beside = losses(lambda: checked(PICTURES, FLAT, Layer("Dropout", {"rate": 0.1}), SOFTMAX))
    assert alone == beside
    layer = keras.layers.Dense(3)
    layer.build((None, 2))
    assert layer.kernel.value.shape == (2, 3)
