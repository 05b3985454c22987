"""What a network says of rows that have no target: what a person asks it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from kertasks.data.dataset import Dataset
from kertasks.views.outputs import class_names_of, probabilities_of, raw_outputs


@dataclass(frozen=True, slots=True)
class Said:
    """What a network says of rows."""

    outputs: NDArray[np.float64]
    """As the network gives them, shape (rows, outputs of a row)."""

    names: tuple[str, ...] = ()
    """The classes; empty where the target is a number."""

    probabilities: NDArray[np.float64] | None = None
    """Of each class, shape (rows, classes)."""

    values: NDArray[np.float64] | None = None
    """In the target's own unit, shape (rows,); None for classes, and for several targets."""


def said_of_rows(model: keras.Model, data: Dataset, x: NDArray[Any]) -> Said:
    """What the network says of rows.

    Args:
        model: a built model.
        data: what it was trained on.
        x: the network's input, shape (rows, …), at least one row.

    Raises:
        DoesNotApply: the network has several outputs, or fewer than the data has classes.
    """
    outputs = raw_outputs(model, x)
    if data.class_names:
        probabilities = probabilities_of(model, outputs)
        return Said(outputs, class_names_of(data, probabilities.shape[1]), probabilities)
    if outputs.shape[1] != 1:
        return Said(outputs)
    return Said(outputs, values=data.target_in_own_unit(outputs[:, 0]))
