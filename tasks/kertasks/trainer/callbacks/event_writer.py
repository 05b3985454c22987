"""The Keras callback that tells what happens in a training."""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Mapping
from typing import Any

import keras

from kertasks.runs.advice.finding import Finding
from kertasks.runs.best_epoch import BestEpoch
from kertasks.runs.event_file.event_log import EventLog
from kertasks.runs.event_file.events import (
    Epoch,
    Finished,
    LearningRate,
    Monitor,
    Notice,
    Progress,
    Stopped,
)
from kertasks.runs.history import RunHistory
from kertasks.trainer.metric_values import as_numbers, with_several_values
from kertasks.trainer.weights.checkpoint import BestState, TrainingPosition

PROGRESS_EVERY = 0.1
"""Seconds between two ``progress`` events."""

READ_EVERY = 0.05
"""Seconds between two looks at the optimizer's learning rate."""

_FLOAT32 = 1e-6
"""Share of a learning rate by which it may differ where an optimizer holds it."""


class EventWriter(keras.callbacks.Callback):  # type: ignore[misc]  # keras carries no types
    """Writes an event for each epoch and within long ones.

    Args:
        log: where events go.
        told: what the log has already, from an earlier process. Epochs that are trained again,
            after the last checkpoint, are not told again, unless one comes out otherwise: it and
            all after it are told anew, and take the places of those.

    It never touches the model. Measured on one core: 0.3 µs a batch, 4 µs an epoch of four
    metrics (and 3 µs in the log's thread, while the next epoch computes), 18 µs more where
    the learning rate is read, at most every ``READ_EVERY`` seconds. Whoever trains epochs of a
    millisecond may only ``note`` them, and have another thread ``tell`` of them by and by.
    """

    async_safe = True
    """Keras may call the batch hooks from another thread: they share nothing but times."""

    def __init__(self, log: EventLog, told: RunHistory | None = None) -> None:
        super().__init__()
        self._log = log
        self._told = told if told is not None else RunHistory()
        self._replays = self._told.epochs > 0
        """Whether what was told of the next epoch may still hold."""

        self._several: set[str] = set()
        """Metrics of several values that a person was told of."""

        self._said = 0.0
        self._epoch = 0
        self._step = 0
        self._epoch_began = 0.0
        self._learning_rate: float | None = None
        self._learning_rate_read = -math.inf
        self._waiting: deque[tuple[Any, ...]] = deque()
        """Epochs that were noted and not told of: what ``_tell_of`` takes."""

        self._telling = threading.Lock()
        self.epochs = 0
        """Whole epochs that are done."""

        self.best = BestEpoch()
        """The best one so far, of those of an earlier process too."""

        self.last: Epoch | None = None
        """The latest epoch done in this process that was told of."""

        self.not_finite_since: int | None = None
        """The epoch since which a loss is no finite number, of those told of; None where the last
        one is."""

    @property
    def step(self) -> int:
        """Batches that are done of the epoch after ``epochs``."""
        return self._step if self._epoch > self.epochs else 0

    @property
    def replays(self) -> bool:
        """Whether all epochs of this process came out as an earlier one told of them."""
        return self._replays

    @property
    def progress_is_due(self) -> bool:
        """Whether the last word on the epoch under way is so old that a batch is to be told of."""
        return time.perf_counter() - self._said >= PROGRESS_EVERY

    @property
    def within_epoch(self) -> bool:
        """Whether an epoch has begun and batches of it are still to be done."""
        return 0 < self._step < int(self.params.get("steps") or 0)

    def watch(self, monitor: Monitor | None) -> None:
        """Tell the best epoch by what early stopping watches; before anything is trained."""
        self.best = BestEpoch(monitor, self.best.epoch, self.best.metrics)

    def go_on_from(self, position: TrainingPosition, best: BestState) -> None:
        """Take epochs, and batches of the next one, as done by an earlier process."""
        self.epochs, self._step = position.epoch, position.step
        self._epoch = position.epoch + 1
        self.best = BestEpoch(self.best.given, best.epoch, best.metrics)
        self.not_finite_since = self._told.not_finite_before(position.epoch)

    def leave_out(self, seconds: float) -> None:
        """Do not count a pause into the epoch's time."""
        self._epoch_began += seconds

    def say_learning_rate(self, learning_rate: float, epoch: int) -> None:
        """Tell that a person changed the learning rate.

        Args:
            learning_rate: the new one.
            epoch: the first that is trained with it, or partly so, from 1.
        """
        self.tell()
        self._learning_rate = learning_rate
        self._replays = False
        self._log.add(LearningRate(time.time(), epoch, learning_rate))

    def end(
        self,
        kind: type[Finished | Stopped],
        restored: int | None,
        trained: float,
        finding: Finding | None,
        **tested: Any,
    ) -> Finished | Stopped:
        """What is told at the end of a training.

        Args:
            kind: how it ended.
            restored: whose weights the network was given, from 1; None for those of the end.
            trained: for how many seconds it was trained.
            finding: the worst alarm that holds.
            tested: what the event says of a test, where there was one.
        """
        self.tell()
        return kind(
            time.time(),
            epochs=self.epochs,
            best_epoch=self.best.epoch,
            best=self.best.metrics or None,
            restored_epoch=restored,
            within=(self.step or None) if restored is None else None,
            monitor=self.best.given,
            not_finite_since=self.not_finite_since,
            trained=trained,
            finding=finding,
            **tested,
        )

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
        self.tell_progress(batch, logs)

    def tell_progress(self, batch: int, logs: Mapping[str, Any] | None) -> None:
        """Tell of the progress without counting the batch: any thread may, in any order."""
        if self.progress_is_due:
            self._said = time.perf_counter()
            self.tell()
            self._log.add(Progress(time.time(), self._epoch, batch + 1, as_numbers(logs)))

    def take_as_whole(self) -> None:
        """Take all batches of the epoch under way as done: not each of them was counted."""
        self._step = 0

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Tell of an epoch that is done, validation included; one that was broken off is none."""
        # Keras gives the model the attribute with its first validation.
        if self.within_epoch or getattr(self.model, "stop_evaluating", False):
            return
        self.note(epoch, logs)
        self.tell()

    def note(self, epoch: int, logs: Mapping[str, Any] | None) -> bool:
        """Take an epoch as done, counted from 0, without telling of it yet.

        Returns:
            Whether it is the best so far.
        """
        now = self._said = time.perf_counter()
        metrics = as_numbers(logs)
        logged = metrics.pop("learning_rate", None)
        read = None
        # On a GPU it waits for the device, so not for each of thousands of epochs a second.
        if logged is None and now - self._learning_rate_read >= READ_EVERY:
            self._learning_rate_read = now
            # A model of somebody's own may have several optimizers, by names of its own, or none.
            optimizer = getattr(self.model, "optimizer", None)
            if optimizer is not None:
                # By way of NumPy: shared among devices it is no number by itself.
                read = float(keras.ops.convert_to_numpy(optimizer.learning_rate))
        self.epochs = number = epoch + 1
        seconds = now - self._epoch_began
        self._waiting.append((number, metrics, logged, read, now, seconds, logs))
        return self.best.consider(number, metrics)

    def tell(self) -> None:
        """Tell of the epochs that were noted, in any thread."""
        if not self._waiting:
            return
        with self._telling:
            at_zero = time.time() - time.perf_counter()
            while self._waiting:
                self._tell_of(at_zero, *self._waiting.popleft())

    def _tell_of(
        self,
        at_zero: float,
        epoch: int,
        metrics: dict[str, float],
        logged: float | None,
        read: float | None,
        ended: float,
        seconds: float,
        logs: Mapping[str, Any] | None,
    ) -> None:
        """Tell of an epoch.

        Args:
            at_zero: the Unix time at which ``perf_counter`` was zero.
            epoch: which, from 1.
            metrics: each as one number.
            logged: the learning rate, where a callback logged it.
            read: the optimizer's, where it was read when the epoch ended.
            ended: when it did, by ``perf_counter``.
            seconds: how long it took.
            logs: what Keras logged.
        """
        self._replays = self._replays and self._told.says(epoch, metrics)
        rate = self._learning_rate_of(epoch, read if logged is None else logged)
        self.last = done = Epoch(at_zero + ended, epoch, metrics, rate, seconds)
        if done.is_finite:
            self.not_finite_since = None
        elif self.not_finite_since is None:
            self.not_finite_since = epoch
        if not self._replays:
            self._log.add(done)
            self._say_several(logs)

    def _say_several(self, logs: Mapping[str, Any] | None) -> None:
        """Tell that a metric's values, one a class, are shown as one."""
        if self._several or not logs:
            return
        for name, size in with_several_values(logs).items():
            self._several.add(name)
            if not name.startswith("val_"):
                text = f"{name} has {size} values, one a class: what is shown is their mean"
                self._log.add(Notice(time.time(), text))
        self._several.add("")

    def _learning_rate_of(self, epoch: int, known: float | None) -> float:
        """The learning rate an epoch was trained with; NaN where there is none to know of.

        Args:
            epoch: which, from 1.
            known: what a callback that changes it logged, or what was read; None for neither.
        """
        before = self._learning_rate
        if known is None:
            return math.nan if before is None else before
        # What a person asked for is told already; read back it is a float32.
        if before is not None and math.isclose(before, known, rel_tol=_FLOAT32):
            return known
        self._learning_rate = known
        if before is not None and not self._replays:
            self._log.add(LearningRate(time.time(), epoch, known))
        return known
