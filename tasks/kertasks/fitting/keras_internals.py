"""Everything here reaches into Keras beyond its public interface.

Written for Keras 3.15 on TensorFlow 2.21; to be looked at again with every later version.
No other module of this package uses a private name of Keras.
"""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf
from keras.src.trainers.data_adapters import array_slicing
from keras.src.trainers.data_adapters.array_data_adapter import (
    ArrayDataAdapter,
    can_convert_arrays,
)

from kertasks.fitting.row_order import RowOrder, Shuffle


class OrderedArrays(ArrayDataAdapter):  # type: ignore[misc]  # Keras carries no types
    """Keras's own view of arrays as batches, with row orders from a ``RowOrder``.

    ``model.fit`` takes it as ``x``. Keras's checks, defaults and weights by class are its own.
    """

    def __init__(
        self,
        x: Any,
        y: Any,
        sample_weight: Any,
        *,
        batch_size: int | None,
        steps: int | None,
        shuffle: Shuffle,
        class_weight: dict[int, float] | None,
        seed: int,
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
        self.epoch = 0

    def get_tf_dataset(self) -> tf.data.Dataset:
        """Batches of one epoch; asks for the order of ``self.epoch`` when it is first read."""
        inputs = keras.tree.lists_to_tuples(
            array_slicing.convert_to_sliceable(self._inputs, target_backend="tensorflow")
        )
        batch_size = self._batch_size

        def batches(order: tf.Tensor) -> tf.data.Dataset:
            order = tf.ensure_shape(order, [self._num_samples])
            return tf.data.Dataset.from_tensor_slices(order).batch(batch_size)

        def rows_of(indices: tf.Tensor, data: Any) -> Any:
            def gather(leaf: Any) -> Any:
                if isinstance(leaf, array_slicing.TensorflowSparseWrapper):
                    return array_slicing.slice_tensorflow_sparse_wrapper(leaf, indices)
                if isinstance(leaf, (list, tuple, dict)):
                    return None  # look inside
                return tf.gather(leaf, indices, axis=0) if tf.is_tensor(leaf) else leaf

            return keras.tree.traverse(gather, data)

        orders = tf.data.Dataset.range(1).map(
            lambda _: tf.numpy_function(lambda: self.order.of_epoch(self.epoch), [], tf.int64)
        )
        indices = orders.flat_map(batches)
        data = tf.data.Dataset.from_tensors(inputs).repeat()
        dataset = tf.data.Dataset.zip((indices, data)).map(rows_of, num_parallel_calls=2)
        options = tf.data.Options()
        options.deterministic = True
        return dataset.with_options(options).prefetch(2)


class EpochFollower(keras.callbacks.Callback):  # type: ignore[misc]  # Keras carries no types
    """Tells an ``OrderedArrays`` which epoch begins."""

    def __init__(self, arrays: OrderedArrays) -> None:
        super().__init__()
        self._arrays = arrays

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Before Keras opens the epoch's iterator."""
        del logs
        self._arrays.epoch = epoch


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
