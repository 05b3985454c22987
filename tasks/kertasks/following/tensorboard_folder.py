"""A TensorBoard folder of one run: the numbers of its event files, put together to epochs.

Keras's callback writes two folders, ``train`` and ``validation``, each with an event file for
every call of ``fit``; PyTorch's ``SummaryWriter`` writes one folder, with steps of its own. Each
number is an event of its own and may reach the disk later than others of its epoch.
"""

from __future__ import annotations

import heapq
import math
import os
import time
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from kertasks.following.event_file import PATTERN, EventFile, Scalar
from kertasks.following.metric_names import (
    HELD_OUT,
    LEARNING_RATE,
    TRAINING,
    MetricName,
    metric_name,
)
from kertasks.runs.event_file.events import Epoch
from kertasks.text.numbers import grouped
from kertasks.text.plain_text import visible_name

SIDES = TRAINING | HELD_OUT
"""Names of the folders of one run."""

_WAIT = 3.0
"""Seconds that the rest of an epoch is waited for: the two files of Keras's callback are not
written at the same time."""

_OPEN = 1_000
"""Epochs at the end that can still be added to: TensorFlow writes a file every two minutes at
least."""

_MOST_METRICS = 500


@dataclass(slots=True)
class _Step:
    """What is known of one step."""

    t: float
    """When its first number was written, Unix time in seconds."""

    seen: float
    """When that was read here, by the monotonic clock."""

    metrics: dict[str, float] = field(default_factory=dict)
    rate: float = math.nan
    follows: bool = True
    """Whether it was trained right after the one before it."""


class _Training:
    """The steps of one training, as they come."""

    def __init__(self, started: float | None) -> None:
        self.started = started
        self.steps: list[int] = []
        self.of_epochs = False
        """Whether the steps are Keras's epochs; else an epoch is each step that has numbers."""

        self._rows: list[_Step] = []
        """Of the last steps, as many as can still be added to."""

        self._names: set[str] = set()
        """All metrics that any step has."""

        self._last: dict[tuple[str, str], int] = {}
        """By folder and tag, the step of the number that came last."""

        self._told = 0
        """How many steps are told."""

        self._changed = 0
        """The first step whose numbers were not told as they are now, by its place."""

    @property
    def _dropped(self) -> int:
        return len(self.steps) - len(self._rows)

    def is_ended_by(self, folder: str, scalar: Scalar) -> bool:
        """Whether a number is of another training: its series has begun again."""
        last = self._last.get((folder, scalar.tag))
        return last is not None and scalar.step <= last and scalar.step <= self.steps[0]

    def add(self, folder: str, scalar: Scalar, found: MetricName, now: float) -> None:
        """Take a number of the training into the epoch of its step."""
        series = folder, scalar.tag
        last = self._last.get(series)
        if last is not None and scalar.step <= last:
            self._go_back(scalar.step)
        self._last[series] = scalar.step
        if found.of_epochs and not self.of_epochs:
            # What came before is counted in batches.
            self.of_epochs = True
            self.steps, self._rows, self._told, self._changed = [], [], 0, 0
            self._names.clear()
        if self.of_epochs and not found.of_epochs:
            return
        at = self._place_of(scalar, now)
        if at < self._dropped:
            return
        row = self._rows[at - self._dropped]
        if found.name == LEARNING_RATE:
            row.rate = scalar.value
        elif found.name in row.metrics or len(row.metrics) < _MOST_METRICS:
            row.metrics[found.name] = scalar.value
            self._names.add(found.name)
        self._changed = min(self._changed, at)

    def _place_of(self, scalar: Scalar, now: float) -> int:
        """The place of a number's step. One between two steps that are there belongs to the
        first of them: it is counted otherwise than those."""
        steps = self.steps
        if not steps or scalar.step > steps[-1]:
            steps.append(scalar.step)
            wall = time.time()
            t = scalar.t if 0 <= scalar.t <= wall else wall
            self._rows.append(_Step(t, now))
            return len(steps) - 1
        return max(0, bisect_right(steps, scalar.step) - 1)

    def _go_back(self, step: int) -> None:
        """Forget the steps from one on: they are trained anew."""
        kept = bisect_left(self.steps, step)
        if kept < len(self.steps):
            del self._rows[max(0, kept - self._dropped) :]
            del self.steps[kept:]
        self._told, self._changed = min(self._told, kept), min(self._changed, kept)
        self._last = {series: min(last, step - 1) for series, last in self._last.items()}

    def take(self, now: float, *, all_of_it: bool = False) -> list[Epoch]:
        """The epochs that are complete, or were waited for long enough, and were not told before
        as they are now."""
        ready = len(self.steps)
        if not all_of_it:
            reached = self._reached()
            wall = time.time()
            while ready > max(self._told, self._dropped):
                row = self._rows[ready - 1 - self._dropped]
                waited = now - row.seen > _WAIT or wall - row.t > _WAIT
                has_all = len(row.metrics) == len(self._names) > 0
                if waited or has_all or self.steps[ready - 1] < reached:
                    break
                ready -= 1
        first = min(self._changed, self._told)
        epochs = [self._epoch(at) for at in range(first, ready) if self._has_numbers(at)]
        self._told = self._changed = max(self._told, ready)
        if (surplus := min(len(self._rows) - _OPEN, self._told - self._dropped)) > 0:
            del self._rows[:surplus]
        return epochs

    def _reached(self) -> int:
        """The step that all folders have come to."""
        by_folder = dict[str, int]()
        for (folder, _), last in self._last.items():
            by_folder[folder] = max(last, by_folder.get(folder, 0))
        return min(by_folder.values(), default=0)

    def _has_numbers(self, at: int) -> bool:
        return bool(self._rows[at - self._dropped].metrics)

    def _epoch(self, at: int) -> Epoch:
        row = self._rows[at - self._dropped]
        number = self.steps[at] + 1 if self.of_epochs else at + 1
        before = self.started if not at else None
        if at > self._dropped:
            before = self._rows[at - 1 - self._dropped].t
        seconds = row.t - before if before is not None and row.t > before else math.nan
        return Epoch(row.t, number, dict(row.metrics), row.rate, seconds)


class TensorBoardFolder:
    """Reads the epochs of one run in a TensorBoard folder; an ``EpochSource``.

    Args:
        path: of the folder.
    """

    behind = False

    def __init__(self, path: Path) -> None:
        self.path = path
        self.noted: list[str] = []
        self._files: dict[Path, EventFile] = {}
        self._names: dict[tuple[str, str], MetricName | None] = {}
        self._training = _Training(None)
        self._said: set[str] = set()

    @property
    def started(self) -> float | None:
        """When the training that was read last began, Unix time in seconds."""
        return self._training.started

    def read(self) -> list[list[Epoch]]:
        """Read the numbers that were written, by the time they were written at."""
        trainings: list[list[Epoch]] = [[]]
        now = time.monotonic()
        series = [self._scalars(folder, files) for folder, files in self._by_folder().items()]
        for _, folder, scalar, file in heapq.merge(*series, key=lambda each: each[0]):
            found = self._name(folder, scalar.tag)
            if found is None:
                continue
            if self._training.is_ended_by(folder, scalar):
                trainings[-1] += self._training.take(now, all_of_it=True)
                trainings.append([])
                self._training = _Training(file.began)
            elif self._training.started is None and not self._training.steps:
                self._training.started = file.began
            self._training.add(folder, scalar, found, now)
        trainings[-1] += self._training.take(now)
        self._note()
        return trainings

    def _by_folder(self) -> dict[str, list[EventFile]]:
        """The event files there are now, by the name of their folder in that of the run, each in
        the order they were begun in, which their names say."""
        found: dict[str, list[EventFile]] = {}
        for path in event_files(self.path):
            folder = "" if path.parent == self.path else path.parent.name
            file = self._files.setdefault(path, EventFile(path))
            found.setdefault(folder, []).append(file)
        return found

    def _scalars(
        self, folder: str, files: list[EventFile]
    ) -> Iterator[tuple[float, str, Scalar, EventFile]]:
        each = (((scalar, file) for scalar in file.read()) for file in files)
        for scalar, file in chain.from_iterable(each):
            yield scalar.t, folder, scalar, file

    def _name(self, folder: str, tag: str) -> MetricName | None:
        key = folder, tag
        if key not in self._names:
            if len(self._names) >= _MOST_METRICS:
                return None
            self._names[key] = metric_name(folder, tag)
        return self._names[key]

    def _note(self) -> None:
        for file in self._files.values():
            if file.damage:
                self._say(f"{visible_name(file.path.name)} is not read further: {file.damage}")
        steps = self._training.steps
        if not self._training.of_epochs and len(steps) > 1 and steps[1] - steps[0] > 1:
            first, second = map(grouped, steps[:2])
            self._say(f"its steps {first}, {second}, … are shown as epochs 1, 2, …")

    def _say(self, text: str) -> None:
        if text not in self._said:
            self._said.add(text)
            self.noted.append(text)


def event_files(run: Path) -> list[Path]:
    """The event files of one run, those of each folder in the order they were begun in.

    Args:
        run: the run's folder; that, and its folders for training and validation, may have some.
    """
    found = []
    for folder in (run, *_sides(run)):
        try:
            with os.scandir(folder) as entries:
                names = sorted(entry.name for entry in entries if _is_event_file(entry))
        except OSError:  # it went away
            continue
        found += [folder / name for name in names]
    return found


def _is_event_file(entry: os.DirEntry[str]) -> bool:
    return PATTERN in entry.name and entry.is_file()


def _sides(run: Path) -> list[Path]:
    try:
        with os.scandir(run) as entries:
            return [run / e.name for e in entries if e.name.casefold() in SIDES and e.is_dir()]
    except OSError:
        return []
