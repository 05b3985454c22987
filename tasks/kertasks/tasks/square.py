"""square: y = x² from examples. A line cannot bend, and a net does not extrapolate."""

from __future__ import annotations

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

POINTS = "21 points"
UNIFORM = "10 000"

_RANGE = 50.0
_TRAINING_ROWS = 8_000
_VALIDATION_ROWS = 2_000
_TEST_ROWS = 1_000


def load(variant: str, seed: int) -> Dataset:
    """Numbers and their squares, neither scaled.

    x: float32 (rows, 1). y: float32 (rows,), the square of x.
    """
    import numpy as np

    from kertasks.data.dataset import Dataset
    from kertasks.data.splits import Split

    validation = test = None
    if variant == POINTS:
        numbers = np.arange(-10, 11, dtype=np.float32)
    else:
        rows = _TRAINING_ROWS + _VALIDATION_ROWS + _TEST_ROWS
        drawn = np.random.default_rng(seed).uniform(-_RANGE, _RANGE, rows).astype(np.float32)
        numbers, held_out, last = np.split(
            drawn, [_TRAINING_ROWS, _TRAINING_ROWS + _VALIDATION_ROWS]
        )
        validation = Split(held_out[:, None], held_out**2)
        test = Split(last[:, None], last**2)
    return Dataset(
        train=Split(numbers[:, None], numbers**2),
        validation=validation,
        test=test,
        feature_names=("x",),
        feature_units=(None,),
        target_name="x²",
        baseline_methods=(BaselineMethod.MEAN,),
    )


def script(variant: str) -> ScriptData:
    """What ``load`` does, in plain Python."""
    if variant == POINTS:
        code = """
x_train = np.arange(-10, 11, dtype="float32")[:, None]
y_train = x_train[:, 0] ** 2
"""
        return ScriptData(code, folds=FoldsOf())
    ends = f"[{_TRAINING_ROWS:_}, {_TRAINING_ROWS + _VALIDATION_ROWS:_}]"
    limits = f"{-_RANGE:.0f}, {_RANGE:.0f}"
    rows = _TRAINING_ROWS + _VALIDATION_ROWS + _TEST_ROWS
    code = f"""
# Numbers from {-_RANGE:.0f} to {_RANGE:.0f}; most are for training.
x = np.random.default_rng(SEED).uniform({limits}, ({rows:_}, 1)).astype("float32")
x_train, x_val, x_test = np.split(x, {ends})
y_train, y_val, y_test = x_train[:, 0] ** 2, x_val[:, 0] ** 2, x_test[:, 0] ** 2
"""
    return ScriptData(code, has_validation=True, has_test=True, folds=FoldsOf())


_BENT = Layer(
    "Dense",
    {"units": 8, "activation": "relu", "kernel_regularizer": Component("L2", {"l2": 0.001})},
)

_RECIPES = (
    Recipe(
        task="square",
        name="as asked",
        layers=(Layer("Dense", {"units": 1}),),
        compile=CompileSettings(
            optimizer=Component("Adam", {"learning_rate": 0.0001}), loss="mse", metrics=("mae",)
        ),
        fit=FitSettings(epochs=50_000),
        data=DataSettings(POINTS),
        summary="cannot learn: a line does not bend",
    ),
    Recipe(
        task="square",
        name="answer",
        layers=(_BENT, _BENT, Layer("Dense", {"units": 1})),
        compile=CompileSettings(optimizer=Component("Adam"), loss="mse", metrics=("mae",)),
        fit=FitSettings(epochs=15_000, batch_size=256),
        data=DataSettings(UNIFORM),
        summary="two hidden layers, 8 000 rows; fits from -50 to 50 only",
    ),
    Recipe(
        task="square",
        name="tanh",
        layers=(Layer("Dense", {"units": 10, "activation": "tanh"}), Layer("Dense", {"units": 1})),
        compile=CompileSettings(
            optimizer=Component("SGD", {"learning_rate": 0.001}), loss="mse", metrics=("mae",)
        ),
        fit=FitSettings(epochs=15_000, batch_size=21),
        data=DataSettings(POINTS),
        summary="one hidden layer, all 21 points a step",
    ),
)

TASK = Task(
    name="square",
    title="x² from examples",
    group=Group.LEARN,
    order=30,
    kind=TaskKind.REGRESSION,
    question="What is the square of a number?",
    variants=(
        Variant(POINTS, "the whole numbers from -10 to 10"),
        Variant(UNIFORM, "10 000 numbers from -50 to 50, the last 2 000 held out"),
    ),
    recipes={recipe.name: recipe for recipe in _RECIPES},
    default_recipe="answer",
    loader=load,
    script=script,
)
