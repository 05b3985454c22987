"""What is known of a run from its events: columns of numbers and what it is doing now."""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, count, groupby, pairwise
from operator import itemgetter
from pathlib import Path

from kertasks.runs.advice.finding import Finding
from kertasks.runs.advice.found import FoundInRun
from kertasks.runs.best_epoch import BestEpoch
from kertasks.runs.event_file.event_reader import EventReader
from kertasks.runs.event_file.events import (
    LOSSES,
    Advised,
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
    ScriptExited,
    Started,
    Stopped,
)
from kertasks.runs.state import RunState
from kertasks.runs.steering.commands import SteeringCommand


def state_of(ended: Ended) -> RunState:
    """The state that an end leaves a run in: its event has the name of it."""
    return RunState(str(ended.__struct_config__.tag))


class RunHistory:
    """All that is known of a run. It is fed with events in their order; every column has one value
    an epoch, NaN for none.

    Each epoch is in it once, of the weights that are kept: what a resumed trainer tells otherwise
    takes the place of what the lost one told.
    """

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
        """Epochs to train in all; None before the start says, and where nobody does."""

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

        self._trained_until: tuple[float, float] = 0.0, 0.0
        """When its trainer last said for how long it had trained, or when it began or went on, in
        Unix time, and the seconds it had trained by then. A trainer measures them by a clock that
        nobody sets."""

        self.latest: float | None = None
        """When the latest event was written, Unix time."""

        self.checkpoint: Checkpointed | None = None
        """The checkpoint that was written last."""

        self.machine: Machine | None = None
        """How busy the run's host was when it last said."""

        self.script_status: int | None = None
        """What the program that trained it exited with; None where it did not say."""

        self.notices: list[Notice] = []
        self.controls: list[Control] = []
        self.learning_rate_changes: list[LearningRate] = []
        self._found = FoundInRun()
        self.last: Epoch | None = None
        """The latest epoch done."""

        self.epoch_numbers: array[int] = array("q")
        """From 1, in the order done; ``column(name)[i]`` belongs to ``epoch_numbers[i]``."""

        self.learning_rates: array[float] = array("d")
        self.seconds: array[float] = array("d")
        self.times: array[float] = array("d")
        """When each epoch was done, Unix time."""

        self.best = BestEpoch()
        self.rewritten = 0
        """How often epochs were taken back: whoever keeps something made of the columns makes it
        anew."""

        self._told_anew = True
        """Whether an epoch was told since it was last resumed."""

        self._changes_before = 0
        """How many changes of the learning rate were told before it was last resumed."""

        self._looked_at = 0
        """Epochs whose losses were looked at for ``not_finite_since``."""

        self._not_finite_since: int | None = None
        self._taken_up: Resuming | None = None
        """While a new trainer process makes ready and has not said yet where it goes on."""

        self._columns: dict[str, array[float]] = {}
        self._missing: dict[str, set[int]] = {}
        """By metric the epochs that were told without it, as where only every second one is
        validated: no value is another thing than one that is no number."""

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
    def findings(self) -> tuple[tuple[int, Finding], ...]:
        """What was found while it trained and holds, each with the epoch, the newest last; a code
        of a layer is there once."""
        return self._found.findings

    @property
    def alarm(self) -> Finding | None:
        """The worst of them that is more than worth knowing."""
        return self._found.alarm

    @property
    def best_epoch(self) -> int | None:
        """The best one, as ``BestEpoch`` says; None while there is none."""
        return self.best.epoch

    @property
    def not_finite_since(self) -> int | None:
        """The epoch since which a loss is no finite number; None where the last one is."""
        new = slice(self._looked_at, self.epochs)
        columns = [column for name in LOSSES if (column := self._columns.get(name)) is not None]
        # A sum tells of many at once that all are finite.
        if all(math.isfinite(sum(column[new])) for column in columns):
            self._not_finite_since = None if new.start < new.stop else self._not_finite_since
            self._looked_at = self.epochs
        for at in range(self._looked_at, self.epochs):
            if self._is_finite(at):
                self._not_finite_since = None
            elif self._not_finite_since is None:
                self._not_finite_since = self.epoch_numbers[at]
        self._looked_at = self.epochs
        return self._not_finite_since

    def not_finite_before(self, epoch: int) -> int | None:
        """The epoch since which a loss was no finite number when that one, from 1, was done."""
        since = None
        for at in range(min(bisect_left(self.epoch_numbers, epoch + 1), self.epochs) - 1, -1, -1):
            if self._is_finite(at):
                break
            since = self.epoch_numbers[at]
        return since

    def _is_finite(self, at: int) -> bool:
        metrics = self._metrics_at(at)
        return all(math.isfinite(metrics.get(name, 0.0)) for name in LOSSES)

    def _metrics_at(self, at: int) -> dict[str, float]:
        """What was told of the epoch at a place in the columns."""
        number, missing = self.epoch_numbers[at], self._missing
        return {
            name: column[at]
            for name, column in self._columns.items()
            if name not in missing or number not in missing[name]
        }

    def _place(self, epoch: int) -> int | None:
        """Where the columns have an epoch, from 1; None where it was not told."""
        at = bisect_left(self.epoch_numbers, epoch)
        return at if at < self.epochs and self.epoch_numbers[at] == epoch else None

    @property
    def state(self) -> RunState:
        """What its events say that it is doing; that its trainer is lost they cannot say."""
        if self.ended is not None:
            return state_of(self.ended)
        return RunState.RUNNING if self.paused is None else RunState.PAUSED

    @property
    def replaying(self) -> bool:
        """Whether it trains epochs again that a lost trainer told of after its last checkpoint."""
        resumed, last = self.resumed, self.last
        if resumed is None or last is None or self.ended is not None:
            return False
        return resumed.epoch < last.epoch and not self._told_anew

    def elapsed(self, now: float) -> float:
        """Seconds it trained since its start, without what it lay still; NaN before the start.

        Args:
            now: Unix time in seconds; for a run whose trainer is lost, that of its last event.
        """
        if self.started is None:
            return math.nan
        if self.ended is not None:
            if self.ended.trained is not None:
                return self.ended.trained
            now = self.ended.t
        elif (rest := self.paused or self._taken_up) is not None:
            now = rest.t
        then, trained = self._trained_until
        return trained + max(0.0, now - then)

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
        column, at = self.column(name), self._place(epoch)
        return column[at] if column and at is not None else math.nan

    def lacks(self, name: str, epoch: int) -> bool:
        """Whether an epoch, from 1, was told without this metric, which others have."""
        return epoch in self._missing.get(name, ())

    def says(self, epoch: int, metrics: Mapping[str, float]) -> bool:
        """Whether exactly these values were told of an epoch, from 1."""
        at = self._place(epoch)
        if at is None:
            return False
        told = self._metrics_at(at)
        return told.keys() == metrics.keys() and all(
            value == told[name] or (value != value and told[name] != told[name])
            for name, value in metrics.items()
        )

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
                self._trained_until = event.t, 0.0
                self.planned = event.epochs
                if not self.epochs:
                    self.best = BestEpoch(event.monitor)
            case Planned():
                self.planned = event.epochs
            case Paused():
                self.paused = event
                self._note_trained(event)
                self.until, self.resuming = None, False
            case Resuming():
                self._end_rest(event.t)
                self._taken_up = event
                self.until, self.resuming, self.progress = None, True, None
            case Resumed():
                self._resume(event)
            case Checkpointed():
                self.checkpoint = event
                self._note_trained(event)
            case Machine():
                self.machine = event
                self._note_trained(event)
            case Notice():
                self.notices.append(event)
            case ScriptExited():
                self.script_status = event.status
            case Advised():
                self._found.tell(event.epoch, event.finding, holds=event.holds)
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
                if not isinstance(event, Failed):
                    self._take_back(event.epochs + 1)

    def _resume(self, event: Resumed) -> None:
        # Out of a pause it goes on in the same process, told for how long; else in a new one.
        if self.paused is None:
            self.until, self.resuming, self.progress = None, True, None
            self._told_anew = False
            self._changes_before = len(self.learning_rate_changes)
        self._end_rest(event.t)
        self.resumed = event

    def _note_trained(self, event: Paused | Checkpointed | Machine) -> None:
        if event.trained is not None:
            self._trained_until = event.t, event.trained

    def _end_rest(self, now: float) -> None:
        # A lost trainer trained until its last event, as far as is known.
        trained = self.elapsed(now if self.latest is None else self.latest)
        self._trained_until = now, 0.0 if math.isnan(trained) else trained
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
        self.compiling = self.resuming = False
        self.progress = None
        numbers = [epoch.epoch for epoch in epochs]
        start = 0
        for at, (before, number) in enumerate(pairwise(numbers), start=1):
            if number <= before:
                self._append(epochs[start:at])
                start = at
        self._append(epochs[start:])
        self.latest = epochs[-1].t
        self._told_anew = True

    def _append(self, epochs: list[Epoch]) -> None:
        """Add epochs of rising numbers, in the place of those that are there from the first on."""
        self._take_back(epochs[0].epoch)
        done, columns = self.epochs, self._columns
        self.last = epochs[-1]
        self.epoch_numbers.extend([epoch.epoch for epoch in epochs])
        self.learning_rates.extend([epoch.learning_rate for epoch in epochs])
        self.seconds.extend([epoch.seconds for epoch in epochs])
        self.times.extend([epoch.t for epoch in epochs])
        metrics = [epoch.metrics for epoch in epochs]
        for name in dict.fromkeys(chain(columns, *metrics)):
            if name not in columns:
                columns[name] = array("d", [math.nan]) * done
                self._note_missing(name, self.epoch_numbers[:done])
            try:
                values = list(map(itemgetter(name), metrics))
            except KeyError:
                values = [each.get(name, math.nan) for each in metrics]
                self._note_missing(name, [e.epoch for e in epochs if name not in e.metrics])
            columns[name].extend(values)
        self.best.take(epochs)

    def _note_missing(self, name: str, numbers: Iterable[int]) -> None:
        found = set(numbers)
        if found:
            self._missing.setdefault(name, set()).update(found)

    def _take_back(self, number: int) -> None:
        """Forget the epochs from that number on: they were trained anew, or are not trained."""
        self._found.take_back(number)
        if self.last is None or self.last.epoch < number:
            return
        kept = bisect_left(self.epoch_numbers, number)
        del self.epoch_numbers[kept:]
        for column in (*self._columns.values(), self.learning_rates, self.seconds, self.times):
            del column[kept:]
        if not kept:
            self._columns = {}
        for name, numbers in self._missing.items():
            self._missing[name] = {each for each in numbers if each < number}
        changes = self.learning_rate_changes
        self.learning_rate_changes = [
            change
            for at, change in enumerate(changes)
            if at >= self._changes_before or change.epoch < number
        ]
        self._changes_before -= len(changes) - len(self.learning_rate_changes)
        self.rewritten += 1
        self._looked_at, self._not_finite_since = 0, None
        self.last = None
        self.best = BestEpoch(self.started.monitor if self.started is not None else None)
        for epoch in self.each_epoch():
            self.best.take((epoch,))
            self.last = epoch

    def each_epoch(self) -> Iterator[Epoch]:
        """The epochs as they were told."""
        for at, number in enumerate(self.epoch_numbers):
            metrics = self._metrics_at(at)
            rate, seconds = self.learning_rates[at], self.seconds[at]
            yield Epoch(self.times[at], number, metrics, rate, seconds)
