"""The runs of a folder as a list shows them: summarised again and again at little cost, filtered
and ordered."""

from __future__ import annotations

import math
import os
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Any, TypeAlias

from kertasks.runs.event_file.event_reader import EventReader
from kertasks.runs.event_file.events import Failed
from kertasks.runs.folder import RunFolder
from kertasks.runs.history import RunHistory
from kertasks.runs.home.bin import RunBin
from kertasks.runs.home.store import RunStore
from kertasks.runs.home.summary import RunSummary, summarise, summarise_odd
from kertasks.runs.manifest import Origin
from kertasks.text.numbers import is_share
from kertasks.text.result import not_finite

_TELL_EVERY = 0.1
"""Seconds between two looks at what was found so far."""


_READ = ("run.json", "label.json", "baselines.json", "events.jsonl")
"""The files a summary is made of."""

Age: TypeAlias = tuple[tuple[int, int] | None, ...]
"""When each of those was written, and its bytes; None for one that is not there."""

OverRuns: TypeAlias = dict[str, tuple[Age, RunSummary, bool]]
"""Runs that were over when they were read, by id, each with whether its best epoch, if any, is
known."""


class RunSummaries:
    """Summarises a store's runs; one that is over is read again only when its files changed.

    Args:
        source: whose runs.
        over: where those that are over are kept; shared, nobody reads them twice.
        with_best: whether the best epoch is looked for where the end of the events does not tell
            it, and how many a run that goes on plans; for that all events are read once.
        leave_out: ids of runs that are not looked at.
        slices: of such a run's events to read at a time, ``event_reader.SLICE`` bytes each: a
            list must not wait for a long log. Its best epoch is unknown until all are read;
            None reads all at once.

    Blocks on files: call it from a thread, one at a time.
    """

    def __init__(
        self,
        source: RunStore | RunBin,
        over: OverRuns | None = None,
        *,
        with_best: bool = False,
        slices: int | None = None,
        leave_out: Collection[str] = (),
    ) -> None:
        self._source = source
        self._leave_out = leave_out
        self._with_best = with_best
        self._slices = slices
        self._over: OverRuns = {} if over is None else over
        self._followed: dict[str, tuple[RunHistory, EventReader]] = {}
        self._latest: list[tuple[RunFolder, RunSummary]] = []
        self.behind = False
        """Whether a run has events that were not read yet, for which ``read_running`` is there."""

    def read(self, tell: Callable[[list[RunSummary]], None] | None = None) -> list[RunSummary]:
        """Summarise every run that began, newest first, and whatever else lies among them.

        Args:
            tell: is given those found so far, now and then, where it takes long.

        Raises:
            HomeNotReadable: the runs cannot be listed.
        """
        self.behind = False
        listing = self._source.listing()
        found = [(RunFolder(path), summarise_odd(path, why)) for path, why in listing.odd.items()]
        told = time.monotonic()
        for run in listing.runs:
            if run.id in self._leave_out:
                continue
            summary = self._summary(run)
            if summary is not None:
                found.append((run, summary))
            if tell is not None and time.monotonic() - told > _TELL_EVERY:
                tell(with_fits([summary for _, summary in found]))
                told = time.monotonic()
        self._latest = found
        return newest_first(with_fits([summary for _, summary in found]))

    def read_running(self) -> list[RunSummary]:
        """Summarise the runs of the last ``read``; those that went on then, and those of which
        not all was read, are read again."""
        self.behind = False
        found = []
        for run, before in self._latest:
            again = before.state.goes_on or run.id in self._followed
            summary = self._summary(run) if again else before
            if summary is not None:
                found.append((run, summary))
        self._latest = found
        return newest_first(with_fits([summary for _, summary in found]))

    def _summary(self, run: RunFolder) -> RunSummary | None:
        age = _age(run)
        kept = self._over.get(run.id)
        if kept is not None and kept[0] == age and (kept[2] or not self._with_best):
            return kept[1]
        summary = summarise(run)
        if summary is None:
            return None
        if not summary.state.is_over:
            return self._with_all_told(run, summary)[0] if self._with_best else summary
        # The best epoch of a run without an end may lie before what was looked at.
        known = summary.best_epoch is not None
        if self._with_best and not known:
            summary, known = self._with_all_told(run, summary)
        # What is damaged may be mended without a change of these files.
        if (known or not self._with_best) and not summary.damage:
            self._followed.pop(run.id, None)
            self._over[run.id] = age, summary, known
        return summary

    def _with_all_told(self, run: RunFolder, summary: RunSummary) -> tuple[RunSummary, bool]:
        """What all events of a run tell, once they are read, and whether they are."""
        is_new = run.id not in self._followed
        new = RunHistory(), EventReader(run.events_path)
        history, reader = self._followed.setdefault(run.id, new)
        # The list is there before the logs of many runs that were lost are read.
        waits = is_new and summary.state.is_over and self._slices is not None
        whole = not waits and history.read_more(reader, self._slices)
        self.behind = self.behind or not whole
        if summary.state.goes_on:
            summary = replace(summary, planned=history.planned or summary.planned)
        if whole and (history.started is not None or history.epochs):
            best, since = history.best, history.not_finite_since
            summary = replace(summary, finding=history.alarm)
            summary = replace(summary, best_epoch=best.epoch, best=best.metrics)
            if since is not None:
                summary = replace(summary, not_finite_since=since)
                if not isinstance(history.ended, Failed):
                    summary = replace(summary, result=not_finite(since))
            if history.latest is not None and history.started is not None:
                summary = replace(summary, seconds=history.elapsed(history.latest))
        return summary, whole


def summary_in_list(run: RunFolder) -> RunSummary | None:
    """One run as a list shows it whose best epochs are known; None where nothing is there."""
    return RunSummaries(RunStore(run.path.parents[1]), with_best=True)._summary(run)


def _age(run: RunFolder) -> Age:
    return tuple(_written(f"{run.path}/{name}") for name in _READ)


def _written(path: str) -> tuple[int, int] | None:
    try:
        status = os.stat(path)  # noqa: PTH116 (a thousand at a time)
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


class SortKey(StrEnum):
    """What a list of runs is sorted by."""

    WHEN = "when"
    STATE = "state"
    TASK = "task"
    RECIPE = "recipe"
    EPOCHS = "epochs"
    BEST = "best loss"
    TEST = "test"
    GAIN = "on baseline"
    TIME = "time"
    DEVICE = "device"


def matches(run: RunSummary, text: str) -> bool:
    """Whether a run answers a filter.

    Every word must be part of its id, that of its group, its task, recipe, state,
    device, host, name, tags or note, whatever the case; a word that begins with ``#`` must be the
    start of a tag.
    """
    words = text.casefold().split()
    if not words:
        return True
    label = run.label
    tags = [tag.casefold() for tag in label.tags]
    facts = (run.id, run.group or "", run.task, run.recipe, run.state.value, run.device, run.host)
    everything = "\n".join((*facts, label.name, *tags, label.note)).casefold()
    return all(
        any(tag.startswith(word[1:]) for tag in tags) if word[0] == "#" else word in everything
        for word in words
    )


def newest_first(runs: Iterable[RunSummary]) -> list[RunSummary]:
    """The order wherever runs are listed, and in which the first is ``last``; of runs that began
    at the same moment the greater id is first."""
    return sorted(runs, key=lambda run: (run.created, run.id), reverse=True)


def with_fits(runs: Sequence[RunSummary]) -> list[RunSummary]:
    """The runs of a list, those of one start of a script numbered in the order they began in."""
    groups = defaultdict(list)
    for run in runs:
        if run.origin is Origin.SCRIPT:
            groups[run.group or run.id].append(run)
    fits = {
        run.id: (number, len(group))
        for group in groups.values()
        if len(group) > 1
        for number, run in enumerate(sorted(group, key=lambda one: (one.created, one.id)), start=1)
    }
    return [replace(run, fit=fits[run.id]) if run.id in fits else run for run in runs]


def ordered(
    runs: Iterable[RunSummary], by: SortKey = SortKey.WHEN, *, reverse: bool = False
) -> list[RunSummary]:
    """Runs that are known to go on first, then the others, each by the key and among equals the
    newest first.

    Numbers begin with what a person looks for: the newest, the most epochs, the lowest loss,
    the best test result. A run without the value comes last, whichever the direction.
    """
    value = _VALUES[by]
    newest = newest_first(runs)
    known = [run for run in newest if value(run) is not None]
    known.sort(key=value, reverse=reverse)
    unknown = [run for run in newest if value(run) is None]
    return sorted([*known, *unknown], key=lambda run: not run.state.goes_on)


def _best(run: RunSummary) -> float | None:
    found = run.best_loss
    return None if found is None or math.isnan(found[1]) else found[1]


def _test(run: RunSummary) -> tuple[str, float] | None:
    found = run.test_value
    if found is None or math.isnan(found[1]):
        return None
    name, value = found
    return name, -value if is_share(name) else value


def _gain(run: RunSummary) -> tuple[str, float] | None:
    if run.gain is None or run.baseline is None:
        return None
    return run.baseline.metric, -run.gain


_VALUES: dict[SortKey, Callable[[RunSummary], Any]] = {
    SortKey.WHEN: lambda run: -run.created,
    SortKey.STATE: lambda run: run.state.value,
    SortKey.TASK: lambda run: (run.task, run.recipe.casefold()),
    SortKey.RECIPE: lambda run: run.title.casefold(),
    SortKey.EPOCHS: lambda run: -run.epochs,
    SortKey.BEST: _best,
    SortKey.TEST: _test,
    SortKey.GAIN: _gain,
    SortKey.TIME: lambda run: None if run.seconds is None else -run.seconds,
    SortKey.DEVICE: lambda run: run.device or None,
}
