"""What the folds of a cross-validation came to together. Computed from their events, never kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kertasks.groups.cross_validation.asked import CrossValidation
from kertasks.groups.history import GroupHistory
from kertasks.groups.measures import (
    Spread,
    best_of,
    device_of,
    in_own_unit,
    judge_of,
    rows_of,
    scale_of,
    spread,
)
from kertasks.runs.event_file.events import Monitor
from kertasks.runs.history import RunHistory


@dataclass(frozen=True, slots=True)
class FoldResult:
    """What one fold came to by itself."""

    key: str
    run: str
    """Its run's id."""

    rows: int
    """That it validates on."""

    epochs: int
    best_epoch: int | None
    """By the judge; None before there is one."""

    best: float
    """The judge's value then, in the target's own unit; NaN where there is none."""

    device: str
    """What it was trained on, in words."""


@dataclass(frozen=True, slots=True)
class GroupResults:
    """What the folds came to, as far as they are."""

    judge: Monitor
    """The metric that decides which epoch is the best."""

    folds: tuple[FoldResult, ...]
    epochs: tuple[int, ...]
    """The epochs that all folds have done, from 1."""

    curves: dict[str, tuple[Spread, ...]]
    """By metric, one for each of these epochs; metrics that all folds have."""

    best_epoch: int | None
    """The one in which the judge's mean over the folds is best; None where it is never finite."""

    @property
    def best(self) -> dict[str, Spread]:
        """Every metric in that epoch; empty without one."""
        if self.best_epoch is None:
            return {}
        at = self.epochs.index(self.best_epoch)
        return {name: curve[at] for name, curve in self.curves.items()}


def results_of(group: GroupHistory) -> GroupResults:
    """Put the folds of a group together, as far as they are trained.

    Args:
        group: what its runs told.

    Raises:
        TypeError: it is a group of another kind.
    """
    asked = group.record.asked
    if not isinstance(asked, CrossValidation):
        raise TypeError(f"{group.group.id} is no cross-validation")
    begun = [group.members[key] for fold in asked.parts if (key := str(fold)) in group.members]
    folds = [one for one in begun if one.history.started is not None]
    histories = [one.history for one in folds]
    judge = group.record.judge or judge_of(histories)
    single = []
    for one in folds:
        epoch, value = best_of(one.history, judge)
        rows, epochs_done = rows_of(one.history), one.history.epochs
        of, device = one.member, device_of(one.history)
        single.append(FoldResult(of.key, of.run, rows, epochs_done, epoch, value, device))
    epochs = _common_epochs(histories)
    curves = {name: _curve(histories, name, epochs) for name in _common_names(histories)}
    best_epoch, best = None, None
    for epoch, found in zip(epochs, curves.get(judge.name, ()), strict=False):
        if judge.is_better(found.mean, best):
            best_epoch, best = epoch, found.mean
    return GroupResults(judge, tuple(single), epochs, curves, best_epoch)


def _common_epochs(histories: Sequence[RunHistory]) -> tuple[int, ...]:
    if not histories:
        return ()
    return tuple(sorted(set.intersection(*(set(one.epoch_numbers) for one in histories))))


def _common_names(histories: Sequence[RunHistory]) -> list[str]:
    first = histories[0].metric_names if histories else ()
    return [name for name in first if all(name in one.metric_names for one in histories)]


def _curve(histories: Sequence[RunHistory], name: str, epochs: Sequence[int]) -> tuple[Spread, ...]:
    weights = [rows_of(one) or 1 for one in histories]
    columns = []
    for one in histories:
        scale = scale_of(one)
        found = dict(zip(one.epoch_numbers, one.column(name), strict=True))
        columns.append([in_own_unit(name, found[epoch], scale) for epoch in epochs])
    return tuple(spread(values, weights) for values in zip(*columns, strict=True))
