"""What the weights, activations and gradients of every layer are like."""

from __future__ import annotations

import math
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from kertasks.data.dataset import Dataset
from kertasks.runs.views.layer_table import LayerFacts, LayersRecord, LayersRequest
from kertasks.views.layers.layer_list import layers_of, output_of
from kertasks.views.layers.layer_reading import (
    activations,
    gradient_norms,
    histogram,
    norm_of,
    sample,
)

_ACTIVATIONS = (
    keras.layers.Activation,
    keras.layers.ReLU,
    keras.layers.LeakyReLU,
    keras.layers.PReLU,
    keras.layers.ELU,
    keras.layers.Softmax,
)
_RANGES = {"sigmoid": (0.0, 1.0), "hard_sigmoid": (0.0, 1.0), "tanh": (-1.0, 1.0)}
"""Between which ends the activation functions lie that saturate."""

_NEAR_AN_END = 1 / 40
"""Of the range."""


def layers(model: keras.Model, data: Dataset, request: LayersRequest) -> LayersRecord:
    """Tell of every layer of a network.

    Args:
        model: a built model; gradients are told where it is compiled.
        data: what it is trained and tested on.
        request: which rows to look at.

    Raises:
        DoesNotApply: it has no layers, or there are no such rows.
    """
    every = layers_of(model)
    of = sample(model, data, request.rows)
    outputs = activations(model, of)
    gradients = gradient_norms(model, of)
    facts = (
        facts_of(layer, output, gradients, request.bins)
        for layer, output in zip(every, outputs, strict=True)
    )
    return LayersRecord(of.rows, of.row_count, of.size, tuple(facts))


def facts_of(
    layer: keras.layers.Layer,
    output: NDArray[np.float32] | None,
    gradients: dict[int, float],
    bins: int,
) -> LayerFacts:
    """Tell of one layer.

    Args:
        layer: of a built model.
        output: its output, shape (rows, …).
        gradients: norms, by the ``id`` of a weight.
        bins: of histograms.
    """
    shape = output_of(layer)
    weights = weights_of(layer)
    arrays = [np.asarray(weight, dtype=np.float32) for weight in weights]
    units = None
    if output is not None and len(output) > 1 and has_units(layer):
        units = dead_units(layer, output)
    known = [gradients[id(weight)] for weight in weights if id(weight) in gradients]
    return LayerFacts(
        name=layer.name,
        class_name=type(layer).__name__,
        activation=activation_of(layer),
        shape=None if shape is None else tuple(shape.shape[1:]),
        parameters=layer.count_params(),
        weights=histogram(np.concatenate([a.reshape(-1) for a in arrays]), bins)
        if arrays
        else None,
        activations=None if output is None else histogram(output, bins),
        units=None if units is None else len(units),
        dead=None if units is None else int(units.sum()),
        saturated=None if output is None else _saturated(layer, output),
        weight_norm=norm_of(arrays) if arrays else None,
        gradient_norm=math.hypot(*known) if known else None,
    )


def weights_of(layer: keras.layers.Layer) -> list[keras.Variable]:
    """What of a layer a step changes; all its weights where it is frozen or never trained."""
    found: list[keras.Variable] = layer.trainable_weights or layer.weights
    return found


def has_units(layer: keras.layers.Layer) -> bool:
    """Whether what a layer gives is what units of its own make of their inputs, and not, as with
    Flatten or Dropout, its inputs again."""
    return bool(layer.weights) or isinstance(layer, _ACTIVATIONS)


def activation_of(layer: keras.layers.Layer) -> str:
    """The name of a layer's activation function; empty for none and for a linear one."""
    name = getattr(getattr(_inner(layer), "activation", None), "__name__", "")
    return "" if name == "linear" else str(name)


def _inner(layer: keras.layers.Layer) -> keras.layers.Layer:
    """A layer without what is wrapped around it."""
    while isinstance(layer, keras.layers.Wrapper):
        layer = layer.layer
    return layer


def by_unit(layer: keras.layers.Layer, output: NDArray[Any]) -> NDArray[Any]:
    """A layer's output with its units, or channels, as the last axis: shape (rows, …, units)."""
    if output.ndim == 1:
        return output[:, None]
    if output.ndim > 2 and getattr(layer, "data_format", None) == "channels_first":
        return np.moveaxis(output, 1, -1)
    return output


def dead_units(layer: keras.layers.Layer, output: NDArray[Any]) -> NDArray[np.bool_]:
    """Which units give one and the same number everywhere, shape (units,)."""
    units = by_unit(layer, output)
    places = units.reshape(-1, units.shape[-1])
    dead: NDArray[np.bool_] = places.min(axis=0) == places.max(axis=0)
    return dead


def _saturated(layer: keras.layers.Layer, output: NDArray[Any]) -> float | None:
    ends = _RANGES.get(activation_of(layer))
    # What comes out of a recurrent layer went through more than its activation function.
    if ends is None or isinstance(_inner(layer), keras.layers.RNN) or not output.size:
        return None
    margin = (ends[1] - ends[0]) * _NEAR_AN_END
    near = (output < ends[0] + margin) | (output > ends[1] - margin)
    return float(near.mean())


VIEW = (LayersRequest, layers)
