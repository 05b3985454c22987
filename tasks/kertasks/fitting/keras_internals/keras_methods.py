"""Whose a method is: Keras's or a person's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import keras


def is_kerass(kind: Any) -> bool:
    """Whether a class or a method is Keras's own."""
    return str(getattr(kind, "__module__", "")).startswith("keras.")


def own_attribute(model: keras.Model, *names: str) -> str | None:
    """The first name under which a model, or its class, has something else than ``keras.Model``."""
    for name in names:
        if name in vars(model) or getattr(type(model), name) is not getattr(keras.Model, name):
            return name
    return None


def are_steps_kerass(model: keras.Model) -> bool:
    """Whether a step gives Keras's own logs: all of the model's metrics and nothing else."""
    return own_attribute(model, "train_step", "test_step", "compute_metrics") is None


def has_own(owner: Any, method: str) -> bool:
    """Whether an object of a Keras class has the method that Keras wrote for it, not another one
    that was put in its place on the object or on the class."""
    # Not by its ``__module__``, which ``functools.wraps`` copies.
    its_globals = getattr(getattr(type(owner), method), "__globals__", {})
    return method not in vars(owner) and its_globals.get("__name__", "").startswith("keras.")


@contextmanager
def call_instead(owner: Any, method: str, function: Callable[..., Any]) -> Iterator[None]:
    """Within it, a layer's or an optimizer's method is ``function`` instead of its own."""
    replaced = vars(owner).get(method)
    # Past Keras's own __setattr__, which tracks what a layer is given.
    object.__setattr__(owner, method, function)
    try:
        yield
    finally:
        if replaced is None:
            object.__delattr__(owner, method)
        else:
            object.__setattr__(owner, method, replaced)
