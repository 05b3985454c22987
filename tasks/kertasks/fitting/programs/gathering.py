"""The rows of a step, gathered inside the graph of a program, and the updates that follow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import keras
import tensorflow as tf

from kertasks.fitting.keras_internals import call_instead, is_kerass
from kertasks.fitting.rows.feeds import Structure
from kertasks.fitting.rows.words import WordBatch, find_ones, reading_words, word_readers

LARGE = 16_384
"""Numbers in a variable from which its step is fused; below, an operation takes microseconds."""


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
    if not is_kerass(type(optimizer)) or isinstance(optimizer, keras.optimizers.Ftrl):
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


class Gathering:
    """Hands a step its batches.

    Args:
        arrays: the data; where ``x`` comes as words, the first two are its cells and starts.
        offsets: 0, 1, … up to the rows of a step, int32 (batch,).
        order: row numbers, int32 (rows,), or None to read the rows as they lie.
        words: dtype and shape of an ``x`` that comes as words, None where it does not.
    """

    def __init__(
        self,
        arrays: Sequence[tf.Tensor],
        offsets: tf.Tensor,
        order: tf.Tensor | None,
        words: tf.TensorSpec | None,
    ) -> None:
        split = 0 if words is None else 2
        self._ones, self._arrays = arrays[:split], arrays[split:]
        self._offsets = offsets
        self._order = order
        self._words = words

    def look_up(self, first: tf.Tensor) -> list[tf.Tensor]:
        """What takes long to find of a batch, to be found while the one before is computed: the
        ones of its words, shape (ones, 2), where there are any.

        Finding them takes a third of a step, on one core.

        Args:
            first: position of the batch's first row.
        """
        if self._words is None:
            return []
        cells, starts = self._ones
        return [find_ones(cells, starts, self._rows(first), ordered=self._order is not None)]

    def take_step(
        self,
        step: Callable[[Any], Any],
        structure: Structure,
        model: keras.Model,
        first: tf.Tensor,
        found: Sequence[tf.Tensor],
    ) -> Any:
        """Run a step on a batch.

        Args:
            step: the model's own.
            structure: of what it gets.
            model: whose layers read words where they come.
            first: position of the batch's first row.
            found: what ``look_up`` gave for it.
        """
        rows = self._rows(first)
        arrays = [tf.gather(array, rows) for array in self._arrays]
        if self._words is None:
            return step(structure.pack(arrays))
        words = WordBatch(found[0], tf.size(rows), self._words)
        readers = word_readers(model, self._words.shape[1])
        with reading_words(readers, words), fusing_updates(model):
            return step(structure.pack([words.rows(), *arrays]))

    def _rows(self, first: tf.Tensor) -> tf.Tensor:
        # Gathered even as they lie: XLA compiles a slice anew for every place it begins at.
        rows = first + self._offsets
        return rows if self._order is None else tf.gather(self._order, rows)
