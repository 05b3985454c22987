"""The weights a network had at one moment, held without copying them where that can be."""

from __future__ import annotations

import math
from functools import cache
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
    """The weights a model has at one moment.

    A copy of a small network's takes as long as half an epoch of it. So its tensors are held as
    they are: TensorFlow gives a variable that is assigned to another buffer, while somebody holds
    the one it had. They are copied when they are asked for. JAX gives its arrays away to the next
    step: these are copied where they are, all by one call. PyTorch changes its tensors in place.

    Args:
        model: whose.
        on_device: whether they are so few that they may stay there; else they are copied at once.
    """

    def __init__(self, model: keras.Model, *, on_device: bool) -> None:
        hold = _HOLD.get(keras.config.backend()) if on_device else None
        self._held: list[Any] = hold(model.weights) if hold else model.get_weights()

    def arrays(self) -> Arrays:
        """Copies, as ``keras.Model.set_weights`` takes them."""
        return [
            held if isinstance(held, np.ndarray) else keras.ops.convert_to_numpy(held)
            for held in self._held
        ]


def _read_by_tensorflow(variables: list[keras.Variable]) -> list[Any]:
    import tensorflow as tf  # not imported where another backend trains

    read = tf.raw_ops.ReadVariableOp
    values = [variable.value for variable in variables]
    return [read(resource=value.handle, dtype=value.dtype) for value in values]


def _copied_by_jax(variables: list[keras.Variable]) -> list[Any]:
    found: list[Any] = _jax_copy()([variable.value for variable in variables])
    return found


@cache
def _jax_copy() -> Any:
    import jax

    return jax.jit(lambda arrays: [jax.numpy.copy(array) for array in arrays])


_HOLD = {"tensorflow": _read_by_tensorflow, "jax": _copied_by_jax}


class HeldEpochs:
    """Holds the weights after an epoch once for all who want them."""

    def __init__(self) -> None:
        self._epoch = 0
        self._on_device: bool | None = None
        self._held: ref[HeldWeights] | None = None

    def of(self, model: keras.Model, epoch: int) -> HeldWeights:
        """The weights that a model, always the same one, has now, after that epoch, from 1."""
        held = self._held() if self._held is not None and self._epoch == epoch else None
        if held is None:
            if self._on_device is None:
                self._on_device = size_of(model) <= _HELD_ON_DEVICE
            held = HeldWeights(model, on_device=self._on_device)
            self._epoch, self._held = epoch, ref(held)
        return held


def size_of(model: keras.Model) -> int:
    """Bytes of a model's weights."""
    return sum(
        np.dtype(variable.dtype).itemsize * math.prod(variable.shape) for variable in model.weights
    )
