"""A program's rows as views and advice read them."""

from __future__ import annotations

import math
from typing import Any

import keras
from numpy.typing import NDArray

from kertasks.advice.network.network_reading import loss_of
from kertasks.data.dataset import Dataset
from kertasks.data.splits import Split
from kertasks.kinds import TaskKind

_MOST_CLASSES = 10_000

_CATEGORICAL, _SPARSE, _BINARY = "Categorical", "SparseCategorical", "Binary"
"""How the names of Keras's losses of classes begin."""


def data_of_rows(model: keras.Model, train: Split, held_out: Split | None) -> Dataset:
    """What a program trains on, as views read it. Nothing is copied.

    Args:
        model: the network, whose loss says what the target means.
        train: the rows it learns from.
        held_out: those it is validated on.
    """
    classes = _classes(model, train.y)
    kind = TaskKind.REGRESSION
    if classes:
        kind = TaskKind.BINARY if len(classes) == 2 else TaskKind.MULTICLASS
    return Dataset(train, held_out, class_names=classes, kind=kind)


def _classes(model: keras.Model, y: NDArray[Any]) -> tuple[str, ...]:
    """The names of the classes, which are numbers here; none of a regression."""
    loss = loss_of(model)
    name = "" if loss is None else loss.class_name
    width = math.prod(size or 0 for size in model.outputs[0].shape[1:])  # 0: of any size
    is_column = y.ndim == 1 or y.shape[1:] == (1,)
    if name.startswith(_BINARY) and is_column and width == 1:
        return ("0", "1")
    one_hot = name.startswith(_CATEGORICAL) and y.shape[1:] == (width,)
    numbers = name.startswith(_SPARSE) and is_column
    if (one_hot or numbers) and 1 < width <= _MOST_CLASSES:
        return tuple(map(str, range(width)))
    return ()
