"""threshold: the label is 1 when y > 0.5, whatever x is. One neuron can do it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

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
    from numpy.typing import NDArray

    from kertasks.data.dataset import Dataset

CORNERS = "corners"
GRID = "grid"
NOISY = "noisy"

_GRID_WIDTH = 1_000
_NOISY_ROWS = 1_000
_NOISY_TEST_ROWS = 100
_NOISE = 0.2
_ROWS = _NOISY_ROWS + _NOISY_TEST_ROWS


def load(variant: str, seed: int) -> Dataset:
    """Points of the plane, labelled by their y alone.

    x: float32 (rows, 2). y: int32 (rows,), 1 where the second feature is above 0.5.
    """
    import numpy as np

    from kertasks.data.dataset import Dataset
    from kertasks.data.splits import Split

    corners = np.array([[0, 0], [1, 0], [0, 1], [1, 1]], dtype=np.float32)

    def labelled(points: NDArray[Any]) -> Split:
        rows = points.astype(np.float32)
        return Split(rows, (rows[:, 1] > 0.5).astype(np.int32))

    test = None
    if variant == CORNERS:
        train = labelled(corners)
    elif variant == GRID:
        steps = np.arange(_GRID_WIDTH)
        train = labelled(np.stack([steps.repeat(2), np.tile([0, 1], _GRID_WIDTH)], axis=1))
    else:
        random = np.random.default_rng(seed)
        drawn = corners[random.integers(0, 4, _ROWS)] + random.normal(0.0, _NOISE, (_ROWS, 2))
        train, test = labelled(drawn[:_NOISY_ROWS]), labelled(drawn[_NOISY_ROWS:])
    return Dataset(
        train=train,
        test=test,
        feature_names=("x", "y"),
        feature_units=(None, None),
        class_names=("y ≤ 0.5", "y > 0.5"),
        target_name="y > 0.5",
        baseline_methods=(BaselineMethod.LOGISTIC_REGRESSION, BaselineMethod.MAJORITY),
    )


def script(variant: str) -> ScriptData:
    """What ``load`` does, in plain Python."""
    if variant == NOISY:
        code = f"""
# Noise around the corners of a square; the last {_NOISY_TEST_ROWS} rows are kept for the test.
random = np.random.default_rng(SEED)
corners = np.array([[0, 0], [1, 0], [0, 1], [1, 1]])[random.integers(0, 4, {_ROWS:_})]
x = (corners + random.normal(0, {_NOISE}, ({_ROWS:_}, 2))).astype("float32")
y = (x[:, 1] > 0.5).astype("int32")
x_train, x_test = x[:{_NOISY_ROWS:_}], x[{_NOISY_ROWS:_}:]
y_train, y_test = y[:{_NOISY_ROWS:_}], y[{_NOISY_ROWS:_}:]
"""
        return ScriptData(code, has_test=True, folds=FoldsOf())
    points = "[[0, 0], [1, 0], [0, 1], [1, 1]]"
    if variant == GRID:
        points = f"[[x, y] for x in range({_GRID_WIDTH:_}) for y in (0, 1)]"
    code = f"""
x_train = np.array({points}, dtype="float32")
y_train = (x_train[:, 1] > 0.5).astype("int32")
"""
    return ScriptData(code, folds=FoldsOf())


_AS_ASKED = Recipe(
    task="threshold",
    name="as asked",
    layers=(
        Layer("BatchNormalization"),
        Layer("Dense", {"units": 1, "activation": "sigmoid"}),
    ),
    compile=CompileSettings(
        optimizer=Component("Adam"), loss="binary_crossentropy", metrics=("accuracy",)
    ),
    fit=FitSettings(epochs=20),
    data=DataSettings(CORNERS),
    summary="does not learn: 20 steps in all",
)

_RECIPES = (
    _AS_ASKED,
    replace(
        _AS_ASKED,
        name="as asked, 5 epochs",
        fit=FitSettings(epochs=5),
        summary="does not learn: 5 steps in all",
    ),
    replace(
        _AS_ASKED,
        name="as asked, grid",
        fit=FitSettings(epochs=20, batch_size=2 * _GRID_WIDTH),
        data=DataSettings(GRID),
        summary="does not learn: x runs to 999, and 20 steps in all",
    ),
    Recipe(
        task="threshold",
        name="answer",
        layers=(Layer("Dense", {"units": 1, "activation": "sigmoid"}),),
        compile=CompileSettings(
            optimizer=Component("SGD"), loss="binary_crossentropy", metrics=("accuracy",)
        ),
        fit=FitSettings(epochs=20),
        data=DataSettings(NOISY),
        summary="one neuron, enough rows",
    ),
)

TASK = Task(
    name="threshold",
    title="y > 0.5, one neuron",
    group=Group.LEARN,
    order=10,
    kind=TaskKind.BINARY,
    question="Is the second of two numbers above 0.5?",
    variants=(
        Variant(CORNERS, "the four corners of a square"),
        Variant(GRID, "2 000 rows, x from 0 to 999 and y 0 or 1"),
        Variant(NOISY, "1 000 noisy corners, 100 fresh ones to test"),
    ),
    recipes={recipe.name: recipe for recipe in _RECIPES},
    default_recipe="answer",
    loader=load,
    script=script,
)
