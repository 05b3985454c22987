"""A network that is asked for outputs and gradients of some rows. Nothing of it changes: no weight,
moving average, seed or metric."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, NamedTuple

import keras
import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from kertasks.advice.facts import CompileFacts, LayerFacts, LayerKind
from kertasks.advice.network.backends import Computation, prepared, values_of, with_gradients
from kertasks.models.layer_ends import input_of
from kertasks.views.layers.layer_list import layers_of, output_of

_NEAR_AN_END = 0.01

_ENDS = {
    "sigmoid": (0.0, 1.0),
    "hard_sigmoid": (0.0, 1.0),
    "tanh": (-1.0, 1.0),
    "hard_tanh": (-1.0, 1.0),
    "softsign": (-1.0, 1.0),
}

Loss = Callable[[Any, Any], Any]


class Outputs(NamedTuple):
    """What a network computes of some rows in use."""

    layers: tuple[LayerFacts, ...]
    """Its layers, with what their outputs show."""

    output: NDArray[Any]
    """Its own, shape (rows, …)."""

    hidden: NDArray[Any] | None
    """What its last weighted layer reads, shape (rows, …); None where that cannot be told."""


class Slope(NamedTuple):
    """The loss of some rows in training, and its gradient in each trainable weight."""

    loss: float
    gradients: list[NDArray[np.float32]]


class ComputedNetwork:
    """Computes a network's outputs and gradients, of any rows and with any weights. What a backend
    compiles for it is kept, so one is to be asked again and again.

    Args:
        model: built and compiled, with one output.
        layers: what is known of its layers.
        compiled: what is known of its loss.
    """

    def __init__(
        self, model: keras.Model, layers: tuple[LayerFacts, ...], compiled: CompileFacts
    ) -> None:
        self.model = model
        self.loss = loss_function(model, compiled)
        """The mean loss of targets and outputs; None for several losses or one that cannot be told
        by its name."""

        self._layers = layers
        self._has_steps = reads_steps(layers)

    @property
    def weights(self) -> list[Any]:
        """The trainable weights as they are now."""
        return values_of(self.model.trainable_variables)

    def outputs(self, rows: NDArray[Any]) -> Outputs:
        """What it computes of rows in use.

        Args:
            rows: their features, shape (rows, …).
        """
        places, inner, run = self._inner
        rest = values_of(inner.non_trainable_variables)
        computed = run(values_of(inner.trainable_variables), rest, _tensor(rows))
        found = [keras.ops.convert_to_numpy(each) for each in computed]
        measured = list(self._layers)
        of_place: dict[int, NDArray[Any]] = dict(zip(places, found, strict=False))
        for place, values in of_place.items():
            after = _activation_after(measured, place)
            bent = values if after is None else of_place.get(after, values)
            measured[place] = _measured(self._layers[place], bent)
        hidden = found[len(places) + 1] if len(found) > len(places) + 1 else None
        return Outputs(tuple(measured), found[len(places)], hidden)

    @cached_property
    def _inner(self) -> tuple[list[int], keras.Model, Computation]:
        """The places of the layers whose outputs can be had; a network that gives these, its own
        and what the last weighted layer reads; and a function of its weights and of rows."""
        model, layers = self.model, layers_of(self.model)
        outputs = {place: output_of(layer) for place, layer in enumerate(layers)}
        known = {place: output for place, output in outputs.items() if output is not None}
        weighted = [place for place, layer in enumerate(self._layers) if layer.learns]
        hidden = _read_by(layers[weighted[-1]]) if weighted else None
        wanted = [*known.values(), *model.outputs, *([] if hidden is None else [hidden])]
        # A name of its own: else Keras numbers the next network that has none otherwise.
        inner = keras.Model(model.inputs, wanted, name="first_batch")

        def run(weights: list[Any], rest: list[Any], x: Any) -> Any:
            said, _ = inner.stateless_call(weights, rest, x, training=False)
            return said

        return list(known), inner, prepared(run, has_steps=self._has_steps)

    def slope(
        self, rows: NDArray[Any], wanted: NDArray[Any], weights: list[Any] | None = None
    ) -> Slope:
        """The loss of rows in training, and its gradients.

        Args:
            rows: their features.
            wanted: their targets.
            weights: tensors in the place of the trainable weights; None for its own.

        Raises:
            ValueError: there is no ``loss``.
        """
        rest = values_of(self.model.non_trainable_variables)
        given = self.weights if weights is None else weights
        value, found = self._slope(given, rest, _tensor(rows), _tensor(wanted))
        return Slope(float(value), [keras.ops.convert_to_numpy(each) for each in found])

    @cached_property
    def _slope(self) -> Computation:
        model, loss = self.model, self._known_loss

        def run(weights: list[Any], rest: list[Any], x: Any, y: Any) -> Any:
            said, _ = model.stateless_call(weights, rest, x, training=True)
            return keras.ops.cast(loss(y, said), "float32")

        return with_gradients(run, has_steps=self._has_steps)

    def loss_of(self, wanted: NDArray[Any], said: NDArray[Any]) -> float:
        """The mean loss of answers.

        Args:
            wanted: the targets.
            said: the answers, shape (rows, …).

        Raises:
            ValueError: there is no ``loss``.
        """
        return float(self._loss_of(_tensor(wanted), _tensor(said)))

    @cached_property
    def _loss_of(self) -> Computation:
        return prepared(self._known_loss, has_steps=False)

    @property
    def _known_loss(self) -> Loss:
        if self.loss is None:
            raise ValueError("the loss of the network is not known")
        return self.loss


def reads_steps(layers: tuple[LayerFacts, ...]) -> bool:
    """Whether a layer computes step by step."""
    return any(layer.kind is LayerKind.RECURRENT for layer in layers)


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


def with_gradients_of(
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


def _tensor(values: Any) -> Any:
    return keras.ops.convert_to_tensor(values)


def _read_by(layer: keras.layers.Layer) -> keras.KerasTensor | None:
    """What a layer reads; None where it is called nowhere, or reads several tensors."""
    try:
        found = input_of(layer)
    except (AttributeError, ValueError):  # Keras's, for no call and for several
        return None
    return found if isinstance(found, keras.KerasTensor) else None


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
