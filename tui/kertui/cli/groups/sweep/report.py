"""What a sweep came to, as lines for people and as plain data for programs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Protocol

from kertasks.groups.measures import unit_of
from kertasks.groups.sweep.results import (
    TrialResult,
    TrialState,
    importance_of,
    results_of,
    sweep_of,
)
from kertasks.text.numbers import clock, counted, grouped, metric_label, percent
from kertui.cli.columns import in_columns
from kertui.cli.progress.status_line import bar
from kertui.text.device_words import device_words, devices_said
from kertui.text.group_figures import metric_spread, metric_value, unit_of_task
from kertui.text.sweep_titles import short_value, sides_of, titles_of

if TYPE_CHECKING:
    from kertasks.groups.history import GroupHistory
    from kertasks.groups.sweep.results import SweepResults
    from kertasks.runs.history import RunHistory
    from kertui.cli.progress.status_line import StatusLine

_SHOWN = 10
"""Trials of the table."""

_LOOK_SHARE = 50
"""Times as long as the look at all trials takes, until the next one."""


class Tried(Protocol):
    """What is told of trials by what they are: a recipe, or a program."""

    @property
    def parts(self) -> list[str]:
        """What a trial consists of, in words; nothing where it is one run."""

    @property
    def holding_out(self) -> str:
        """What has rows held out."""

    def command(self, best: TrialResult) -> str:
        """The command that trains the best trial by itself."""

    def typed(self, path: str, text: str) -> Any:
        """A value as JSON has it."""


class SweepReport:
    """Tells of one sweep.

    Args:
        group: what its runs told; it may be told more.
        tried: what is of the kind of its trials.

    Raises:
        TypeError: it is a group of another kind.
    """

    def __init__(self, group: GroupHistory, tried: Tried) -> None:
        self._group = group
        self._asked = sweep_of(group)
        self._planned = group.group.planned_epochs()
        self._tried = tried
        self._unit = unit_of_task(group)
        self._seen: SweepResults | None = None
        self._look_not_before = 0.0

    def title(self) -> str:
        """What was asked, in a line."""
        record, asked = self._group.record, self._asked
        each = self._tried.parts
        of = f" of {' and '.join(each)}" if each else ""
        what = "; ".join(f"{one.path}={one.spelled}" for one in asked.dimensions)
        trials = f"{counted(asked.trials, 'trial')}{of} by {asked.search}"
        return f"{record.task}, {record.recipe}: {trials}\n{what}"

    def progress(self, line: StatusLine, taken: float) -> list[str]:
        """How far it is, in words; none while no epoch is done.

        Args:
            line: they are shown on.
            taken: seconds since the first epoch was done.
        """
        members = self._group.members.values()
        going = [one for one in members if one.history.ended is None]
        if len(going) == len(members) and not any(one.history.epochs for one in going):
            return []
        results, asked = self._look(), self._asked
        said = [f"{results.over}/{asked.trials} trials"]
        if going:
            said.append(f"{counted(len(going), 'run')} going")
        under_way = sum(self._done(one.history) for one in going)
        share = (results.over * len(asked.parts) + under_way) / asked.runs
        if line.live:
            said.append(f"{bar(share, 8, line.signs)} {share:4.0%}")
            if taken and 0 < share < 1:
                said.append(f"{clock(taken * (1 - share) / share)} left")
        best = results.best
        if best is not None:
            name = results.judge.name
            value = metric_value(name, best.value.mean, self._unit)
            said.append(f"best {value} (trial {best.number})")
        return said

    def _done(self, history: RunHistory) -> float:
        """The part of a run that is done, 0 to 1."""
        planned = self._planned or history.planned or 1
        return min(1.0, history.epochs / planned)

    def _look(self) -> SweepResults:
        """All trials, looked at as often as takes 2 % of the time."""
        now = time.monotonic()
        if self._seen is None or now >= self._look_not_before:
            self._seen = results_of(self._group)
            ended = time.monotonic()
            self._look_not_before = ended + _LOOK_SHARE * (ended - now)
        return self._seen

    def whole(self) -> str:
        """How many of its trials are over, and how, in words."""
        results = results_of(self._group)
        counts = [
            (state, sum(one.state is state for one in results.ranking)) for state in TrialState
        ]
        said = [f"{grouped(count)} {state}" for state, count in counts if count]
        begun = f" ({', '.join(said)})" if len(said) > 1 else ""
        of = f"{results.over} of " if results.over < self._asked.trials else ""
        return f"{of}{counted(self._asked.trials, 'trial')}{begun} of {self._group.group.id}"

    def lines(self) -> Iterator[str]:
        """The best trials as a table, what explains the differences, and the next step."""
        results = results_of(self._group)
        if not results.ranking:
            yield "no trial has begun"
            return
        yield from self._table(results)
        reasons: dict[str, int] = {}
        for one in results.ranking:
            if one.state is TrialState.FAILED:
                reasons[one.reason] = reasons.get(one.reason, 0) + 1
        for reason, count in reasons.items():
            yield f"{counted(count, 'trial')} failed: {reason}"
        if not results.judge.name.startswith("val_"):
            held_out = self._tried.holding_out
            yield f"ranked by the rows they are trained on, for none are held out: {held_out}"
        importance = importance_of(self._group.group)
        if importance and len(importance) > 1:
            ranked = sorted(importance.items(), key=lambda pair: -pair[1])
            yield f"importance: {', '.join(f'{path} {percent(share)}' for path, share in ranked)}"
        if results.best is not None and results.over == results.asked:
            yield f"best: {self._tried.command(results.best)}"

    def _table(self, results: SweepResults) -> Iterator[str]:
        name, unit = results.judge.name, self._unit
        titles = titles_of(results.dimensions)
        shown = results.ranking[:_SHOWN]
        words = device_words(device for one in results.ranking for device in one.devices)
        device = ["device"] if words else []
        rows = [("rank", "trial", metric_label(name), "best epoch", *titles, *device, "")]
        for rank, one in enumerate(shown, start=1):
            is_ranked = one.state is TrialState.FINISHED
            rows.append(
                (
                    str(rank) if is_ranked else "",
                    str(one.number),
                    self._value(name, one, unit),
                    _epochs(one),
                    *map(short_value, one.values),
                    *([devices_said(one.devices, words)] if words else []),
                    "" if is_ranked else str(one.state),
                )
            )
        if all(row[-1] == "" for row in rows):
            rows = [row[:-1] for row in rows]
        yield from in_columns(rows, f"rrrr{sides_of(results.dimensions)}ll"[: len(rows[0])])
        if len(results.ranking) > len(shown):
            yield f"and {counted(len(results.ranking) - len(shown), 'more trial')}; --json has all"

    def _value(self, name: str, one: TrialResult, unit: str | None) -> str:
        if not one.best_epochs:
            return ""
        if len(self._asked.parts) == 1:
            return metric_value(name, one.value.mean, unit)
        return metric_spread(name, one.value.mean, one.value.sd, unit)

    def results(self) -> dict[str, Any]:
        """What it came to, for programs."""
        results = results_of(self._group)
        ranking = [self._plain(one) for one in results.ranking]
        return {
            "metric": results.judge.name,
            "mode": results.judge.mode,
            "unit": unit_of(results.judge.name, self._unit),
            "best": None if results.best is None else ranking[0],
            "importance": importance_of(self._group.group),
            "ranking": ranking,
        }

    def _plain(self, one: TrialResult) -> dict[str, Any]:
        pairs = zip(self._asked.dimensions, one.values, strict=True)
        said: dict[str, Any] = {
            "trial": one.number,
            "state": str(one.state),
            "value": one.value.mean if one.best_epochs else None,
            "sd": one.value.sd if one.best_epochs else None,
            "values": {each.path: self._tried.typed(each.path, value) for each, value in pairs},
            "best_epochs": list(one.best_epochs),
            "epochs": one.epochs,
            "runs": list(one.runs),
            "devices": list(one.devices),
        }
        return said | {"reason": one.reason} if one.reason else said


def _epochs(one: TrialResult) -> str:
    """In which epochs its runs were best, from the first to the last."""
    if not one.best_epochs:
        return ""
    low, high = min(one.best_epochs), max(one.best_epochs)
    return grouped(low) if low == high else f"{grouped(low)} to {grouped(high)}"
