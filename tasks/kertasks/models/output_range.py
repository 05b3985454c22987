"""Which numbers a network's output can be, asked of the activation at its end."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import keras
import numpy as np

from kertasks.models.no_weights import no_weights
from kertasks.recipes.recipe import Layer

_KEEP_THE_RANGE = (".layers.reshaping.", ".layers.pooling.", ".layers.regularization.")
"""Keras's folders of layers that give numbers within the range of those they get."""

_FAR, _FARTHER = 1e3, 1e4
_BOUND = 50.0
"""An output that grew by more than that between the two has no bound."""


class OutputRange:
    """The least and the greatest number an output can be.

    Args:
        least: minus infinity for no bound.
        most: infinity for no bound.
        name: of the activation that sees to it.
    """

    def __init__(self, least: float, most: float, name: str) -> None:
        self.least = least
        self.most = most
        self.name = name

    def within(self, least: float, most: float) -> bool:
        """Whether every output is in a range."""
        return self.least >= least - 1e-6 and self.most <= most + 1e-6

    def describe(self) -> str:
        """What the last layer gives, in words."""
        if math.isinf(self.least) and math.isinf(self.most):
            return f"the last layer ({self.name}) gives any number"
        if math.isinf(self.most):
            return f"the last layer ({self.name}) gives {self.least:.3g} and more"
        if math.isinf(self.least):
            return f"the last layer ({self.name}) gives {self.most:.3g} and less"
        return f"the last layer ({self.name}) gives {self.least:.3g} to {self.most:.3g}"


def output_range(recipe_layers: Sequence[Layer], made: Sequence[Any]) -> OutputRange | None:
    """The range of a network's output; None where nothing is known of it.

    Args:
        recipe_layers: of the recipe.
        made: the same as Keras's layers.
    """
    place = len(made) - 1
    while place >= 0 and any(part in type(made[place]).__module__ for part in _KEEP_THE_RANGE):
        if recipe_layers[place].inputs:
            return None
        place -= 1
    if place < 0:
        return None
    layer = made[place]
    if isinstance(layer, keras.layers.TimeDistributed):
        layer = layer.layer
    function = getattr(layer, "activation", None)
    if callable(function):
        return _range_of(function)
    if ".layers.activations." in type(layer).__module__ and not layer.weights:
        return _find_range(layer, type(layer).__name__)
    return None


@lru_cache(maxsize=64)
def _range_of(activation: Any) -> OutputRange | None:
    return _find_range(activation, getattr(activation, "__name__", type(activation).__name__))


def _find_range(activation: Any, name: str) -> OutputRange | None:
    """Read off what a function makes of numbers from far below 0 to far above."""
    try:
        with keras.device("cpu:0"), no_weights(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            (low, high), (lower, higher) = (_extremes(activation, end) for end in (_FAR, _FARTHER))
    except Exception:  # it wants other shapes
        return None
    if not all(map(math.isfinite, (low, lower))):
        return None
    least = -math.inf if low - lower > _BOUND else lower
    most = math.inf if not math.isfinite(higher) or higher - high > _BOUND else higher
    return OutputRange(least, most, name)


def _extremes(activation: Any, end: float) -> tuple[float, float]:
    numbers = np.concatenate([np.linspace(-10, 10, 401), [-end, end]]).astype(np.float32)
    # Two columns: softmax looks along a row.
    outputs = np.asarray(activation(keras.ops.convert_to_tensor(np.stack([numbers, -numbers], 1))))
    return float(outputs.min()), float(outputs.max())
