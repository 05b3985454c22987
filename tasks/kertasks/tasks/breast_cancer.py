"""breast-cancer: is a tumour malignant? From thirty measurements of its cells."""

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
OWN_UNITS = "own units"

_TEST_SHARE = 0.2


def load(variant: str, seed: int) -> Dataset:
    """569 tumours, a fifth of them to test; scikit-learn's data, no download.

    x: float32 (rows, 30); standardised with the training rows, or as measured (0 to 4,254).
    y: int32 (rows,), 0 malignant, 1 benign.
    """
    import numpy as np
    from sklearn.datasets import load_breast_cancer
    from sklearn.model_selection import train_test_split

    from kertasks.data.dataset import Dataset
    from kertasks.data.splits import Split

    source = load_breast_cancer()
    x_train, x_test, y_train, y_test = train_test_split(
        source.data.astype(np.float32),
        source.target.astype(np.int32),
        test_size=_TEST_SHARE,
        random_state=seed,
        stratify=source.target,
    )
    names = tuple(str(name) for name in source.feature_names)
    return Dataset(
        train=Split(x_train, y_train),
        test=Split(x_test, y_test),
        feature_names=names,
        feature_units=(None,) * len(names),
        class_names=tuple(str(name) for name in source.target_names),
        target_name="tumour",
        standardise_features=variant == STANDARDISED,
        baseline_methods=(BaselineMethod.MAJORITY, BaselineMethod.LOGISTIC_REGRESSION),
    )


def script(variant: str) -> ScriptData:
    """What ``load`` does, in plain Python."""
    code = f"""
x, y = load_breast_cancer(return_X_y=True)
x_train, x_test, y_train, y_test = train_test_split(
    x.astype("float32"), y, test_size={_TEST_SHARE}, random_state=SEED, stratify=y
)
"""
    imports = [
        "from sklearn.datasets import load_breast_cancer",
        "from sklearn.model_selection import train_test_split",
    ]
    scalings = []
    if variant == STANDARDISED:
        features = """
# Each feature gets mean 0 and deviation 1 over the training rows alone: the test rows
# must tell the network nothing.
scaler = StandardScaler().fit(x_train)
"""
        scalings.append(Scaling(features, "x", "scaler.transform({rows})"))
        imports.append("from sklearn.preprocessing import StandardScaler")
    return ScriptData(
        code, tuple(imports), has_test=True, scalings=tuple(scalings), folds=FoldsOf()
    )


_SMALL = Recipe(
    task="breast-cancer",
    name="small",
    layers=(
        Layer("Dense", {"units": 16, "activation": "relu"}),
        Layer("Dense", {"units": 1, "activation": "sigmoid"}),
    ),
    compile=CompileSettings(
        optimizer=Component("Adam"), loss="binary_crossentropy", metrics=("accuracy",)
    ),
    fit=FitSettings(epochs=50, batch_size=32, validation_split=0.2),
    data=DataSettings(STANDARDISED),
    summary="one hidden layer on standardised features",
)

_RECIPES = (
    _SMALL,
    replace(
        _SMALL,
        name="not scaled",
        data=DataSettings(OWN_UNITS),
        summary="the same on features from 0.001 to 4 254: learns worse",
    ),
)

TASK = Task(
    name="breast-cancer",
    title="malignant or benign",
    group=Group.NUMBERS,
    order=30,
    kind=TaskKind.BINARY,
    question="Is a breast tumour malignant, judging by thirty measurements of its cells?",
    variants=(
        Variant(STANDARDISED, "455 rows to train, 114 to test; features standardised"),
        Variant(OWN_UNITS, "the same rows as they were measured"),
    ),
    recipes={recipe.name: recipe for recipe in _RECIPES},
    default_recipe="small",
    loader=load,
    script=script,
)
