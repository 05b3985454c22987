"""What single runs of a group came to, and what several did together. Computed from their events.

Over folds a mean weighs each by the rows it validated on, so that every row counts alike; the
spread is the standard deviation about that mean with the same weights, the population's, as
``numpy.std`` has it. Errors of a target that each fold scaled by itself are brought into its own
unit first.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kertasks.runs.event_file.events import Monitor
from kertasks.runs.history import RunHistory
from kertasks.text.numbers import ERRORS

_LOSSES = (Monitor("val_loss"), Monitor("loss"))

_POWERS = {
    **dict.fromkeys(ERRORS, 1),
    "root_mean_squared_error": 1,
    "mse": 2,
    "mean_squared_error": 2,
}
"""Keras's names of metrics that are in a target's unit, or in its square."""


@dataclass(frozen=True, slots=True)
class Spread:
    """A metric over several runs."""

    mean: float
    sd: float
    """Standard deviation."""


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


def judge_of(histories: Iterable[RunHistory]) -> Monitor:
    """What decides which epoch is best, and which run: what the runs say; where nothing is held
    out, the loss."""
    known = list(histories)
    told = (one.started.judge for one in known if one.started is not None)
    found = next((judge for judge in told if judge is not None), None)
    if found is not None:
        return found
    names = {name for one in known for name in one.metric_names}
    return next((each for each in _LOSSES if each.name in names), _LOSSES[0])


def rows_of(history: RunHistory) -> int:
    """How many rows a run validates on; 0 where that is not known."""
    started = history.started
    return (started.validation_rows or 0) if started is not None else 0


def device_of(history: RunHistory) -> str:
    """What a run was trained on, in words; empty where that is not known."""
    return "" if history.started is None else history.started.device


def scale_of(history: RunHistory) -> float | None:
    """What a run's target was divided by; None where it was not."""
    return None if history.started is None else history.started.target_scale


def best_of(
    history: RunHistory, judge: Monitor, until: int | None = None
) -> tuple[int | None, float]:
    """The epoch of a run that is best by a metric, and its value in the target's own unit; None and
    NaN where the metric is never finite.

    Args:
        history: of the run.
        judge: the metric, and its direction.
        until: the last epoch that counts; None for all.
    """
    column, numbers = history.column(judge.name), history.epoch_numbers
    if until is not None:
        end = bisect_right(numbers, until)
        column, numbers = column[:end], numbers[:end]
    if not column:
        return None, math.nan
    if judge.min_delta == 0 and math.isfinite(sum(column)):  # so is each of them
        value = max(column) if judge.mode == "max" else min(column)
        epoch = numbers[column.index(value)]
        return epoch, in_own_unit(judge.name, value, scale_of(history))
    found, best = None, None
    for number, value in zip(numbers, column, strict=True):
        if judge.is_better(value, best):
            found, best = number, value
    own = math.nan if best is None else in_own_unit(judge.name, best, scale_of(history))
    return found, own


def spread(values: Sequence[float], weights: Sequence[int]) -> Spread:
    """The weighted mean and standard deviation; NaN where a value is not finite.

    Args:
        values: one or more.
        weights: one for each, not all 0.
    """
    if not all(map(math.isfinite, values)):
        return Spread(math.nan, math.nan)
    total = sum(weights)
    mean = math.fsum(w * v for w, v in zip(weights, values, strict=True)) / total
    variance = math.fsum(w * (v - mean) ** 2 for w, v in zip(weights, values, strict=True)) / total
    return Spread(mean, math.sqrt(variance))
