"""Rows where compiled steps can reach them: all on the device, or a chunk at a time.

A ``Feed`` answers one question: which arrays, which order and which first position does a call
get so that it reads these batches? Rows keep their own dtype (one byte a cell stays one byte);
floats become Keras's ``floatx``, as in ``model.fit``.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from kertasks.data.multi_hot import MultiHotRows
from kertasks.fitting.keras_internals import as_tensorflow_would, device_bytes
from kertasks.fitting.notices import CannotCompile

CHUNK_BYTES = 64 * 2**20
"""What a streamed call gets at most, unless one batch alone is more."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """One array of a nested structure, not yet on the device."""

    array: Any
    """Shape (rows, …): a NumPy array (a memory map as well), ``MultiHotRows`` or a dense tensor."""

    dtype: tf.DType
    """What a step gets."""

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
        """All rows on the device, first axis rows.

        Args:
            ordered: whether they will be read in an order; else as they lie.
        """
        del ordered
        if tf.is_tensor(self.array):
            return [tf.cast(self.array, self.dtype)]
        return [tf.convert_to_tensor(self.take(slice(None)))]

    def take(self, rows: NDArray[Any] | slice) -> NDArray[Any]:
        """Some rows, in the dtype a step gets."""
        if not tf.is_tensor(self.array):
            taken = self.array[rows]
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
    kind = type(array).__name__
    if isinstance(array, MultiHotRows):
        return Leaf(array, tf.as_dtype(array.dtype))
    if not isinstance(array, np.ndarray) or array.dtype.kind not in "biuf":
        array = as_tensorflow_would(array)
    if isinstance(array, np.ndarray) and array.dtype.kind not in "biuf":
        raise CannotCompile(f"the data holds {array.dtype} values")
    if not isinstance(array, np.ndarray) and not (
        tf.is_tensor(array) and isinstance(array, tf.Tensor)
    ):
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
    """The nested structure, None where there is an array and ``_Nothing`` where there is none."""

    text: str
    """Equal for equal structures."""

    keys: frozenset[str]
    """Of all dicts in it."""

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
    paths = keras.tree.flatten_with_path(template)
    keys = frozenset(key for path, _ in paths for key in path if isinstance(key, str))
    return leaves, Structure(template, repr(template), keys)


def count_rows(arrays: Any) -> int | None:
    """Rows of nested arrays, by the first of them; None where there is none with an axis."""
    shapes = (array.shape for array in keras.tree.flatten(arrays) if array is not None)
    first: tuple[Any, ...] = tuple(next(shapes, ()))
    return int(first[0]) if first else None


class Feed(Protocol):
    """Where a pass over the data gets its rows from."""

    ordered: bool
    """Whether calls get an order beside the arrays."""

    words: bool
    """Whether the first array comes as the cells and the starts of its words."""

    limit: int | None
    """How many rows one call may read; None for no limit."""

    def open(self, order: NDArray[np.int64] | None) -> None:
        """Begin a pass; None for the rows as they lie."""

    def arguments(self, first: int, rows: int) -> tuple[list[tf.Tensor], int]:
        """Arrays (with the order last if ``ordered``) and the position of the first row.

        Args:
            first: position in the order at which the call begins.
            rows: how many rows it reads.
        """


class ResidentRows:
    """All rows on the device for the whole run."""

    limit: int | None = None

    def __init__(self, leaves: Sequence[Leaf], ordered: bool) -> None:
        self.ordered = ordered
        self.words = isinstance(leaves[0], WordLeaf)
        self._arrays = [tensor for leaf in leaves for tensor in leaf.on_device(ordered)]
        self._arguments = list(self._arrays)

    def open(self, order: NDArray[np.int64] | None) -> None:
        """Put the order of the pass on the device."""
        if self.ordered and order is not None:
            self._arguments = [*self._arrays, tf.convert_to_tensor(order.astype(np.int32))]

    def arguments(self, first: int, rows: int) -> tuple[list[tf.Tensor], int]:
        """The arrays, which are the same for every call, and the position as it is."""
        del rows
        return self._arguments, first


class StreamedRows:
    """The rows of one call at a time, picked out in memory or from a memory map."""

    ordered = False
    words = False

    def __init__(self, leaves: Sequence[Leaf], rows: int, batch_size: int) -> None:
        self._leaves = leaves
        row_bytes = max(1, sum(leaf.row_bytes for leaf in leaves))
        batches = max(1, CHUNK_BYTES // (row_bytes * batch_size))
        self.limit: int | None = min(batches, -(-rows // batch_size)) * batch_size
        self._capacity = self.limit
        self._order: NDArray[np.int64] | None = None

    def open(self, order: NDArray[np.int64] | None) -> None:
        """Remember the order of the pass."""
        self._order = order

    def arguments(self, first: int, rows: int) -> tuple[list[tf.Tensor], int]:
        """Arrays of always the same shape whose first ``rows`` rows are the ones asked for."""
        if self._order is None:
            wanted: NDArray[Any] | slice = slice(first, first + rows)
        else:
            wanted = self._order[first : first + rows]
        arrays = []
        for leaf in self._leaves:
            chunk = np.zeros((self._capacity, *leaf.row_shape), leaf.dtype.as_numpy_dtype)
            chunk[:rows] = leaf.take(wanted)
            arrays.append(tf.convert_to_tensor(chunk))
        return arrays, 0


def memory_for_rows() -> int:
    """How many bytes of rows may lie on the device: half of its memory.

    Of all memory and not of what is free now, so that a run does not depend on its neighbours.
    """
    accelerator = device_bytes()
    if accelerator is not None:
        return accelerator // 2
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2


def make_feed(
    leaves: Sequence[Leaf], rows: int, batch_size: int, shuffled: bool, memory: int | None
) -> Feed:
    """Rows on the device where they fit, else streamed.

    Args:
        leaves: the arrays.
        rows: how many rows each has.
        batch_size: rows a step.
        shuffled: whether passes come with an order.
        memory: bytes that may lie on the device; None for half of what it has.
    """
    needed = sum(leaf.resident_bytes for leaf in leaves)
    if needed > (memory_for_rows() if memory is None else memory):
        return StreamedRows(leaves, rows, batch_size)
    try:
        return ResidentRows(leaves, shuffled)
    except tf.errors.ResourceExhaustedError:
        return StreamedRows(leaves, rows, batch_size)
