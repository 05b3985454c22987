"""What a step can read of a model's objects, as plain values.

A step is traced from Python objects: layers, the optimizer, losses, metrics, regularizers,
schedules, dtype policies and all they hold. Whatever their attributes are at that moment decides
what is traced, and not only what their configurations tell: a method replaced on one object is one
of its attributes, and so is a setting changed in place.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from types import FunctionType, MethodType, ModuleType
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from kertasks.fitting.keras_internals.keras_methods import is_kerass
from kertasks.fitting.keras_internals.keras_objects import unread_attributes

LARGEST_ARRAY = 10_000
"""Numbers in an array above which it is not compared."""


class Untellable(Exception):
    """Whether two of these would be traced alike cannot be told; never reaches a person."""


class ObjectState:
    """Reads objects into a flat list of strings and numbers, equal where a step would be too.

    Args:
        places: for the identity of each variable a step can touch, a number for it.
    """

    def __init__(self, places: Mapping[int, int]) -> None:
        self.values: list[Any] = []
        self.keys: set[str] = set()
        """The strings by which something is looked up in a dict."""

        self.names: list[str] = []
        """Names of models, layers, operations and their tensors, in the order they were read."""

        self._places = places
        # Objects are held, so that nothing read later can get the identity of one before.
        self._read: dict[int, tuple[int, object]] = {}

    def read(self, value: Any) -> None:
        """Add one value and all that it holds.

        Raises:
            Untellable: something in it is not entirely Keras's own, or has no plain form.
        """
        kind = type(value)
        if value is None or kind is bool or kind is int or kind is float or kind is str:
            self.values.append(value)
        elif isinstance(value, dict):
            self.values += ["dict", len(value)]
            for key, item in value.items():
                if isinstance(key, str):
                    self.keys.add(key)
                self.read(key)
                self.read(item)
        elif isinstance(value, (list, tuple)):
            self.values += ["tuple" if isinstance(value, tuple) else "list", len(value)]
            for item in value:
                self.read(item)
        elif isinstance(value, (set, frozenset)):
            self._read_set(value)
        elif isinstance(value, (type, FunctionType, ModuleType)):
            self.values.append(_found_by_name(value))
        elif isinstance(value, MethodType):
            self.values += ["method", _found_by_name(value.__func__)]
            self.read(value.__self__)
        elif isinstance(value, (np.ndarray, np.generic)):
            self._read_array(np.asarray(value))
        elif isinstance(value, (tf.DType, tf.TensorShape, np.dtype)):
            self.values += [kind.__name__, str(value)]
        else:
            self._read_object(value)

    def _read_object(self, value: Any) -> None:
        if (known := self._read.get(id(value))) is not None:
            self.values += ["seen", known[0]]
            return
        kind: type = type(value)
        self._read[id(value)] = len(self._read), value
        if not is_kerass(kind):
            raise Untellable(kind)
        self.values += ["object", _found_by_name(kind)]
        if isinstance(value, keras.initializers.Initializer):
            return  # all that it makes is made
        if isinstance(value, keras.Variable):
            if id(value) not in self._places:
                raise Untellable(value)
            self.values.append(self._places[id(value)])
        attributes = vars(value)
        if isinstance(value, (keras.Operation, keras.KerasTensor)):
            self.names.append(value.name)
        unread = unread_attributes(kind)
        for name in sorted(attributes):
            if name not in unread:
                self.values.append(name)
                self.read(attributes[name])
        self.values.append("end")

    def _read_set(self, value: set[Any] | frozenset[Any]) -> None:
        if not all(isinstance(item, str) for item in value):
            raise Untellable(value)
        self.values += ["set", len(value), *sorted(value)]

    def _read_array(self, array: np.ndarray[Any, Any]) -> None:
        if array.size > LARGEST_ARRAY or array.dtype.kind not in "biufSU":
            raise Untellable(array)
        self.values += ["array", str(array.dtype), str(array.shape), array.tobytes().hex()]


def _found_by_name(value: Any) -> str:
    """The full name of a module, or of a class or function, that is found under it in Keras.

    Raises:
        Untellable: something else lies there, or it is not Keras's.
    """
    name = value.__name__ if isinstance(value, ModuleType) else value.__module__
    found: Any = sys.modules.get(name)
    if not isinstance(value, ModuleType):
        name = f"{name}.{value.__qualname__}"
        for part in value.__qualname__.split("."):
            found = getattr(found, part, None)
    if found is not value or name.partition(".")[0] not in ("keras", "builtins"):
        raise Untellable(value)
    return name
