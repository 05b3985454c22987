"""Which form a step runs in: a plain TensorFlow graph, or compiled by XLA.

Decided by the operations of the step, the rows of a batch and the device alone, never by the
length of a run or by measured time: the two forms differ in the last bits, and the same seed must
give the same numbers.

On a processor a plain graph spends about a microsecond on the dispatch of each operation, some
hundreds a step, and XLA a tenth of that. But its convolutions take one to four nanoseconds a
multiplication, up to twenty times as long as TensorFlow's own; those of single channels or of
volumes take longer still. So small ones are for XLA and large ones are not. What was measured is
repeated by ``python -m tests.benchmarks.forms_by_layer``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import tensorflow as tf

from kertasks.fitting.keras_internals import operations_within

DISPATCH = 1_200.0
"""Multiplications in XLA's convolutions that take as long as the dispatch of one operation."""

_CONVOLUTIONS = ("Conv", "Depthwise")
_UNKNOWN = 64
"""Taken for a size that is not known before a step runs."""


class Work:
    """What decides about the form of a step.

    Args:
        step: its operations.
    """

    def __init__(self, step: Sequence[tf.Operation]) -> None:
        within = list(operations_within(step))
        self._operations = len(step) + len(within)
        self._by_row = _convolved(step) + _UNKNOWN * _convolved(within)

    def suits_xla(self, batch_size: int) -> bool:
        """Whether XLA is the faster form for batches of so many rows."""
        if tf.config.list_physical_devices("GPU"):
            return True
        return self._by_row * batch_size <= DISPATCH * self._operations


def _convolved(operations: Iterable[tf.Operation]) -> float:
    """Multiplications in convolutions, for one row."""
    return sum(map(_multiplications, operations))


def _multiplications(operation: tf.Operation) -> float:
    kind = operation.type
    if not kind.startswith(_CONVOLUTIONS):
        return 0
    # The input is x or the sizes it has; the kernel likewise; the last is what comes out.
    outcome = operation.inputs[-1] if "Backprop" in kind else operation.outputs[0]
    if kind.endswith(("BackpropFilter", "BackpropFilterV2")):
        kernel = operation.outputs[0]
    else:
        kernel = operation.inputs[1]
    slowness = 3 if kind.startswith("Depthwise") else 2 if kind.startswith("Conv3D") else 1
    return slowness * _size(outcome.shape[1:-1]) * _size(kernel.shape)


def _size(shape: tf.TensorShape) -> int:
    return math.prod(_UNKNOWN if size is None else size for size in shape.as_list())
