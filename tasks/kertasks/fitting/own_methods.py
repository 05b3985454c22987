"""Models that train, evaluate or predict in a way of their own: theirs is taken."""

from __future__ import annotations

import inspect
from contextvars import ContextVar
from typing import Any

import keras

from kertasks.fitting.keras_internals.keras_methods import own_attribute

_UNDER_WAY: ContextVar[frozenset[tuple[int, str]]] = ContextVar("_UNDER_WAY", default=frozenset())
"""Which models' own methods this thread is in: one that calls kertasks is not called again."""


def goes_its_own_way(model: keras.Model, method: str) -> bool:
    """Whether a model, or its class, has a method of its own that is to be called now.

    Args:
        model: a Keras model.
        method: ``"fit"``, ``"evaluate"`` or ``"predict"``.
    """
    return own_attribute(model, method) is not None and (id(model), method) not in _UNDER_WAY.get()


def call_own(model: keras.Model, method: str, x: Any, y: Any = None, **arguments: Any) -> Any:
    """Call a model's own method with what was given.

    Args:
        model: a Keras model.
        method: its name.
        x: given by its place, as some name it otherwise.
        y: likewise; left out where it is None.
        arguments: by name; those that are as Keras has them by default are left out.
    """
    defaults = inspect.signature(getattr(keras.Model, method)).parameters
    given = {
        name: value
        for name, value in arguments.items()
        if not _is_default(value, defaults[name].default)
    }
    places = (x,) if y is None else (x, y)
    token = _UNDER_WAY.set(_UNDER_WAY.get() | {(id(model), method)})
    try:
        return getattr(model, method)(*places, **given)
    finally:
        _UNDER_WAY.reset(token)


def _is_default(value: Any, default: Any) -> bool:
    return value is default or (isinstance(value, (int, float, str)) and bool(value == default))
