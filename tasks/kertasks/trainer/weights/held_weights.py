"""The weights a network had at one moment, held without copying them where that can be."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any, TypeAlias
from weakref import ref

import keras
import ml_dtypes  # noqa: F401 - gives NumPy the name bfloat16
import numpy as np
from numpy.typing import NDArray

Arrays: TypeAlias = list[NDArray[Any]]

_HELD_ON_DEVICE = 1 << 24
"""Bytes of weights up to which a copy is not made at once."""


class HeldWeights:
    """The weights a model had at one moment.

    Args:
        values: NumPy's copies of them, or what holds them on the device.
    """

    def __init__(self, values: list[Any]) -> None:
        self._values = values

    def arrays(self) -> Arrays:
        """Copies, as ``keras.Model.set_weights`` takes them."""
        return [
            value if isinstance(value, np.ndarray) else keras.ops.convert_to_numpy(value)
            for value in self._values
        ]


class HeldEpochs:
    """Holds the weights after an epoch once for all who want them.

    How is found out with the first epoch, whose network has all its variables: an epoch may take a
    millisecond, and nearly each be the best so far.

    A copy of a small network's takes TensorFlow as long as half an epoch of it. So its tensors are
    held as they are: it gives a variable that is assigned to another buffer, while somebody holds
    the one it had. They are copied when they are asked for. JAX gives its arrays away to the next
    step: NumPy copies them on a processor, where that takes a third of the time of a call of JAX's
    own; elsewhere JAX copies them where they are, all by one call. PyTorch changes its tensors in
    place, and large networks stay where they are for no longer than they must: these are copied.
    """

    def __init__(self) -> None:
        self._epoch = 0
        self._values: Callable[[], list[Any]] | None = None
        self._held: ref[HeldWeights] | None = None

    def of(self, model: keras.Model, epoch: int) -> HeldWeights:
        """The weights that a model, always the same one, has now, after that epoch, from 1."""
        held = self._held() if self._held is not None and self._epoch == epoch else None
        if held is None:
            if self._values is None:
                self._values = _way_to_hold(model)
            held = HeldWeights(self._values())
            self._epoch, self._held = epoch, ref(held)
        return held


def _way_to_hold(model: keras.Model) -> Callable[[], list[Any]]:
    """What gives the weights that a model has when it is called."""
    backend, variables = keras.config.backend(), model.weights
    is_small = size_of(model) <= _HELD_ON_DEVICE
    if backend == "tensorflow" and is_small:
        return partial(_read_by_tensorflow, variables)
    if backend == "jax" and _are_on_one_processor(variables):
        return partial(_copied_by_numpy, variables)
    if backend == "jax" and is_small:
        return partial(_copied_by_jax, _jax_copy(), variables)
    copies: Callable[[], list[Any]] = model.get_weights
    return copies


def _read_by_tensorflow(variables: list[keras.Variable]) -> list[Any]:
    import tensorflow as tf  # not imported where another backend trains

    read = tf.raw_ops.ReadVariableOp
    values = [variable.value for variable in variables]
    return [read(resource=value.handle, dtype=value.dtype) for value in values]


def _are_on_one_processor(variables: list[keras.Variable]) -> bool:
    devices = {device for variable in variables for device in variable.value.devices()}
    return len(devices) == 1 and next(iter(devices)).platform == "cpu"


def _copied_by_numpy(variables: list[keras.Variable]) -> list[Any]:
    # Not ``value``: it asks for Keras's scopes, of which there are none between two epochs, and
    # takes twice as long as the copy.
    return [np.array(variable._value) for variable in variables]


def _copied_by_jax(copy: Any, variables: list[keras.Variable]) -> list[Any]:
    found: list[Any] = copy([variable.value for variable in variables])
    return found


def _jax_copy() -> Any:
    import jax

    return jax.jit(lambda arrays: [jax.numpy.copy(array) for array in arrays])


def size_of(model: keras.Model) -> int:
    """Bytes of a model's weights."""
    return sum(
        np.dtype(variable.dtype).itemsize * math.prod(variable.shape) for variable in model.weights
    )
