"""``--set path=value``."""

from __future__ import annotations

import pytest

from kertasks.keras_catalog.catalog import Catalog
from kertasks.recipes.changes import with_changes
from kertasks.recipes.recipe import (
    CompileSettings,
    Component,
    EarlyStopping,
    Layer,
    Recipe,
)
from kertasks.recipes.recipe_errors import RecipeError

RECIPE = Recipe(
    task="xor",
    name="answer",
    layers=(
        Layer("Dense", {"units": 8, "activation": "relu", "kernel_regularizer": "l2"}),
        Layer("Bidirectional", {"layer": Component("LSTM", {"units": 3})}),
        Layer("Dense", {"units": 1, "activation": "sigmoid"}, name="out"),
    ),
    compile=CompileSettings(Component("adam"), "mse", ("accuracy",)),
)


def test_changes_what_the_path_names() -> None:
    changed = with_changes(
        RECIPE,
        [
            "layers.0.units=16",
            "layers.0.activation = tanh",
            "layers.1.layer.units=5",
            "layers.2.use_bias=false",
            "layers.2.name=last",
            "fit.epochs=1_000",
            "fit.validation_split=0.25",
            "compile.loss=binary_crossentropy",
            'compile.metrics=["mae", "mse"]',
            "data.variant=four rows",
            "seed=7",
        ],
    )
    assert changed.layers[0].arguments["units"] == 16
    assert changed.layers[0].arguments["activation"] == "tanh"
    assert changed.layers[1].arguments["layer"] == Component("LSTM", {"units": 5})
    assert changed.layers[2].arguments["use_bias"] is False
    assert changed.layers[2].name == "last"
    assert (changed.fit.epochs, changed.fit.validation_split) == (1000, 0.25)
    assert (changed.compile.loss, changed.compile.metrics) == (
        "binary_crossentropy",
        ("mae", "mse"),
    )
    assert (changed.data.variant, changed.seed) == ("four rows", 7)
    assert RECIPE.layers[0].arguments["units"] == 8


def test_a_plain_name_becomes_a_class_with_arguments() -> None:
    changed = with_changes(
        RECIPE, ["compile.optimizer.learning_rate=1e-3", "layers.0.kernel_regularizer.l2=0.5"]
    )
    assert changed.compile.optimizer == Component("adam", {"learning_rate": 0.001})
    assert changed.layers[0].arguments["kernel_regularizer"] == Component("l2", {"l2": 0.5})


def test_settings_that_were_not_there_start_from_their_defaults() -> None:
    changed = with_changes(RECIPE, ["fit.early_stopping.patience=3"])
    assert changed.fit.early_stopping == EarlyStopping(patience=3)


def test_no_value_takes_the_key_away() -> None:
    changed = with_changes(
        RECIPE, ["layers.0.activation=", "fit.early_stopping=", "compile.metrics="]
    )
    assert "activation" not in changed.layers[0].arguments
    assert changed.compile.metrics == ()


def test_layers_are_put_in_and_taken_out() -> None:
    changed = with_changes(
        RECIPE, ["layers.0=", "layers.0+=Flatten", 'layers.3+={ class = "Dropout", rate = 0.1 }']
    )
    assert [layer.class_name for layer in changed.layers] == [
        "Flatten",
        "Bidirectional",
        "Dense",
        "Dropout",
    ]
    assert changed.layers[3].arguments == {"rate": 0.1}
    assert with_changes(RECIPE, ["compile.metrics.1+=mae"]).compile.metrics == ("accuracy", "mae")


def test_a_whole_class_can_be_given() -> None:
    changed = with_changes(RECIPE, ['compile.optimizer={ class = "SGD", momentum = 0.9 }'])
    assert changed.compile.optimizer == Component("SGD", {"momentum": 0.9})


@pytest.mark.parametrize(
    ("change", "path", "said"),
    [
        ("compile.learning_rate=1", "compile.learning_rate", "compile.optimizer.learning_rate"),
        ("learning_rate=1", "learning_rate", "compile.optimizer.learning_rate"),
        ("epochs=3", "epochs", "fit.epochs"),
        ("optimizer=adam", "optimizer", "compile.optimizer"),
        ("fit.epoch=3", "fit.epoch", "did you mean fit.epochs?"),
        ("fit.optimizer=adam", "fit.optimizer", "compile.optimizer"),
        ("layer.0.units=3", "layer.0.units", "did you mean layers?"),
        ("layers.9.units=3", "layers.9.units", "0 to 2"),
        ("layers.-1.units=3", "layers.-1.units", "0 to 2"),
        ("layers.first.units=3", "layers.first.units", "0 to 2"),
        ("layers.0.units.x=3", "layers.0.units.x", "it has no parts"),
        ("layers.0.bias_regularizer.l2=3", "layers.0.bias_regularizer.l2", "a class's name"),
        ("fit.epochs=0", "fit.epochs", "at least 1"),
        ("fit.epochs=many", "fit.epochs", '"many" (a string)'),
        ("layers.0.units=[1", "layers.0.units", "no TOML value"),
        (f"seed={'9' * 5000}", "seed", "thousands of digits"),
        (f"fit.epochs={'9' * 24}", "fit.epochs", "a whole number of at most 64 bits"),
        (f"layers.{'9' * 5000}.units=3", "", "0 to 2"),
        ("layers.0.units=2024-01-01", "layers.0.units", "a date"),
        ("layers.0.units", "", "path=value"),
        ("=3", "", "path=value"),
        ("layers.4+=Flatten", "layers.4", "0 to 3"),
        ("layers.0.units+=3", "layers.0.units", "a place in a list"),
        ("+=3", "", "path=value"),
        ("layers.0.class=", "layers.0.class", "nothing"),
        ("layers.2.inputs=[\"nobody\"]", "layers.2.inputs.0", "which no layer is called"),
    ],
)  # fmt: skip
def test_names_the_fault(change: str, path: str, said: str) -> None:
    with pytest.raises(RecipeError) as caught:
        with_changes(RECIPE, [change])
    problem = caught.value.problems[0]
    assert problem.path == path or not path
    assert said in str(problem)
    assert str(caught.value).startswith("--set: ")


def test_all_faults_come_at_once() -> None:
    with pytest.raises(RecipeError) as caught:
        with_changes(RECIPE, ["fit.epoch=3", "layers.7.units=1", "fit.batch_size=x"])
    assert len(caught.value.problems) == 3


def test_a_value_cannot_smuggle_in_a_second_key() -> None:
    with pytest.raises(RecipeError, match="no TOML value"):
        with_changes(RECIPE, ["seed=1\ntask = 2"])


def test_with_a_catalog_arguments_are_judged_too(catalog: Catalog) -> None:
    with pytest.raises(RecipeError, match=r"layers\.0\.unit.*did you mean units"):
        with_changes(RECIPE, ["layers.0.unit=3"], catalog)
