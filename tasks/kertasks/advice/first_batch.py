"""What the first batch shows: outputs and gradients before training, and one step tried.

All of it is computed beside the model: no weight, moving average, seed or metric of it changes.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf
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
from kertasks.data.mapped_rows import take_rows
from kertasks.data.values import NO_NUMBERS
from kertasks.fitting.keras_internals import as_tensorflow_would
from kertasks.models.messages import one_line
from kertasks.views.layers.layer_reading import layers_of, output_of

_LOG = logging.getLogger("kertasks.advice")

_MOST_ROWS = 256
_MOST_IN_STEPS = 32
"""Where rows are read step by step: each step costs, and threads help little with few rows."""

_MOST_NUMBERS = 1 << 22
"""Of features and outputs of all layers that are looked at."""

_MOST_PRODUCTS = 1 << 30
"""Of weights with numbers, forward: a thousand million take some 0.1 s on two cores."""

_FEWEST_ROWS = 8
_NEAR_AN_END = 0.01

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

_ENDS = {
    "sigmoid": (0.0, 1.0),
    "hard_sigmoid": (0.0, 1.0),
    "tanh": (-1.0, 1.0),
    "hard_tanh": (-1.0, 1.0),
    "softsign": (-1.0, 1.0),
}


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
    rows, wanted = as_tensorflow_would((take_rows(x, places), y[places]))
    try:
        measured, output = outputs_of_layers(model, rows, layers)
        loss = loss_function(model, compiled)
        if loss is None:
            return FirstBatch(None, measured, "")
        tried = TriedRows(model, loss, rows, wanted, in_graph=reads_steps(layers))
        weights = [tf.convert_to_tensor(each.value) for each in model.trainable_variables]
        slope = tried.slope(weights)
        way = _way(compiled, fit)
        floor = _least_loss(loss, wanted, output, compiled)
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
    return FirstBatch(start, with_gradients(model, measured, slope), "")


def reads_steps(layers: tuple[LayerFacts, ...]) -> bool:
    """Whether a layer computes step by step."""
    return any(layer.kind is LayerKind.RECURRENT for layer in layers)


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


def outputs_of_layers(
    model: keras.Model, rows: NDArray[Any], layers: tuple[LayerFacts, ...]
) -> tuple[tuple[LayerFacts, ...], NDArray[Any]]:
    """The layers with what their outputs show, and the output of the network, shape (rows, …)."""
    places = {
        place: output
        for place, layer in enumerate(layers_of(model))
        if (output := output_of(layer)) is not None
    }
    # A name of its own: else Keras numbers the next network that has none otherwise.
    inner = keras.Model(model.inputs, [*places.values(), *model.outputs], name="first_batch")

    def run(x: Any) -> Any:
        with keras.StatelessScope():
            return inner(x, training=False)

    computed = (tf.function(run) if reads_steps(layers) else run)(tf.convert_to_tensor(rows))
    found = [np.asarray(each) for each in computed]
    output = found[len(places)]
    measured = list(layers)
    for (place, _), values in zip(places.items(), found[: len(places)], strict=True):
        after = _activation_after(measured, place)
        bent = found[list(places).index(after)] if after in places else values
        measured[place] = _measured(layers[place], bent)
    return tuple(measured), output


def _activation_after(layers: list[LayerFacts], place: int) -> int | None:
    """Where the layer of activation stands that bends a layer's output; None where it does so
    itself or nothing does."""
    if not layers[place].learns:
        return None
    following = place + 1
    if following < len(layers) and layers[following].kind is LayerKind.ACTIVATION:
        return following
    return None


def _measured(layer: LayerFacts, values: NDArray[Any]) -> LayerFacts:
    if not layer.learns or values.dtype.kind != "f" or values.ndim < 2 or len(values) < 2:
        return layer
    by_unit = values.reshape(-1, values.shape[-1])
    ends = _ENDS.get(layer.activation)
    saturated = None
    if ends is not None and layer.kind is not LayerKind.RECURRENT:
        near = _NEAR_AN_END * (ends[1] - ends[0])
        is_near = (by_unit < ends[0] + near) | (by_unit > ends[1] - near)
        saturated = float(is_near.mean())
    return replace(
        layer,
        zero_units=float((by_unit == 0).all(axis=0).mean()),
        saturated=saturated,
        spread=float(values.reshape(len(values), -1).std(axis=0).mean()),
    )


class Slope(NamedTuple):
    """The loss of some rows, and its gradient in each trainable weight."""

    loss: float
    gradients: list[NDArray[np.float32]]


Loss = Callable[[Any, Any], Any]


def loss_function(model: keras.Model, compiled: CompileFacts) -> Loss | None:
    """The mean loss of rows; None for several losses or one that cannot be told by its name."""
    given = model.loss
    if isinstance(given, str) and compiled.loss:
        given = compiled.loss
        if given.lower() in ("ce", "crossentropy"):
            return None
        given = getattr(keras.losses, given)()
    if not callable(given):
        return None
    return lambda y, said: keras.ops.mean(given(y, said))


class TriedRows:
    """The loss of some rows in training with other weights; nothing of the model changes.

    Args:
        model: whose computation it is.
        loss: of targets and outputs.
        rows: their features.
        wanted: their targets.
        in_graph: whether to trace it first: a network that reads steps runs thousands of
            operations, which one by one take seconds.
    """

    def __init__(
        self, model: keras.Model, loss: Loss, rows: Any, wanted: Any, *, in_graph: bool
    ) -> None:
        rest = [tf.convert_to_tensor(each.value) for each in model.non_trainable_variables]
        x, y = tf.convert_to_tensor(rows), tf.convert_to_tensor(wanted)

        def run(weights: list[Any]) -> Any:
            with tf.GradientTape() as tape:
                tape.watch(weights)
                said, _ = model.stateless_call(weights, rest, x, training=True)
                value = tf.cast(loss(y, said), tf.float32)
            none = tf.UnconnectedGradients.ZERO
            found = tape.gradient(value, weights, unconnected_gradients=none)
            return value, [tf.convert_to_tensor(each) for each in found]

        self._run = tf.function(run) if in_graph else run

    def slope(self, weights: list[Any]) -> Slope:
        """Loss and gradients with some weights."""
        value, found = self._run(weights)
        return Slope(float(value), [np.asarray(each) for each in found])


def _least_loss(loss: Loss, wanted: Any, output: NDArray[Any], compiled: CompileFacts) -> float:
    """What a loss is where every answer is right: of a cross-entropy of shares more than 0."""
    if "entropy" not in compiled.loss.lower() or compiled.from_logits:
        return 0.0
    if np.asarray(wanted).shape != output.shape:
        return 0.0
    found = float(loss(tf.convert_to_tensor(wanted), tf.cast(wanted, output.dtype)))
    return found if math.isfinite(found) and found > 0 else 0.0


def with_gradients(
    model: keras.Model, layers: tuple[LayerFacts, ...], slope: Slope
) -> tuple[LayerFacts, ...]:
    """The layers, with the mean absolute gradient in the kernel of each."""
    places = {id(each): place for place, each in enumerate(model.trainable_variables)}
    found = []
    for layer, facts in zip(layers_of(model), layers, strict=True):
        kernels = [each for each in layer.trainable_variables if "kernel" in each.name]
        if facts.learns and kernels and id(kernels[0]) in places:
            gradient = slope.gradients[places[id(kernels[0])]]
            found.append(replace(facts, gradient=float(np.abs(gradient).mean())))
        else:
            found.append(facts)
    return tuple(found)


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
    tried: TriedRows,
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
        weight - tf.cast(way.step(gradient, part), weight.dtype)
        for weight, gradient in zip(weights, slope.gradients, strict=True)
    ]


def chance_loss(targets: TargetFacts, compiled: CompileFacts) -> float | None:
    """What it costs to say the share of each class always, or the mean always."""
    if compiled.loss == "MeanSquaredError" and targets.kind is TargetKind.NUMBERS:
        return targets.deviation**2 if targets.row_shape in ((), (1,)) else None
    crossentropy = ("CategoricalCrossentropy", "SparseCategoricalCrossentropy")
    is_binary = compiled.loss == "BinaryCrossentropy" and targets.classes == 2
    if compiled.loss not in crossentropy and not is_binary:
        return None
    if targets.kind not in (TargetKind.CLASSES, TargetKind.ONE_HOT):
        return None
    rows = sum(targets.class_rows)
    return -sum(count / rows * math.log(count / rows) for count in targets.class_rows)
