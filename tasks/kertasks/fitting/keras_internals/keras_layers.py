"""The layers of a model, and what of them changes in training."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import keras
import tensorflow as tf
from keras.src.layers.convolutional.base_conv import BaseConv
from keras.src.layers.convolutional.base_conv_transpose import BaseConvTranspose
from keras.src.layers.convolutional.base_depthwise_conv import BaseDepthwiseConv
from keras.src.layers.convolutional.base_separable_conv import BaseSeparableConv
from keras.src.layers.rnn.conv_lstm import ConvLSTM
from keras.src.models.functional import Functional
from keras.src.ops.core import Cast

from kertasks.fitting.keras_internals.keras_methods import is_kerass


def seed_states(model: keras.Model) -> list[keras.Variable]:
    """The states of the generators that layers draw by, each int64 (2,): seed and draws so far."""
    states = [
        generator.state
        for layer in (model, *all_layers(model))
        for generator in layer._seed_generators
    ]
    return list({id(state): state for state in states}.values())


def changing_state(model: keras.Model, x: Any) -> str | None:
    """A layer with state that training changes, other than that of a generator, by its name; None
    where there is none.

    Args:
        model: built.
        x: what it is called on, with a ``tf.TensorSpec`` a leaf.
    """
    drawn_by = {id(state) for state in seed_states(model)}
    owners = {
        id(variable): layer.name
        for layer in (model, *all_layers(model))
        for variable in layer._non_trainable_variables
    }
    found: list[str] = []

    def call(rows: Any) -> tf.Tensor:
        trained, kept = (
            [tf.convert_to_tensor(variable.value) for variable in variables]
            for variables in (model.trainable_variables, model.non_trainable_variables)
        )
        _, after = model.stateless_call(trained, kept, rows, training=True)
        pairs = zip(model.non_trainable_variables, kept, after, strict=True)
        for variable, before, now in pairs:
            if now is not before and id(variable) not in drawn_by:
                found.append(owners.get(id(variable), variable.path))
        return tf.zeros([])

    tf.function(call, autograph=False).get_concrete_function(x)
    return found[0] if found else None


def all_layers(model: keras.Model) -> Iterator[keras.layers.Layer]:
    """The model's layers and theirs, at any depth, without the model itself."""
    yield from model._flatten_layers(include_self=False)


def has_own_layers(model: keras.Model) -> bool:
    """Whether the model or one of its layers, at any depth, is of a class that is not Keras's."""
    return not all(is_kerass(type(layer)) for layer in (model, *all_layers(model)))


def has_convolutions(model: keras.Model) -> bool:
    """Whether a layer is one of Keras's convolutions, at any depth."""
    kinds = (BaseConv, BaseConvTranspose, BaseDepthwiseConv, BaseSeparableConv, ConvLSTM)
    return any(isinstance(layer, kinds) for layer in all_layers(model))


def keeps_state(model: keras.Model) -> bool:
    """Whether a layer keeps its state from batch to batch, which must then have one size."""
    return any(getattr(layer, "stateful", False) for layer in all_layers(model))


def trainable_flags(model: keras.Model) -> list[bool]:
    """What is trainable: of every layer, then of every variable."""
    return [bool(part.trainable) for part in _trainable_or_not(model)]


@contextmanager
def trainable_as(model: keras.Model, flags: Sequence[bool]) -> Iterator[None]:
    """Within it, what is trainable is what ``trainable_flags`` said once."""
    parts, own = _trainable_or_not(model), trainable_flags(model)
    # Not by a layer's public setter, which would set all below it as well.
    try:
        for part, flag in zip(parts, flags, strict=True):
            part._trainable = flag
        yield
    finally:
        for part, flag in zip(parts, own, strict=True):
            part._trainable = flag


def _trainable_or_not(model: keras.Model) -> list[Any]:
    return [*model._flatten_layers(), *model.variables]


def readers_of_input(model: keras.Model) -> list[Any]:
    """What is called on the one input of a plain Functional or Sequential model.

    A cast to float32 is looked through: then what is called on its result.

    Returns:
        The layers, empty if anything else reads the input: an operation, an output, a layer that
        is called on more than that, or a model of another kind.
    """
    network = model._functional if type(model) is keras.Sequential else model
    if type(network) is not Functional or len(network.inputs) != 1:
        return []
    calls = [call for level in network._nodes_by_depth.values() for call in level]
    tensors = list(network.inputs)
    readers = []
    for tensor in tensors:  # grows by the results of casts
        if any(output is tensor for output in network.outputs):
            return []
        for call in calls:
            if not any(read is tensor for read in call.input_tensors):
                continue
            layer = call.operation
            if isinstance(layer, Cast) and call.outputs[0].dtype == "float32":
                tensors += call.outputs
            elif len(call.input_tensors) == 1 and len(layer._inbound_nodes) == 1:
                readers.append(layer)
            else:
                return []
    return readers
