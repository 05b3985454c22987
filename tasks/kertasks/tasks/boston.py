"""boston: what does a house cost? 404 rows to learn from, so that every split matters."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kertasks.export.script.script_data import FoldsOf, Scaling, ScriptData
from kertasks.kinds import BaselineMethod, Group, TaskKind
from kertasks.recipes.recipe import (
    CompileSettings,
    Component,
    DataSettings,
    FitSettings,
    Layer,
    Recipe,
)
from kertasks.task import Task, Variant

if TYPE_CHECKING:
    from kertasks.data.dataset import Dataset

STANDARDISED = "standardised"
SCALED_TARGET = "scaled target"
FOLDS = ("fold 1", "fold 2", "fold 3", "fold 4")

_COLUMNS: tuple[tuple[str, str | None], ...] = (
    ("crime rate", None),
    ("large lots", "% of land"),
    ("industry", "% of land"),
    ("by the river", None),
    ("nitric oxides", "parts in 10 million"),
    ("rooms", None),
    ("built before 1940", "%"),
    ("distance to work", None),
    ("highway access", None),
    ("property tax", "per $10,000"),
    ("pupils a teacher", None),
    ("B index", None),
    ("lower status", "%"),
)


def load(variant: str, seed: int) -> Dataset:  # noqa: ARG001 - nothing is drawn
    """Districts of Boston, each feature with mean 0 and deviation 1 over the training rows.

    x: float32 (rows, 13). y: float32 (rows,), the median price in $1,000; with the scaled
    target in standard deviations from the mean. A fold's features are standardised with
    that fold's training rows.
    """
    import keras
    import numpy as np

    from kertasks.data.dataset import Dataset
    from kertasks.data.sources.keras_datasets import call_keras
    from kertasks.data.splits import Split

    (x, y), (x_test, y_test) = call_keras(keras.datasets.boston_housing.load_data)
    held_out = np.zeros(len(x), dtype=bool)
    if variant in FOLDS:
        fold_rows = len(x) // len(FOLDS)
        start = FOLDS.index(variant) * fold_rows
        held_out[start : start + fold_rows] = True
    names, units = zip(*_COLUMNS, strict=True)
    return Dataset(
        train=Split(x[~held_out], y[~held_out]),
        validation=Split(x[held_out], y[held_out]) if held_out.any() else None,
        test=Split(x_test, y_test),
        feature_names=names,
        feature_units=units,
        target_name="price",
        standardise_features=True,
        standardise_target=variant == SCALED_TARGET,
        baseline_methods=(BaselineMethod.MEAN, BaselineMethod.LINEAR_REGRESSION),
    )


def script(variant: str) -> ScriptData:
    """What ``load`` does, in plain Python."""
    code = """
(x_train, y_train), (x_test, y_test) = keras.datasets.boston_housing.load_data()
"""
    if variant in FOLDS:
        code += f"""
# One of the {len(FOLDS)} folds of a cross-validation, counted from 1, is held out.
FOLD = {FOLDS.index(variant) + 1}
rows = len(x_train) // {len(FOLDS)}
fold = slice((FOLD - 1) * rows, FOLD * rows)
x_val, y_val = x_train[fold], y_train[fold]
x_train, y_train = np.delete(x_train, fold, axis=0), np.delete(y_train, fold)
"""
    features = """
# Each feature gets mean 0 and deviation 1 over the training rows; the others are
# scaled by the same numbers, so that the network learns nothing about them.
mean, deviation = x_train.mean(axis=0), x_train.std(axis=0)
"""
    scalings = [Scaling(features, "x", '(({rows} - mean) / deviation).astype("float32")')]
    if variant == SCALED_TARGET:
        target = """
# The price is scaled too: the loss is then in deviations, and no longer in dollars.
y_mean, y_deviation = y_train.mean(), y_train.std()
"""
        scalings.append(Scaling(target, "y", "({rows} - y_mean) / y_deviation"))
    return ScriptData(
        code,
        has_validation=variant in FOLDS,
        has_test=True,
        target_scale="y_deviation" if variant == SCALED_TARGET else None,
        scalings=tuple(scalings),
        folds=FoldsOf(),
    )


_BOOK = Recipe(
    task="boston",
    name="book",
    layers=(
        Layer("Dense", {"units": 64, "activation": "relu"}),
        Layer("Dense", {"units": 64, "activation": "relu"}),
        Layer("Dense", {"units": 1}),
    ),
    compile=CompileSettings(optimizer=Component("RMSprop"), loss="mse", metrics=("mae",)),
    fit=FitSettings(epochs=80, batch_size=16),
    data=DataSettings(STANDARDISED),
    summary="the final model, on all 404 rows",
)

_RECIPES = (
    _BOOK,
    replace(
        _BOOK,
        name="book fold",
        fit=FitSettings(epochs=500, batch_size=1),
        data=DataSettings(FOLDS[0]),
        summary="one of 4 folds of the cross-validation; best near epoch 69",
    ),
    replace(
        _BOOK,
        name="as asked",
        data=DataSettings(SCALED_TARGET),
        summary="scales the target too: its error is no longer in dollars",
    ),
)

TASK = Task(
    name="boston",
    title="house prices",
    group=Group.NUMBERS,
    order=10,
    kind=TaskKind.REGRESSION,
    question="What is the median price of a house in a district of Boston, in $1,000?",
    variants=(
        Variant(STANDARDISED, "404 rows to train, 102 to test; features standardised"),
        *(
            Variant(name, f"quarter {number} of the 404 rows held out")
            for number, name in enumerate(FOLDS, start=1)
        ),
        Variant(SCALED_TARGET, "the price standardised too"),
    ),
    recipes={recipe.name: recipe for recipe in _RECIPES},
    default_recipe="book",
    loader=load,
    script=script,
    files=("boston_housing.npz",),
    unit="$1,000",
)
