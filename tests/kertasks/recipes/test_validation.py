"""Values that Keras or kertui refuses, each with its path and what is allowed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kertasks.keras_catalog.catalog import Catalog
from kertasks.recipes.recipe import (
    INPUT,
    CompileSettings,
    Component,
    DataSettings,
    EarlyStopping,
    FitSettings,
    Layer,
    Recipe,
    Value,
)
from kertasks.recipes.validation import validate
from kertasks.registry import all_tasks

LAST = Layer("Dense", {"units": 1})
GOOD = Recipe("xor", "mine", (LAST,), CompileSettings(metrics=("accuracy",)))


def only_problem(recipe: Recipe, catalog: Catalog | None = None) -> tuple[str, str]:
    """The path and the text of the one problem there is."""
    (problem,) = validate(recipe, catalog)
    return problem.path, str(problem)


def with_layers(*layers: Layer) -> Recipe:
    return replace(GOOD, layers=layers)


def test_every_shipped_recipe_is_right(catalog: Catalog) -> None:
    wrong = {
        (task.name, name): validate(recipe, catalog)
        for task in all_tasks()
        for name, recipe in task.recipes.items()
        if validate(recipe, catalog)
    }
    assert wrong == {}


def test_a_variant_the_task_does_not_have_is_told_with_the_nearest() -> None:
    recipe = replace(GOOD, data=DataSettings("fourrows"))
    path, said = only_problem(recipe)
    assert path == "data.variant"
    assert "did you mean four rows?" in said
    assert validate(replace(recipe, data=DataSettings("four rows"))) == ()


@pytest.mark.parametrize(
    ("recipe", "path", "said"),
    [
        (replace(GOOD, name=" "), "name", "a name"),
        (replace(GOOD, name="a\x1b]0;b\x07"), "name", "one line without control codes"),
        (replace(GOOD, name="a\nb"), "name", "one line without control codes"),
        (replace(GOOD, summary="a\u202eb"), "summary", "one line without control codes"),
        (replace(GOOD, seed=-1), "seed", "from 0 to 4294967295"),
        (replace(GOOD, seed=2**32), "seed", "from 0 to 4294967295"),
        (with_layers(), "layers", "at least one layer"),
        (replace(GOOD, fit=FitSettings(epochs=0)), "fit.epochs", "at least 1"),
        (replace(GOOD, fit=FitSettings(epochs=10**20)), "fit.epochs", "at most 2147483648"),
        (replace(GOOD, fit=FitSettings(batch_size=-4)), "fit.batch_size", "at least 1"),
        (replace(GOOD, fit=FitSettings(validation_split=1.0)), "fit.validation_split", "less than"),
        (replace(GOOD, fit=FitSettings(validation_split=-0.1)), "fit.validation_split", "share"),
    ],
)
def test_settings_out_of_range(recipe: Recipe, path: str, said: str) -> None:
    found, text = only_problem(recipe)
    assert found == path
    assert said in text


@pytest.mark.parametrize(
    ("stopping", "key"),
    [
        (EarlyStopping(monitor=""), "monitor"),
        (EarlyStopping(patience=-1), "patience"),
        (EarlyStopping(min_delta=-0.1), "min_delta"),
        (EarlyStopping(mode="down"), "mode"),
    ],
)
def test_early_stopping_out_of_range(stopping: EarlyStopping, key: str) -> None:
    recipe = replace(GOOD, fit=FitSettings(early_stopping=stopping))
    assert only_problem(recipe)[0] == f"fit.early_stopping.{key}"


@pytest.mark.parametrize(
    ("layers", "path", "said"),
    [
        ((replace(LAST, name="a"), replace(LAST, name="a")), "layers.1.name", "layers.0 has this"),
        ((replace(LAST, name=INPUT),), "layers.0.name", "the data itself"),
        ((replace(LAST, name="a b"),), "layers.0.name", "without spaces"),
        ((replace(LAST, name="a/b"),), "layers.0.name", "letters, digits"),
        ((replace(LAST, inputs=("b",)),), "layers.0.inputs.0", "which no layer is called"),
        ((replace(LAST, name="a", inputs=("a",)),), "layers.0.inputs.0", "the layer itself"),
        (
            (replace(LAST, inputs=("b",)), replace(LAST, name="b")),
            "layers.0.inputs.0",
            "which comes later",
        ),
        ((LAST, replace(LAST, inputs=(INPUT,))), "layers.0", "a layer that nothing reads"),
    ],
)
def test_names_and_inputs(layers: tuple[Layer, ...], path: str, said: str) -> None:
    found, text = only_problem(with_layers(*layers))
    assert found == path
    assert said in text


def test_an_unknown_input_gets_the_nearest_name() -> None:
    layers = (replace(LAST, name="hidden"), replace(LAST, inputs=("hiden",)))
    paths = {problem.path: problem.allowed for problem in validate(with_layers(*layers))}
    assert "did you mean hidden?" in paths["layers.1.inputs.0"]


def test_a_cycle_cannot_be_written() -> None:
    layers = (
        replace(LAST, name="a", inputs=("b",)),
        replace(LAST, name="b", inputs=("a",)),
    )
    assert only_problem(with_layers(*layers))[0] == "layers.0.inputs.0"


L2 = Component("L2", {"l2": -1.0})
NO_UNITS = Component("Dense", {"units": 0})


def dense(**arguments: Value) -> Layer:
    return Layer("Dense", {"units": 1, **arguments})


def conv(**arguments: Value) -> Layer:
    return Layer("Conv2D", {"filters": 1, "kernel_size": 3, **arguments})


def adam(**arguments: Value) -> CompileSettings:
    return CompileSettings(Component("adam", arguments))


@pytest.mark.parametrize(
    ("layer", "path", "said"),
    [
        (Layer("Dens", {"units": 1}), "class", "did you mean Dense?"),
        (Layer("Dense"), "units", "a whole number of at least 1; Dense needs it"),
        (dense(units=0), "units", "a whole number of at least 1"),
        (dense(units="8"), "units", 'found "8" (a string)'),
        (dense(units=2.5), "units", "2.5 (a number)"),
        (dense(units=True), "units", "true (a boolean)"),
        (dense(units=None), "units", "None"),
        (dense(units=Component("Dense")), "units", "the class Dense"),
        (dense(use_bias=1), "use_bias", "true or false"),
        (dense(unit=1), "unit", "did you mean units?"),
        (dense(activation="rely"), "activation", "did you mean relu?"),
        (dense(activation=3), "activation", "one of Keras's activations"),
        (dense(kernel_regularizer=L2), "kernel_regularizer.l2", "a number of at least 0"),
        (dense(weights=()), "weights", "it takes arrays of weights"),
        (replace(LAST, inputs=(INPUT, INPUT)), "inputs", "Dense reads one layer"),
        (Layer("Dropout", {"rate": 1.5}), "rate", "a number from 0 to 1"),
        (Layer("Dropout", {"rate": -0.1}), "rate", "a number from 0 to 1"),
        (conv(kernel_size=(3, 0)), "kernel_size", "at least 1"),
        (conv(kernel_size=(3, "3")), "kernel_size", '"3" (a string)'),
        (conv(padding="some"), "padding", 'did you mean "same"?'),
        (Layer("Bidirectional", {"layer": "LSTM"}), "layer", 'class = "…"'),
        (Layer("Bidirectional", {"layer": Component("LSTN")}), "layer.class", "LSTM?"),
        (Layer("Bidirectional", {"layer": Component("LSTM")}), "layer.units", "needs it"),
        (Layer("TimeDistributed", {"layer": NO_UNITS}), "layer.units", "at least 1"),
    ],
)
def test_layers_keras_refuses(layer: Layer, path: str, said: str, catalog: Catalog) -> None:
    found, text = only_problem(with_layers(layer), catalog)
    assert found == f"layers.0.{path}"
    assert said in text


@pytest.mark.parametrize(
    ("settings", "path", "said"),
    [
        (CompileSettings(Component("Adm")), "optimizer", "did you mean adam?"),
        (adam(learning_rate=-1), "optimizer.learning_rate", "allowed: a number above 0"),
        (adam(learning_rate=0), "optimizer.learning_rate", "allowed: a number above 0"),
        (adam(lr=1), "optimizer.lr", "does not have"),
        (CompileSettings(loss="mean_sqared_error"), "loss", "mean_squared_error?"),
        (CompileSettings(loss=Component("Huber", {"delta": "x"})), "loss.delta", "a number"),
        (CompileSettings(loss=Component("Huber", {"delta": 10**400})), "loss.delta", "a number"),
        (CompileSettings(metrics=("mae", "acuracy")), "metrics.1", "accuracy?"),
    ],
)
def test_compile_settings_keras_refuses(
    settings: CompileSettings, path: str, said: str, catalog: Catalog
) -> None:
    found, text = only_problem(replace(GOOD, compile=settings), catalog)
    assert found == f"compile.{path}"
    assert said in text


def test_all_faults_come_at_once(catalog: Catalog) -> None:
    layers = (
        Layer("Dense", {"units": 0, "activation": "rely"}),
        Layer("Dropout", {"rate": 2}),
    )
    recipe = replace(with_layers(*layers), fit=FitSettings(epochs=0))
    assert [problem.path for problem in validate(recipe, catalog)] == [
        "fit.epochs", "layers.0.units", "layers.0.activation", "layers.1.rate",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("Lambda", "runs code"),
        ("TFSMLayer", "loads a program from a file"),
        ("TorchModuleWrapper", "runs code"),
        ("JaxLayer", "runs code"),
        ("InputLayer", "the data is the input"),
        ("Layer", "only the base"),
        ("TextVectorization", "reads text"),
    ],
)
def test_layers_no_recipe_can_have(name: str, reason: str, catalog: Catalog) -> None:
    recipe = with_layers(Layer(name, {"function": "__import__('os')"}))
    for known in (None, catalog):
        path, text = only_problem(recipe, known)
        assert path.startswith("layers.0")
        assert reason in text


def test_no_argument_makes_keras_read_a_file(catalog: Catalog) -> None:
    layer = Layer("IntegerLookup", {"vocabulary": "/etc/passwd"})
    assert only_problem(with_layers(layer), catalog)[0] == "layers.0.vocabulary"


def test_several_inputs_are_for_layers_that_merge(catalog: Catalog) -> None:
    hidden = Layer("Dense", {"units": 2}, name="hidden")
    for name in ("Add", "Concatenate", "Attention", "MultiHeadAttention"):
        arguments = {"num_heads": 1, "key_dim": 2} if name == "MultiHeadAttention" else {}
        merge = Layer(name, arguments, inputs=("hidden", INPUT))
        assert validate(with_layers(hidden, merge), catalog) == ()
