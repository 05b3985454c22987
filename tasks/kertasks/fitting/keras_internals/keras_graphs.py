"""Operations and functions of TensorFlow's graphs, their numbers and names."""

from __future__ import annotations

import itertools
import re
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import keras
import tensorflow as tf
from tensorflow.python.client import device_lib
from tensorflow.python.framework import ops


def gather_ragged(
    numbers: tf.Tensor, starts: tf.Tensor, rows: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor]:
    """Rows of different lengths, one after another.

    The kernels below ``tf.RaggedTensor``, which would find the rows of the numbers by a dense
    mask: that took longer than the product they are for.

    Args:
        numbers: of all rows, shape (all,).
        starts: where rows begin in them, int64 (all rows + 1,).
        rows: which rows, shape (batch,).

    Returns:
        For each number its place among ``rows``, int64 (found,), and the number itself.
    """
    gathered = tf.raw_ops.RaggedGather(
        params_nested_splits=[starts],
        params_dense_values=numbers,
        indices=rows,
        OUTPUT_RAGGED_RANK=1,
    )
    found = gathered.output_dense_values
    places = tf.raw_ops.RaggedTensorToSparse(
        rt_nested_splits=gathered.output_nested_splits, rt_dense_values=found
    )
    # Split, not sliced: a slice of one column took as long as the gathering.
    return tf.reshape(tf.split(places.sparse_indices, 2, axis=1)[0], [-1]), found


class _Numbering(threading.local):
    numbers: Iterator[int] | None = None
    counted: frozenset[str] = frozenset()


_NUMBERING = _Numbering()


_next_number = ops.uid
_name_scope = ops.Graph.name_scope


def _number() -> int:
    numbers = _NUMBERING.numbers
    return int(_next_number() if numbers is None else next(numbers))


def _scope(graph: tf.Graph, name: str | None) -> AbstractContextManager[str]:
    if name in _NUMBERING.counted:
        name = without_number(name)
    scope: AbstractContextManager[str] = _name_scope(graph, name)
    return scope


ops.uid = _number
ops.Graph.name_scope = _scope


@contextmanager
def numbering_from(first: int, model: keras.Model) -> Iterator[None]:
    """Within it, what this thread traces is numbered from ``first`` on, functions in their names;
    the model and its optimizer show in the graph without the numbers in their names.

    TensorFlow and Keras number things in the order in which a process makes them, so a function
    has other names in a process that did something else before. XLA finds compiled programs by
    the name of their function, in memory too: nothing in a process may be given a number twice.
    """
    before = _NUMBERING.numbers, _NUMBERING.counted
    _NUMBERING.numbers = itertools.count(first)
    optimizers = (model.optimizer, getattr(model.optimizer, "inner_optimizer", None))
    counted = (getattr(part, "name", None) for part in (model, *optimizers))
    _NUMBERING.counted = frozenset(name for name in counted if isinstance(name, str))
    try:
        yield
    finally:
        _NUMBERING.numbers, _NUMBERING.counted = before


def without_number(name: str) -> str:
    """A name without the number that Keras counted it by: ``adam`` for ``adam_3``."""
    return re.sub(r"_\d+$", "", name)


def call_with_captures(
    function: Any, arguments: Sequence[tf.Tensor], captures: Sequence[tf.Tensor]
) -> Any:
    """Run a concrete function on variables that may be another model's than it was traced on.

    The private call also costs a fifth of the public one (60 instead of 300 microseconds), which
    is most of a short epoch.

    Args:
        function: a ``ConcreteFunction``.
        arguments: its flat arguments.
        captures: for each of ``function.captured_inputs`` what to use instead, of the same
            shape and dtype.
    """
    return function._call_flat(list(arguments), list(captures))


_CALLING = {
    "While": ("cond", "body"),
    "StatelessWhile": ("cond", "body"),
    "If": ("then_branch", "else_branch"),
    "StatelessIf": ("then_branch", "else_branch"),
    "Case": ("branches",),
    "StatelessCase": ("branches",),
    "PartitionedCall": ("f",),
    "StatefulPartitionedCall": ("f",),
}
"""Operations that call functions, and the attributes that name them."""


def called_by(operation: tf.Operation) -> Iterator[list[tf.Operation]]:
    """The operations of each function that an operation calls: a loop, a branch, a call."""
    for attribute in _CALLING.get(operation.type, ()):
        called = operation.get_attr(attribute)
        for function in called if isinstance(called, list) else [called]:
            yield operation.graph._get_function(function.name).graph.get_operations()


def operations_within(operations: Iterable[tf.Operation]) -> Iterator[tf.Operation]:
    """The operations of the functions that operations call, at any depth, without the given
    ones."""
    for operation in operations:
        for called in called_by(operation):
            yield from called
            yield from operations_within(called)


def device_bytes() -> int | None:
    """Memory of the first accelerator in bytes, None where there is none."""
    if not tf.config.list_physical_devices("GPU"):
        return None
    for device in device_lib.list_local_devices():
        if device.device_type == "GPU":
            return int(device.memory_limit)
    return None
