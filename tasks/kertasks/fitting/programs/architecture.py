"""When are two models the same computation on different variables?

Programs are traced on one model and take its variables as captures, so a program can run on the
variables of any model for which the same would have been traced. That is decided here, and when
in doubt the answer is no: then the model gets programs of its own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import keras
import tensorflow as tf

from kertasks.fitting.keras_internals import (
    all_layers,
    built_for,
    is_kerass,
    picks_variables_by_name,
    trainable_flags,
)
from kertasks.fitting.programs.program import Kind

_NUMBERED = re.compile(r"_\d+$")


def signature(model: keras.Model, kind: Kind, keys: frozenset[str]) -> str | None:
    """Equal for models whose steps are the same computation; None when that cannot be told.

    None for anything that is not entirely Keras's own (a custom layer, loss or ``train_step``, a
    Lambda), and for layers that learn constants outside of variables (``adapt``). Names given
    by number (``dense_3``) and the learning rate, a variable, do not count; names do by which
    something is looked up.

    Args:
        model: a built and compiled Keras model.
        kind: which of its steps.
        keys: of the dicts in the data.
    """
    layers = list(all_layers(model))
    parts = [model, model.optimizer, *layers, *model.metrics]
    if not all(is_kerass(type(part)) for part in parts):
        return None
    if any(isinstance(layer, keras.layers.Lambda) or hasattr(layer, "adapt") for layer in layers):
        return None
    if picks_variables_by_name(model.optimizer):
        return None
    try:
        config = {
            "model": keras.saving.serialize_keras_object(model),
            "compile": model.get_compile_config(),
            "trainable": trainable_flags(model),
            # Losses and updates ask the variable: its layer's config may tell otherwise since.
            "variables": [
                keras.saving.serialize_keras_object(trait)
                for variable in model.variables
                for trait in (variable.regularizer, variable.constraint)
            ],
            "keras": [keras.config.floatx(), keras.config.epsilon()],
            "layout": keras.config.image_data_format(),
        }
        config["compile"].pop("optimizer", None)
        config["model"].pop("compile_config", None)
        config["model"].pop("build_config", None)
        if kind is Kind.TRAIN:
            config["optimizer"] = keras.saving.serialize_keras_object(model.optimizer)
            config["optimized"] = _places(built_for(model.optimizer), model.variables)
            _forget_learning_rate(config["optimizer"])
        if any(map(_is_custom, _dicts_in(config))):
            return None
        # Losses, inputs and outputs may be looked up by any key.
        kept = keys.union(*_dicts_in(config))
        if keys:
            kept |= _ends(model, layers)
        names: dict[str, str] = {}
        for index, part in enumerate([model, *layers]):
            if part.name not in kept:
                names.setdefault(part.name, f"{_NUMBERED.sub('', part.name)}#{index}")
        return json.dumps(_with_names(config, names), sort_keys=True)
    except (TypeError, ValueError, NotImplementedError, AttributeError, KeyError):
        return None  # something in it has no plain form


def variables(model: keras.Model) -> list[tf.Variable]:
    """Every variable a step can touch, in the same order for models of one signature."""
    # The optimizer's last: a step of testing has none of them, built or not.
    every = [*model.variables, *model.metrics_variables, *model.optimizer.variables]
    return [variable.value for variable in every]


def places_of_captures(captures: list[tf.Tensor], model: keras.Model) -> list[int] | None:
    """For each capture of a program, its place in ``variables(model)``; None if one has none."""
    try:
        return _places(captures, [variable.handle for variable in variables(model)])
    except KeyError:
        return None


def _places(some: list[Any], every: list[Any]) -> list[int]:
    place = {id(thing): index for index, thing in enumerate(every)}
    return [place[id(thing)] for thing in some]


def _dicts_in(config: Any) -> Iterator[dict[str, Any]]:
    """Every dict in a configuration, at any depth."""
    if isinstance(config, dict):
        yield config
    if isinstance(config, (dict, list, tuple)):
        for value in config.values() if isinstance(config, dict) else config:
            yield from _dicts_in(value)


def _is_custom(part: dict[str, Any]) -> bool:
    """Whether it stands for something that is not Keras's own."""
    if part.get("class_name") in ("function", "__lambda__", "__numpy__", "__tensor__"):
        return True
    module = part.get("module")
    return isinstance(module, str) and not module.startswith(("keras", "builtins"))


def _forget_learning_rate(optimizer: dict[str, Any]) -> None:
    settings = optimizer["config"]
    if isinstance(settings.get("inner_optimizer"), dict):
        _forget_learning_rate(settings["inner_optimizer"])
    if isinstance(settings.get("learning_rate"), float):
        settings["learning_rate"] = "a variable"
    settings.pop("name", None)


def _ends(model: keras.Model, layers: list[keras.layers.Layer]) -> set[str]:
    """Names of inputs and outputs, by which Keras looks up arrays in dicts."""
    inputs = [layer.name for layer in layers if isinstance(layer, keras.layers.InputLayer)]
    last = [layer.name for layer in model.layers[-1:]]
    return {*inputs, *last, *getattr(model, "output_names", ())}


def _with_names(config: Any, names: dict[str, str]) -> Any:
    if isinstance(config, dict):
        return {
            key: _with_names(value, names)
            for key, value in config.items()
            if key != "shared_object_id"
        }
    if isinstance(config, (list, tuple)):
        return [_with_names(value, names) for value in config]
    return names.get(config, config) if isinstance(config, str) else config
