"""What the first batch shows: outputs and gradients before training, and one step tried.

All of it is computed beside the model: no weight, moving average, seed or metric of it changes.
"""

from __future__ import annotations

import logging
import math
from typing import Any, NamedTuple

import keras
import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from kertasks.advice.data_reading import spread_rows
from kertasks.advice.facts import (
    STEPS_BY_GRADIENT,
    STEPS_OF_ONE_SIZE,
    CompileFacts,
    FitFacts,
    LayerFacts,
    LayerKind,
    StartFacts,
    TargetFacts,
    TargetKind,
)
from kertasks.advice.network.backends import as_keras_would
from kertasks.advice.network.computed_network import (
    ComputedNetwork,
    Slope,
    reads_steps,
    with_gradients_of,
)
from kertasks.advice.scoring import chance_loss
from kertasks.data.rows.mapped_rows import take_rows
from kertasks.data.values import NO_NUMBERS
from kertasks.models.messages import one_line

_LOG = logging.getLogger("kertasks.advice")

_MOST_ROWS = 256
_MOST_IN_STEPS = 32
"""Where rows are read step by step: each step costs, and threads help little with few rows."""

_MOST_NUMBERS = 1 << 22
"""Of features and outputs of all layers that are looked at."""

_MOST_PRODUCTS = 1 << 30
"""Of weights with numbers, forward: a thousand million take some 0.1 s on two cores."""

_FEWEST_ROWS = 8

_STRIDES = 8
"""That the way of a training is taken in, where its first slope does not lead to the end."""

_ANYWHERE = 2.0
"""Way of each weight from which it is long enough for classes: weights are less than that, and
eight strides would be no picture of it."""

_STRIDES_TO_NUMBERS = 64
"""That the way to large numbers is taken in: a stride of a quarter in every weight at once goes
beyond them, where steps of the rate do not."""

_FARTHEST = 16.0
"""Way of each weight beyond which those would be no picture either."""

_MOST_STRIDDEN = 1 << 26
"""Weights times rows of which so many strides take a fraction of a second."""


class FirstBatch(NamedTuple):
    """What the first batches showed of the network and of each of its layers."""

    start: StartFacts | None
    layers: tuple[LayerFacts, ...]
    """The same layers, with what was measured of them."""

    refused: str
    """Why Keras computes nothing of the batch; empty where it does."""


def look_at_first_batch(
    model: keras.Model,
    x: Any,
    y: NDArray[Any],
    layers: tuple[LayerFacts, ...],
    targets: TargetFacts,
    compiled: CompileFacts,
    fit: FitFacts,
) -> FirstBatch:
    """Compute outputs and gradients of some rows before training.

    Args:
        model: built and compiled.
        x: all features.
        y: all targets.
        layers: what is known of its layers.
        targets: what is known of the targets.
        compiled: what is known of loss and optimizer.
        fit: how long it is trained.
    """
    if {x.dtype.kind, y.dtype.kind} & set(NO_NUMBERS) or len(x) != len(y) or not len(x):
        return FirstBatch(None, layers, "")  # the check of the data says so
    places = spread_rows(len(x), 1, _row_count(x, layers))
    count = len(places)
    rows, wanted = as_keras_would(take_rows(x, places)), as_keras_would(y[places])
    try:
        network = ComputedNetwork(model, layers, compiled)
        measured, output, _ = network.outputs(rows)
        if network.loss is None:
            return FirstBatch(None, measured, "")
        tried = _TriedRows(network, rows, wanted)
        weights = network.weights
        slope = tried.slope(weights)
        way = _way(compiled, fit)
        floor = _least_loss(network, wanted, output, compiled)
        start = StartFacts(
            rows=count,
            loss=slope.loss,
            chance_loss=chance_loss(targets, compiled),
            output_spread=float(output.reshape(count, -1).std(axis=0).mean()),
            dead_rows=float((output.reshape(count, -1) == 0).all(axis=1).mean()),
        )
        if way is not None:
            start = _with_way(start, tried, weights, slope, way, fit, floor, targets)
    except Exception as error:  # whatever a network or a loss of one's own raises
        _LOG.info("the first batch cannot be computed", exc_info=True)
        return FirstBatch(None, layers, one_line(error))
    return FirstBatch(start, with_gradients_of(model, measured, slope), "")


def _row_count(x: Any, layers: tuple[LayerFacts, ...]) -> int:
    """As many rows as can be looked at in a fraction of a second."""
    numbers = math.prod(x.shape[1:]) + sum(math.prod(layer.output_shape) for layer in layers)
    products = sum(layer.parameters * _uses(layer) for layer in layers)
    most: int = min(
        _MOST_NUMBERS // max(1, numbers), _MOST_PRODUCTS // max(1, products), _MOST_ROWS
    )
    if reads_steps(layers):
        most = min(most, _MOST_IN_STEPS)
    count: int = len(x)
    return max(1, min(count, max(_FEWEST_ROWS, most)))


def _uses(layer: LayerFacts) -> int:
    """How often each weight is used for a row: once a step, or a place of a picture."""
    if layer.kind is LayerKind.RECURRENT:
        return layer.input_shape[0] if layer.input_shape else 1
    return math.prod(layer.output_shape[:-1]) if layer.learns else 1


class _TriedRows(NamedTuple):
    """The loss of some rows with other weights."""

    network: ComputedNetwork
    rows: NDArray[Any]
    wanted: NDArray[Any]

    def slope(self, weights: list[Any]) -> Slope:
        """Loss and gradients with some weights."""
        return self.network.slope(self.rows, self.wanted, weights)


def _least_loss(
    network: ComputedNetwork, wanted: NDArray[Any], output: NDArray[Any], compiled: CompileFacts
) -> float:
    """What a loss is where every answer is right: of a cross-entropy of shares more than 0."""
    if "entropy" not in compiled.loss.lower() or compiled.from_logits:
        return 0.0
    if wanted.shape != output.shape:
        return 0.0
    found = network.loss_of(wanted, wanted.astype(output.dtype))
    return found if math.isfinite(found) and found > 0 else 0.0


class _Way(NamedTuple):
    """How far all steps of a training lead."""

    length: float
    """Steps times the rate they come to: momentum of 0.9 makes ten of each."""

    by_gradient: bool
    """Whether a step is the gradient times the rate, or the rate whatever the gradient."""

    def step(self, gradient: NDArray[np.float32], part: float) -> NDArray[np.float32]:
        """How far a weight moves in a part of the way."""
        direction = gradient if self.by_gradient else np.sign(gradient)
        moved: NDArray[np.float32] = np.float32(part * self.length) * direction
        return moved


def _way(compiled: CompileFacts, fit: FitFacts) -> _Way | None:
    """None where it is not known: gradients are clipped, or the optimizer adapts its rate."""
    if compiled.learning_rate is None or compiled.clips:
        return None
    if compiled.optimizer in STEPS_OF_ONE_SIZE:
        return _Way(fit.steps * compiled.learning_rate, by_gradient=False)
    if compiled.optimizer in STEPS_BY_GRADIENT and 0 <= compiled.momentum < 1:
        return _Way(fit.steps * compiled.learning_rate / (1 - compiled.momentum), by_gradient=True)
    return None


def _with_way(
    start: StartFacts,
    tried: _TriedRows,
    weights: list[Any],
    slope: Slope,
    way: _Way,
    fit: FitFacts,
    floor: float,
    targets: TargetFacts,
) -> StartFacts:
    """What is known, with where steps lead.

    Args:
        floor: the loss where every answer is right.
        targets: what is known of them.
    """
    stepped = tried.slope(_moved(weights, slope, way, 1 / fit.steps)).loss
    start = replace(start, stepped_loss=stepped)
    above = slope.loss - floor
    if not math.isfinite(above) or above <= 0:
        return start
    reach = _down(slope, way) / above
    if not math.isfinite(reach):
        return start
    start = replace(start, reach=reach)
    strides = _stride_count(way, targets, sum(each.size for each in slope.gradients) * start.rows)
    if reach >= 1 or not strides:
        return start
    least = slope.loss
    for _ in range(strides):
        weights = _moved(weights, slope, way, 1 / strides)
        slope = tried.slope(weights)
        if not math.isfinite(slope.loss):
            return start
        least = min(least, slope.loss)  # a stride that is too long goes beyond it
    return replace(start, strides_left=(least - floor) / above)


def _stride_count(way: _Way, targets: TargetFacts, products: int) -> int:
    """How many strides a way is taken in; 0 for not at all."""
    is_near = way.by_gradient or way.length < _ANYWHERE
    if targets.kind is TargetKind.NUMBERS and products <= _MOST_STRIDDEN:
        return _STRIDES_TO_NUMBERS if is_near or way.length <= _FARTHEST else 0
    return _STRIDES if is_near else 0


def _down(slope: Slope, way: _Way) -> float:
    """By how much all steps bring the loss down, if its slope stays as it is."""
    return sum(
        float((way.step(gradient, 1.0).astype(np.float64) * gradient).sum())
        for gradient in slope.gradients
    )


def _moved(weights: list[Any], slope: Slope, way: _Way, part: float) -> list[Any]:
    """Weights after a part of the way, straight down."""
    return [
        weight - keras.ops.cast(way.step(gradient, part), weight.dtype)
        for weight, gradient in zip(weights, slope.gradients, strict=True)
    ]
