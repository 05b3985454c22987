from __future__ import annotations

from dataclasses import replace

import pytest

from kertasks.keras_catalog.catalog import Argument, ArgumentKind, Catalog, Family
from kertasks.recipes.recipe import (
    PRETRAINED,
    CompileSettings,
    Component,
    EarlyStopping,
    Layer,
    Recipe,
)
from kertasks.recipes.recipe_errors import Problem
from kertasks.registry import all_tasks, find_task
from kertui.forms.fields import Entry, Field, enter_value, layer_fields
from kertui.forms.starting_values import starting_layer
from kertui.text.layer_lines import main_arguments, shape_text
from kertui.text.recipe_values import NotAllowed
from kertui.workbench.layers.add_layer import search
from kertui.workbench.settings.settings_fields import (
    DataFacts,
    enter_setting,
    hidden_settings,
    reset_setting,
    settings_fields,
)


def recipe(*layers: Layer) -> Recipe:
    return Recipe("xor", "test", layers, CompileSettings(Component("Adam"), "mse", ("accuracy",)))


def by_label(fields: tuple[Field, ...]) -> dict[str, Field]:
    return {field.label: field for field in fields}


def argument_of(catalog: Catalog, family: Family, name: str, argument: str) -> Argument:
    info = catalog.find(family, name)
    assert info is not None
    found = info.argument(argument)
    assert found is not None
    return found


def test_required_and_changed_come_when_room_is_short(catalog: Catalog) -> None:
    one = recipe(Layer("Dense", {"units": 8, "bias_constraint": "non_neg"}))
    fields, hidden = layer_fields(one, 0, catalog, limit=3)
    assert [field.label for field in fields][:1] == ["units"]
    assert "bias_constraint" in by_label(fields)
    assert len(fields) == 3
    problems = (Problem("layers.0.bias_constraint", "1", "a constraint"),)
    few, _ = layer_fields(one, 0, catalog, problems, limit=1)
    assert [field.label for field in few] == ["bias_constraint"], "what is refused comes first"
    few, _ = layer_fields(one, 0, catalog, problems, limit=2, keep=("use_bias",))
    assert [field.label for field in few] == ["use_bias", "bias_constraint"]
    everything, none = layer_fields(one, 0, catalog)
    assert none == 0
    assert len(everything) == len(fields) + hidden


def test_fields_know_how_they_are_entered(catalog: Catalog) -> None:
    fields = by_label(layer_fields(recipe(Layer("Conv2D", {"filters": 4})), 0, catalog)[0])
    assert fields["use_bias"].entry is Entry.TOGGLE
    assert fields["padding"].entry is Entry.PICK
    assert "same" in [choice.text for choice in fields["padding"].choices]
    assert fields["kernel_size"].text == ""
    assert fields["kernel_size"].note == "required"
    assert fields["strides"].text == "1, 1"
    assert not fields["strides"].changed
    assert fields["activation"].help


def test_a_components_arguments_follow_it(catalog: Catalog) -> None:
    one = recipe(Layer("Dense", {"units": 8, "kernel_regularizer": "l2"}))
    fields, _ = layer_fields(one, 0, catalog)
    labels = [field.label for field in fields]
    at = labels.index("kernel_regularizer")
    assert fields[at + 1].path == ("kernel_regularizer", "l2")
    assert fields[at + 1].text == "0.01"
    assert fields[at + 1].depth == 1


def test_a_wrapper_shows_the_layer_it_wraps(catalog: Catalog) -> None:
    one = recipe(Layer("Bidirectional", {"layer": Component("LSTM", {"units": 16})}))
    fields, _ = layer_fields(one, 0, catalog, limit=8)
    paths = [field.path for field in fields]
    assert ("layer", "units") in paths
    assert by_label(fields)["layer"].text == "LSTM"


def test_a_list_of_layers_shows_each(catalog: Catalog) -> None:
    cells = (Component("LSTMCell", {"units": 4}), Component("GRUCell", {"units": 5}))
    fields, _ = layer_fields(recipe(Layer("StackedRNNCells", {"cells": cells})), 0, catalog)
    found = {field.path: field.text for field in fields}
    assert found["cells",] == "LSTMCell, GRUCell"
    assert found["cells", "1", "units"] == "5"
    argument = argument_of(catalog, Family.LAYERS, "StackedRNNCells", "cells")
    after = enter_value("GRUCell, SimpleRNNCell", argument, cells, catalog)
    assert isinstance(after, tuple)
    assert after[0] == cells[1], "what stays keeps its arguments"


def test_a_problem_stands_at_its_field(catalog: Catalog) -> None:
    problems = (Problem("layers.0.units", "-1", "a whole number of at least 1"),)
    fields, _ = layer_fields(recipe(Layer("Dense", {"units": -1})), 0, catalog, problems, limit=2)
    problem = by_label(fields)["units"].problem
    assert problem is not None
    assert "at least 1" in problem


def test_a_class_of_which_nothing_is_known_shows_what_the_recipe_says(catalog: Catalog) -> None:
    fields, hidden = layer_fields(recipe(Layer("Dence", {"units": 4})), 0, catalog)
    assert [(field.label, field.text, field.entry) for field in fields] == [
        ("units", "4", Entry.FACT)
    ]
    assert hidden == 0
    assert layer_fields(recipe(Layer("Dense", {"units": 4})), 0, None)[0][0].text == "4"


def test_another_class_keeps_the_arguments_it_has(catalog: Catalog) -> None:
    argument = argument_of(catalog, Family.LAYERS, "Bidirectional", "layer")
    before = Component("LSTM", {"units": 9, "use_bias": False, "unit_forget_bias": False})
    assert enter_value("GRU", argument, before, catalog) == Component(
        "GRU", {"units": 9, "use_bias": False}
    )


@pytest.mark.parametrize("task", [task.name for task in all_tasks()])
def test_every_recipe_of_every_task_has_its_fields(task: str, catalog: Catalog) -> None:
    for one in find_task(task).recipes.values():
        for index, layer in enumerate(one.layers):
            fields = by_label(layer_fields(one, index, catalog, limit=12)[0])
            assert set(layer.arguments) <= set(fields)
        assert len(settings_fields(one, catalog, DataFacts(()))) >= 9


def test_every_layer_of_keras_starts_with_what_it_requires(catalog: Catalog) -> None:
    for info in catalog.family(Family.LAYERS):
        layer = starting_layer(info, catalog)
        missing = [
            argument.name
            for argument in info.arguments
            if argument.required and argument.name not in layer.arguments
        ]
        # No equation and no file is right for most networks: the form asks for it.
        asked = {"EinsumDense", "HashedCrossing", "Hashing", PRETRAINED}
        assert missing == [] or info.name in asked, info.name
        layer_fields(recipe(layer), 0, catalog)


def test_a_layer_in_few_words(catalog: Catalog) -> None:
    def words(layer: Layer) -> tuple[str, ...]:
        return main_arguments(layer, catalog)

    assert words(Layer("Dense", {"activation": "relu", "units": 8})) == ("8", "relu")
    assert words(Layer("Conv2D", {"filters": 4, "kernel_size": (3, 5), "strides": (1, 1)})) == (
        "4",
        "3×5",
    )
    assert words(Layer("Conv2D", {"filters": 4, "kernel_size": 3, "padding": "same"})) == (
        "4",
        "3",
        "padding=same",
    )
    assert words(Layer("Bidirectional", {"layer": Component("LSTM", {"units": 16})})) == (
        "LSTM 16",
    )
    assert words(Layer("Dense", {"units": 8, "use_bias": False})) == ("8", "no bias")
    assert main_arguments(Layer("Dense", {"units": 8}), None) == ("8",)
    assert shape_text((26, None, 3)) == "(26×?×3)"


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("dense", "Dense"),
        ("lstm", "LSTM"),
        ("conv2", "Conv2D"),
        ("bn", "BatchNormalization"),
        ("max pool 2d", "MaxPooling2D"),
        ("dropout", "Dropout"),
        ("gap1", "GlobalAveragePooling1D"),
    ],
)
def test_a_layer_is_found(query: str, first: str, catalog: Catalog) -> None:
    found = search(query, catalog.family(Family.LAYERS))
    assert first in [one.info.name for one in found[:3]]


def test_search_finds_nothing_in_nonsense(catalog: Catalog) -> None:
    layers = catalog.family(Family.LAYERS)
    assert search("zzzz", layers) == []
    assert len(search(" ", layers)) == len(layers)


def test_settings_are_entered_as_typed(catalog: Catalog) -> None:
    one = recipe(Layer("Dense", {"units": 1}))

    def after(path: str, text: str) -> Recipe:
        return enter_setting(one, tuple(path.split(".")), text, catalog)

    assert after("fit.epochs", "1 000").fit.epochs == 1000
    assert after("fit.validation_split", "20 %").fit.validation_split == 0.2
    assert after("fit.validation_split", "0.25").fit.validation_split == 0.25
    assert after("fit.validation_split", "none").fit.validation_split == 0
    assert after("fit.early_stopping", "yes").fit.early_stopping == EarlyStopping()
    stopping = after("fit.early_stopping.mode", "max").fit.early_stopping
    assert stopping == EarlyStopping(mode="max")
    stopping = after("fit.early_stopping.baseline", "0.5").fit.early_stopping
    assert stopping == EarlyStopping(baseline=0.5)
    assert after("seed", "7").seed == 7
    assert after("data.variant", "four rows").data.variant == "four rows"
    assert after("compile.metrics", "mae, accuracy").compile.metrics == ("mae", "accuracy")
    assert after("compile.optimizer.learning_rate", "1e-2").compile.optimizer == Component(
        "Adam", {"learning_rate": 0.01}
    )
    assert after("compile.optimizer", "SGD").compile.optimizer == Component("SGD")
    assert after("compile.loss", "huber").compile.loss == "huber"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("fit.epochs", "0"),
        ("fit.validation_split", "1.5"),
        ("fit.validation_split", "some"),
        ("seed", "-1"),
        ("compile.metrics", "accuracy, nonsense"),
        ("compile.optimizer.learning_rate", "fast"),
        ("compile.optimizer.learning_rate", "0"),
    ],
)
def test_settings_that_cannot_be_are_answered(path: str, text: str, catalog: Catalog) -> None:
    with pytest.raises(NotAllowed):
        enter_setting(recipe(Layer("Dense")), tuple(path.split(".")), text, catalog)


def test_a_setting_goes_back_to_its_default(catalog: Catalog) -> None:
    one = recipe(Layer("Dense"))
    changed = enter_setting(one, ("compile", "optimizer", "learning_rate"), "0.5", catalog)
    assert reset_setting(changed, ("compile", "optimizer", "learning_rate")) == one
    stopping = enter_setting(one, ("fit", "early_stopping"), "yes", catalog)
    patient = enter_setting(stopping, ("fit", "early_stopping", "patience"), "3", catalog)
    assert reset_setting(patient, ("fit", "early_stopping", "patience")) == stopping
    assert reset_setting(patient, ("fit", "early_stopping")) == one


def test_rows_the_data_holds_out_are_said(catalog: Catalog) -> None:
    one = recipe(Layer("Dense"))
    held = by_label(settings_fields(one, catalog, DataFacts((), validation_rows=8000)))
    assert held["validation"].entry is Entry.FACT
    assert held["validation"].text == "8 000 rows held out by the data"
    free = by_label(settings_fields(one, catalog, DataFacts((), validation_rows=0)))
    assert free["validation"].entry is Entry.TEXT
    assert hidden_settings(one, catalog) > 5


def test_a_settings_problem_stands_at_its_field(catalog: Catalog) -> None:
    one = recipe(Layer("Dense"))
    one = replace(one, fit=replace(one.fit, epochs=0))
    problems = (Problem("fit.epochs", "0", "a whole number of at least 1"),)
    fields = by_label(settings_fields(one, catalog, DataFacts(()), problems))
    assert fields["epochs"].problem
    assert not fields["batch"].problem


def test_every_kind_of_argument_has_a_field(catalog: Catalog) -> None:
    kinds = {one.kind for info in catalog.family(Family.LAYERS) for one in info.arguments}
    assert kinds <= set(ArgumentKind)
