"""The one check of a recipe against its data: what is refused, what is only said, what is fine."""

# ruff: noqa: E501 - tables of cases are read a case a line

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any

import keras
import numpy as np
import pytest

import kertasks
from kertasks.data.dataset import Dataset
from kertasks.data.splits import Split
from kertasks.keras_catalog.catalog import Family
from kertasks.keras_catalog.offer import Chosen, offered
from kertasks.models.check import Finding, ModelCheck
from kertasks.models.messages import BuildError
from kertasks.recipes.changes import with_changes
from kertasks.recipes.recipe import (
    CompileSettings,
    Component,
    EarlyStopping,
    FitSettings,
    Layer,
    Recipe,
)
from kertasks.registry import all_tasks, find_task

X = np.random.default_rng(0).normal(size=(12, 4)).astype(np.float32)
BINARY = np.arange(12) % 2
THREE = np.arange(12) % 3
SORTED = np.sort(THREE)
REAL = np.linspace(25, 346.5, 12)
SHARES = np.linspace(0, 1, 12)


def data(y: Any, x: Any = X, names: str = "", **splits: Any) -> Dataset:
    return Dataset(train=Split(x, y), class_names=tuple(names), **splits)


def recipe(units: int, end: str, loss: Any, *metrics: Any, **fit: Any) -> Recipe:
    layers = (Layer("Dense", {"units": units, "activation": end}),)
    settings = CompileSettings(Component("SGD", {"learning_rate": 0.01}), loss, metrics)
    return Recipe("xor", "mine", layers, settings, FitSettings(**fit))


def changed(task: str, *changes: str) -> ModelCheck:
    """What is said of a task's own recipe after some changes, on its data."""
    found = find_task(task)
    wanted = with_changes(found.recipe(), changes)
    return kertasks.check_recipe(wanted, found.load(wanted.data.variant, wanted.seed))


def lines(findings: tuple[Finding, ...]) -> list[str]:
    return [str(finding) for finding in findings]


SPARSE, FROM_LOGITS = (
    "sparse_categorical_crossentropy",
    Component("BinaryCrossentropy", {"from_logits": True}),
)


@pytest.mark.parametrize(
    ("wanted", "rows", "errors"),
    [
        (recipe(1, "sigmoid", SPARSE), data(BINARY), "compile.loss: the output has one value a row, too few for labels 0 to 1: the last layer needs 2 units, or the loss binary_crossentropy"),
        (recipe(3, "softmax", SPARSE), data(THREE + 1, names="abc"), "compile.loss: the output has 3 values a row, too few for labels 1 to 3: the last layer needs 4 units (or count the labels from 0, not from 1)"),
        (recipe(3, "softmax", SPARSE), data(np.where(THREE == 1, np.nan, THREE)), f"compile.loss: {SPARSE} takes whole class numbers, the labels hold nan in row 1 (counted from 0)"),
        (recipe(3, "softmax", SPARSE), data(THREE - 6), f"compile.loss: {SPARSE} takes labels from 0 to 2 here, but there are labels -6 to -4"),
        (recipe(3, "softmax", SPARSE), data(np.where(THREE == 1, 0.5, THREE)), f"compile.loss: {SPARSE} takes whole class numbers, the labels are 0 to 2"),
        (recipe(3, "softmax", SPARSE), data(THREE, validation=Split(X, THREE + 1)), "compile.loss: the output has 3 values a row, too few for the validation's labels 1 to 3: the last layer needs 4 units (or count the labels from 0, not from 1)"),
        (recipe(2, "linear", "mse"), data(BINARY), "compile.loss: the output has 2 values a row, the labels have one value"),
        (recipe(1, "sigmoid", "binary_crossentropy"), data(THREE, names="abc"), "compile.loss: binary_crossentropy takes labels from 0 to 1; the labels are 0 to 2; it has no least value for those. For class numbers: 3 units, softmax and sparse_categorical_crossentropy"),
        (recipe(1, "sigmoid", "binary_crossentropy"), data(REAL), "compile.loss: binary_crossentropy takes labels from 0 to 1; the labels are 25 to 346.5; it has no least value for those. For numbers: no activation, and mse"),
        (recipe(1, "sigmoid", "binary_crossentropy", "accuracy", early_stopping=EarlyStopping("acc")), data(BINARY), "fit.early_stopping.monitor: there is no metric acc; did you mean accuracy? There are loss, accuracy"),
        (recipe(1, "sigmoid", "binary_crossentropy", validation_split=0.95), data(BINARY), "fit.validation_split: 0.95 of 12 rows leaves none to train on; give another share, or 0 for no validation"),
        (recipe(1, "linear", "mse"), data(REAL[:9]), "x holds 12 rows, y holds 9: there must be a target for each row"),
        (recipe(1, "linear", "mse"), data(REAL[:0], X[:0]), "there are no rows to train on"),
        (recipe(1, "linear", "mse"), data(REAL, np.array([["u", "v"]] * 12)), "x holds texts (dtype <U1); Keras takes numbers"),
        (recipe(1, "linear", "mse"), data(REAL, validation=Split(X[:, :2], REAL)), "the validation's x has shape (2) a row, those to train on shape (4)"),
    ],
)  # fmt: skip
def test_what_cannot_be_trained_is_refused_everywhere_in_the_same_words(
    wanted: Recipe, rows: Dataset, errors: str
) -> None:
    assert lines(kertasks.check_recipe(wanted, rows).errors) == [errors]
    with pytest.raises(BuildError) as caught:
        kertasks.build_model(wanted, rows)
    assert str(caught.value) == errors


NAN = X.copy()
NAN[7, 1] = np.nan


@pytest.mark.parametrize(
    ("wanted", "rows", "warned"),
    [
        (recipe(1, "sigmoid", "mse"), data(REAL), "compile.loss: the last layer (sigmoid) gives 0 to 1 and cannot reach the labels, which are 25 to 346.5"),
        (recipe(1, "relu", "mae"), data(REAL - 100), "compile.loss: the last layer (relu) gives 0 and more and cannot reach the labels, which are -75 to 246.5"),
        (recipe(1, "linear", "binary_crossentropy"), data(BINARY), "compile.loss: binary_crossentropy takes probabilities from 0 to 1; the last layer (linear) gives any number: it needs sigmoid, or from_logits"),
        (recipe(1, "sigmoid", FROM_LOGITS), data(BINARY), "compile.loss: BinaryCrossentropy takes numbers before sigmoid or softmax (from_logits = true); the last layer (sigmoid) gives 0 to 1"),
        (recipe(1, "linear", FROM_LOGITS, "accuracy"), data(BINARY), "compile.metrics.0: accuracy takes outputs from 0 to 1; the last layer (linear) gives any number: a threshold of 0 makes it take them"),
        (recipe(1, "tanh", "hinge"), data(THREE), "compile.loss: hinge takes labels -1 and 1, or 0 and 1; the labels are 0 to 2"),
        (recipe(1, "sigmoid", "kl_divergence"), data(BINARY), "compile.loss: kl_divergence compares rows of several numbers; the output has one"),
        (recipe(1, "relu", "poisson"), data(BINARY * 2 - 1), "compile.loss: poisson takes labels of at least 0; the labels are -1 to 1"),
        (recipe(1, "linear", "mape"), data(BINARY), "compile.loss: mape divides by the label, and the labels hold 0"),
        (recipe(1, "linear", "mse", "accuracy"), data(REAL), "compile.metrics.0: accuracy takes labels 0 and 1; the labels are 25 to 346.5"),
        (recipe(1, "sigmoid", "binary_crossentropy", "categorical_accuracy"), data(BINARY), "compile.metrics.0: categorical_accuracy looks for the greatest of several outputs, and there is one: it is the same whatever the network gives; accuracy suits one output"),
        (recipe(3, "softmax", SPARSE, "sparse_top_k_categorical_accuracy"), data(THREE), "compile.metrics.0: sparse_top_k_categorical_accuracy asks whether the label is among the 5 greatest of 3 outputs, which it always is"),
        (recipe(3, "softmax", SPARSE, validation_split=0.3333), data(SORTED, names="abc"), "fit.validation_split: validation has 1 of 3 classes; there is no row to train on of c: the last 4 rows are held out as they lie; rows that are sorted by class must be shuffled before"),
        (recipe(3, "softmax", SPARSE), data(SORTED[:8], X[:8], "abc", validation=Split(X[8:], SORTED[8:])), "validation has 1 of 3 classes; there is no row to train on of c"),
        (recipe(1, "linear", "mse", validation_split=0.5), data(REAL, validation=Split(X, REAL)), "fit.validation_split: is not used: the data brings 12 rows of its own to validate on"),
        (recipe(1, "linear", "mse", early_stopping=EarlyStopping()), data(REAL), "fit.early_stopping.monitor: early stopping watches val_loss, but no rows are held out: it will not stop; set fit.validation_split, or watch one of loss"),
        (recipe(1, "linear", "mse"), data(REAL, NAN), "x holds nan in row 7, column 1 (counted from 0): what is computed of it is not finite either"),
        (recipe(3, "softmax", SPARSE), data(THREE, test=Split(X[:2], np.array([0, 3]))), "compile.loss: the output has 3 values a row, too few for the test's labels 0 to 3: the last layer needs 4 units"),
        (recipe(3, "softmax", SPARSE), data(THREE, names="ab"), "labels 0, 1, 2 do not fit the 2 class names, which stand for 0 to 1"),
    ],
)  # fmt: skip
def test_what_trains_to_nonsense_is_said_and_trains(
    wanted: Recipe, rows: Dataset, warned: str
) -> None:
    found = kertasks.check_recipe(wanted, rows)
    assert (found.errors, lines(found.warnings)) == ((), [warned])
    with pytest.warns(kertasks.RecipeWarning) as told:
        model = kertasks.build_model(wanted, rows)
    assert [str(one.message) for one in told] == [warned]
    model.train_on_batch(rows.train.x, rows.train.y)


@pytest.mark.parametrize(
    ("wanted", "rows"),
    [
        (recipe(1, "sigmoid", "binary_crossentropy", "accuracy", "AUC"), data(BINARY.astype(np.float32), names="ab")),
        (recipe(1, "sigmoid", "binary_crossentropy"), data(SHARES)),
        (recipe(4, "sigmoid", "binary_crossentropy"), data(np.abs(np.tanh(X)))),
        (recipe(1, "sigmoid", "mse"), data(BINARY, names="ab")),
        (recipe(1, "linear", "mse"), data(THREE, names="abc")),
        (recipe(1, "linear", "hinge"), data(BINARY * 2 - 1)),
        (recipe(5, "softmax", SPARSE, "accuracy"), data(THREE, names="abc")),
        (recipe(2, "softmax", SPARSE), data(BINARY[:, None], names="abc")),
        (recipe(3, "softmax", Component("SparseCategoricalCrossentropy", {"ignore_class": -1})), data(np.where(THREE == 2, -1, THREE))),
        (recipe(3, "softmax", Component("CategoricalGeneralizedCrossEntropy")), data(THREE)),
        (recipe(3, "linear", Component("Circle")), data(THREE)),
        (recipe(3, "softmax", SPARSE, validation_split=0.25), data(THREE, names="abc")),
        (recipe(1, "sigmoid", "binary_crossentropy", "Precision", validation_split=0.25, early_stopping=EarlyStopping("val_Precision")), data(BINARY)),
        (recipe(1, "exponential", "poisson"), data(THREE)),
        (recipe(3, "softmax", "categorical_crossentropy"), data(np.eye(3)[THREE], names="abc")),
    ],
)  # fmt: skip
def test_what_keras_trains_properly_is_neither_refused_nor_warned_of(
    wanted: Recipe, rows: Dataset
) -> None:
    found = kertasks.check_recipe(wanted, rows)
    assert (found.errors, found.warnings) == ((), ())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = kertasks.build_model(wanted, rows)
    assert np.isfinite(model.train_on_batch(rows.train.x, rows.train.y)).all()


@pytest.mark.parametrize("task", [task for task in all_tasks() if not task.files])
def test_the_tasks_own_recipes_go_with_their_data(task: Any) -> None:
    for shipped in task.recipes.values():
        found = kertasks.check_recipe(shipped, task.load(shipped.data.variant, shipped.seed))
        assert (found.errors, found.warnings) == ((), ())


def test_what_keras_refuses_is_refused_whatever_the_loss() -> None:
    labels = {"binary": BINARY, "one-hot": np.eye(3)[THREE]}
    for entry in offered(Family.LOSSES):
        if isinstance(entry.what, Chosen) or entry.name == "CTC":
            continue
        for (name, y), units in ((one, units) for one in labels.items() for units in (1, 3)):
            wanted = recipe(units, "sigmoid", Component(entry.name))
            if not kertasks.check_recipe(wanted, data(y)).errors:
                outputs = np.full((12, units), 0.5, dtype=np.float32)
                assert np.isfinite(float(entry.what()(y, outputs))), (entry.name, name)


def test_a_softmax_over_one_unit_is_told_in_keras_s_words() -> None:
    found = changed("xor", "layers.1.activation=softmax")
    (warned,) = found.warnings
    assert warned.path == "layers.1"
    assert "The softmax operation will always return the value 1" in warned.reason


def test_everything_is_told_at_once() -> None:
    layers = (
        Layer("Dense", {"units": -1}),
        Layer("Dens", {"units": 2}),
        Layer("Dense", {"units": 1, "activaton": "relu"}),
    )
    wanted = Recipe(
        "xor",
        "mine",
        layers,
        CompileSettings(Component("Adm"), "mee", ("a",)),
        FitSettings(epochs=0, validation_split=0.1),
    )
    rows = data(BINARY[:1], NAN[7:8])
    found = kertasks.check_recipe(wanted, rows)
    assert [finding.path for finding in found.errors] == [
        "layers.0.units", "fit.epochs", "layers.1.class", "layers.2.activaton",
        "compile.optimizer", "compile.loss", "compile.metrics.0", "fit.validation_split",
    ]  # fmt: skip
    assert lines(found.warnings)[0].startswith("x holds nan in row 0, column 1")


def test_an_embedding_has_a_row_for_each_number() -> None:
    layers = (
        Layer("Embedding", {"input_dim": 10, "output_dim": 2}),
        Layer("Flatten"),
        Layer("Dense", {"units": 1}),
    )
    wanted = Recipe("xor", "mine", layers, CompileSettings(loss="mse"))
    words = np.arange(12).reshape(12, 1)
    (refused,) = kertasks.check_recipe(wanted, data(REAL, words)).errors
    assert str(refused) == (
        "layers.0.input_dim: holds rows for the numbers 0 to 9; the data has 0 to 11"
    )
    assert not kertasks.check_recipe(wanted, data(REAL, words % 10)).errors
    many = Recipe(
        "xor",
        "mine",
        (replace(layers[0], arguments={"input_dim": 10**6, "output_dim": 2}), *layers[1:]),
        wanted.compile,
    )
    (refused,) = kertasks.check_recipe(many, data(REAL, words + 10**6 - 11)).errors
    assert refused.reason.endswith("the data has 999989 to 1000000")


def test_no_file_is_read_before_its_name_is_refused() -> None:
    layers = (Layer("IntegerLookup", {"vocabulary": "/etc/passwd"}), Layer("Dense", {"units": 1}))
    wanted = Recipe("xor", "mine", layers, CompileSettings(loss="mse"))
    (refused,) = kertasks.check_recipe(wanted, data(REAL)).errors
    assert refused.path == "layers.0.vocabulary"


def test_without_the_check_only_keras_has_a_say() -> None:
    model = kertasks.build_model(recipe(2, "linear", "mse"), data(BINARY), check=False)
    assert isinstance(model, keras.Model)
    # A row at a time: Keras repeats the label, and says nothing.
    assert np.isfinite(model.train_on_batch(X[:1], BINARY[:1]))
