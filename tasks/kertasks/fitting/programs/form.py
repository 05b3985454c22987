"""Which form a step runs in: a plain TensorFlow graph, or compiled by XLA.

Decided by the operations of the step, the rows of a batch and the device alone, never by the
length of a run or by measured time: the two forms differ in the last bits, and the same seed must
give the same numbers.

On a processor a plain graph spends a microsecond or two on the dispatch of each operation, some
hundreds a step, and XLA a tenth of that. But its convolutions take up to twenty times as long as
TensorFlow's own, those of single channels or of volumes longer still, and the products of
matrices in a loop (recurrent layers) a little longer. So small ones are for XLA and large ones
are not. What was measured is repeated by ``python -m tests.benchmarks.forms_by_layer``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

import tensorflow as tf

from kertasks.fitting.keras_internals.keras_graphs import called_by

DISPATCH = 5_000.0
"""Multiplications in XLA's convolutions that it loses as much time with as it saves on the
dispatch of one operation."""

_CONVOLUTIONS = ("Conv", "Depthwise")
_LOOPS = ("While", "StatelessWhile")
_DISPATCH_IN_A_LOOP = 2
"""What the dispatch of an operation in a loop costs, in those outside: the loop's own switches and
merges come along."""

_PRODUCT_IN_A_LOOP = 0.4
"""What XLA loses with a multiplication of a matrix product in a loop, in those of convolutions.
Outside of loops it loses nothing."""

_UNKNOWN = 64
"""Taken for a size that is not known before a step runs, and for the rounds of a loop."""


class Work:
    """What decides about the form of a step.

    Args:
        step: its operations.
    """

    def __init__(self, step: Sequence[tf.Operation]) -> None:
        self._dispatched = 0
        self._lost_by_row = 0.0
        for operation, times in _with_times(step):
            in_loop = times > 1
            self._dispatched += times * (_DISPATCH_IN_A_LOOP if in_loop else 1)
            self._lost_by_row += times * _lost(operation, in_loop)

    def suits_xla(self, batch_size: int) -> bool:
        """Whether XLA is the faster form for batches of so many rows."""
        if tf.config.list_physical_devices("GPU"):
            return True
        return self._lost_by_row * batch_size <= DISPATCH * self._dispatched


def _with_times(
    operations: Iterable[tf.Operation], times: int = 1
) -> Iterator[tuple[tf.Operation, int]]:
    """All operations, those of called functions too, with how often a step runs them."""
    for operation in operations:
        yield operation, times
        rounds = _UNKNOWN if operation.type in _LOOPS else 1
        for called in called_by(operation):
            yield from _with_times(called, times * rounds)


def _lost(operation: tf.Operation, in_loop: bool) -> float:
    """What XLA loses with an operation for one row, in multiplications of convolutions."""
    kind = operation.type
    if kind.startswith(_CONVOLUTIONS):
        slowness = 6 if kind.startswith("Depthwise") else 3 if kind.startswith("Conv3D") else 1
        return slowness * _convolved(operation)
    if kind == "MatMul" and in_loop:
        # The size that is not known is the rows of the batch.
        left, out = operation.inputs[0].shape, operation.outputs[0].shape
        return _PRODUCT_IN_A_LOOP * _size([*left, out[-1]], unknown=1)
    return 0


def _convolved(operation: tf.Operation) -> int:
    """Multiplications in a convolution for one row."""
    kind = operation.type
    # The input is x or the sizes it has; the kernel likewise; the last is what comes out.
    outcome = operation.inputs[-1] if "Backprop" in kind else operation.outputs[0]
    if kind.endswith(("BackpropFilter", "BackpropFilterV2")):
        kernel = operation.outputs[0]
    else:
        kernel = operation.inputs[1]
    return _size(outcome.shape[1:-1]) * _size(kernel.shape)


def _size(shape: Iterable[int | None], unknown: int = _UNKNOWN) -> int:
    return math.prod(unknown if size is None else size for size in shape)
