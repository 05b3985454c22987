"""Functions of tensors as TensorFlow, JAX and PyTorch run them and take their gradients.

Here alone advice knows which of them Keras has; a backend is imported where it is that one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import keras
import numpy as np
from numpy.typing import NDArray

Computation: TypeAlias = Callable[..., Any]
"""A function of tensors, and of lists of them, that asks nothing but Keras."""


def is_tensorflow() -> bool:
    """Whether it is TensorFlow."""
    return _backend() == "tensorflow"


def compiles() -> bool:
    """Whether a computation is compiled before it is run first: that takes much longer than to run
    it."""
    return _backend() == "jax"


def prepared(run: Computation, *, has_steps: bool) -> Computation:
    """A function that computes the same, in the way that is quick with the backend.

    Args:
        run: gives tensors, or lists of them.
        has_steps: whether it runs thousands of operations, which one by one take seconds.
    """
    match _backend():
        case "tensorflow":
            return _traced(run) if has_steps else run
        case "jax":  # by itself it would compile each operation, which takes longer
            import jax

            compiled: Computation = jax.jit(run)
            return compiled
        case "torch":
            import torch

            without: Computation = torch.no_grad()(run)
            return without
    return run


def with_gradients(run: Computation, *, has_steps: bool) -> Computation:
    """A function that gives what another one gives, and its gradient in each tensor of the list
    that is its first argument.

    Args:
        run: gives one number.
        has_steps: as of ``prepared``.

    Returns:
        A function of the same arguments, which gives a pair: the number, and a list of gradients,
        zeros where the number does not depend on a tensor.
    """
    match _backend():
        case "tensorflow":
            found = _by_tape(run)
            return _traced(found) if has_steps else found
        case "jax":
            import jax

            compiled: Computation = jax.jit(jax.value_and_grad(run))
            return compiled
        case "torch":
            return _by_autograd(run)
    raise NotImplementedError(f"{_backend()} takes no gradients")


def _by_tape(run: Computation) -> Computation:
    import tensorflow as tf

    def found(weights: list[Any], *rest: Any) -> tuple[Any, list[Any]]:
        with tf.GradientTape() as tape:
            tape.watch(weights)
            value = run(weights, *rest)
        none = tf.UnconnectedGradients.ZERO
        gradients = tape.gradient(value, weights, unconnected_gradients=none)
        # An embedding's gradient is of those rows alone that were looked up.
        return value, [tf.convert_to_tensor(each) for each in gradients]

    return found


def _by_autograd(run: Computation) -> Computation:
    import torch

    def found(weights: list[Any], *rest: Any) -> tuple[Any, list[Any]]:
        leaves = [each.detach().clone().requires_grad_() for each in weights]
        with torch.enable_grad():
            value = run(leaves, *rest)
            gradients = torch.autograd.grad(value, leaves, allow_unused=True)
        return value.detach(), [
            torch.zeros_like(leaf) if each is None else each
            for leaf, each in zip(leaves, gradients, strict=True)
        ]

    return found


def _traced(run: Computation) -> Computation:
    import tensorflow as tf

    traced: Computation = tf.function(run)
    return traced


def values_of(variables: list[Any]) -> list[Any]:
    """What variables of Keras hold now, as tensors: to be used before any step of training."""
    if not is_tensorflow():
        return [each.value for each in variables]
    import tensorflow as tf

    return [tf.convert_to_tensor(each.value) for each in variables]


def as_keras_would(rows: Any) -> NDArray[Any]:
    """Rows as Keras hands them to a network: numbers with a fraction in the type it computes in."""
    found = np.asarray(rows)
    return found.astype(keras.config.floatx(), copy=False) if found.dtype.kind == "f" else found


def _backend() -> str:
    return str(keras.config.backend())
