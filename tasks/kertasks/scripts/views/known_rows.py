"""The rows that a program trains on, as far as they can be seen. Imports no TensorFlow, which is
none of the program's where another backend trains."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from kertasks.data.splits import Split
from kertasks.models.split_rules import rows_trained
from kertasks.scripts.fit_given import FitGiven
from kertasks.text.error_text import described


class UnknownRows(Exception):  # tells why something is switched off, never an error of the program
    """The rows of a training cannot be seen; the text says why."""


def known_rows(model: keras.Model, given: FitGiven) -> tuple[Split, Split | None]:
    """What a program trains on, and what it holds out. Nothing is copied that is in this memory.

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
        raise UnknownRows(
            f"the network is of a class of its own, {type(model).__name__}, whose layers Keras "
            "does not list"
        )
    train, held_out = _split(given.x, given.y), None
    validation = given.validation_data
    if isinstance(validation, (tuple, list)) and len(validation) > 1:
        # Of anything else, as a generator's, the training rows are known all the same; to ask it
        # for rows would be to use it.
        with suppress(UnknownRows):
            held_out = _split(validation[0], validation[1])
    elif validation is None and given.validation_split:
        first = rows_trained(train.rows, given.validation_split)
        held_out = Split(train.x[first:], train.y[first:])
        train = Split(train.x[:first], train.y[:first])
    return train, held_out


def class_that_computes(model: keras.Model) -> str:
    """The name of the class by whose own code a network computes its output; empty where that is
    Keras's, as it is where a class of a program's own has only a step of its own."""
    owner = next(one for one in type(model).__mro__ if "call" in vars(one))
    return "" if owner.__module__.split(".")[0] == "keras" else owner.__name__


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
    # A tensor of another device's memory is no array by itself.
    is_tensor = keras.ops.is_tensor(values)
    try:
        array = np.asarray(keras.ops.convert_to_numpy(values) if is_tensor else values)
    except Exception as error:  # whatever somebody's own class, or several devices, make of it
        raise UnknownRows(f"{name} is no array that can be read: {described(error)}") from error
    if array.dtype.kind not in "biuf":
        raise UnknownRows(f"{name} holds no numbers")
    return array
