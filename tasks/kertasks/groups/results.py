"""What the runs of a cross-validation came to together. Computed from their events, never kept.

Over folds a mean weighs each by the rows it validated on, so that every row counts alike; the
spread is the standard deviation about that mean with the same weights, the population's, as
``numpy.std`` has it. Errors of a target that each fold scaled by itself are brought into its own
unit first.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from kertasks.groups.history import GroupHistory
from kertasks.runs.events import Monitor
from kertasks.runs.history import RunHistory
from kertasks.text.numbers import ERRORS

_VALIDATION_LOSS = Monitor("val_loss")

_POWERS = {
    **dict.fromkeys(ERRORS, 1),
    "root_mean_squared_error": 1,
    "mse": 2,
    "mean_squared_error": 2,
}
"""Keras's names of metrics that are in a target's unit, or in its square."""


@dataclass(frozen=True, slots=True)
class Spread:
    """A metric over the folds."""

    mean: float
    sd: float
    """Standard deviation."""


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
    """
    begun = [
        group.members[key]
        for fold in group.record.asked.parts
        if (key := str(fold)) in group.members
    ]
    folds = [one for one in begun if one.history.started is not None]
    histories = [one.history for one in folds]
    judge = group.record.judge or _judge(histories)
    single = []
    for one in folds:
        epoch, value = _best(one.history, judge)
        rows, epochs_done = _rows(one.history), one.history.epochs
        single.append(FoldResult(one.member.key, one.member.run, rows, epochs_done, epoch, value))
    epochs = _common_epochs(histories)
    curves = {name: _curve(histories, name, epochs) for name in _common_names(histories)}
    best_epoch, best = None, None
    for epoch, spread in zip(epochs, curves.get(judge.name, ()), strict=False):
        if judge.is_better(spread.mean, best):
            best_epoch, best = epoch, spread.mean
    return GroupResults(judge, tuple(single), epochs, curves, best_epoch)


def unit_of(name: str, unit: str | None) -> str | None:
    """The unit that a metric is in, once it is in the target's own; None for a pure number, and for
    the square of a unit.

    Args:
        name: Keras's.
        unit: the target's.
    """
    return unit if _POWERS.get(name.removeprefix("val_")) == 1 else None


def in_own_unit(name: str, value: float, scale: float | None) -> float:
    """A metric of a scaled target in the target's own unit, where it is in that or its square.

    Args:
        name: Keras's.
        value: as it was measured.
        scale: the standard deviation the target was divided by; None where it was not.
    """
    power = _POWERS.get(name.removeprefix("val_"), 0)
    return value if scale is None else value * scale**power


def _judge(histories: Sequence[RunHistory]) -> Monitor:
    told = (one.started.judge for one in histories if one.started is not None)
    return next((judge for judge in told if judge is not None), _VALIDATION_LOSS)


def _rows(history: RunHistory) -> int:
    started = history.started
    return (started.validation_rows or 0) if started is not None else 0


def _scale(history: RunHistory) -> float | None:
    return None if history.started is None else history.started.target_scale


def _best(history: RunHistory, judge: Monitor) -> tuple[int | None, float]:
    epoch, best = None, None
    if judge.name in history.metric_names:
        for number, value in zip(history.epoch_numbers, history.column(judge.name), strict=True):
            if judge.is_better(value, best):
                epoch, best = number, value
    return epoch, math.nan if best is None else in_own_unit(judge.name, best, _scale(history))


def _common_epochs(histories: Sequence[RunHistory]) -> tuple[int, ...]:
    if not histories:
        return ()
    return tuple(sorted(set.intersection(*(set(one.epoch_numbers) for one in histories))))


def _common_names(histories: Sequence[RunHistory]) -> list[str]:
    first = histories[0].metric_names if histories else ()
    return [name for name in first if all(name in one.metric_names for one in histories)]


def _curve(histories: Sequence[RunHistory], name: str, epochs: Sequence[int]) -> tuple[Spread, ...]:
    weights = [_rows(one) or 1 for one in histories]
    columns = []
    for one in histories:
        scale = _scale(one)
        found = dict(zip(one.epoch_numbers, one.column(name), strict=True))
        columns.append([in_own_unit(name, found[epoch], scale) for epoch in epochs])
    return tuple(_spread(values, weights) for values in zip(*columns, strict=True))


def _spread(values: Sequence[float], weights: Sequence[int]) -> Spread:
    if not all(map(math.isfinite, values)):
        return Spread(math.nan, math.nan)
    total = sum(weights)
    mean = math.fsum(w * v for w, v in zip(weights, values, strict=True)) / total
    variance = math.fsum(w * (v - mean) ** 2 for w, v in zip(weights, values, strict=True)) / total
    return Spread(mean, math.sqrt(variance))
