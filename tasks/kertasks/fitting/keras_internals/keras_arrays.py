"""Keras's view of arrays: which it takes, how it cuts and casts them."""

from __future__ import annotations

import math
from typing import Any

import keras
import tensorflow as tf
from keras.src.trainers.data_adapters import array_slicing
from keras.src.trainers.data_adapters.array_data_adapter import (
    ArrayDataAdapter,
    can_convert_arrays,
)

from kertasks.fitting.rows.row_order import RowOrder, Shuffle


class OrderedArrays(ArrayDataAdapter):  # type: ignore[misc]  # Keras carries no types
    """Keras's own view of arrays as batches, with row orders from a ``RowOrder``.

    ``model.fit`` takes it as ``x``. Keras's checks, defaults and weights by class are its own.
    """

    def __init__(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        *,
        batch_size: int | None,
        steps: int | None = None,
        shuffle: Shuffle = False,
        class_weight: dict[int, float] | None = None,
        seed: int = 0,
        per_execution: int = 1,
    ) -> None:
        super().__init__(
            x,
            y,
            sample_weight=sample_weight,
            batch_size=batch_size,
            steps=steps,
            shuffle=shuffle,
            class_weight=class_weight,
        )
        self.order = RowOrder(self._num_samples, self._batch_size, seed, shuffle)
        whole = math.ceil((steps or self._size) / per_execution) * per_execution
        self.steps = min(whole, self._size)
        """How many batches are read in an epoch, or in a pass to evaluate."""

        self.inputs = keras.tree.lists_to_tuples(self._inputs)
        """``x``, ``(x, y)`` or ``(x, y, sample_weight)``, what a step gets a batch of."""

        self._epoch = 0

    def begin_epoch(self, epoch: int, logs: Any = None) -> None:
        """Take the order of this epoch from now on; made to be an ``on_epoch_begin`` hook."""
        del logs
        self._epoch = epoch

    def get_tf_dataset(self) -> tf.data.Dataset:
        """Batches of one epoch; asks for its order when it is first read."""
        inputs = keras.tree.lists_to_tuples(as_tensorflow_would(self._inputs))
        batch_size = self._batch_size
        are_whole = self._num_samples % batch_size == 0

        def batches(order: tf.Tensor) -> tf.data.Dataset:
            order = tf.ensure_shape(order, [self._num_samples])
            # Nothing is dropped; but the size of a batch is known to layers that ask for it.
            return tf.data.Dataset.from_tensor_slices(order).batch(batch_size, are_whole)

        def rows_of(indices: tf.Tensor, data: Any) -> Any:
            def gather(leaf: Any) -> Any:
                if isinstance(leaf, array_slicing.TensorflowSparseWrapper):
                    return array_slicing.slice_tensorflow_sparse_wrapper(leaf, indices)
                if isinstance(leaf, (list, tuple, dict)):
                    return None  # look inside
                return tf.gather(leaf, indices, axis=0) if tf.is_tensor(leaf) else leaf

            return keras.tree.traverse(gather, data)

        orders = tf.data.Dataset.range(1).map(
            lambda _: tf.numpy_function(lambda: self.order.of_epoch(self._epoch), [], tf.int64)
        )
        indices = orders.flat_map(batches)
        data = tf.data.Dataset.from_tensors(inputs).repeat()
        dataset = tf.data.Dataset.zip((indices, data)).map(rows_of, num_parallel_calls=2)
        options = tf.data.Options()
        options.deterministic = True
        return dataset.with_options(options).prefetch(2)


def are_arrays(*structures: Any) -> bool:
    """Whether Keras would slice these itself (not generators, datasets, data loaders)."""
    return bool(can_convert_arrays(structures))


def hold_out(arrays: Any, share: float) -> tuple[Any, Any]:
    """Split a structure of arrays as ``validation_split`` does: the last rows are held out.

    Raises:
        ValueError: there are too few rows, in Keras's words.
    """
    kept, held_out = array_slicing.train_validation_split(arrays, validation_split=share)
    return kept, held_out


def as_tensorflow_would(arrays: Any) -> Any:
    """Array-like things as Keras hands them to TensorFlow: NumPy arrays or tensors."""
    return array_slicing.convert_to_sliceable(arrays, target_backend="tensorflow")
