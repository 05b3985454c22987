"""xor: is exactly one of two inputs 1? Four rows, and a line cannot separate them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kertasks.export.script.script_data import FoldsOf, ScriptData
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

FOUR_ROWS = "four rows"
DRAWN_ROWS = "40 000 rows"

_TRAINING_ROWS = 32_000
_VALIDATION_ROWS = 8_000
_TEST_ROWS = 10


def load(variant: str, seed: int) -> Dataset:
    """The truth table, or rows drawn from it.

    x: float32 (rows, 2), 0 or 1. y: int32 (rows,), 1 where exactly one input is 1.
    """
    import numpy as np

    from kertasks.data.dataset import Dataset
    from kertasks.data.splits import Split

    corners = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=np.float32)
    labels = np.array([0, 1, 1, 0], dtype=np.int32)
    validation = test = None
    if variant == FOUR_ROWS:
        train = Split(corners, labels)
    else:
        drawn = np.random.default_rng(seed).integers(
            0, 4, _TRAINING_ROWS + _VALIDATION_ROWS + _TEST_ROWS
        )
        held_out, last = np.split(drawn[_TRAINING_ROWS:], [_VALIDATION_ROWS])
        rows = drawn[:_TRAINING_ROWS]
        train = Split(corners[rows], labels[rows])
        validation = Split(corners[held_out], labels[held_out])
        test = Split(corners[last], labels[last])
    return Dataset(
        train=train,
        validation=validation,
        test=test,
        feature_names=("a", "b"),
        feature_units=(None, None),
        class_names=("0", "1"),
        target_name="a xor b",
        baseline_methods=(BaselineMethod.MAJORITY,),
    )


def script(variant: str) -> ScriptData:
    """What ``load`` does, in plain Python."""
    if variant == FOUR_ROWS:
        code = """
x_train = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype="float32")
y_train = np.array([0, 1, 1, 0])
"""
        return ScriptData(code, folds=FoldsOf())
    code = f"""
# Rows of the truth table drawn at random; most are for training.
corners = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype="float32")
labels = np.array([0, 1, 1, 0])
ends = [{_TRAINING_ROWS:_}, {_TRAINING_ROWS + _VALIDATION_ROWS:_}]
drawn = np.random.default_rng(SEED).integers(0, 4, ends[-1] + {_TEST_ROWS})
x_train, x_val, x_test = np.split(corners[drawn], ends)
y_train, y_val, y_test = np.split(labels[drawn], ends)
"""
    return ScriptData(code, has_validation=True, has_test=True, folds=FoldsOf())


_COMPILE = CompileSettings(
    optimizer=Component("Adam"), loss="binary_crossentropy", metrics=("accuracy",)
)

_AS_ASKED = Recipe(
    task="xor",
    name="as asked",
    layers=(
        Layer("Dense", {"units": 2, "activation": "relu"}),
        Layer("Dense", {"units": 2, "activation": "relu"}),
        Layer("Dense", {"units": 2, "activation": "relu"}),
        Layer("Dense", {"units": 1, "activation": "sigmoid"}),
    ),
    compile=_COMPILE,
    fit=FitSettings(epochs=2_000, batch_size=200),
    data=DataSettings(DRAWN_ROWS),
    summary="does not learn: layers of two ReLUs die",
)

_RECIPES = (
    _AS_ASKED,
    replace(
        _AS_ASKED,
        name="as asked, four rows",
        fit=FitSettings(epochs=1_000, batch_size=1),
        data=DataSettings(FOUR_ROWS),
        summary="the same net on four rows: stuck for some seeds",
    ),
    Recipe(
        task="xor",
        name="answer",
        layers=(
            Layer("Dense", {"units": 8, "activation": "relu"}),
            Layer("Dense", {"units": 1, "activation": "sigmoid"}),
        ),
        compile=_COMPILE,
        fit=FitSettings(epochs=1_000, batch_size=1),
        data=DataSettings(FOUR_ROWS),
        seed=2,
        summary="one wider layer: 3 or 4 rows right, depending on the seed",
    ),
)

TASK = Task(
    name="xor",
    title="exclusive or",
    group=Group.LEARN,
    order=20,
    kind=TaskKind.BINARY,
    question="Is exactly one of the two inputs 1?",
    variants=(
        Variant(FOUR_ROWS, "the truth table: all there is to know"),
        Variant(DRAWN_ROWS, "the same four rows drawn at random, the last 8 000 held out"),
    ),
    recipes={recipe.name: recipe for recipe in _RECIPES},
    default_recipe="answer",
    loader=load,
    script=script,
)
