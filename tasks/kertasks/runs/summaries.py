"""The runs of a folder, summarised again and again at little cost."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol, TypeAlias

from kertasks.runs.event_reader import EventReader
from kertasks.runs.folder import RunFolder
from kertasks.runs.history import RunHistory
from kertasks.runs.listing import newest_first
from kertasks.runs.summary import RunSummary, summarise

_TELL_EVERY = 0.1
"""Seconds between two looks at what was found so far."""


class HasRuns(Protocol):
    """A store or its bin."""

    def runs(self) -> list[RunFolder]:
        """Every run, by its id from the newest on."""


_READ = ("run.json", "label.json", "events.jsonl")
"""The files a summary is made of."""

Age: TypeAlias = tuple[tuple[int, int] | None, ...]
"""When each of those was written, and its bytes; None for one that is not there."""

OverRuns: TypeAlias = dict[str, tuple[Age, RunSummary]]
"""Runs that were over when they were read, by id."""


class RunSummaries:
    """Summaries of a store's runs; one that is over is read again only when its files changed.

    Args:
        source: whose runs.
        over: where those that are over are kept; shared, nobody reads them twice.
        with_best: whether the best epoch of a run that goes on, and how many it plans, are looked
            for, for which all its events are read once.
        slices: of such a run's events to read at a time, ``event_reader.SLICE`` bytes each: a
            list must not wait for a long log. Its best epoch is unknown until all are read;
            None reads all at once.

    Blocks on files: call it from a thread, one at a time.
    """

    def __init__(
        self,
        source: HasRuns,
        over: OverRuns | None = None,
        *,
        with_best: bool = False,
        slices: int | None = None,
    ) -> None:
        self._source = source
        self._with_best = with_best
        self._slices = slices
        self._over: OverRuns = {} if over is None else over
        self._followed: dict[str, tuple[RunHistory, EventReader]] = {}
        self._latest: list[tuple[RunFolder, RunSummary]] = []

    def read(self, tell: Callable[[list[RunSummary]], None] | None = None) -> list[RunSummary]:
        """Every run that began, newest first.

        Args:
            tell: is given those found so far, now and then, where it takes long.
        """
        found = []
        told = time.monotonic()
        for run in self._source.runs():
            summary = self._summary(run)
            if summary is not None:
                found.append((run, summary))
            if tell is not None and time.monotonic() - told > _TELL_EVERY:
                tell([summary for _, summary in found])
                told = time.monotonic()
        self._latest = found
        return newest_first(summary for _, summary in found)

    def read_running(self) -> list[RunSummary]:
        """The same runs as at the last ``read``; those that went on then are read again."""
        found = []
        for run, before in self._latest:
            summary = before if before.state.is_over else self._summary(run)
            if summary is not None:
                found.append((run, summary))
        self._latest = found
        return newest_first(summary for _, summary in found)

    def _summary(self, run: RunFolder) -> RunSummary | None:
        age = _age(run)
        kept = self._over.get(run.id)
        if kept is not None and kept[0] == age:
            return kept[1]
        summary = summarise(run)
        if summary is None:
            return None
        if summary.state.is_over:
            self._over[run.id] = age, summary
            self._followed.pop(run.id, None)
        elif self._with_best:
            new = RunHistory(), EventReader(run.events_path)
            history, reader = self._followed.setdefault(run.id, new)
            whole = history.read_more(reader, self._slices)
            summary = replace(summary, planned=history.planned or summary.planned)
            if whole:
                best = history.best
                summary = replace(summary, best_epoch=best.epoch, best=best.metrics)
        return summary


def _age(run: RunFolder) -> Age:
    return tuple(_written(f"{run.path}/{name}") for name in _READ)


def _written(path: str) -> tuple[int, int] | None:
    try:
        status = os.stat(path)  # noqa: PTH116 (a thousand at a time)
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size
