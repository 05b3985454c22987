"""digits: which digit is it? Pictures of 8 by 8 pixels, small enough for any machine."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
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

UNIT_RANGE = "0 to 1"
BYTES = "0 to 16"

_CLASSES = 10
_FULL = 16
_TEST_SHARE = 0.2


def load(variant: str, seed: int) -> Dataset:
    """1,797 digits, a fifth of them to test; scikit-learn's data, no download.

    x: (rows, 8, 8, 1), float32 from 0 to 1 or uint8 from 0 to 16. y: int32 (rows,).
    """
    import numpy as np
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    from kertasks.data.dataset import Dataset
    from kertasks.data.described.samples import image_sample
    from kertasks.data.splits import Split

    source = load_digits()
    images = source.images[..., None].astype(np.uint8)
    full = _FULL
    if variant == UNIT_RANGE:
        images, full = images.astype(np.float32) / np.float32(_FULL), 1
    x_train, x_test, y_train, y_test = train_test_split(
        images,
        source.target.astype(np.int32),
        test_size=_TEST_SHARE,
        random_state=seed,
        stratify=source.target,
    )
    class_names = tuple(map(str, range(_CLASSES)))
    return Dataset(
        train=Split(x_train, y_train),
        test=Split(x_test, y_test),
        class_names=class_names,
        target_name="digit",
        sample=partial(image_sample, class_names, full),
        baseline_methods=(BaselineMethod.MAJORITY, BaselineMethod.LOGISTIC_REGRESSION),
    )


def script(variant: str) -> ScriptData:
    """What ``load`` does, in plain Python."""
    pixels = f'"float32") / {_FULL}' if variant == UNIT_RANGE else '"uint8")'
    code = f"""
digits = load_digits()
# Keras wants a last axis for the channels: shape (rows, 8, 8, 1).
x = digits.images[..., None].astype({pixels}
x_train, x_test, y_train, y_test = train_test_split(
    x, digits.target, test_size={_TEST_SHARE}, random_state=SEED, stratify=digits.target
)
"""
    imports = (
        "from sklearn.datasets import load_digits",
        "from sklearn.model_selection import train_test_split",
    )
    return ScriptData(code, imports, has_test=True, folds=FoldsOf())


_CONVOLUTIONS = Recipe(
    task="digits",
    name="convolutions",
    layers=(
        Layer("Conv2D", {"filters": 16, "kernel_size": 3, "padding": "same", "activation": "relu"}),
        Layer("Conv2D", {"filters": 32, "kernel_size": 3, "padding": "same", "activation": "relu"}),
        Layer("MaxPooling2D"),
        Layer("Dropout", {"rate": 0.25}),
        Layer("Flatten"),
        Layer("Dense", {"units": _CLASSES, "activation": "softmax"}),
    ),
    compile=CompileSettings(
        optimizer=Component("Adam", {"learning_rate": 0.003}),
        loss="sparse_categorical_crossentropy",
        metrics=("accuracy",),
    ),
    fit=FitSettings(epochs=20, batch_size=32, validation_split=0.2),
    data=DataSettings(UNIT_RANGE),
    summary="two small convolutions",
)

_RECIPES = (
    _CONVOLUTIONS,
    replace(
        _CONVOLUTIONS,
        name="dense",
        layers=(
            Layer("Flatten"),
            Layer("Dense", {"units": 64, "activation": "relu"}),
            Layer("Dense", {"units": _CLASSES, "activation": "softmax"}),
        ),
        summary="no idea of neighbours: pixels in any order would do",
    ),
    replace(
        _CONVOLUTIONS,
        name="rescaling",
        layers=(Layer("Rescaling", {"scale": 1 / _FULL}), *_CONVOLUTIONS.layers),
        data=DataSettings(BYTES),
        summary="the network scales the pixels itself",
    ),
)

TASK = Task(
    name="digits",
    title="8×8, 10 classes",
    group=Group.IMAGES,
    order=10,
    kind=TaskKind.MULTICLASS,
    question="Which digit is in a picture of 8 by 8 pixels?",
    variants=(
        Variant(UNIT_RANGE, "grey from 0 to 1; 1 437 pictures to train, 360 to test"),
        Variant(BYTES, "grey as whole numbers from 0 to 16, a byte a pixel"),
    ),
    recipes={recipe.name: recipe for recipe in _RECIPES},
    default_recipe="convolutions",
    loader=load,
    script=script,
)
