"""The mean of a metric over folds, epoch by epoch, kept up with folds that go on.

It is what ``results_of`` computes of all folds at once: there each look costs as much as the whole.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from kertasks.groups.measures import in_own_unit, rows_of, scale_of, spread
from kertasks.runs.event_file.events import Monitor
from kertasks.runs.history import RunHistory


class MeanCurve:
    """The mean over folds, and their standard deviation, of the epochs that all of them have done.

    Args:
        metric: and in which direction it is better.
        histories: of the folds, all of them begun. Where one takes epochs back, another mean is
            to be made.
    """

    def __init__(self, metric: Monitor, histories: Sequence[RunHistory]) -> None:
        self.metric = metric
        self._histories = tuple(histories)
        self._weights = [rows_of(one) or 1 for one in histories]
        self._scales = [scale_of(one) for one in histories]
        self._at = [0] * len(histories)
        """How many epochs of each are taken, or passed over."""

        self.epochs: array[int] = array("q")
        """From 1; ``means[i]`` and ``sds[i]`` belong to ``epochs[i]``."""

        self.means: array[float] = array("d")
        """In the target's own unit, where the metric has it; NaN where a fold's is not finite."""

        self.sds: array[float] = array("d")
        """Standard deviations about them, weighed as they are."""

        self.best_epoch: int | None = None
        """The epoch of the best mean; None where none is finite."""

        self._best: float | None = None

    def take(self) -> int:
        """Take in what all folds have more than at the last call; returns how many epochs."""
        taken = len(self.epochs)
        while new := self._new():
            self._add(new)
        return len(self.epochs) - taken

    def value_at(self, epoch: int | None) -> tuple[float, float] | None:
        """Mean and standard deviation at an epoch; None where not all folds have done it."""
        if epoch is None or epoch not in self.epochs:
            return None
        at = self.epochs.index(epoch)
        return self.means[at], self.sds[at]

    def _new(self) -> int:
        """How many of the next epochs of each fold are the same ones; 0 at an end."""
        histories, at = self._histories, self._at
        if not all(self.metric.name in one.metric_names for one in histories):
            return 0
        while True:
            left = [one.epochs - start for one, start in zip(histories, at, strict=True)]
            count = min(left, default=0)
            if count <= 0:
                return 0
            parts = [
                one.epoch_numbers[start : start + count]
                for one, start in zip(histories, at, strict=True)
            ]
            if all(part == parts[0] for part in parts):
                return count
            # Not all were told of every epoch: of the next ones only what all have counts.
            latest = max(part[0] for part in parts)
            behind = [number for number, part in enumerate(parts) if part[0] < latest]
            if not behind:
                heads = zip(*parts, strict=True)
                return next(n for n, same in enumerate(heads) if len(set(same)) > 1)
            for number in behind:
                at[number] += 1

    def _add(self, count: int) -> None:
        columns = []
        for number, one in enumerate(self._histories):
            start, scale = self._at[number], self._scales[number]
            values = one.column(self.metric.name)[start : start + count]
            if scale is not None:
                values = array("d", (in_own_unit(self.metric.name, v, scale) for v in values))
            columns.append(values)
            self._at[number] += count
        numbers = self._histories[0].epoch_numbers[self._at[0] - count : self._at[0]]
        self.epochs.extend(numbers)
        for epoch, values_there in zip(numbers, zip(*columns, strict=True), strict=True):
            found = spread(values_there, self._weights)
            self.means.append(found.mean)
            self.sds.append(found.sd)
            if self.metric.is_better(found.mean, self._best):
                self.best_epoch, self._best = epoch, found.mean
