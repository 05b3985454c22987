"""Rows where compiled steps can reach them: all on the device, or a chunk at a time.

A ``Feed`` answers one question: which arrays, which order and which first position does a call
get so that it reads these batches? Rows keep their own dtype (one byte a cell stays one byte);
floats become Keras's ``floatx``, as in ``model.fit``.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import keras
import numpy as np
import psutil
import tensorflow as tf
from numpy.typing import NDArray

from kertasks.data.multi_hot import MultiHotRows
from kertasks.data.rows.mapped_rows import is_mapped, take_rows
from kertasks.fitting.keras_internals.keras_arrays import as_tensorflow_would
from kertasks.fitting.keras_internals.keras_graphs import device_bytes
from kertasks.fitting.notices import CannotCompile
from kertasks.fitting.rows.row_order import RowOrder

CHUNK_BYTES = 64 * 2**20
"""The bytes a streamed call gets at most, unless one batch alone is more."""


_PADDED_BYTES = CHUNK_BYTES
"""Bytes of an array that is copied to give it room for some rows more. Training on a larger one
takes so long that it does not matter whether a program is compiled once more."""


def room_for(rows: int) -> int:
    """How many rows the arrays of so many rows have room for: a sixteenth more at most.

    XLA compiles a program for the shapes of its arrays. Folds of one table have a row more or less,
    and find with such room the same program. Nobody reads the rows behind the last.
    """
    step = 1 << max(0, rows.bit_length() - 5)
    return -(-rows // step) * step


def with_room(array: NDArray[Any]) -> NDArray[Any]:
    """An array with room for some rows more, zeros; a large one as it is."""
    more = room_for(len(array)) - len(array)
    if not more or array.nbytes > _PADDED_BYTES:
        return array
    return np.concatenate([array, np.zeros((more, *array.shape[1:]), array.dtype)])


@dataclass(frozen=True, slots=True)
class Leaf:
    """One array of a nested structure, not yet on the device."""

    array: Any
    """Shape (rows, …): a NumPy array (a memory map as well), ``MultiHotRows`` or a dense tensor."""

    dtype: tf.DType
    """The dtype in which a step gets the rows."""

    @property
    def row_shape(self) -> tuple[int, ...]:
        """Shape of one row."""
        return tuple(int(size) for size in self.array.shape[1:])

    @property
    def row_bytes(self) -> int:
        """Bytes of one row on the device."""
        return int(np.prod(self.row_shape, dtype=np.int64)) * int(self.dtype.size)

    @property
    def resident_bytes(self) -> int:
        """Bytes of all rows on the device."""
        return len(self.array) * self.row_bytes

    def on_device(self, ordered: bool) -> list[tf.Tensor]:
        """All rows on the device, first axis rows; small arrays have room for some more.

        Args:
            ordered: whether they will be read in an order; else as they lie.
        """
        del ordered
        if tf.is_tensor(self.array):
            return [tf.cast(self.array, self.dtype)]
        return [tf.convert_to_tensor(with_room(self.take(slice(None))))]

    def take(self, rows: NDArray[Any] | slice) -> NDArray[Any]:
        """Some rows, in the dtype a step gets."""
        if not tf.is_tensor(self.array):
            taken = take_rows(self.array, rows)
        elif isinstance(rows, slice):
            taken = self.array[rows].numpy()
        else:
            taken = tf.gather(self.array, rows).numpy()
        return np.asarray(taken, dtype=self.dtype.as_numpy_dtype)


@dataclass(frozen=True, slots=True)
class WordLeaf(Leaf):
    """Rows of zeros and ones that lie on the device as the numbers of their ones."""

    words: MultiHotRows

    @property
    def resident_bytes(self) -> int:
        """How many bytes all words take on the device."""
        return 2 * self.words.numbers.nbytes + self.words.starts.nbytes

    def on_device(self, ordered: bool) -> list[tf.Tensor]:
        """Cells, int64 (ones,), and where each row begins in them, int64 (rows + 1,).

        A cell is its column times 2**32, to which the row is added, so that its lower and its
        upper half are the pair of numbers that a sparse product reads. In an order the row
        is its place in a batch, not known yet.
        """
        cells = self.words.numbers.astype(np.int64) << 32
        if not ordered:
            cells += np.repeat(np.arange(len(self.array)), np.diff(self.words.starts))
        return [tf.convert_to_tensor(cells), tf.convert_to_tensor(self.words.starts)]


def read_leaf(array: Any) -> Leaf:
    """One array as Keras would hand it to a step, without copying it yet.

    Raises:
        CannotCompile: it is sparse, ragged or holds text.
    """
    if isinstance(array, MultiHotRows):
        return Leaf(array, tf.as_dtype(array.dtype))
    kind = type(array).__name__
    if not isinstance(array, np.ndarray) or array.dtype.kind not in "biuf":
        array = as_tensorflow_would(array)
    if isinstance(array, np.ndarray):
        if array.dtype.kind not in "biuf":
            raise CannotCompile(f"the data holds {array.dtype} values")
    elif not isinstance(array, tf.Tensor):
        raise CannotCompile(f"the data holds a {kind}")
    dtype = tf.as_dtype(array.dtype)
    if dtype == tf.string:
        raise CannotCompile("the data holds text")
    if dtype.is_floating:
        dtype = tf.as_dtype(keras.config.floatx())
    return Leaf(array, dtype)


@dataclass(frozen=True, slots=True)
class Structure:
    """How the flat leaves make up what a step gets."""

    template: Any
    """The nested structure, True where there is an array and False where there is none."""

    @property
    def keys(self) -> frozenset[str]:
        """The keys of all dicts in it."""
        paths = keras.tree.flatten_with_path(self.template)
        return frozenset(key for path, _ in paths for key in path if isinstance(key, str))

    def name(self, place: int) -> str:
        """What the array at a place is called, as ``x``, ``y`` or ``x['left']``."""
        used = [path for path, is_used in keras.tree.flatten_with_path(self.template) if is_used]
        path = used[place]
        if not isinstance(self.template, tuple):
            path = (0, *path)
        first, *inner = path
        return ("x", "y", "sample_weight")[int(first)] + "".join(f"[{key!r}]" for key in inner)

    @property
    def has_one_x(self) -> bool:
        """Whether ``x`` is one array, then the first leaf."""
        first = self.template[0] if isinstance(self.template, tuple) else self.template
        return first is True

    def pack(self, leaves: Sequence[Any]) -> Any:
        """The nested structure with the given leaves, one an array."""
        remaining = iter(leaves)
        flat = [next(remaining) if used else None for used in keras.tree.flatten(self.template)]
        return keras.tree.pack_sequence_as(self.template, flat)


def flatten(inputs: Any) -> tuple[list[Leaf], Structure]:
    """The arrays of ``x``, ``(x, y)`` or ``(x, y, sample_weight)`` and how they are nested.

    Raises:
        CannotCompile: one of them is not a dense array of numbers.
    """
    template = keras.tree.map_structure(lambda array: array is not None, inputs)
    leaves = [read_leaf(array) for array in keras.tree.flatten(inputs) if array is not None]
    return leaves, Structure(template)


def count_rows(arrays: Any) -> int | None:
    """Rows of nested arrays, by the first of them; None where there is none with an axis."""
    shapes = (array.shape for array in keras.tree.flatten(arrays) if array is not None)
    first: tuple[Any, ...] = tuple(next(shapes, ()))
    return int(first[0]) if first else None


class ResidentRows:
    """All rows on the device for the whole run.

    Args:
        leaves: the arrays.
        ordered: whether calls get an order beside the arrays: that of the pass, or 0, 1, … for
            passes without one.
    """

    limit: int | None = None
    """How many rows one call may read; None for no limit."""

    def __init__(self, leaves: Sequence[Leaf], ordered: bool) -> None:
        self.ordered = ordered
        self.words = isinstance(leaves[0], WordLeaf)
        """Whether the first array comes as the cells and the starts of its words."""

        self._arrays = [tensor for leaf in leaves for tensor in leaf.on_device(ordered)]
        self._arguments = self._arrays

    def open(self, order: NDArray[np.int64] | None) -> None:
        """Begin a pass, with its order on the device; None for the rows as they lie."""
        if self.ordered and order is not None:
            places = with_room(order.astype(np.int32))
            self._arguments = [*self._arrays, tf.convert_to_tensor(places)]

    def arguments(self, first: int, rows: int) -> tuple[list[tf.Tensor], int]:
        """The arrays, with the order last if there is one, and the position of the first row.

        Args:
            first: position in the order at which the call begins.
            rows: how many rows it reads; the arrays are the same for every call.
        """
        del rows
        return self._arguments, first


class StreamedRows:
    """The rows of one call at a time, picked out in memory or from a memory map."""

    ordered = False
    words = False

    def __init__(self, leaves: Sequence[Leaf], rows: RowOrder) -> None:
        self._leaves = leaves
        row_bytes = max(1, sum(leaf.row_bytes for leaf in leaves))
        batches = max(1, CHUNK_BYTES // (row_bytes * rows.batch_size))
        self.limit: int = min(batches, rows.batches) * rows.batch_size
        """How many rows one call may read."""

        self._rows = rows.rows
        self._order: NDArray[np.int64] | None = None
        self._kept: tuple[int, int, list[tf.Tensor]] = (0, 0, [])
        """The rows that were picked out last: the position of the first, that behind the last."""

    def open(self, order: NDArray[np.int64] | None) -> None:
        """Begin a pass; None for the rows as they lie."""
        self._order = order
        self._kept = (0, 0, [])

    def arguments(self, first: int, rows: int) -> tuple[list[tf.Tensor], int]:
        """Arrays of always the same shape in which the rows are that are asked for, and the
        position of the first of them there.

        As many rows are picked out as there is room for: those that follow are at hand then,
        however few each call reads.
        """
        begin, end, arrays = self._kept
        if not (arrays and begin <= first <= first + rows <= end):
            self._kept = (0, 0, [])  # never two at once in memory
            # To compile, arrays of the right shape are enough.
            begin, end = first, min(self._rows, first + self.limit) if rows else first
            arrays = self._picked(begin, end)
            self._kept = (begin, end, arrays)
        return arrays, first - begin

    def _picked(self, first: int, end: int) -> list[tf.Tensor]:
        wanted: NDArray[Any] | slice = slice(first, end)
        if self._order is not None:
            wanted = self._order[wanted]
        arrays = []
        for leaf in self._leaves:
            chunk = np.zeros((self.limit, *leaf.row_shape), leaf.dtype.as_numpy_dtype)
            chunk[: end - first] = leaf.take(wanted)
            arrays.append(tf.convert_to_tensor(chunk))
        return arrays


Feed: TypeAlias = ResidentRows | StreamedRows
"""Where a pass over the data gets its rows from."""


def make_feed(leaves: Sequence[Leaf], rows: RowOrder, memory: int | None, ordered: bool) -> Feed:
    """Rows on the device where they fit, else streamed.

    Args:
        leaves: the arrays.
        rows: how many each has, and their batches.
        memory: bytes that may lie on the device; None for half of what it has, whether that is
            free now or not: a run does not depend on its neighbours. Where the device has no
            memory of its own, None streams rows that are seen through a memory map.
        ordered: whether passes may come with an order; without one, rows are read as they lie.
    """
    on_device = device_bytes()
    if memory is None and on_device is None and any(is_mapped(leaf.array) for leaf in leaves):
        memory = 0  # they lie in a file because they are not to lie in the memory
    if memory is None:
        memory = (on_device or psutil.virtual_memory().total) // 2
    if sum(leaf.resident_bytes for leaf in leaves) <= memory:
        with contextlib.suppress(tf.errors.ResourceExhaustedError):
            return ResidentRows(leaves, ordered)
    return StreamedRows(leaves, rows)
