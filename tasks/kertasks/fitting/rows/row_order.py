"""The order in which an epoch goes through the rows: a function of the seed and the epoch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Shuffle = bool | Literal["batch"]
"""As in ``model.fit``: all rows, none, or only the rows within each batch."""


@dataclass(frozen=True, slots=True)
class RowOrder:
    """Row orders of a run, each made anew from ``default_rng([seed, epoch])``.

    ``epoch`` counts from 0 and goes on from ``initial_epoch``: it is the number Keras gives to
    ``Callback.on_epoch_begin``. Any epoch can so be replayed without those before it::

        rows = numpy.random.default_rng([seed, epoch]).permutation(len(x))
    """

    rows: int
    """How many rows are trained on, those held out by ``validation_split`` left out."""

    batch_size: int
    seed: int
    shuffle: Shuffle = True

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
