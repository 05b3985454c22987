"""Rows of zeros and few ones, kept as the numbers of the columns that hold a one.

A multi-hot row of 10,000 words has about 100 ones: as word numbers it takes 400 bytes instead of
10,000, and a product with it reads 100 rows of a kernel instead of all. Dense layers read them so.

The step is the model's own and gets the rows as a sparse tensor, which Keras makes dense where a
model enters. Only while the step is traced, the Dense layers that read the rows multiply by
``WordBatch.product`` instead: so nothing is left that reads the dense ones, and TensorFlow
never makes them. A layer's losses and all that follows are Keras's. The gradient is a dense tensor.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from kertasks.data.multi_hot import MultiHotRows
from kertasks.fitting.keras_internals.keras_graphs import gather_ragged
from kertasks.fitting.keras_internals.keras_layers import readers_of_input
from kertasks.fitting.keras_internals.keras_methods import call_instead, has_own, is_kerass
from kertasks.fitting.notices import CannotCompile

FEWEST_COLUMNS = 1_000
"""Narrower rows are multiplied as they are, which costs little."""

MOST_ONES = 0.05
"""Share of ones above which a product with all columns is as fast."""

WORTH_PRODUCT = 2e7
"""Multiplications and additions of a step (about a millisecond) that a product with all columns
must take for words to be used."""

LARGE = 16_384
"""Numbers in a variable from which its step is fused; below, an operation takes microseconds."""

_CELLS_AT_ONCE = 10_000_000


def find_words(array: Any) -> MultiHotRows | None:
    """The ones of an array, or None if it is not wide, not sparse, or holds anything but 0 and 1.

    Decided by the values alone. An array that is not suited is given up at the first rows that
    show it; a copy of the whole is never made.

    Args:
        array: numbers or truth values of any dtype; shape (rows, columns) if it is suited.
    """
    if isinstance(array, MultiHotRows):
        is_wide = array.shape[1] >= FEWEST_COLUMNS and len(array) > 0
        return array if is_wide and len(array.numbers) <= MOST_ONES * array.size else None
    if not isinstance(array, np.ndarray) or array.ndim != 2 or array.dtype.kind not in "biuf":
        return None
    rows, columns = array.shape
    if not rows or columns < FEWEST_COLUMNS:
        return None
    numbers: list[NDArray[np.int32]] = []
    lengths: list[NDArray[np.int64]] = []
    most, found = MOST_ONES * rows * columns, 0
    step = max(1, _CELLS_AT_ONCE // columns)
    for first in range(0, rows, step):
        part = np.ascontiguousarray(array[first : first + step])
        cells = np.flatnonzero(part != 0)
        found += len(cells)
        if found > most or not np.all(part.reshape(-1)[cells] == 1):
            return None
        row, column = np.divmod(cells, columns)
        numbers.append(column.astype(np.int32))
        lengths.append(np.bincount(row, minlength=len(part)))
    starts = np.zeros(rows + 1, np.int64)
    np.cumsum(np.concatenate(lengths), out=starts[1:])
    return MultiHotRows(np.concatenate(numbers), starts, columns)


def word_readers(model: keras.Model, columns: int) -> list[keras.layers.Dense]:
    """The Dense layers that can read words: all that reads the model's one input, else none.

    Args:
        model: a built Keras model.
        columns: of a row.
    """
    if tuple(getattr(model, "input_shape", None) or ()) != (None, columns):
        return []
    readers = readers_of_input(model)
    return readers if all(_can_read_words(reader) for reader in readers) else []


def are_words_worth_it(readers: Sequence[keras.layers.Dense], columns: int, batch: int) -> bool:
    """Whether products with all columns cost enough; by the recipe and the data alone.

    Only on processors: an accelerator's dense products are fast, and it lacks what gathers words.
    """
    units = sum(reader.units for reader in readers)
    on_processor = not tf.config.list_physical_devices("GPU")
    return on_processor and 6 * batch * columns * units >= WORTH_PRODUCT


def find_ones(cells: tf.Tensor, starts: tf.Tensor, rows: tf.Tensor, *, ordered: bool) -> tf.Tensor:
    """The ones of some rows, in the graph of a step.

    Args:
        cells: the ones of all rows, as ``WordLeaf.on_device`` makes them, int64 (ones,).
        starts: where rows begin in them, int64 (all rows + 1,).
        rows: numbers of the wanted rows, int32 (batch,).
        ordered: whether they come in any order; else each follows the one before.

    Returns:
        Place among the wanted rows and column of each one, int32 (found, 2).
    """
    if ordered:
        places, found = gather_ragged(cells, starts, rows)
        found = found + places
    else:
        first = tf.cast(rows[0], tf.int64)
        found = cells[starts[first] : starts[first + tf.size(rows, tf.int64)]] - first
    # Lower and upper half of a cell are the pair; putting it together took as long as a product.
    return tf.bitcast(found, tf.int32)


class WordBatch:
    """Some rows in the graph of a step.

    Args:
        ones: place and column of each one, int32 (ones, 2).
        size: how many rows, a scalar.
        spec: dtype and shape of the rows, (None, columns).
    """

    def __init__(self, ones: tf.Tensor, size: tf.Tensor, spec: tf.TensorSpec) -> None:
        self._ones = ones
        self._spec = spec
        self._shape = tf.stack([tf.cast(size, tf.int64), tf.constant(spec.shape[1], tf.int64)])

    def rows(self) -> tf.SparseTensor:
        """The rows themselves, shape (batch, columns)."""
        values = tf.ones(tf.shape(self._ones)[:1], self._spec.dtype)
        rows = tf.SparseTensor(tf.cast(self._ones, tf.int64), values, self._shape)
        rows.set_shape(self._spec.shape)
        return rows

    def product(self, kernel: tf.Tensor) -> tf.Tensor:
        """The rows times a float32 kernel of shape (columns, units): shape (batch, units)."""
        values = tf.ones(tf.shape(self._ones)[:1], kernel.dtype)
        return tf.raw_ops.SparseTensorDenseMatMul(
            a_indices=self._ones, a_values=values, a_shape=self._shape, b=kernel
        )


@contextmanager
def reading_words(readers: Sequence[keras.layers.Dense], words: WordBatch) -> Iterator[None]:
    """Within it, the layers read the words of the batch, whatever they are called on.

    Raises:
        CannotCompile: one is called twice, so once on something else than the rows.
    """
    with ExitStack() as stack:
        for reader in readers:
            stack.enter_context(call_instead(reader, "call", _call(reader, words)))
        yield


def _call(layer: keras.layers.Dense, words: WordBatch) -> Any:
    called: list[bool] = []

    def call(inputs: Any, training: bool | None = None) -> Any:
        del inputs, training
        if called:
            raise CannotCompile(f"{layer.name} reads the rows and something else")
        called.append(True)
        output = words.product(keras.ops.convert_to_tensor(layer.kernel))
        if layer.bias is not None:
            output = keras.ops.add(output, layer.bias)
        return output if layer.activation is None else layer.activation(output)

    return call


def fusing_updates(model: keras.Model) -> AbstractContextManager[None]:
    """Within it, what is traced of the optimizer updates large variables in one operation.

    RMSprop's step over a large variable is nine operations, each of which reads and writes all of
    it and waits for all of TensorFlow's threads: beside other programs, on two cores, that took
    ten times as long as the rest of a step with words. XLA makes one of the optimizer's own code.

    Only Keras's own optimizers: XLA is known to have what they are made of. Not Ftrl, which
    divides the difference of two nearly equal roots by the learning rate: what XLA rounds
    otherwise would show.

    Args:
        model: a compiled model with a built optimizer.
    """
    optimizer = getattr(model.optimizer, "inner_optimizer", model.optimizer)
    is_known = is_kerass(type(optimizer)) and has_own(optimizer, "update_step")
    if not is_known or isinstance(optimizer, keras.optimizers.Ftrl):
        return nullcontext()
    own_step = optimizer.update_step

    def update_step(gradient: Any, variable: tf.Variable, learning_rate: Any) -> None:
        if not tf.is_tensor(gradient) or variable.shape.num_elements() < LARGE:
            own_step(gradient, variable, learning_rate)
            return

        def update(gradient: tf.Tensor, learning_rate: tf.Tensor) -> None:
            own_step(gradient, variable, learning_rate)

        fused = tf.function(update, jit_compile=True, autograph=False)
        fused(gradient, tf.convert_to_tensor(learning_rate))

    return call_instead(optimizer, "update_step", update_step)


def _can_read_words(layer: Any) -> bool:
    return bool(
        type(layer) is keras.layers.Dense
        and has_own(layer, "call")
        and layer.built
        and layer.compute_dtype == layer.variable_dtype == "float32"
        and layer.quantization_mode is None
        and not layer.lora_enabled
    )
