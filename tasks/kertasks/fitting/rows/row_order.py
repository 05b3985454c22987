"""Which batches each epoch takes, and in what order of rows, by the seed and the epoch alone."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Shuffle = bool | Literal["batch"]
"""As in ``model.fit``: all rows, none, or only the rows within each batch."""


@dataclass(frozen=True, slots=True)
class RowOrder:
    """How rows fall into batches, and the orders of a run's epochs.

    Each order is made anew from ``default_rng([seed, epoch])``.

    ``epoch`` counts from 0 and goes on from ``initial_epoch``: it is the number Keras gives to
    ``Callback.on_epoch_begin``. Any epoch can so be replayed without those before it::

        rows = numpy.random.default_rng([seed, epoch]).permutation(len(x))
    """

    rows: int
    """How many rows are trained on, those held out by ``validation_split`` left out."""

    batch_size: int
    seed: int
    shuffle: Shuffle = True

    @property
    def whole_batches(self) -> int:
        """How many batches are whole."""
        return self.rows // self.batch_size

    @property
    def rest(self) -> int:
        """Rows of the last, partial batch; 0 when there is none."""
        return self.rows % self.batch_size

    @property
    def batches(self) -> int:
        """How many batches there are, a partial one included."""
        return self.whole_batches + bool(self.rest)

    @property
    def batch_sizes(self) -> list[int]:
        """The sizes that batches have: the whole one, the partial one, or both."""
        whole = self.batch_size if self.whole_batches else 0
        return [size for size in (whole, self.rest) if size]

    def of_epoch(self, epoch: int) -> NDArray[np.int64]:
        """Row numbers in the order of the epoch, shape (rows,)."""
        if not self.shuffle:
            return np.arange(self.rows)
        generator = np.random.default_rng([self.seed, epoch])
        if self.shuffle == "batch":
            order = np.arange(self.rows)
            for start in range(0, self.rows, self.batch_size):
                generator.shuffle(order[start : start + self.batch_size])
            return order
        return generator.permutation(self.rows)


@dataclass(frozen=True, slots=True)
class Span:
    """The batches of one epoch."""

    order: NDArray[np.int64] | None
    """Row numbers of the whole pass, shape (rows,); None for the rows as they lie."""

    first: int
    """Number of the first batch in the pass."""

    count: int


class Schedule:
    """Goes through the data once an epoch, or ``steps_per_epoch`` batches an epoch.

    With ``steps_per_epoch``, as in Keras, an epoch goes on where the one before stopped, until
    the rows are used up; an order is that of the epoch its pass over the rows began in. As in
    Keras too, batches are read ``per_execution`` at a time: more than ``steps_per_epoch`` where
    that is no multiple of it.
    """

    def __init__(
        self, order: RowOrder, steps_per_epoch: int | None = None, per_execution: int = 1
    ) -> None:
        self._order = order
        self._steps = steps_per_epoch
        self._per_execution = per_execution
        self._next = 0
        self._rows: NDArray[np.int64] | None = None

    def of_epoch(self, epoch: int) -> Span:
        """The batches of an epoch (from 0); to be asked for epoch by epoch."""
        if self._next == 0:
            self._rows = self._order.of_epoch(epoch) if self._order.shuffle else None
        first = self._next
        batches = self._order.batches
        executions = math.ceil((self._steps or batches) / self._per_execution)
        count = min(executions * self._per_execution, batches - first)
        if self._steps and math.ceil(count / self._per_execution) < executions:
            # As Keras says it where there are fewer batches left than were asked for.
            warnings.warn(
                f"The rows ran out after {count} of {self._steps} batches. "
                "Use a smaller batch_size or fewer steps.",
                stacklevel=2,
            )
        self._next = (first + count) % batches
        return Span(self._rows, first, count)
