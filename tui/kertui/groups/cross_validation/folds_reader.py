"""Reads a cross-validation as it goes on, and makes of it what is shown."""

from __future__ import annotations

import time
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field

from kertasks.groups.cross_validation.asked import FINAL, CrossValidation
from kertasks.groups.cross_validation.mean_curve import MeanCurve
from kertasks.groups.folder import GroupDamaged, GroupFolder, GroupState
from kertasks.groups.history import GroupHistory
from kertasks.groups.measures import (
    Spread,
    device_of,
    in_own_unit,
    judge_of,
    rows_of,
    scale_of,
    spread,
)
from kertasks.groups.note import notes_of
from kertasks.runs.event_file.events import Failed, Finished, Monitor, Stopped
from kertasks.runs.folder import RunFolder
from kertasks.runs.history import RunHistory
from kertasks.runs.state import RunState
from kertasks.text.result import tested, tested_in_full
from kertui.groups.cross_validation.folds_seen import BestOfMean, FoldSeen, FoldsSeen
from kertui.groups.group_seen import Wanted
from kertui.groups.mean_drawing import band_of, points_of
from kertui.groups.progress import GroupProgress
from kertui.plotting.curves.fold_plot import FoldCurves
from kertui.plotting.curves.lines import Point
from kertui.plotting.curves.thinning import Buckets
from kertui.plotting.curves.traces import VALIDATION, whole_run
from kertui.text.group_figures import unit_of_task


@dataclass(slots=True)
class _Trace:
    """A fold's curve of one metric, thinned, kept up with its history."""

    buckets: Buckets
    scaled: array[float] | None
    """The column in the target's own unit, where that is another one."""

    seen: int = -1
    points: tuple[Point, ...] = ()

    def take(self, history: RunHistory, metric: str, scale: float | None) -> tuple[Point, ...]:
        column = history.column(metric)
        if len(column) != self.seen and column:
            if self.scaled is not None:
                new = column[len(self.scaled) :]
                self.scaled.extend(in_own_unit(metric, value, scale) for value in new)
            self.buckets.take(
                column if self.scaled is None else self.scaled, history.epoch_numbers[0]
            )
            self.seen, self.points = len(column), tuple(self.buckets.points())
        return self.points


@dataclass(slots=True)
class _Best:
    """A run's best epoch by the judge, kept up with its history."""

    rewritten: int
    seen: int = 0
    epoch: int | None = None
    value: float | None = None

    def take(self, history: RunHistory, judge: Monitor) -> None:
        column = history.column(judge.name)
        new = zip(history.epoch_numbers[self.seen :], column[self.seen :], strict=False)
        for epoch, value in new:
            if judge.is_better(value, self.value):
                self.epoch, self.value = epoch, value
        self.seen = len(column)


@dataclass(slots=True)
class _Kept:
    """What was made of the histories until now."""

    of: object = None
    """What it was made for: with another one it is made anew."""

    traces: dict[str, _Trace] = field(default_factory=dict)
    mean: MeanCurve | None = None


class FoldsReader:
    """Follows one cross-validation. Blocks on files: use it in one thread.

    Args:
        group: whose runs.

    Raises:
        kertasks.UserError: its record or its recipe cannot be read.
    """

    def __init__(self, group: GroupFolder) -> None:
        self._group = group
        self._history = GroupHistory(group)
        self._planned = group.recipe().fit.epochs
        self._unit = unit_of_task(self._history)
        self._progress = GroupProgress()
        self._curves = _Kept()
        self._judged = _Kept()
        self._other = _Kept()
        """The mean of a metric that is looked at and does not decide."""

        self._bests: dict[RunFolder, _Best] = {}

    def look(self, wanted: Wanted) -> FoldsSeen:
        """Read what is new, and make of it what is to be shown now.

        Raises:
            GroupDamaged: its record cannot be read any more.
        """
        history = self._history
        history.read_more()
        if history.record.asked != (record := self._group.record()).asked:
            history.record = record
        members = history.members
        states = {key: one.state() for key, one in members.items()}
        state = self._group.state(lambda: states)
        folding = record.asked
        if not isinstance(folding, CrossValidation):
            raise GroupDamaged(f"{self._group.id} is no cross-validation any more")
        asked = [str(fold) for fold in folding.parts]
        begun = [members[key] for key in asked if key in members]
        started = [one.history for one in begun if one.history.started is not None]
        judge = record.judge or judge_of(started)
        folds = tuple(self._fold(key, states.get(key), judge) for key in asked)
        final = self._fold(FINAL, states.get(FINAL), judge) if folding.final else None
        meant = _meant(started)
        mean = self._mean(self._judged, judge, meant)
        metrics = _metrics(started, judge.name)
        best = self._best(mean, judge, meant, metrics)
        name = wanted.metric if wanted.metric in metrics else judge.name
        share = self._share([*folds, *([final] if final is not None else [])], best)
        refusal = self._group.refusal()
        going = state is GroupState.RUNNING and any(one.epochs for one in folds)
        told = (notice.text for one in started for notice in one.notices)
        return FoldsSeen(
            record=record,
            state=state,
            refusal="" if refusal is None else refusal.text,
            judge=judge.name,
            unit=self._unit,
            folds=folds,
            final=final,
            meant=len(meant),
            best=best,
            curves=self._drawn(Monitor(name, judge.mode), asked, meant, best, wanted.places),
            metrics=metrics,
            share=share,
            left=self._progress.left(share, time.monotonic(), goes_on=going),
            notices=tuple(dict.fromkeys([*told, *notes_of(self._group)])),
        )

    # --- the rows

    def _fold(self, key: str, state: RunState | None, judge: Monitor) -> FoldSeen:
        one = self._history.members.get(key)
        if one is None:
            return FoldSeen(key)
        history = one.history
        best = self._bests.get(one.run)
        if best is None or best.rewritten != history.rewritten:
            best = self._bests[one.run] = _Best(history.rewritten)
        best.take(history, judge)
        value = best.value
        if value is not None:
            value = in_own_unit(judge.name, value, scale_of(history))
        ended, said, short = history.ended, "", ""
        if isinstance(ended, Failed):
            said = ended.reason
        elif key == FINAL and isinstance(ended, Finished | Stopped):
            said, short = tested_in_full(ended), tested(ended)
        planned = history.planned or self._planned
        waits = history.started is None or not (history.epochs or history.progress)
        rows = rows_of(history)
        return FoldSeen(
            key, one.run, state, history.epochs, planned, rows, best.epoch, value,
            starting=waits and state is RunState.RUNNING, said=said, said_in_short=short,
            device=device_of(history),
        )  # fmt: skip

    def _share(self, runs: Sequence[FoldSeen], best: BestOfMean | None) -> float:
        """Of all epochs; a run that is over has nothing left to do, whatever was planned."""
        whole = done = 0.0
        for one in runs:
            planned = one.planned or self._planned
            if one.key == FINAL and not one.planned and best is not None:
                planned = best.epoch
            whole += planned
            done += planned if one.state is RunState.FINISHED else min(one.epochs, planned)
        return done / whole if whole else 0.0

    # --- their mean

    def _mean(self, kept: _Kept, metric: Monitor, meant: Sequence[RunHistory]) -> MeanCurve:
        of = (metric, tuple((id(one), one.rewritten) for one in meant))
        if kept.mean is None or kept.of != of:
            kept.of, kept.mean = of, MeanCurve(metric, meant)
        kept.mean.take()
        return kept.mean

    def _best(
        self,
        mean: MeanCurve,
        judge: Monitor,
        meant: Sequence[RunHistory],
        metrics: Sequence[str],
    ) -> BestOfMean | None:
        epoch = mean.best_epoch
        found = mean.value_at(epoch)
        if epoch is None or found is None:
            return None
        spreads = {judge.name: Spread(*found)}
        for name in metrics:
            if name != judge.name:
                spreads[name] = _spread_at(name, epoch, meant)
        return BestOfMean(epoch, spreads)

    # --- the curves

    def _drawn(
        self,
        metric: Monitor,
        asked: Sequence[str],
        meant: Sequence[RunHistory],
        best: BestOfMean | None,
        places: int,
    ) -> FoldCurves:
        members = self._history.members
        begun = [members[key].history for key in asked if key in members]
        last = max(map(_last, begun), default=0)
        if not any(one.epochs for one in begun):
            return FoldCurves(metric.name)
        of = (metric.name, last, places)
        if self._curves.of != of:
            self._curves = _Kept(of)
        folds = tuple(
            self._thinned(members[key].history, key, metric.name, (last, places))
            if key in members
            else ()
            for key in asked
        )
        mean = self._judged.mean
        if mean is None or mean.metric.name != metric.name:
            mean = self._mean(self._other, metric, meant)
        middle, band = points_of(mean, last, places), band_of(mean, places)
        point = None
        if best is not None and metric.name in best.spreads:
            point = (float(best.epoch), best.spreads[metric.name].mean)
        return FoldCurves(metric.name, (1, last), folds, middle, band, point)

    def _thinned(
        self, history: RunHistory, key: str, metric: str, window: tuple[int, int]
    ) -> tuple[Point, ...]:
        kept, scale = self._curves.traces, scale_of(history)
        name = f"{key} {id(history)} {history.rewritten}"
        trace = kept.get(name)
        if trace is None:
            scaled = array("d") if scale is not None else None
            trace = kept[name] = _Trace(Buckets(1, *window), scaled)
        return trace.take(history, metric, scale)


def _meant(started: Sequence[RunHistory]) -> list[RunHistory]:
    """The folds that the mean is of: those that are done, once there are two; before, all that
    have begun. A fold that begins would else take all epochs away that it has not done."""
    done = [one for one in started if isinstance(one.ended, Finished) and one.epochs]
    return done if len(done) > 1 else list(started)


def _metrics(started: Sequence[RunHistory], judge: str) -> tuple[str, ...]:
    with_epochs = [one for one in started if one.epochs]
    names = with_epochs[0].metric_names if with_epochs else ()
    held_out = [name for name in names if name.startswith(VALIDATION)]
    common = [name for name in held_out if all(name in one.metric_names for one in with_epochs)]
    return tuple(sorted(common, key=lambda name: name != judge))


def _spread_at(name: str, epoch: int, meant: Sequence[RunHistory]) -> Spread:
    values = [in_own_unit(name, one.value_at(name, epoch), scale_of(one)) for one in meant]
    return spread(values, [rows_of(one) or 1 for one in meant])


def _last(history: RunHistory) -> int:
    done = history.last.epoch if history.last is not None else 0
    return whole_run(history.planned or 0, done, history.ended is not None)[1]
