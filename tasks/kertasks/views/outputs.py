"""What a network says of rows: classes with their probabilities, or values in their own unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from kertasks.data.dataset import Dataset
from kertasks.data.multi_hot import MultiHotRows
from kertasks.data.splits import Split
from kertasks.data.value_reading import labels_of
from kertasks.fitting import predict
from kertasks.runs.looking.view import DoesNotApply

ROWS_AT_ONCE = 256
"""A batch: rows are only read, so that larger ones give the same numbers in less time. One size,
however few rows there are: for each other one TensorFlow would trace the network anew."""


@dataclass(frozen=True, slots=True)
class ClassOutputs:
    """What a network says of rows that have a class each."""

    names: tuple[str, ...]
    """The classes, in the order of the outputs."""

    truth: NDArray[np.int64]
    """The class of each row, shape (rows,); -1 for a label that is no class."""

    predicted: NDArray[np.int64]
    """The class the network says, shape (rows,): the first of the most probable ones."""

    probabilities: NDArray[np.float64]
    """Of each class, shape (rows, classes)."""


@dataclass(frozen=True, slots=True)
class ValueOutputs:
    """What a regression's network says of rows, in the target's own unit."""

    truth: NDArray[np.float64]
    """Shape (rows,)."""

    predicted: NDArray[np.float64]
    """Shape (rows,)."""


def raw_outputs(model: keras.Model, x: NDArray[Any] | MultiHotRows) -> NDArray[np.float64]:
    """The network's outputs, shape (rows, outputs of a row).

    Raises:
        DoesNotApply: it has several outputs.
    """
    found = predict(model, x, batch_size=ROWS_AT_ONCE)
    if isinstance(found, (list, tuple, dict)):
        raise DoesNotApply("the network has several outputs")
    return np.asarray(found, dtype=np.float64).reshape(len(x), -1)


def probabilities_of(model: keras.Model, raw: NDArray[np.float64]) -> NDArray[np.float64]:
    """The probability of each class, shape (rows, classes), from raw outputs of shape
    (rows, outputs): a single one is the probability of the second of two classes."""
    logits = bool(getattr(model.loss, "from_logits", False))
    if raw.shape[1] == 1:
        second = 1.0 / (1.0 + np.exp(-raw[:, 0])) if logits else raw[:, 0]
        return np.stack([1.0 - second, second], axis=1)
    if not logits:
        return raw
    powers = np.exp(raw - raw.max(axis=1, keepdims=True))
    shares: NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
    return shares


def class_names_of(data: Dataset, classes: int) -> tuple[str, ...]:
    """The names of so many classes; of one that has none, its number.

    Raises:
        DoesNotApply: the data has more classes than that.
    """
    names = data.class_names
    if classes < len(names):
        raise DoesNotApply(f"the network has {classes} outputs for {len(names)} classes")
    return names + tuple(str(place) for place in range(len(names), classes))


def most_probable(probabilities: NDArray[np.float64]) -> NDArray[np.int64]:
    """The class of each row by its place, shape (rows,): the first of the most probable ones.

    Args:
        probabilities: of each class, shape (rows, classes).
    """
    # What is not a number is never the most probable.
    comparable = np.where(np.isnan(probabilities), -np.inf, probabilities)
    found: NDArray[np.int64] = comparable.argmax(axis=1)
    return found


def class_outputs(
    model: keras.Model, data: Dataset, split: Split, raw: NDArray[np.float64] | None = None
) -> ClassOutputs:
    """What the network says of rows of classes.

    Args:
        model: the network.
        data: whose classes they are.
        split: the rows.
        raw: the network's outputs for them, shape (rows, outputs), where they are known.

    Raises:
        DoesNotApply: the data has no classes, or the outputs are not one a class.
    """
    if not data.class_names:
        raise DoesNotApply("the target is a number, not a class")
    labels = labels_of(split.y)
    if labels is None:
        raise DoesNotApply("a row has no single class")
    probabilities = probabilities_of(model, raw_outputs(model, split.x) if raw is None else raw)
    classes = probabilities.shape[1]
    names = class_names_of(data, classes)
    numbers = np.asarray(labels, dtype=np.float64)
    known = (numbers >= 0) & (numbers < classes) & (numbers == np.floor(numbers))
    truth = np.where(known, numbers, -1).astype(np.int64)
    return ClassOutputs(names, truth, most_probable(probabilities), probabilities)


def value_outputs(model: keras.Model, data: Dataset, split: Split) -> ValueOutputs:
    """What the network says of rows of a regression.

    Raises:
        DoesNotApply: the data has classes, or a row has several targets.
    """
    if data.class_names:
        raise DoesNotApply("the target is a class, not a number")
    truth = np.asarray(split.y, dtype=np.float64).reshape(split.rows, -1)
    raw = raw_outputs(model, split.x)
    if truth.shape[1] != 1 or raw.shape[1] != 1:
        raise DoesNotApply("a row has several targets")
    return ValueOutputs(data.target_in_own_unit(truth[:, 0]), data.target_in_own_unit(raw[:, 0]))
