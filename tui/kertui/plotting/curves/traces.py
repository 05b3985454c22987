"""Curves from the histories of runs: their columns thinned to a window, raw and smoothed."""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from kertasks.runs.history import RunHistory
from kertui.plotting.curves.thinning import Buckets
from kertui.plotting.draw import Curve, Stroke

_FLATTENS = 20.0
"""A run of values so many times as large leaves the others less than two dots of a usual plot."""

VALIDATION = "val_"
"""What Keras puts before the names of metrics of held-out rows."""


@dataclass(frozen=True, slots=True)
class Window:
    """Which epochs a plot shows, and in how many places."""

    first: int
    last: int
    places: int


def whole_run(planned: int, done: int, over: bool) -> tuple[int, int]:
    """The first and last epoch of the whole run's axis: the planned ones, so that it stands
    still while the run goes on; those done when it is over."""
    last = done if over and done else max(planned, done)
    return 1, max(1, last)


def last_part(planned: int, done: int, over: bool) -> tuple[int, int]:
    """The first and last epoch of the last part's axis, a tenth of the plan.

    It moves on by half of itself at a time: an axis that moves with every epoch would have
    every cell sent again. Before the first epoch there is no last part: it is the whole.
    """
    first, last = whole_run(planned, done, over)
    if not done:
        return first, last
    wide = max(10, round(last / 10))
    if not over:
        half = wide // 2
        last = min(last, (done // half + 1) * half)
    return max(first, last - wide + 1), max(last, min(wide, whole_run(planned, done, over)[1]))


@dataclass(frozen=True, slots=True)
class Series:
    """A column of a run's history, and how its curve is drawn."""

    history: RunHistory
    name: str
    """Keras's name, with ``val_`` where it is of held-out rows."""

    stroke: Stroke
    words: tuple[str, str] | None = None
    """What the legend calls it, long and short; None where another one names it."""

    def value_at(self, epoch: int) -> float:
        """Its value at an epoch; NaN where there is none."""
        return self.history.value_at(self.name, epoch)


def metrics_of(history: RunHistory) -> list[str]:
    """The metrics of a run, named without ``val_``, in the order they first came."""
    return list(dict.fromkeys(name.removeprefix(VALIDATION) for name in history.metric_names))


def leading_metrics(names: Sequence[str]) -> list[str]:
    """Metrics in the order in which they are worth a plot: the loss first, where there is one."""
    return sorted(dict.fromkeys(names), key=lambda name: name != "loss")


def train_and_validation(history: RunHistory, metric: str) -> tuple[Series, Series]:
    """The two series of one metric of a run."""
    validation = Stroke("validation", dotted=True, ascii_marker="o")
    return (
        Series(history, metric, Stroke("train"), ("train", "train")),
        Series(history, VALIDATION + metric, validation, ("validation", "val")),
    )


@dataclass(slots=True)
class _Trace:
    raw: Buckets
    smooth: Buckets | None = None
    weight: float | None = None
    seen: int = 0
    broken_since: int | None = None


@dataclass(slots=True)
class Traces:
    """The curves of some series in one window, kept up with histories that grow."""

    series: tuple[Series, ...]
    window: Window
    smoothing: float | None = None
    """The weight of the past; None for no smoothing. May be set between two calls."""

    averages: dict[tuple[Series, float], Smoothed] = field(default_factory=dict)
    """Handed on from one window to the next: an average needs the whole run behind it."""

    _traces: dict[Series, _Trace] = field(default_factory=dict)

    def take(self) -> int:
        """Take in what the histories have more than at the last call; returns how many values."""
        taken = 0
        for series in self.series:
            column = series.history.column(series.name)
            if not column:
                continue
            offset = series.history.epoch_numbers[0]
            trace = self._traces.setdefault(series, _Trace(self._buckets()))
            taken += trace.raw.take(column, offset)
            _look_for_breaks(trace, series, column, offset)
            if self.smoothing is not None:
                key = (series, self.smoothing)
                average = self.averages.setdefault(key, Smoothed(self.smoothing))
                average.take(column)
                if trace.smooth is None or trace.weight != self.smoothing:
                    trace.smooth, trace.weight = self._buckets(), self.smoothing
                trace.smooth.take(average.values, offset)
        return taken

    def _buckets(self) -> Buckets:
        return Buckets(self.window.first, self.window.last, self.window.places)

    @property
    def low(self) -> float:
        """The least value shown; infinity where there is none."""
        return min((trace.raw.low for trace in self._traces.values()), default=math.inf)

    @property
    def high(self) -> float:
        """The greatest value shown; minus infinity where there is none."""
        return max((trace.raw.high for trace in self._traces.values()), default=-math.inf)

    @property
    def low_positive(self) -> float:
        """The least value above zero, for a logarithmic axis."""
        return min((trace.raw.low_positive for trace in self._traces.values()), default=math.inf)

    def readable(self) -> tuple[float, float, list[float]]:
        """The least and the greatest value of the runs that are readable on one axis, and the
        greatest size of each run that is not: beside it the others would be flat lines."""
        sizes: dict[RunHistory, tuple[float, float]] = {}
        for series, trace in self._traces.items():
            low, high = sizes.get(series.history, (math.inf, -math.inf))
            sizes[series.history] = min(low, trace.raw.low), max(high, trace.raw.high)
        runs = [
            (max(abs(low), abs(high)), low, high) for low, high in sizes.values() if low <= high
        ]
        runs.sort()
        kept = len(runs)
        for at, (smaller, larger) in enumerate(pairwise(runs), start=1):
            if 0 < smaller[0] * _FLATTENS < larger[0]:
                kept = at
                break
        low = min((low for _, low, _ in runs[:kept]), default=math.inf)
        high = max((high for _, _, high in runs[:kept]), default=-math.inf)
        return low, high, [size for size, _, _ in runs[kept:]]

    @property
    def broken_since(self) -> int | None:
        """Since which epoch a curve has no finite value any more; None while all have."""
        traces = self._traces.values()
        found = [trace.broken_since for trace in traces if trace.broken_since is not None]
        return min(found, default=None)

    def curves(self) -> list[Curve]:
        """What to draw, from below: raw curves dimmed under their trends, dots over the line,
        so that two curves that coincide still show both colours."""
        traces = [(one, self._traces[one]) for one in self.series if one in self._traces]
        if self.smoothing is None:
            return [Curve(trace.raw.points(), one.stroke) for one, trace in traces]
        over = [Curve((trace.smooth or trace.raw).points(), one.stroke) for one, trace in traces]
        return [Curve(trace.raw.points(), _dimmed(one.stroke)) for one, trace in traces] + over


def _dimmed(stroke: Stroke) -> Stroke:
    return replace(stroke, role=f"{stroke.role}-raw", ascii_marker=".")


def _look_for_breaks(trace: _Trace, series: Series, column: array[float], offset: int) -> None:
    new = column[trace.seen :]
    if not len(new):
        return
    if math.isfinite(sum(new)):
        trace.broken_since = None
    else:
        for at, value in enumerate(new, start=trace.seen + offset):
            if math.isfinite(value):
                trace.broken_since = None
            elif trace.broken_since is None and not series.history.lacks(series.name, at):
                trace.broken_since = at
    trace.seen = len(column)


def weight_for(epochs: int) -> float:
    """How much the past weighs, by the planned epochs.

    An average lags behind by ``1 / (1 - weight)`` epochs: a hundredth of a long run, so that
    the trend does not part from its curve. A short run has few points to average.
    """
    return min(0.999, max(0.6, 1 - 100 / max(1, epochs)))


class Smoothed:
    """The average after each value, kept up with a column that grows at its end.

    ``m[t] = w m[t-1] + (1 - w) x[t]``, shown as ``m[t] / (1 - w**t)``: without the division
    the curve would begin at zero (Kingma and Ba, 2015, section 3). A value that is not finite
    is a gap and leaves the average as it was.
    """

    def __init__(self, weight: float) -> None:
        self.weight = weight
        self.values: array[float] = array("d")
        """The averages, one for each value that was taken."""

        self._mean = 0.0
        self._bias = 1.0

    def take(self, values: array[float]) -> None:
        """Take in what ``values`` has more than at the last call."""
        weight, mean, bias = self.weight, self._mean, self._bias
        append = self.values.append
        for value in values[len(self.values) :]:
            if math.isfinite(value):
                mean = weight * mean + (1 - weight) * value
                bias *= weight
                append(mean / (1 - bias))
            else:
                append(math.nan)
        self._mean, self._bias = mean, bias
