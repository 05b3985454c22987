"""Ends a training in time, and keeps what it showed."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from typing import Any

import keras


class Watch(keras.callbacks.Callback):  # type: ignore[misc]  # keras has no types
    """Ends a training in time or where the loss is no number any more, and keeps its losses.

    Args:
        seconds: how long it may take.
        with_compiling: whether they count from now on; else from the first step.
    """

    async_safe = keras.config.backend() == "tensorflow"
    """It need not see each step: ``kertasks.fit`` asks it wherever a compiled call ends. Keras's
    own would ask it from several threads."""

    def __init__(self, seconds: float, *, with_compiling: bool) -> None:
        super().__init__()
        self._with_compiling = with_compiling
        self._ends = time.monotonic() + seconds
        self.seconds = seconds
        self.steps = 0
        self.epochs = 0
        self.losses: list[float] = []
        self.validation_losses: list[float] = []
        self._of_epoch = 0
        self._made = time.monotonic()
        self.first_step = 0.0
        """Seconds until it was done, which is compiling for the most part."""

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        """Begin to count, now that everything is compiled."""
        del logs
        if not self._with_compiling:
            self._ends = time.monotonic() + self.seconds

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Count the steps of each epoch."""
        del epoch, logs
        self._of_epoch = 0

    def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Stop where the time is over, or the loss is no number any more."""
        if not (self.first_step or self._with_compiling or self.async_safe):
            self._ends = time.monotonic() + self.seconds  # Keras's own fit compiles in this step
        self.first_step = self.first_step or time.monotonic() - self._made
        self.steps += batch + 1 - self._of_epoch
        self._of_epoch = batch + 1
        loss = float((logs or {}).get("loss", 0.0))
        if time.monotonic() > self._ends or not math.isfinite(loss):
            self.model.stop_training = True

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Keep the losses of an epoch."""
        self.epochs = epoch + 1
        found = logs or {}
        self.losses.append(float(found.get("loss", math.nan)))
        if "val_loss" in found:
            self.validation_losses.append(float(found["val_loss"]))
