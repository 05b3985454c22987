"""Reads a sweep as it goes on, and makes of it what is shown."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from kertasks.groups.cross_validation.mean_curve import MeanCurve
from kertasks.groups.folder import GroupFolder, GroupState
from kertasks.groups.history import GroupHistory
from kertasks.groups.measures import device_of
from kertasks.groups.note import notes_of
from kertasks.groups.sweep.effects import effects, pair_effects
from kertasks.groups.sweep.results import (
    SweepResults,
    TrialResult,
    importance_of,
    results_of,
    sweep_of,
)
from kertasks.runs.event_file.events import Monitor
from kertasks.runs.history import RunHistory
from kertui.groups.group_seen import Wanted
from kertui.groups.mean_drawing import band_of, points_of
from kertui.groups.progress import GroupProgress
from kertui.groups.sweep.trials_seen import EffectsSeen, TrialsSeen
from kertui.plotting.curves.fold_plot import FoldCurves
from kertui.plotting.curves.lines import Point
from kertui.plotting.curves.traces import VALIDATION
from kertui.text.device_words import device_words
from kertui.text.group_figures import unit_of_task

_DRAWN = 40
"""Trials that have curves, the best ones: more are a cloud, and each costs time."""

SPARK_PLACES = 20
"""Of a small curve, from left to right: two a cell."""


class TrialsReader:
    """Follows one sweep. Blocks on files: use it in one thread.

    Args:
        group: whose runs.

    Raises:
        kertasks.UserError: its record cannot be read.
    """

    def __init__(self, group: GroupFolder) -> None:
        self._group = group
        self._history = GroupHistory(group)
        self._unit = unit_of_task(self._history)
        self._planned = group.planned_epochs()
        self._progress = GroupProgress()
        self._effects, self._effects_are_of = EffectsSeen(), tuple[TrialResult, ...]()
        self._means: dict[tuple[int, str], tuple[object, MeanCurve]] = {}

    def look(self, wanted: Wanted) -> TrialsSeen:
        """Read what is new, and make of it what is to be shown now.

        Raises:
            GroupDamaged: its record cannot be read any more.
        """
        history = self._history
        history.read_more()
        members = history.members
        states = {key: one.state() for key, one in members.items()}
        state = self._group.state(lambda: states)
        results = results_of(history)
        refusal = self._group.refusal()
        begun = [one.history for one in members.values() if one.history.epochs]
        metrics = _metrics(begun, results.judge.name)
        name = wanted.metric if wanted.metric in metrics else results.judge.name
        share = self._share(results, begun)
        going = state is GroupState.RUNNING and bool(begun)
        return TrialsSeen(
            record=history.record,
            state=state,
            refusal="" if refusal is None else refusal.text,
            results=results,
            unit=self._unit,
            parts=len(sweep_of(history).parts),
            curves=self._curves(results, Monitor(name, results.judge.mode), wanted.places),
            sparks=self._sparks(results),
            effects=self._effects_of(results),
            metrics=metrics,
            share=share,
            left=self._progress.left(share, time.monotonic(), goes_on=going),
            has_begun=bool(begun),
            device_words=device_words(map(device_of, begun)),
            notices=self._notices(begun),
        )

    def _notices(self, begun: Sequence[RunHistory]) -> tuple[str, ...]:
        """What runs tell, and at last what the process that works for them does."""
        told = [notice.text for one in begun for notice in one.notices]
        return tuple(dict.fromkeys([*told, *notes_of(self._group)]))

    def _effects_of(self, results: SweepResults) -> EffectsSeen:
        """What the settings do; found anew where a trial has finished or all are over."""
        of = results.finished
        if of != self._effects_are_of or (of and not self._effects.importance):
            importance = importance_of(self._group) or {}
            if of != self._effects_are_of:
                self._effects = EffectsSeen(effects(results), pair_effects(results), importance)
                self._effects_are_of = of
            elif importance:
                self._effects = replace(self._effects, importance=importance)
        return self._effects

    def _share(self, results: SweepResults, begun: Sequence[RunHistory]) -> float:
        asked = sweep_of(self._history)
        of = self._planned
        going = (
            min(1.0, one.epochs / (of or one.planned or one.epochs))
            for one in begun
            if one.ended is None
        )
        done = results.over * len(asked.parts) + sum(going)
        return min(1.0, done / asked.runs)

    def _runs(self, number: int) -> list[RunHistory]:
        """What the runs of a trial told that were begun."""
        members, parts = self._history.members, sweep_of(self._history).parts
        found = (members.get(part.key(number)) for part in parts)
        return [one.history for one in found if one is not None and one.history.epochs]

    def _mean(self, number: int, metric: Monitor) -> MeanCurve:
        """The mean over the runs of a trial, of the epochs that all of them have done."""
        runs = self._runs(number)
        of = tuple((id(one), one.rewritten) for one in runs)
        kept = self._means.get((number, metric.name))
        if kept is None or kept[0] != of:
            kept = self._means[number, metric.name] = of, MeanCurve(metric, runs)
        kept[1].take()
        return kept[1]

    def _sparks(self, results: SweepResults) -> tuple[tuple[Point, ...], ...]:
        shown = results.ranking[:_DRAWN]
        means = [self._mean(one.number, results.judge) for one in shown]
        last = max((mean.epochs[-1] for mean in means if mean.epochs), default=1)
        return tuple(points_of(mean, last, SPARK_PLACES) for mean in means)

    def _curves(self, results: SweepResults, metric: Monitor, places: int) -> FoldCurves:
        shown = results.ranking[:_DRAWN]
        means = [self._mean(one.number, metric) for one in shown]
        last = max((mean.epochs[-1] for mean in means if mean.epochs), default=0)
        if not last:
            return FoldCurves(metric.name)
        thinned = tuple(points_of(mean, last, places) for mean in means)
        if results.best is None:
            return FoldCurves(metric.name, (1, last), thinned)
        best, point = means[0], None
        several = len(self._runs(results.best.number)) > 1
        band = band_of(best, places) if several else ()
        epoch = self._mean(results.best.number, results.judge).best_epoch
        if (found := best.value_at(epoch)) is not None and epoch is not None:
            point = float(epoch), found[0]
        return FoldCurves(metric.name, (1, last), thinned, thinned[0], band, point)


def _metrics(begun: Sequence[RunHistory], judge: str) -> tuple[str, ...]:
    names = begun[0].metric_names if begun else ()
    kept = [name for name in names if name.startswith(VALIDATION) or name == judge]
    return tuple(sorted(kept, key=lambda name: name != judge))
