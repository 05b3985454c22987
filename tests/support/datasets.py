"""Small datasets of every shape a model may be built for."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kertasks.data.dataset import Dataset
from kertasks.data.splits import Split
from kertasks.kinds import TaskKind
from kertasks.models.check import DataShape


def dataset(x: NDArray[Any], y: NDArray[Any], classes: int) -> Dataset:
    return Dataset(
        task="made",
        variant="up",
        seed=0,
        kind=TaskKind.REGRESSION if not classes else TaskKind.MULTICLASS,
        train=Split(x, y),
        validation=None,
        test=None,
        feature_names=(),
        class_names=tuple(map(str, range(classes))),
    )


def of_shape(shape: DataShape, rows: int = 8) -> Dataset:
    """Data of that shape: features and labels drawn with a fixed seed."""
    random = np.random.default_rng(0)
    x = random.integers(0, 2, (rows, *shape.input_shape)).astype(shape.input_dtype)
    y: NDArray[Any]
    if shape.target_shape:
        y = np.eye(shape.classes)[random.integers(0, shape.classes, rows)]
    elif shape.classes:
        y = random.integers(0, shape.classes, rows)
    else:
        y = random.normal(size=rows)
    return dataset(x, y.astype(shape.target_dtype), shape.classes)


PAIRS = DataShape((2,), "float32", (), "float32", 2)
"""Two numbers, a label 0 or 1."""

PICTURES = DataShape((8, 8, 1), "float32", (), "int64", 10)
WORDS = DataShape((20,), "uint8", (46,), "float32", 46)
"""Multi-hot rows of one byte a cell, one-hot labels."""

NUMBERS = DataShape((13,), "float32", (), "float32", 0)
SEQUENCES = DataShape((6, 4), "float32", (), "int64", 3)
