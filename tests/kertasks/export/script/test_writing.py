"""Scripts are short, formatted, free of kertasks, and hold a recipe's strings only as literals."""

from __future__ import annotations

import ast
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import keras
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.networks import BRANCHES, HOSTILE, MADE_UP, dense

import kertasks
from kertasks.errors import UserError
from kertasks.export.script import writing
from kertasks.export.script.expressions import Call, literal
from kertasks.export.script.layers_code import expression_of, network_lines
from kertasks.export.script.writing import NoScript, write_script
from kertasks.keras_catalog.catalog import Catalog, Family
from kertasks.keras_catalog.introspection import required_inputs, takes_list
from kertasks.keras_catalog.offer import by_name
from kertasks.recipes.recipe import (
    PRETRAINED,
    CompileSettings,
    Component,
    EarlyStopping,
    FitSettings,
    Layer,
    Recipe,
)
from kertasks.recipes.recipe_errors import RecipeError
from kertasks.registry import all_tasks, find_task

RECIPES = [recipe for task in all_tasks() for recipe in task.recipes.values()]
CHOSEN = "chosen by Keras"
RUFF = [sys.executable, "-m", "ruff"]


def test_are_formatted_and_without_fault(catalog: Catalog, tmp_path: Path) -> None:
    for number, recipe in enumerate([*RECIPES, *MADE_UP]):
        script = write_script(
            recipe,
            catalog,
            learning_rates={4: 0.1},
            note="It was stopped by hand. " * 9,
            xla=True,
        )
        (tmp_path / f"script_{number}.py").write_text(script)
    for command in (
        ["format", "--check", "--isolated"],
        ["check", "--isolated", "--select", "E,F,I,W"],
    ):
        done = subprocess.run([*RUFF, *command, str(tmp_path)], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: f"{recipe.task}-{recipe.name}")
def test_are_short_and_of_keras_alone(recipe: Recipe, catalog: Catalog) -> None:
    script = write_script(recipe, catalog)
    assert "kert" not in script
    assert script.count("\n") <= 80
    modules = {
        node.module for node in ast.walk(ast.parse(script)) if isinstance(node, ast.ImportFrom)
    }
    assert modules <= {
        "keras",
        "sklearn.datasets",
        "sklearn.model_selection",
        "sklearn.preprocessing",
    }


def test_a_chain_is_sequential_and_arguments_are_only_those_given(catalog: Catalog) -> None:
    script = write_script(find_task("digits").recipes["convolutions"], catalog)
    assert '        layers.Conv2D(16, 3, padding="same", activation="relu"),\n' in script
    assert "        layers.Dropout(0.25),\n" in script
    assert "keras.optimizers.Adam(learning_rate=0.003)" in script
    assert "keras.Model(" not in script
    assert "x_test, y_test, batch_size=BATCH_SIZE, verbose=0" in script


def test_a_whole_number_is_written_as_keras_takes_it(catalog: Catalog) -> None:
    optimizer = Component("SGD", {"learning_rate": 1, "momentum": 0.5})
    assert expression_of(optimizer, Family.OPTIMIZERS, catalog) == Call(
        "keras.optimizers.SGD", (("learning_rate", "1.0"), ("momentum", "0.5"))
    )


def test_branches_have_variables_that_hide_nothing(catalog: Catalog) -> None:
    script = write_script(BRANCHES, catalog)
    assert 'layer_class = layers.Dense(6, name="class")(inputs)\n' in script
    assert "layers.Concatenate()([left, layer_class, layer_x_train, inputs])" in script
    assert "outputs = layers.Dense(1)(x)\nmodel = keras.Model(inputs, outputs)\n" in script


def test_variables_of_layers_are_all_different(catalog: Catalog) -> None:
    names = ["a-b", "a.b", "a_b", "2nd", "print", "lambda", "inputs", "outputs", "x"]
    layers = (*(dense(1, name, "input") for name in names), Layer("Add", inputs=tuple(names)))
    lines = network_lines(layers, catalog, {"taken"})
    variables = [line.split(" = ")[0] for line in lines[1:-2]]
    assert len({*variables, "inputs", "outputs", "x"}) == len(names) + 3
    assert all(name.isidentifier() for name in variables)
    assert not {"print", "lambda"} & set(variables)


def test_several_tensors_are_given_as_keras_takes_them(catalog: Catalog) -> None:
    for info in catalog.family(Family.LAYERS):
        if not info.several_inputs:
            continue
        entry = by_name(Family.LAYERS)[info.name]
        layers = (dense(2, "a"), dense(2, "b"), Layer(info.name, inputs=("a", "b")))
        last = network_lines(layers, catalog, ())[-2]
        assert ("([a, b])" in last) is (takes_list(entry) and required_inputs(entry) < 2), last


def test_every_name_in_keras_becomes_what_keras_takes(catalog: Catalog) -> None:
    takes = {Family.LOSSES: keras.losses, Family.METRICS: keras.metrics}
    for family in Family:
        for info in catalog.family(family):
            if info.name == PRETRAINED:
                continue  # Keras has none: a script has a function for it
            required = [argument for argument in info.arguments if argument.required]
            for name in (info.name, *info.identifiers):
                written = expression_of(name, family, catalog)
                if isinstance(written, Call):
                    module, _, class_name = written.name.rpartition(".")
                    where = getattr(keras, module.removeprefix("keras."))
                    assert getattr(where, class_name) is by_name(family)[info.name].what
                elif family in takes and info.topic != CHOSEN and not required:
                    assert written == f'"{name}"'
                    assert takes[family].get(name) is not None


def test_a_name_that_stands_for_a_class_of_its_own_stays_a_name(catalog: Catalog) -> None:
    metrics = ("mae", Component("acc"), Component("AUC", {"num_thresholds": 9}))
    settings = CompileSettings(Component("SGD"), Component("crossentropy"), metrics)
    script = write_script(replace(BRANCHES, compile=settings), catalog)
    assert 'loss="crossentropy",' in script
    assert 'metrics=["mae", "acc", keras.metrics.AUC(num_thresholds=9)],' in script
    assert "optimizer=keras.optimizers.SGD()," in script


def test_in_a_notebook_no_catalog_is_needed(catalog: Catalog) -> None:
    answer = find_task("xor").recipes["answer"]
    assert kertasks.keras_script(answer, epochs=3) == write_script(answer, catalog, epochs=3)


def test_the_words_on_a_network_are_there_while_it_is_the_task_s_own(catalog: Catalog) -> None:
    answer = find_task("xor").recipes["answer"]
    words = '# The network "answer": one wider layer: 3 or 4 rows right, depending on the seed.\n'
    assert words in write_script(answer, catalog)
    assert words in write_script(replace(answer, seed=5), catalog, epochs=3)
    changed = replace(answer, layers=answer.layers[1:])
    assert "# The network" not in write_script(changed, catalog)


def test_a_recipe_cannot_put_code_into_a_script(catalog: Catalog) -> None:
    assert write_script(HOSTILE, catalog) == write_script(BRANCHES, catalog)
    for line in ("\nimport os", "\rimport os", "\x85import os", "\u2028import os"):
        with pytest.raises(RecipeError, match="one line without control codes"):
            write_script(replace(BRANCHES, summary=line), catalog)


CODE = '"); __import__("os").system("touch hacked")  # \' """\n\\'


@pytest.mark.parametrize(
    "recipe",
    [
        replace(BRANCHES, layers=(Layer(CODE), dense(1))),
        replace(BRANCHES, layers=(Layer("Dense", {"units": 1, CODE: 2}),)),
        replace(BRANCHES, layers=(dense(1, CODE),)),
        replace(BRANCHES, layers=(dense(1, activation=CODE),)),
        replace(BRANCHES, compile=CompileSettings(Component(CODE))),
        replace(BRANCHES, compile=CompileSettings(loss=CODE)),
        replace(BRANCHES, compile=CompileSettings(metrics=(CODE,))),
    ],
)
def test_names_that_are_not_keras_s_are_refused(recipe: Recipe, catalog: Catalog) -> None:
    with pytest.raises(RecipeError):
        write_script(recipe, catalog)


def test_a_string_that_may_be_anything_is_a_literal(catalog: Catalog) -> None:
    stopping = EarlyStopping(monitor=CODE)
    script = write_script(replace(BRANCHES, fit=FitSettings(early_stopping=stopping)), catalog)
    calls = [node for node in ast.walk(ast.parse(script)) if isinstance(node, ast.Call)]
    (monitor,) = [
        keyword.value for call in calls for keyword in call.keywords if keyword.arg == "monitor"
    ]
    assert isinstance(monitor, ast.Constant)
    assert monitor.value == CODE


def test_all_that_early_stopping_is_told_is_in_the_script(catalog: Catalog) -> None:
    stopping = EarlyStopping("val_accuracy", 3, 0.01, True, "max", 0.5)
    script = write_script(replace(BRANCHES, fit=FitSettings(early_stopping=stopping)), catalog)
    (call,) = [
        node
        for node in ast.walk(ast.parse(script))
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("EarlyStopping")
    ]
    told = {keyword.arg: ast.literal_eval(keyword.value) for keyword in call.keywords}
    assert told == asdict(stopping)


SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()  # fmt: skip  # noqa: E501


@given(st.recursive(SCALARS, lambda inner: st.lists(inner).map(tuple)))
def test_literals_are_read_back(value: object) -> None:
    assert ast.literal_eval(literal(value)) == value


def test_a_task_without_a_plain_form_says_so(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = replace(find_task("xor"), script=None)
    monkeypatch.setattr(writing, "find_task", lambda _: task)
    with pytest.raises(NoScript, match="the task xor"):
        write_script(task.recipes["answer"], catalog)
    assert issubclass(NoScript, UserError)
