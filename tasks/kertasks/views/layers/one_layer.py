"""One layer of a network: its arrays of weights, and its units one by one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from kertasks.data.dataset import Dataset
from kertasks.runs.looking.view import DoesNotApply
from kertasks.runs.views.layer_page import (
    WIDEST_PICTURE,
    LayerRecord,
    LayerRequest,
    Picture,
    UnitFacts,
    WeightFacts,
)
from kertasks.views.layers.all_layers import activation_of, by_unit, dead_units, facts_of, has_units
from kertasks.views.layers.layer_list import layers_of
from kertasks.views.layers.layer_reading import (
    activations,
    gradient_norms,
    histogram,
    norm_of,
    sample,
)

_RECTIFIERS = frozenset(
    ["relu", "relu6", "leaky_relu", "elu", "selu", "celu", "gelu", "silu", "hard_silu"]
)
_RECTIFIER_LAYERS = (
    keras.layers.ReLU,
    keras.layers.LeakyReLU,
    keras.layers.PReLU,
    keras.layers.ELU,
)
_WIDEST_KERNEL = 11


def one_layer(model: keras.Model, data: Dataset, request: LayerRequest) -> LayerRecord:
    """Tell of one layer of a network.

    Args:
        model: a built model; gradients are told where it is compiled.
        data: what it is trained and tested on.
        request: which layer and which of its units.

    Raises:
        DoesNotApply: there is no such layer, or there are no such rows.
    """
    every = layers_of(model)
    if request.index >= len(every):
        raise DoesNotApply(f"the network has {len(every)} layers")
    layer = every[request.index]
    of = sample(model, data, request.rows)
    output = activations(model, of)[request.index]
    gradients = gradient_norms(model, of)
    incoming = incoming_of(layer)
    units = _Units(layer, output, incoming)
    first = min(request.first, max(0, units.count - 1))
    channel = min(request.channel, max(0, incoming.channels - 1))
    return LayerRecord(
        of.rows,
        of.row_count,
        of.size,
        request.index,
        len(every),
        facts_of(layer, output, gradients, request.bins),
        tuple(_weight(layer, weight, gradients, request.bins) for weight in layer.weights),
        incoming.word,
        units.count,
        tuple(
            units.facts(number, channel)
            for number in range(first, min(units.count, first + request.count))
        ),
        first,
        incoming.channels,
        channel,
        _largest(incoming.pictured),
    )


@dataclass(frozen=True, slots=True)
class Incoming:
    """What leads into each unit of a layer; None for what there is not."""

    weights: NDArray[np.float32] | None = None
    """Shape (…, units)."""

    recurrent: NDArray[np.float32] | None = None
    """From the layer's own state, shape (…, units)."""

    bias: NDArray[np.float32] | None = None
    """Shape (units,)."""

    pictured: NDArray[np.float32] | None = None
    """What pictures are made of: shape (rows, columns, channels, units)."""

    word: str = "unit"
    """What a unit is called."""

    are_rows: bool = False
    """Whether a unit is a row of an embedding and no place of the output."""

    @property
    def count(self) -> int:
        """How many units there are; 0 where that is not known."""
        return 0 if self.weights is None else self.weights.shape[-1]

    @property
    def channels(self) -> int:
        """How many input channels the pictures have."""
        return 0 if self.pictured is None else self.pictured.shape[2]


def incoming_of(layer: keras.layers.Layer) -> Incoming:
    """The weights that lead into each unit of a layer, for the kinds that have such; nothing for
    others."""
    kinds = keras.layers
    if isinstance(layer, kinds.Embedding):
        table = _array(layer.embeddings).T
        return Incoming(table, pictured=_row(table), word="row", are_rows=True)
    if isinstance(layer, kinds.Bidirectional):
        return _both(layer)
    if isinstance(layer, kinds.RNN):
        return _recurrent(layer.cell)
    if isinstance(layer, kinds.Wrapper):
        return incoming_of(layer.layer)
    if isinstance(layer, (kinds.BatchNormalization, kinds.LayerNormalization)):
        scale, shift = getattr(layer, "gamma", None), getattr(layer, "beta", None)
        flat = None if scale is None or len(scale.shape) > 1 else _array(scale)[None]
        return Incoming(flat, bias=None if shift is None or flat is None else _array(shift))
    kernel = _kernel(layer)
    if kernel is None:
        return Incoming()
    bias = getattr(layer, "bias", None)
    flat_bias = None if bias is None or len(bias.shape) != 1 else _array(bias)
    if flat_bias is not None and flat_bias.shape[0] != kernel.shape[-1]:
        flat_bias = None
    if kernel.ndim == 2:
        return Incoming(kernel, bias=flat_bias, pictured=_row(kernel))
    return Incoming(kernel, bias=flat_bias, pictured=_kernels(kernel), word="filter")


def _kernel(layer: keras.layers.Layer) -> NDArray[np.float32] | None:
    """The kernel of a Dense layer or a convolution, shape (…, units)."""
    kinds = keras.layers
    if isinstance(layer, kinds.Dense):
        return _array(layer.kernel)
    if isinstance(layer, (kinds.Conv1DTranspose, kinds.Conv2DTranspose, kinds.Conv3DTranspose)):
        return np.moveaxis(_array(layer.kernel), -2, -1)
    if isinstance(layer, (kinds.DepthwiseConv1D, kinds.DepthwiseConv2D)):
        kernel = _array(layer.kernel)
        return kernel.reshape(*kernel.shape[:-2], 1, -1)
    if isinstance(layer, (kinds.SeparableConv1D, kinds.SeparableConv2D)):
        kernel = _array(layer.pointwise_kernel)
        return kernel.reshape(-1, kernel.shape[-1])
    if isinstance(layer, (kinds.Conv1D, kinds.Conv2D, kinds.Conv3D)):
        return _array(layer.kernel)
    return None


def _recurrent(cell: Any) -> Incoming:
    """Of a recurrent layer with one cell of Keras's: the gates of a unit are taken together."""
    kernel, recurrent = getattr(cell, "kernel", None), getattr(cell, "recurrent_kernel", None)
    units = getattr(cell, "units", None)
    if kernel is None or recurrent is None or units is None:
        return Incoming()
    bias = getattr(cell, "bias", None)
    has_one = bias is not None and tuple(bias.shape) == (units,)
    return Incoming(
        _array(kernel).reshape(-1, units),
        _array(recurrent).reshape(-1, units),
        _array(bias) if has_one else None,
    )


def _both(layer: Any) -> Incoming:
    """Of a recurrent layer that reads both ways: first the units that read forwards."""
    ways = (_recurrent(layer.forward_layer.cell), _recurrent(layer.backward_layer.cell))
    if layer.merge_mode != "concat" or any(way.weights is None for way in ways):
        return Incoming()

    def joined(name: str) -> Any:
        parts = [getattr(way, name) for way in ways]
        return None if any(part is None for part in parts) else np.concatenate(parts, axis=-1)

    return Incoming(joined("weights"), joined("recurrent"), joined("bias"))


def _row(weights: NDArray[np.float32]) -> NDArray[np.float32] | None:
    """A picture of one row a unit, of weights of shape (inputs, units)."""
    return weights[None, :, None] if len(weights) <= WIDEST_PICTURE else None


def _kernels(kernel: NDArray[np.float32]) -> NDArray[np.float32] | None:
    """Pictures of the kernels of a convolution over 1, 2 or 3 axes: the first of three counts as a
    channel."""
    if kernel.ndim == 3:
        kernel = kernel[None]
    if kernel.ndim == 5:
        kernel = np.moveaxis(kernel, 0, 2)
        kernel = kernel.reshape(*kernel.shape[:2], -1, kernel.shape[-1])
    fits = max(kernel.shape[:2]) <= (_WIDEST_KERNEL if kernel.shape[0] > 1 else WIDEST_PICTURE)
    return kernel if fits else None


def _largest(pictured: NDArray[np.float32] | None) -> float:
    finite = np.zeros(1) if pictured is None else np.abs(pictured[np.isfinite(pictured)])
    return float(finite.max(initial=0.0))


class _Units:
    """The units of a layer: from its output where there is one, from its weights where not.

    Args:
        layer: of a built model.
        output: its output for some rows, shape (rows, …).
        incoming: what leads into its units.
    """

    def __init__(
        self, layer: keras.layers.Layer, output: NDArray[np.float32] | None, incoming: Incoming
    ) -> None:
        self._means = self._active = self._dead = None
        if output is not None and not incoming.are_rows and has_units(layer):
            units = by_unit(layer, output)
            units = units.reshape(len(units), -1, units.shape[-1])
            self._means = units.mean(axis=(0, 1), dtype=np.float64)
            if len(output) > 1:
                self._dead = dead_units(layer, output)
            if activation_of(layer) in _RECTIFIERS or isinstance(layer, _RECTIFIER_LAYERS):
                self._active = (units > 0).any(axis=1).mean(axis=0)
        seen = 0 if self._means is None else len(self._means)
        # A layer of Keras's to come may give other units than its weights have.
        self._in = incoming if seen in (0, incoming.count) else Incoming()
        self.count = seen or incoming.count
        weights, recurrent = self._in.weights, self._in.recurrent
        self._norms = None if weights is None else _norms(weights)
        self._recurrent = None if recurrent is None else _norms(recurrent)

    def facts(self, number: int, channel: int) -> UnitFacts:
        """Tell of one unit."""

        def of(values: Any) -> float | None:
            return None if values is None else float(values[number])

        return UnitFacts(
            number,
            of(self._norms),
            of(self._recurrent),
            of(self._in.bias),
            of(self._means),
            of(self._active),
            self._dead is not None and bool(self._dead[number]),
            self._picture(number, channel),
        )

    def _picture(self, number: int, channel: int) -> Picture:
        if self._in.pictured is None:
            return ()
        return tuple(tuple(map(float, row)) for row in self._in.pictured[:, :, channel, number])


def _norms(weights: NDArray[np.float32]) -> NDArray[np.float64]:
    flat = weights.reshape(-1, weights.shape[-1]).astype(np.float64)
    norms: NDArray[np.float64] = np.sqrt((flat**2).sum(axis=0))
    return norms


def _weight(
    layer: keras.layers.Layer, weight: keras.Variable, gradients: dict[int, float], bins: int
) -> WeightFacts:
    array = np.asarray(weight, dtype=np.float32)
    name = weight.path.removeprefix(f"{layer.path}/")
    return WeightFacts(
        name,
        tuple(map(int, weight.shape)),
        bool(weight.trainable),
        norm_of([array]),
        gradients.get(id(weight)),
        histogram(array, bins),
    )


def _array(variable: Any) -> NDArray[np.float32]:
    return np.asarray(variable, dtype=np.float32)


VIEW = (LayerRequest, one_layer)
