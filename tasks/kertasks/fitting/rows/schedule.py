"""Which batches each epoch takes, and in what order of rows."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kertasks.fitting.rows.row_order import RowOrder


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
    the rows are used up; an order is that of the epoch its pass over the rows began in.
    """

    def __init__(self, order: RowOrder, batches: int, steps_per_epoch: int | None = None) -> None:
        self._order = order
        self._batches = batches
        self._steps = steps_per_epoch
        self._next = 0
        self._rows: NDArray[np.int64] | None = None

    def of_epoch(self, epoch: int) -> Span:
        """The batches of an epoch (from 0); to be asked for epoch by epoch."""
        if self._next == 0:
            self._rows = self._order.of_epoch(epoch) if self._order.shuffle else None
        first = self._next
        count = min(self._steps or self._batches, self._batches - first)
        if self._steps and count < self._steps:
            warn_out_of_data(self._steps)
        self._next = (first + count) % self._batches
        return Span(self._rows, first, count)


def warn_out_of_data(steps: int) -> None:
    """Warn, as Keras does, that there are fewer batches left than were asked for."""
    warnings.warn(
        f"The rows ran out before {steps} batches; the epoch ends early. "
        "Use a smaller batch_size or fewer steps.",
        stacklevel=2,
    )
