"""diabetes: how far will the disease have come in a year? From ten measurements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kertasks.export.script.script_data import FoldsOf, Scaling, ScriptData
from kertasks.kinds import BaselineMethod, Group, TaskKind
from kertasks.recipes.recipe import CompileSettings, Component, FitSettings, Layer, Recipe
from kertasks.task import Task, Variant

if TYPE_CHECKING:
    from kertasks.data.dataset import Dataset

STANDARDISED = "standardised"

_TEST_SHARE = 0.2

_COLUMNS: tuple[tuple[str, str | None], ...] = (
    ("age", "years"),
    ("sex", None),
    ("body mass index", "kg/m²"),
    ("blood pressure", "mmHg"),
    ("cholesterol", "mg/dl"),
    ("LDL", "mg/dl"),
    ("HDL", "mg/dl"),
    ("cholesterol / HDL", None),
    ("log triglycerides", None),
    ("blood sugar", "mg/dl"),
)


def load(variant: str, seed: int) -> Dataset:  # noqa: ARG001 - there is only one
    """442 patients, a fifth of them to test; scikit-learn's data, no download.

    x: float32 (rows, 10), mean 0 and deviation 1 over the training rows. y: float32
    (rows,), a measure of how far the disease has come one year later, 25 to 346 points.
    """
    from sklearn.datasets import load_diabetes
    from sklearn.model_selection import train_test_split

    from kertasks.data.dataset import Dataset
    from kertasks.data.splits import Split

    x, y = load_diabetes(return_X_y=True, scaled=False)
    x_train, x_test, y_train, y_test = train_test_split(
        x, y, test_size=_TEST_SHARE, random_state=seed
    )
    names, units = zip(*_COLUMNS, strict=True)
    return Dataset(
        train=Split(x_train, y_train),
        test=Split(x_test, y_test),
        feature_names=names,
        feature_units=units,
        target_name="progression",
        standardise_features=True,
        baseline_methods=(BaselineMethod.MEAN, BaselineMethod.LINEAR_REGRESSION),
    )


def script(variant: str) -> ScriptData:  # noqa: ARG001 - there is only one
    """What ``load`` does, in plain Python."""
    code = f"""
x, y = load_diabetes(return_X_y=True, scaled=False)
x_train, x_test, y_train, y_test = train_test_split(
    x, y, test_size={_TEST_SHARE}, random_state=SEED
)
"""
    features = """
# Each feature gets mean 0 and deviation 1 over the training rows alone: the test rows
# must tell the network nothing.
scaler = StandardScaler().fit(x_train)
"""
    scaling = Scaling(features, "x", 'scaler.transform({rows}).astype("float32")')
    imports = (
        "from sklearn.datasets import load_diabetes",
        "from sklearn.model_selection import train_test_split",
        "from sklearn.preprocessing import StandardScaler",
    )
    return ScriptData(code, imports, has_test=True, scalings=(scaling,), folds=FoldsOf())


_RECIPES = (
    Recipe(
        task="diabetes",
        name="small",
        layers=(
            Layer("Dense", {"units": 16, "activation": "relu"}),
            Layer("Dense", {"units": 1}),
        ),
        compile=CompileSettings(
            optimizer=Component("Adam", {"learning_rate": 0.01}), loss="mse", metrics=("mae",)
        ),
        fit=FitSettings(epochs=100, batch_size=32, validation_split=0.2),
        summary="one hidden layer; hardly better than a line",
    ),
    Recipe(
        task="diabetes",
        name="line",
        layers=(Layer("Dense", {"units": 1}),),
        compile=CompileSettings(
            optimizer=Component("Adam", {"learning_rate": 1.0}), loss="mse", metrics=("mae",)
        ),
        fit=FitSettings(epochs=100, batch_size=32, validation_split=0.2),
        summary="linear regression by gradient steps",
    ),
)

TASK = Task(
    name="diabetes",
    title="progression",
    group=Group.NUMBERS,
    order=20,
    kind=TaskKind.REGRESSION,
    question="How far will diabetes have come in a year, judging by ten measurements?",
    variants=(Variant(STANDARDISED, "353 rows to train, 89 to test; features standardised"),),
    recipes={recipe.name: recipe for recipe in _RECIPES},
    default_recipe="small",
    loader=load,
    script=script,
    unit="points",
)
