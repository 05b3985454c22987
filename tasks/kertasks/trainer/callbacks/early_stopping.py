"""Keras's early stopping, with the run's one meaning of a better epoch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import keras

from kertasks.recipes import recipe
from kertasks.runs.event_file.events import Monitor
from kertasks.trainer.callbacks.event_writer import EventWriter
from kertasks.trainer.metric_values import as_number


class EarlyStopping(keras.callbacks.EarlyStopping):  # type: ignore[misc]  # keras has no types
    """Stops where Keras does. It passes over an epoch that was broken off, whose numbers are those
    of a few batches; takes a metric of several values by their mean; and holds no value that is
    not finite for a good one, which to Keras stays the best for ever where it came first.

    Args:
        settings: of the recipe.
        monitor: what it watches and in which direction.
        writer: knows which epochs are whole; comes before this in the callbacks.
    """

    def __init__(
        self, settings: recipe.EarlyStopping, monitor: Monitor, writer: EventWriter
    ) -> None:
        super().__init__(**{**asdict(settings), "mode": monitor.mode})
        self._better = monitor
        self._writer = writer

    @property
    def restored_epoch(self) -> int | None:
        """Whose weights the model has once training is over, from 1; None where its last ones."""
        if not self.restore_best_weights or self.best_weights is None:
            return None
        return int(self.best_epoch) + 1

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Look at an epoch that is done."""
        if self._writer.epochs == epoch + 1:
            super().on_epoch_end(epoch, logs)

    def get_monitor_value(self, logs: Mapping[str, Any] | None) -> float | None:
        """The value watched, as one number; None where there is none."""
        value = super().get_monitor_value(logs)
        return None if value is None else as_number(value)

    def _is_improvement(self, monitor_value: float, reference_value: float | None) -> bool:
        return self._better.is_better(monitor_value, reference_value)
