"""Gathers what is known of a compiled network: its layers, its loss, its optimizer."""

from __future__ import annotations

import contextlib
import math
from typing import Any

import keras
import numpy as np

from kertasks.advice.facts import CompileFacts, LayerFacts, LayerKind
from kertasks.keras_catalog.catalog import Family
from kertasks.keras_catalog.offer import by_name
from kertasks.models.layer_ends import input_of, output_of
from kertasks.models.monitor import given_metrics
from kertasks.recipes.recipe import Component
from kertasks.views.layers.layer_list import layers_of

_FOLDERS = {
    ".layers.convolutional.": LayerKind.CONVOLUTION,
    ".layers.rnn.": LayerKind.RECURRENT,
    ".layers.normalization.": LayerKind.NORMALIZATION,
    ".layers.regularization.": LayerKind.DROPOUT,
    ".layers.pooling.": LayerKind.POOLING,
    ".layers.reshaping.": LayerKind.RESHAPING,
    ".layers.preprocessing.": LayerKind.PREPROCESSING,
    ".layers.activations.": LayerKind.ACTIVATION,
}
"""What the layers of Keras's own folders do."""

_CLASSES = {
    "Dense": LayerKind.DENSE,
    "EinsumDense": LayerKind.DENSE,
    "Embedding": LayerKind.EMBEDDING,
    "Masking": LayerKind.MASKING,
}

_KEEP_THEIR_PLACE = (
    LayerKind.NORMALIZATION,
    LayerKind.DROPOUT,
    LayerKind.POOLING,
    LayerKind.RESHAPING,
)
"""An activation after one of these bends the weighted sums before it all the same."""


def layer_facts(model: keras.Model) -> tuple[LayerFacts, ...]:
    """What is known of each layer, in the network's order, without the inputs."""
    layers = layers_of(model)
    own = [_inner(layer) for layer in layers]
    kinds = [_kind(layer) for layer in own]
    found = []
    for place, (outer, layer, kind) in enumerate(zip(layers, own, kinds, strict=True)):
        activation, bent_by = _activation(own, kinds, place)
        found.append(
            LayerFacts(
                kind=kind,
                class_name=type(layer).__name__,
                units=int(getattr(layer, "units", 0) or getattr(layer, "filters", 0) or 0),
                activation=activation,
                bent_by=bent_by,
                is_wrapped=outer is not layer,
                input_shape=_shape(outer, "input"),
                output_shape=_shape(outer, "output"),
                parameters=int(outer.count_params()) if outer.built else 0,
                rate=float(getattr(layer, "rate", 0.0) or 0.0)
                if kind is LayerKind.DROPOUT
                else 0.0,
                momentum=_number(getattr(layer, "momentum", 0.0))
                if type(layer).__name__ == "BatchNormalization"
                else 0.0,
                axis=layer.axis if isinstance(getattr(layer, "axis", None), int) else None,
                channels_axis=_channels_axis(own[:place]),
                constant_weights=_has_constant_weights(layer, kind),
            )
        )
    return tuple(found)


def is_sequential(model: keras.Model) -> bool:
    """Whether each layer reads the one before and no other."""
    if isinstance(model, keras.Sequential):
        return True
    layers = layers_of(model)
    if len(getattr(model, "inputs", None) or ()) != 1 or len(model.outputs) != 1:
        return False
    before = None  # what the first one reads may be the input as other numbers
    for layer in layers:
        try:
            if input_of(layer) is not before and before is not None:
                return False
            before = output_of(layer)
        except (AttributeError, ValueError):  # Keras's, of layers called never or several times
            return False
    return True


def _inner(layer: Any) -> Any:
    """The layer in a wrapper."""
    if isinstance(layer, keras.layers.Bidirectional):
        return layer.forward_layer
    return layer.layer if isinstance(layer, keras.layers.TimeDistributed) else layer


def _kind(layer: Any) -> LayerKind:
    name, folder = type(layer).__name__, type(layer).__module__
    if not folder.startswith("keras."):
        return LayerKind.OTHER
    if name in _CLASSES:
        return _CLASSES[name]
    return next((kind for part, kind in _FOLDERS.items() if part in folder), _core(name))


def _core(name: str) -> LayerKind:
    return LayerKind.ACTIVATION if name == "Activation" else LayerKind.OTHER


def _activation(own: list[Any], kinds: list[LayerKind], place: int) -> tuple[str, int | None]:
    """What bends a layer's output: its own activation, else that of a layer after it which only
    others stand before that keep its numbers where they are, and the place of that one."""
    name = _activation_name(getattr(own[place], "activation", None))
    if name != "linear":
        return name, None
    for after in range(place + 1, len(own)):
        if kinds[after] is LayerKind.ACTIVATION:
            if type(own[after]).__name__ == "Activation":
                return _activation_name(own[after].activation), after
            return _snake(type(own[after]).__name__), after
        if kinds[after] not in _KEEP_THEIR_PLACE:
            break
    return "linear", None


def _snake(name: str) -> str:
    """``ReLU`` as ``relu``, ``LeakyReLU`` as ``leaky_relu``: how Keras names the function."""
    written = {"ReLU": "relu", "LeakyReLU": "leaky_relu", "PReLU": "prelu", "ELU": "elu"}
    return written.get(name, name.lower())


def _activation_name(activation: Any) -> str:
    if activation is None:
        return "linear"
    return str(getattr(activation, "__name__", type(activation).__name__))


def _shape(layer: Any, side: str) -> tuple[int, ...]:
    try:
        tensor = keras.tree.flatten(getattr(layer, side))[0]
    except (AttributeError, ValueError, IndexError):
        return ()
    return tuple(int(size or 0) for size in tensor.shape[1:])


def _number(value: Any) -> float:
    return float(value) if isinstance(value, (int, float)) else 0.0


def _channels_axis(before: list[Any]) -> int:
    """Where the last convolution has its channels."""
    for layer in reversed(before):
        if getattr(layer, "data_format", None) == "channels_first":
            return 1
        if hasattr(layer, "filters"):
            return -1
    return -1


def _has_constant_weights(layer: Any, kind: LayerKind) -> bool:
    if kind not in (LayerKind.DENSE, LayerKind.CONVOLUTION) or not layer.built:
        return False
    kernel = getattr(layer, "kernel", None)
    if kernel is None or math.prod(kernel.shape) < 2:
        return False
    return bool(np.ptp(keras.ops.convert_to_numpy(kernel)) == 0)


def compile_facts(model: keras.Model) -> CompileFacts:
    """What is known of the loss, the optimizer and the metrics."""
    loss, optimizer = loss_of(model), model.optimizer
    arguments = {} if loss is None else dict(loss.arguments)
    clips = ("clipnorm", "clipvalue", "global_clipnorm")
    return CompileFacts(
        loss="" if loss is None else loss.class_name,
        from_logits=bool(arguments.get("from_logits", False)),
        optimizer=type(optimizer).__name__,
        learning_rate=_learning_rate(optimizer),
        momentum=_number(getattr(optimizer, "momentum", 0.0)),
        clips=any(getattr(optimizer, name, None) for name in clips),
        metrics=tuple(_metric_name(each) for each in given_metrics(model)),
    )


def _learning_rate(optimizer: Any) -> float | None:
    with contextlib.suppress(Exception):  # a schedule of one's own that cannot be asked
        return float(keras.ops.convert_to_numpy(optimizer.learning_rate))
    return None


def loss_of(model: keras.Model) -> Component | None:
    """The loss as a recipe would write it; None for one that is not Keras's own."""
    return component_of(getattr(model, "loss", None), Family.LOSSES)


def metric_components(model: keras.Model) -> tuple[str | Component, ...]:
    """The metrics as a recipe would write them; those that are not Keras's own are left out."""
    found = [component_of(each, Family.METRICS) for each in given_metrics(model)]
    # A word stays one: Keras chooses by the shapes what it stands for.
    return tuple(one if one.arguments else one.class_name for one in found if one is not None)


def _metric_name(metric: Any) -> str:
    if isinstance(metric, dict):
        config = metric.get("config")
        return str(config.get("name") if isinstance(config, dict) else config)
    return str(metric)


_OF_CLASSES = ("Crossentropy", "Hinge", "Focal")


def takes_classes(loss: str) -> bool:
    """Whether a loss, by Keras's name of it, takes whole numbers for classes."""
    return any(part in loss for part in _OF_CLASSES)


_NO_ARGUMENTS = {"name", "reduction", "dtype", "fn"}


def component_of(given: Any, family: Family) -> Component | None:
    """What Keras was given, by name: a word, a function, a class, or one written down; None where
    it is not Keras's own."""
    config: Any = {}
    if isinstance(given, dict):
        name, config = given.get("class_name"), given.get("config")
        if name == "function":
            name, config = config, {}
        if not str(given.get("module") or "keras").startswith(("keras", "builtins")):
            return None
    elif isinstance(given, str):
        name = given
    else:
        name = getattr(given, "__name__", None)
        if name is None and given is not None:
            name = type(given).__name__
            with contextlib.suppress(Exception):
                config = given.get_config()
        whose = given if isinstance(given, type) or callable(given) else type(given)
        if not str(getattr(whose, "__module__", "")).startswith("keras."):
            return None
    if not isinstance(name, str) or name not in by_name(family):
        return None
    plain = {
        key: value
        for key, value in (config if isinstance(config, dict) else {}).items()
        if key not in _NO_ARGUMENTS and isinstance(value, (bool, int, float, str))
    }
    return Component(own_name(name, family), plain)


def own_name(name: str, family: Family) -> str:
    """Keras's name of the class; what Keras does not know stays as it is, and so does a word whose
    meaning the shapes decide."""
    chosen = ("accuracy", "acc", "crossentropy", "ce")
    found = by_name(family).get(name)
    return name if found is None or name.lower() in chosen else str(found.name)
