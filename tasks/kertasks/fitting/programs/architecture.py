"""When are two models the same computation on different variables?

Programs are traced on one model and take its variables as captures, so a program can run on the
variables of any model for which the same would have been traced. That is decided here, and when
in doubt the answer is no: then the model gets programs of its own.
"""

from __future__ import annotations

import json
import re
from typing import Any

import keras
import tensorflow as tf

from kertasks.fitting.keras_internals.keras_building import picks_variables_by_name
from kertasks.fitting.keras_internals.keras_layers import all_layers
from kertasks.fitting.keras_internals.keras_objects import compiled_parts, global_settings
from kertasks.fitting.programs.keras_code import KerasCode
from kertasks.fitting.programs.object_state import ObjectState, Untellable
from kertasks.fitting.programs.program import Kind

KERAS_CODE = KerasCode()

_NUMBERED = re.compile(r"_\d+$")


def signature(model: keras.Model, kind: Kind, keys: frozenset[str]) -> str | None:
    """Equal for models whose steps are the same computation; None when that cannot be told.

    None for anything that is not entirely Keras's own (a custom layer, loss or ``train_step``, a
    Lambda, a method replaced on any object or class), and for layers that learn constants outside
    of variables (``adapt``). Names given by number (``dense_3``), the model's own (``fold_1``) and
    the learning rate, a variable, do not count; names do by which something is looked up.

    Args:
        model: a built and compiled Keras model.
        kind: which of its steps.
        keys: of the dicts in the data.
    """
    layers = list(all_layers(model))
    if any(isinstance(layer, keras.layers.Lambda) or hasattr(layer, "adapt") for layer in layers):
        return None
    code = KERAS_CODE.state()
    if code is None or picks_variables_by_name(model.optimizer):
        return None
    optimizer = model.optimizer if kind is Kind.TRAIN else None
    every = _every_variable(model)
    state = ObjectState({id(variable): place for place, variable in enumerate(every)})
    try:
        state.read([model, optimizer, *compiled_parts(model)])
    except (Untellable, RecursionError, AttributeError, TypeError):
        return None  # something in it has no plain form
    # Losses, inputs and outputs may be looked up by any key.
    kept = keys | state.keys
    if keys:
        kept |= _ends(model, layers)
    names: dict[str, str] = {}
    for index, name in enumerate(state.names):
        if name not in kept:
            common = "" if name == model.name else _NUMBERED.sub("", name)
            names.setdefault(name, f"{common}#{index}")
    values = [names.get(value, value) if type(value) is str else value for value in state.values]
    return json.dumps([code, global_settings(), values])


def variables(model: keras.Model) -> list[tf.Variable]:
    """Every variable a step can touch, in the same order for models of one signature."""
    return [variable.value for variable in _every_variable(model)]


def _every_variable(model: keras.Model) -> list[keras.Variable]:
    # The optimizer's last: a step of testing has none of them, built or not.
    return [*model.variables, *model.metrics_variables, *model.optimizer.variables]


def places_of_captures(captures: list[tf.Tensor], model: keras.Model) -> list[int] | None:
    """For each capture of a program, its place in ``variables(model)``; None if one has none."""
    try:
        return _places(captures, [variable.handle for variable in variables(model)])
    except KeyError:
        return None


def _places(some: list[Any], every: list[Any]) -> list[int]:
    place = {id(thing): index for index, thing in enumerate(every)}
    return [place[id(thing)] for thing in some]


def _ends(model: keras.Model, layers: list[keras.layers.Layer]) -> set[str]:
    """Names of inputs and outputs, by which Keras looks up arrays in dicts."""
    inputs = [layer.name for layer in layers if isinstance(layer, keras.layers.InputLayer)]
    last = [layer.name for layer in model.layers[-1:]]
    return {*inputs, *last, *getattr(model, "output_names", ())}
