"""The Keras callback that tells what happens in a training."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import keras

from kertasks.runs.event_log import EventLog
from kertasks.runs.events import Epoch, LearningRate, Progress
from kertasks.runs.history import BestEpoch
from kertasks.trainer.checkpoint import BestState, TrainingPosition

PROGRESS_EVERY = 0.1
"""Seconds between two ``progress`` events."""

READ_EVERY = 0.05
"""Seconds between two looks at the optimizer's learning rate."""


class EventWriter(keras.callbacks.Callback):  # type: ignore[misc]  # keras carries no types
    """Writes an event for each epoch and within long ones.

    Args:
        log: where events go.
        written: epochs the log has already, from an earlier process: when they are trained
            again, after the last checkpoint, they are not written again.

    It never touches the model. Measured on one core: 0.3 µs a batch, 4 µs an epoch of four
    metrics (and 3 µs in the log's thread, while the next epoch computes), 18 µs more where
    the learning rate is read, at most every ``READ_EVERY`` seconds.
    """

    async_safe = True
    """Keras may call the batch hooks from another thread: they share nothing but times."""

    def __init__(self, log: EventLog, written: int = 0) -> None:
        super().__init__()
        self._log = log
        self._written = written
        self._said = 0.0
        self._epoch = 0
        self._step = 0
        self._epoch_began = 0.0
        self._learning_rate: float | None = None
        self._learning_rate_read = 0.0
        self.epochs = 0
        """Whole epochs that are done."""

        self.best = BestEpoch()
        """The best one so far, of those of an earlier process too."""

    @property
    def within_epoch(self) -> bool:
        """Whether an epoch has begun and batches of it are still to be done."""
        return 0 < self._step < int(self.params.get("steps") or 0)

    def go_on_from(self, position: TrainingPosition, best: BestState) -> None:
        """Take epochs, and batches of the next one, as done by an earlier process."""
        self.epochs, self._step = position.epoch, position.step
        self.best = BestEpoch(best.epoch, best.metrics)

    def leave_out(self, seconds: float) -> None:
        """Do not count a pause into the epoch's time."""
        self._epoch_began += seconds

    def say_learning_rate(self, learning_rate: float, epoch: int) -> None:
        """Tell that a person changed the learning rate.

        Args:
            learning_rate: the new one.
            epoch: the first that is trained with it, or partly so, from 1.
        """
        self._learning_rate = learning_rate
        self._log.add(LearningRate(time.time(), epoch, learning_rate))

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:  # noqa: ARG002
        """Begin to count the time of the first epoch."""
        self._epoch_began = self._said = time.perf_counter()

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:  # noqa: ARG002
        """Begin to count the epoch's steps and its time."""
        self._epoch = epoch + 1
        self._step = 0
        self._epoch_began = time.perf_counter()

    def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Tell of the progress within an epoch, where the last word on it is old enough."""
        self._step = batch + 1
        now = time.perf_counter()
        if now - self._said >= PROGRESS_EVERY:
            self._said = now
            self._log.add(Progress(time.time(), self._epoch, batch + 1, _numbers(logs)))

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Tell of an epoch that is done, validation included; one that was broken off is none."""
        # Keras gives the model the attribute with its first validation.
        if self.within_epoch or getattr(self.model, "stop_evaluating", False):
            return
        now = self._said = time.perf_counter()
        metrics = _numbers(logs)
        learning_rate = self._read_learning_rate(metrics.pop("learning_rate", None), now, epoch)
        self.epochs = epoch + 1
        seconds = now - self._epoch_began
        done = Epoch(time.time(), self.epochs, metrics, learning_rate, seconds)
        self.best.take((done,))
        if self.epochs > self._written:
            self._log.add(done)

    def _read_learning_rate(self, logged: float | None, now: float, epoch: int) -> float:
        """The learning rate the epoch was trained with.

        A callback that changes it logs it; otherwise it is read from the optimizer, which
        on a GPU waits for the device, so not for each of thousands of epochs a second.
        """
        before = self._learning_rate
        if logged is not None:
            self._learning_rate = logged
        elif before is None or now - self._learning_rate_read >= READ_EVERY:
            self._learning_rate = float(self.model.optimizer.learning_rate)
            self._learning_rate_read = now
        if self._learning_rate is None:
            return float("nan")
        if before is not None and before != self._learning_rate and epoch >= self._written:
            self._log.add(LearningRate(time.time(), epoch + 1, self._learning_rate))
        return self._learning_rate


def _numbers(logs: Mapping[str, Any] | None) -> dict[str, float]:
    return {name: float(value) for name, value in logs.items()} if logs else {}
