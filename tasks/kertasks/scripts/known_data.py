"""What is known of the rows that a program trains on: views and advice are of these."""

from __future__ import annotations

import math
from contextlib import suppress
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from kertasks.advice.network_reading import loss_of
from kertasks.data.dataset import Dataset
from kertasks.data.splits import Split
from kertasks.kinds import TaskKind
from kertasks.models.split_rules import rows_trained

_MOST_CLASSES = 10_000

_CATEGORICAL, _SPARSE, _BINARY = "Categorical", "SparseCategorical", "Binary"
"""How the names of Keras's losses of classes begin."""


class UnknownRows(Exception):  # tells why something is switched off, never an error of the program
    """The rows of a training cannot be seen; the text says why."""


def known_dataset(
    model: keras.Model,
    x: Any,
    y: Any,
    validation_data: Any = None,
    validation_split: float = 0.0,
) -> Dataset:
    """What a program trains on, as views read it. Nothing is copied.

    Args:
        model: the network, which says what the target means.
        x: as for ``fit``.
        y: as for ``fit``.
        validation_data: as for ``fit``.
        validation_split: as for ``fit``.

    Raises:
        UnknownRows: they are no arrays with a row an entry, or the network has several inputs or
            outputs.
    """
    try:
        inputs, outputs = len(model.inputs or ()), len(model.outputs or ())
    except (AttributeError, ValueError):  # a model of a class of its own
        inputs = outputs = 0
    if inputs > 1 or outputs > 1:
        raise UnknownRows("the network has several inputs or outputs")
    if not inputs:
        raise UnknownRows("the network is of a class of its own, whose layers Keras does not list")
    train = _split(x, y)
    held_out = None
    if isinstance(validation_data, (tuple, list)) and len(validation_data) > 1:
        # Of anything else, as a generator's, the training rows are known all the same; to ask it
        # for rows would be to use it.
        with suppress(UnknownRows):
            held_out = _split(validation_data[0], validation_data[1])
    elif validation_data is None and validation_split:
        first = rows_trained(train.rows, validation_split)
        held_out = Split(train.x[first:], train.y[first:])
        train = Split(train.x[:first], train.y[:first])
    classes = _classes(model, train.y)
    kind = TaskKind.REGRESSION
    if classes:
        kind = TaskKind.BINARY if len(classes) == 2 else TaskKind.MULTICLASS
    return Dataset(train, held_out, class_names=classes, kind=kind)


def _split(x: Any, y: Any) -> Split:
    if y is None:
        raise UnknownRows("x holds rows and targets together: a generator, or tf.data")
    split = Split(_rows(x, "x"), _rows(y, "y"))
    if len(split.y) != split.rows or not split.rows:
        raise UnknownRows("x and y have not as many rows as each other")
    return split


def _rows(values: Any, name: str) -> NDArray[Any]:
    # A list may be one input an entry, or a row an entry: Keras itself takes it for inputs.
    if not hasattr(values, "__array__") or not getattr(values, "shape", None):
        raise UnknownRows(f"{name} is a {type(values).__name__}, no array with a row an entry")
    array = np.asarray(values)
    if array.dtype.kind not in "biuf":
        raise UnknownRows(f"{name} holds no numbers")
    return array


def _classes(model: keras.Model, y: NDArray[Any]) -> tuple[str, ...]:
    """The names of the classes, which are numbers here; none of a regression."""
    loss = loss_of(model)
    name = "" if loss is None else loss.class_name
    width = math.prod(model.output_shape[1:])
    is_column = y.ndim == 1 or y.shape[1:] == (1,)
    if name.startswith(_BINARY) and is_column and width == 1:
        return ("0", "1")
    one_hot = name.startswith(_CATEGORICAL) and y.shape[1:] == (width,)
    numbers = name.startswith(_SPARSE) and is_column
    if (one_hot or numbers) and 1 < width <= _MOST_CLASSES:
        return tuple(map(str, range(width)))
    return ()
