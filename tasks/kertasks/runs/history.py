"""What is known of a run from its events: columns of numbers and what it is doing now."""

from __future__ import annotations

import math
from array import array
from collections.abc import Mapping, Sequence
from itertools import chain, count, groupby
from operator import itemgetter
from pathlib import Path

from kertasks.runs.commands import SteeringCommand
from kertasks.runs.event_reader import EventReader
from kertasks.runs.events import (
    Checkpointed,
    Compiled,
    Compiling,
    Control,
    Ended,
    Epoch,
    Event,
    Failed,
    Finished,
    LearningRate,
    Machine,
    Notice,
    Paused,
    Planned,
    Progress,
    Resumed,
    Resuming,
    Started,
    Stopped,
)
from kertasks.runs.state import RunState


class BestEpoch:
    """The epoch of the lowest validation loss, or training loss where nothing is held out.

    Of two that are as good the earlier one is best.

    Args:
        epoch: the best one of those before, from 1.
        metrics: of that epoch.
    """

    def __init__(
        self, epoch: int | None = None, metrics: Mapping[str, float] | None = None
    ) -> None:
        self.epoch = epoch
        """From 1; None while no epoch has such a loss."""

        self.metrics = metrics or {}
        """What was measured in that epoch, by Keras's names."""

        self._name = "val_loss" if "val_loss" in self.metrics else "loss"
        self.loss = self.metrics.get(self._name, math.inf)
        """The lowest one; infinite while there is none."""

    def take(self, epochs: Sequence[Epoch]) -> None:
        """Take the next epochs, in their order."""
        if self._name == "loss" and any("val_loss" in epoch.metrics for epoch in epochs):
            self._name, self.loss = "val_loss", math.inf
            self.epoch, self.metrics = None, {}
        losses = [epoch.metrics.get(self._name, math.nan) for epoch in epochs]
        lowest = min((loss for loss in losses if loss < self.loss), default=None)
        if lowest is not None:
            best = epochs[losses.index(lowest)]
            self.loss, self.epoch, self.metrics = lowest, best.epoch, best.metrics


class RunHistory:
    """All that is known of a run. It is fed with events in their order; every column has one value
    an epoch, NaN for none."""

    def __init__(self) -> None:
        self.started: Started | None = None
        self.ended: Ended | None = None
        self.compiling = False
        """Whether it compiles right now."""

        self.xla: bool | None = None
        """Whether XLA compiled the epochs; None where nothing says so."""

        self.progress: Progress | None = None
        """Within the epoch under way; None at the start of one."""

        self.planned: int | None = None
        """Epochs to train in all; None before the start says."""

        self.paused: Paused | None = None
        """Where it waits, while it does."""

        self.resumed: Resumed | None = None
        """Where it went on last."""

        self.resuming = False
        """Whether a new trainer process makes ready to go on."""

        self.until: SteeringCommand | None = None
        """``EPOCH`` or ``BATCH`` while it trains to the end of one and will pause there."""

        self.stopping = False
        """Whether it was told to stop and has not ended yet."""

        self.idle = 0.0
        """Seconds, up to where it went on last, in which it was paused, over or lost."""

        self.latest: float | None = None
        """When the latest event was written, Unix time."""

        self.checkpoint: Checkpointed | None = None
        """The checkpoint that was written last."""

        self.machine: Machine | None = None
        """How busy the run's host was when it last said."""

        self.notices: list[Notice] = []
        self.controls: list[Control] = []
        self.learning_rate_changes: list[LearningRate] = []
        self.last: Epoch | None = None
        """The latest epoch done."""

        self.epoch_numbers: array[int] = array("q")
        """From 1, in the order done; ``column(name)[i]`` belongs to ``epoch_numbers[i]``."""

        self.learning_rates: array[float] = array("d")
        self.seconds: array[float] = array("d")
        self.best = BestEpoch()

        self._taken_up: Resuming | None = None
        """While a new trainer process makes ready and has not said yet where it goes on."""

        self._columns: dict[str, array[float]] = {}

    @classmethod
    def read(cls, events_path: Path) -> RunHistory:
        """Read all that a run's events say now; an empty history where there are none."""
        history = cls()
        history.read_more(EventReader(events_path))
        return history

    def read_more(self, reader: EventReader, slices: int | None = None) -> bool:
        """Take what a reader finds; False while there is more for it to read.

        Args:
            reader: of the run's events.
            slices: to read at most, ``event_reader.SLICE`` bytes each; all of them for None.
        """
        for _ in count() if slices is None else range(slices):
            self.add_all(reader.read())
            if not reader.behind:
                return True
        return False

    @property
    def epochs(self) -> int:
        """How many epochs are done."""
        return len(self.epoch_numbers)

    @property
    def best_epoch(self) -> int | None:
        """Of the lowest validation loss, or training loss where nothing is held out."""
        return self.best.epoch

    @property
    def state(self) -> RunState:
        """What its events say that it is doing; that its trainer is lost they cannot say."""
        match self.ended:
            case Finished():
                return RunState.FINISHED
            case Stopped():
                return RunState.STOPPED
            case Failed():
                return RunState.FAILED
        return RunState.RUNNING if self.paused is None else RunState.PAUSED

    @property
    def replaying(self) -> bool:
        """Whether it trains epochs again that a lost trainer told of after its last checkpoint."""
        resumed, last = self.resumed, self.last
        if resumed is None or last is None or self.ended is not None:
            return False
        return resumed.epoch < last.epoch and last.t <= resumed.t

    def elapsed(self, now: float) -> float:
        """Seconds it trained since its start, without what it lay still; NaN before the start.

        Args:
            now: Unix time in seconds; for a run whose trainer is lost, that of its last event.
        """
        if self.started is None:
            return math.nan
        if self.ended is not None:
            now = self.ended.t
        elif (rest := self.paused or self._taken_up) is not None:
            now = rest.t
        return max(0.0, now - self.started.t - self.idle)

    @property
    def metric_names(self) -> tuple[str, ...]:
        """Keras's names in the order they first came: ``loss``, ``accuracy``, ``val_loss``, …"""
        return tuple(self._columns)

    def column(self, name: str) -> array[float]:
        """One metric over the epochs; NaN where an epoch has none. Empty for an unknown name.

        The array is the history's own and grows with it: read it, do not keep it.
        """
        return self._columns.get(name, array("d"))

    def value_at(self, name: str, epoch: int) -> float:
        """A metric's value at an epoch, from 1; NaN where there is none."""
        column = self.column(name)
        at = epoch - self.epoch_numbers[0] if self.epoch_numbers else -1
        return column[at] if 0 <= at < len(column) else math.nan

    def add(self, event: Event) -> None:
        """Take the next event."""
        self.add_all((event,))

    def add_all(self, events: Sequence[Event]) -> None:
        """Take the events in their order."""
        # A log of 200,000 epochs is taken in as columns, in a fraction of the time.
        for kind, alike in groupby(events, type):
            if kind is Epoch:
                self._add_epochs(list(alike))  # type: ignore[arg-type]  # all of that kind
            else:
                for event in alike:
                    self._take(event)
                    self.latest = event.t

    def _take(self, event: Event) -> None:
        match event:
            case Progress():
                self.compiling = self.resuming = False
                self.progress = event
            case Compiling():
                self.compiling = event.seconds is None
            case Compiled():
                self.xla = event.xla
            case Started():
                self.started = event
                self.planned = event.epochs
            case Planned():
                self.planned = event.epochs
            case Paused():
                self.paused = event
                self.until, self.resuming = None, False
            case Resuming():
                self._end_rest(event.t)
                self._taken_up = event
                self.until, self.resuming, self.progress = None, True, None
            case Resumed():
                self._resume(event)
            case Checkpointed():
                self.checkpoint = event
            case Machine():
                self.machine = event
            case Notice():
                self.notices.append(event)
            case Control():
                self._add_control(event)
            case LearningRate():
                self.learning_rate_changes.append(event)
            case Finished() | Stopped() | Failed():
                if self.paused is not None or self._taken_up is not None:
                    self._end_rest(event.t)
                self.ended = event
                self.compiling = self.resuming = self.stopping = False
                self.progress = self.until = None

    def _resume(self, event: Resumed) -> None:
        # Out of a pause it goes on in the same process, told for how long; else in a new one.
        if self.paused is None:
            self.until, self.resuming, self.progress = None, True, None
        self._end_rest(event.t)
        self.resumed = event

    def _end_rest(self, now: float) -> None:
        lay_since = self.paused or self.ended or self._taken_up
        since = lay_since.t if lay_since is not None else self.latest
        self.idle += max(0.0, now - since) if since is not None else 0.0
        self.paused = self.ended = self._taken_up = None
        self.stopping = False

    def _add_control(self, event: Control) -> None:
        self.controls.append(event)
        if event.refused is not None:
            return
        match event.command:
            case SteeringCommand.EPOCH | SteeringCommand.BATCH:
                self.until = SteeringCommand(event.command)
            case SteeringCommand.PAUSE | SteeringCommand.RESUME:
                self.until = None
            case SteeringCommand.STOP | SteeringCommand.STOP_BEST:
                self.stopping = True

    def _add_epochs(self, epochs: list[Epoch]) -> None:
        done, columns = self.epochs, self._columns
        self.compiling = self.resuming = False
        self.progress = None
        self.last = epochs[-1]
        self.latest = self.last.t
        self.epoch_numbers.extend([epoch.epoch for epoch in epochs])
        self.learning_rates.extend([epoch.learning_rate for epoch in epochs])
        self.seconds.extend([epoch.seconds for epoch in epochs])
        metrics = [epoch.metrics for epoch in epochs]
        for name in dict.fromkeys(chain(columns, *metrics)):
            if name not in columns:
                columns[name] = array("d", [math.nan]) * done
            try:
                values = list(map(itemgetter(name), metrics))
            except KeyError:
                values = [each.get(name, math.nan) for each in metrics]
            columns[name].extend(values)
        self.best.take(epochs)
