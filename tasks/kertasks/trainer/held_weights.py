"""The weights a network had at one moment, held without copying them where that can be."""

from __future__ import annotations

import math
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
    step, and PyTorch changes its tensors in place: these are copied at once.
    """

    def __init__(self, model: keras.Model) -> None:
        if size_of(model) > _HELD_ON_DEVICE or keras.config.backend() != "tensorflow":
            self._held: list[Any] = [_copied(variable) for variable in model.weights]
        else:
            import tensorflow as tf  # not imported where another backend trains

            read = tf.raw_ops.ReadVariableOp
            values = [variable.value for variable in model.weights]
            self._held = [read(resource=value.handle, dtype=value.dtype) for value in values]

    def arrays(self) -> Arrays:
        """Copies, as ``keras.Model.set_weights`` takes them."""
        return [
            held if isinstance(held, np.ndarray) else keras.ops.convert_to_numpy(held)
            for held in self._held
        ]


class HeldEpochs:
    """Holds the weights after an epoch once for all who want them."""

    def __init__(self) -> None:
        self._epoch = 0
        self._held: ref[HeldWeights] | None = None

    def of(self, model: keras.Model, epoch: int) -> HeldWeights:
        """The weights that a model has now, after that epoch, from 1."""
        held = self._held() if self._held is not None and self._epoch == epoch else None
        if held is None:
            held = HeldWeights(model)
            self._epoch, self._held = epoch, ref(held)
        return held


def size_of(model: keras.Model) -> int:
    """Bytes of a model's weights."""
    return sum(
        np.dtype(variable.dtype).itemsize * math.prod(variable.shape) for variable in model.weights
    )


def _copied(variable: keras.Variable) -> NDArray[Any]:
    # What PyTorch gives on a processor is the tensor's own memory.
    return np.array(keras.ops.convert_to_numpy(variable))
