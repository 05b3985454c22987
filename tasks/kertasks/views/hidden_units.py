"""What the units of a network's hidden layers give."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import keras
import numpy as np
from numpy.typing import NDArray

from kertasks.fitting.own_methods import goes_its_own_way
from kertasks.models.layer_ends import output_of
from kertasks.views.outputs import raw_outputs

_MOST_UNITS = 256
"""Of a layer that are computed."""

_ROWS = 4_096
"""At once, so that wide layers take no memory of gigabytes."""

_SAME_AS_BEFORE = (
    keras.layers.Dropout,
    keras.layers.AlphaDropout,
    keras.layers.GaussianDropout,
    keras.layers.GaussianNoise,
    keras.layers.ActivityRegularization,
    keras.layers.Flatten,
    keras.layers.Reshape,
    keras.layers.Identity,
)
"""Layers that only train, or only lay out: what they give is what they get."""


@dataclass(frozen=True, slots=True)
class HiddenLayer:
    """A layer that gives a number a unit for every row."""

    name: str
    units: int


@dataclass(frozen=True, slots=True)
class HiddenUnits:
    """A network that gives what the hidden layers of another one do beside its outputs, and shares
    its weights.

    It holds layers and not the other network, which it would keep alive.
    """

    layers: tuple[HiddenLayer, ...]
    network: keras.Model | None
    """None where the model is no graph of layers, or predicts in a way of its own."""


_known: WeakKeyDictionary[keras.Model, HiddenUnits] = WeakKeyDictionary()


def hidden_units(model: keras.Model) -> HiddenUnits:
    """The hidden layers of a network that give a number a unit."""
    found = _known.get(model)
    if found is None:
        found = _known[model] = _hidden_units(model)
    return found


def outputs_of_few(
    model: keras.Model, x: NDArray[Any]
) -> tuple[NDArray[np.float64], list[NDArray[np.float64]]]:
    """What a network and its hidden units give for rows of which there are not many.

    Layer by layer, and not as a program: to make one takes longer than a person waits who wants to
    see something.

    Args:
        model: the network.
        x: shape (rows, …).

    Returns:
        The outputs, shape (rows, outputs of a row); and what each of ``hidden_units(model).layers``
        gives, shape (rows, units), of the first units of a large one.

    Raises:
        DoesNotApply: it has several outputs.
    """
    hidden = hidden_units(model)
    if hidden.network is None or not len(x):
        return raw_outputs(model, x), [np.zeros((len(x), 0)) for _ in hidden.layers]
    given = [
        hidden.network(x[start : start + _ROWS], training=False)
        for start in range(0, len(x), _ROWS)
    ]
    # Keras gives a tensor alone where there is one.
    parts = [list(map(np.asarray, some if hidden.layers else [some])) for some in given]
    first, *others = [
        np.concatenate(pieces).astype(np.float64).reshape(len(x), -1)
        for pieces in zip(*parts, strict=True)
    ]
    return first, others


def _hidden_units(model: keras.Model) -> HiddenUnits:
    if goes_its_own_way(model, "predict"):
        return HiddenUnits((), None)
    try:
        (tensor,), (output,) = model.inputs, model.outputs
        hidden = [
            (one, output_of(one)) for one in model.layers if not isinstance(one, _SAME_AS_BEFORE)
        ]
    except (AttributeError, TypeError, ValueError):  # a call of its own, or several inputs
        return HiddenUnits((), None)
    wanted = [
        (HiddenLayer(layer.name, int(given.shape[1])), given)
        for layer, given in hidden
        if given is not tensor and given is not output and _gives_units(given)
    ]
    tensors = [
        given if layer.units <= _MOST_UNITS else given[:, :_MOST_UNITS] for layer, given in wanted
    ]
    network = keras.Model(tensor, [output, *tensors])
    return HiddenUnits(tuple(layer for layer, _ in wanted), network)


def _gives_units(output: Any) -> bool:
    shape: Sequence[int | None] = getattr(output, "shape", ())
    return len(shape) == 2 and shape[1] is not None
