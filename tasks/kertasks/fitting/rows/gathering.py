"""The rows of a step, gathered inside the graph of a program."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import keras
import tensorflow as tf

from kertasks.fitting.programs.fused_update import fusing_updates
from kertasks.fitting.rows.feeds import Structure
from kertasks.fitting.rows.word_product import WordBatch, find_ones, reading_words, word_readers


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
        """What takes long to find of a batch, to be found while the one before is computed.

        Finding the words of a batch takes a third of its step, on one core.

        Args:
            first: position of the batch's first row.
        """
        if self._words is None:
            return []
        cells, starts = self._ones
        return [find_ones(cells, starts, self._rows(first), ordered=self._order is not None)]

    def look_up_shapes(self) -> list[tf.TensorShape]:
        """Shapes of what ``look_up`` gives, whatever batch."""
        return [] if self._words is None else [tf.TensorShape([None, 2])]

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
