"""What TensorFlow checks of numbers while a step runs on a processor, and XLA leaves out.

XLA clamps an index that is out of range, drops asserts and divides whole numbers by zero. So the
operations of a traced step are looked through. Indices that come from the rows by operations on
single cells (a label of a loss, the number of a word for an Embedding) are looked up in all rows
before anything is trained. A step with any other check is not for XLA.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import tensorflow as tf

from kertasks.fitting.keras_internals.keras_graphs import operations_within, without_number
from kertasks.fitting.rows.feeds import Leaf

ROWS_AT_ONCE = 8_192
"""How many rows are looked through in one call."""

_CELL_BY_CELL = frozenset(
    {
        "Abs",
        "AddV2",
        "AsString",
        "BitwiseAnd",
        "BroadcastTo",
        "Bucketize",
        "Cast",
        "Ceil",
        "ConcatV2",
        "Equal",
        "ExpandDims",
        "Floor",
        "Greater",
        "GreaterEqual",
        "Identity",
        "Less",
        "LessEqual",
        "LogicalAnd",
        "LogicalNot",
        "LogicalOr",
        "Maximum",
        "Minimum",
        "Mul",
        "Neg",
        "NotEqual",
        "Pack",
        "Reshape",
        "Rint",
        "Round",
        "Select",
        "SelectV2",
        "Squeeze",
        "StopGradient",
        "StringToHashBucketFast",
        "Sub",
        "Tile",
        "ZerosLike",
    }
)
"""Operations that make nothing of a cell that depends on the other rows of its batch."""

_OF_SHAPES = frozenset(["Const", "Rank", "Shape", "ShapeN", "Size"])

_REFUSING = (
    "Assert",
    "Bincount",
    "CheckNumerics",
    "Cholesky",
    "DenseBincount",
    "Dynamic",
    "GatherNd",
    "InvertPermutation",
    "LogMatrixDeterminant",
    "LU",
    "MatrixDeterminant",
    "MatrixInverse",
    "MatrixLogarithm",
    "MatrixSolve",
    "MatrixSquareRoot",
    "MatrixTriangularSolve",
    "ParallelDynamicStitch",
    "RandomUniformInt",
    "ResourceGather",
    "ResourceScatter",
    "ReverseSequence",
    "ScatterNd",
    "Segment",
    "SelfAdjointEig",
    "Slice",
    "SparseSegment",
    "SparseToDense",
    "StatelessRandomUniformInt",
    "StridedSlice",
    "TensorScatter",
    "TensorStridedSliceUpdate",
)
"""How operations are called that may end in an error because of the numbers they get."""

_DIVIDING = frozenset(
    {
        "Div",
        "FloorDiv",
        "FloorMod",
        "Mod",
        "TruncateDiv",
        "TruncateMod",
    }
)

_NUMBERED_PLACES = {
    "GatherV2": 1,
    "SparseSoftmaxCrossEntropyWithLogits": 1,
    "UnsortedSegmentMax": 1,
    "UnsortedSegmentMean": 1,
    "UnsortedSegmentMin": 1,
    "UnsortedSegmentProd": 1,
    "UnsortedSegmentSum": 1,
}
"""Operations that refuse a number outside of a range, and which of their inputs has the numbers."""


class _Origin(IntEnum):
    """What a tensor is made of."""

    SHAPES = 0
    """Constants and shapes: the same in every step."""

    CELLS = 1
    """Single cells of the rows, each for itself."""

    COMPUTED = 2
    """Anything else, such as weights, random numbers or sums over a batch."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A number in the rows that TensorFlow refuses."""

    place: int
    """Which of the arrays it comes from, the first of them where it is made of several."""

    row: int
    text: str
    """What is wrong with it, in TensorFlow's words."""


class _Range:
    """Numbers made of single cells that must be at least 0 and below a limit.

    Args:
        numbers: in the graph of the step.
        limit: the least number that is refused.
        reader: name of the layer that reads them; empty for labels of a loss.
        leaves: the tensors of a batch, by the place of the array they are read from.
    """

    def __init__(
        self, numbers: tf.Tensor, limit: int, reader: str, leaves: Mapping[int, tf.Tensor]
    ) -> None:
        self.numbers = numbers
        self._limit = limit
        self._reader = reader
        path = _path(numbers, {leaf.name for leaf in leaves.values()})
        read = {name for node in path for name in node.input}
        self._leaves = {
            place: leaf for place, leaf in leaves.items() if leaf.name.removesuffix(":0") in read
        }
        self._path = tf.compat.v1.GraphDef(node=path)

    def find_fault(self, arrays: Sequence[Leaf]) -> Fault | None:
        """The first row of the arrays with a number that is refused."""
        specs = [
            tf.TensorSpec([None, *leaf.shape[1:]], leaf.dtype) for leaf in self._leaves.values()
        ]
        with tf.device("CPU"):
            extremes = tf.function(self._extremes, autograph=False).get_concrete_function(*specs)
        read = [arrays[place] for place in self._leaves]

        def refused(first: int, last: int) -> int | None:
            rows = [tf.convert_to_tensor(array.take(slice(first, last))) for array in read]
            least, most = extremes(*rows).numpy().tolist()
            if least >= 0 and most < self._limit:
                return None
            return int(least if least < 0 else most)

        rows = len(read[0].array)
        for start in range(0, rows, ROWS_AT_ONCE):
            first, last = start, min(start + ROWS_AT_ONCE, rows)
            if refused(first, last) is None:
                continue
            while last - first > 1:
                middle = (first + last) // 2
                if refused(first, middle) is None:
                    first = middle
                else:
                    last = middle
            return Fault(min(self._leaves), first, self._describe(refused(first, last)))
        return None

    def _extremes(self, *rows: tf.Tensor) -> tf.Tensor:
        inputs = {leaf.name: array for leaf, array in zip(self._leaves.values(), rows, strict=True)}
        (numbers,) = tf.graph_util.import_graph_def(self._path, inputs, [self.numbers.name])
        numbers = tf.cast(numbers, tf.int64)
        return tf.stack([tf.reduce_min(numbers), tf.reduce_max(numbers)])

    def _describe(self, value: int | None) -> str:
        if not self._reader:
            return (
                f"Received a label value of {value} which is outside the valid range of "
                f"[0, {self._limit})"
            )
        return f"{self._reader} reads the number {value}, which is not in [0, {self._limit})"


class Checks:
    """The checks of one traced step.

    Args:
        step: its operations.
        leaves: the tensors of a batch, by the place of the array they are read from.
        layers: names of the model's layers, at any depth.
        optimizer: the name under which Keras's own optimizer works. Where it scatters to, a layer
            has read before, and that is checked. None for an optimizer of one's own.
    """

    def __init__(
        self,
        step: Sequence[tf.Operation],
        leaves: Mapping[int, tf.Tensor],
        layers: frozenset[str],
        optimizer: str | None,
    ) -> None:
        self.left_out_by_xla: str | None = None
        """The first check that XLA leaves out and that cannot be made up for beforehand."""

        self._leaves = leaves
        self._layers = layers
        self._ranges: list[_Range] = []
        if optimizer is not None:
            own = re.compile(rf"(^|/){re.escape(optimizer)}(_\d+)?/")
            step = [operation for operation in step if not own.search(operation.name)]
        origins = _Origins(leaves.values())
        for operation in step:
            if operation.type in _NUMBERED_PLACES:
                self._add_range(operation, origins)
            elif _may_refuse(operation, origins):
                self._leave_out(operation)
        for operation in operations_within(step):
            is_numbered = operation.type in _NUMBERED_PLACES
            if (is_numbered and origins.of(_numbers(operation)) is not _Origin.SHAPES) or (
                _may_refuse(operation, origins)
            ):
                self._leave_out(operation)

    def find_fault(self, arrays: Sequence[Leaf]) -> Fault | None:
        """The first number in the rows that TensorFlow would refuse; None where it is none.

        Args:
            arrays: all that steps read batches of.

        Raises:
            tf.errors.OpError: the step takes no other number of rows than that of its batches.
        """
        found = (numbers.find_fault(arrays) for numbers in self._ranges)
        return next((fault for fault in found if fault is not None), None)

    def _layer_of(self, operation: tf.Operation) -> str:
        full = str(operation.name)
        for scope in reversed(full.split("/")[:-1]):
            name = scope
            # TensorFlow adds a number to what has a name already, in another model too.
            while name not in self._layers and name != without_number(name):
                name = without_number(name)
            if name in self._layers:
                return name
        return full

    def _leave_out(self, operation: tf.Operation) -> None:
        if self.left_out_by_xla is None:
            self.left_out_by_xla = f"{operation.type} in {operation.name}"

    def _add_range(self, operation: tf.Operation, origins: _Origins) -> None:
        numbers = _numbers(operation)
        while numbers.op.type in ("Identity", "Reshape"):
            numbers = numbers.op.inputs[0]
        origin, limit = origins.of(numbers), _limit(operation)
        is_known = any(known.numbers.name == numbers.name for known in self._ranges)
        if origin is _Origin.SHAPES or (is_known and limit is None):
            return  # the gradient of what reads them goes to where it read
        if origin is _Origin.COMPUTED or limit is None:
            self._leave_out(operation)
            return
        is_label = operation.type == "SparseSoftmaxCrossEntropyWithLogits"
        reader = "" if is_label else self._layer_of(operation)
        self._ranges.append(_Range(numbers, limit, reader, self._leaves))


class _Origins:
    """Finds out what tensors are made of.

    Args:
        leaves: the tensors of a batch.
    """

    def __init__(self, leaves: Iterable[tf.Tensor]) -> None:
        self._known = {(id(leaf.graph), leaf.name): _Origin.CELLS for leaf in leaves}

    def of(self, tensor: tf.Tensor) -> _Origin:
        """What a tensor is made of."""
        key = (id(tensor.graph), tensor.name)
        if key not in self._known:
            self._known[key] = self._find(tensor.op)
        return self._known[key]

    def _find(self, operation: tf.Operation) -> _Origin:
        if operation.type in _OF_SHAPES:
            return _Origin.SHAPES
        if not operation.inputs:
            return _Origin.COMPUTED
        origin = max(self.of(read) for read in operation.inputs)
        is_plain = operation.type in _CELL_BY_CELL or origin is _Origin.SHAPES
        return origin if is_plain else _Origin.COMPUTED


def _path(tensor: tf.Tensor, leaves: set[str]) -> list[Any]:
    """The nodes of a graph that make a tensor of the leaves, each once."""
    nodes: dict[str, Any] = {}
    tensors = [tensor]
    for found in tensors:  # grows by what each reads
        if found.name not in leaves and found.op.name not in nodes:
            nodes[found.op.name] = found.op.node_def
            tensors += found.op.inputs
    return list(nodes.values())


def _numbers(operation: tf.Operation) -> tf.Tensor:
    return operation.inputs[_NUMBERED_PLACES[operation.type]]


def _may_refuse(operation: tf.Operation, origins: _Origins) -> bool:
    """Whether it may end in an error because of numbers that are not the same in every step."""
    if operation.type in _DIVIDING:
        divisor = operation.inputs[1]
        return divisor.dtype.is_integer and origins.of(divisor) is not _Origin.SHAPES
    if not operation.type.startswith(_REFUSING) or operation.type.endswith("Grad"):
        return False
    # What a slice is taken of does not matter, only where.
    judged = operation.inputs[1:] if "Slice" in operation.type else operation.inputs
    return any(origins.of(tensor) is not _Origin.SHAPES for tensor in judged)


def _limit(operation: tf.Operation) -> int | None:
    """The least number that it refuses, where that is known."""
    limit: Any
    if operation.type == "GatherV2":
        axis = tf.get_static_value(operation.inputs[2])
        shape = operation.inputs[0].shape
        limit = None if axis is None or shape.rank is None else shape[int(axis)]
    elif operation.type == "SparseSoftmaxCrossEntropyWithLogits":
        limit = operation.inputs[0].shape[-1]
    else:
        limit = tf.get_static_value(operation.inputs[2])
    return None if limit is None else int(limit)
