"""Which epoch of a run is the best: one meaning, for the trainer and for whoever reads a run."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from kertasks.runs.event_file.events import Epoch, Monitor

_LOSS = Monitor("loss")
_VALIDATION_LOSS = Monitor("val_loss")


class BestEpoch:
    """The epoch of the best value of what early stopping watches; without it, of the lowest
    validation loss, or training loss where nothing is held out.

    Of two that are as good the earlier one is best. A value that is not finite never is.

    Args:
        monitor: what early stopping watches, if anything.
        epoch: the best one of those before, from 1.
        metrics: of that epoch.
    """

    def __init__(
        self,
        monitor: Monitor | None = None,
        epoch: int | None = None,
        metrics: Mapping[str, float] | None = None,
    ) -> None:
        self.given = monitor
        """What early stopping watches, if anything."""

        self.epoch = epoch
        """From 1; None while no epoch has a finite value."""

        self.metrics = metrics or {}
        """What was measured in that epoch, by Keras's names."""

        self.monitor = monitor or (_VALIDATION_LOSS if "val_loss" in self.metrics else _LOSS)
        """What decides."""

        self._value = self.metrics.get(self.monitor.name) if epoch is not None else None

    @property
    def value(self) -> float:
        """What decided, in the best epoch; NaN where there is none."""
        return math.nan if self._value is None else self._value

    def take(self, epochs: Iterable[Epoch]) -> None:
        """Take the next epochs, in their order."""
        for epoch in epochs:
            self.consider(epoch.epoch, epoch.metrics)

    def consider(self, epoch: int, metrics: Mapping[str, float]) -> bool:
        """Take the next epoch, counted from 1; whether it is the best so far."""
        if self.given is None and self.monitor is _LOSS and "val_loss" in metrics:
            self.monitor, self._value = _VALIDATION_LOSS, None
            self.epoch, self.metrics = None, {}
        value = metrics.get(self.monitor.name, math.nan)
        is_best = self.monitor.is_better(value, self._value)
        if is_best:
            self._value, self.epoch, self.metrics = value, epoch, metrics
        return is_best
