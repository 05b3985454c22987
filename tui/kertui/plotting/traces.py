"""A metric's curves from a run's history: training and validation, raw and smoothed."""

from __future__ import annotations

import math
from array import array
from dataclasses import dataclass, field

from kertasks.runs.history import RunHistory
from kertui.plotting.draw import Curve
from kertui.plotting.smoothing import Smoothed
from kertui.plotting.thinning import Buckets

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


@dataclass(slots=True)
class _Trace:
    name: str
    role: str
    dotted: bool
    ascii_marker: str
    raw: Buckets
    smooth: Buckets | None = None
    weight: float | None = None
    seen: int = 0
    broken_since: int | None = None


@dataclass(slots=True)
class Traces:
    """The curves of one metric in one window, kept up with a history that grows."""

    history: RunHistory
    metric: str
    window: Window
    smoothing: float | None = None
    """The weight of the past; None for no smoothing. May be set between two calls."""

    averages: dict[tuple[str, float], Smoothed] = field(default_factory=dict)
    """Handed on from one window to the next: an average needs the whole run behind it."""

    _traces: list[_Trace] = field(default_factory=list)

    def take(self) -> int:
        """Take in what the history has more than at the last call; returns how many values."""
        offset = self.offset
        taken = 0
        for name, role, dotted, marker in (
            (self.metric, "train", False, "x"),
            (VALIDATION + self.metric, "validation", True, "o"),
        ):
            column = self.history.column(name)
            if not column:
                continue
            trace = next((trace for trace in self._traces if trace.name == name), None)
            if trace is None:
                trace = _Trace(name, role, dotted, marker, self._buckets())
                self._traces.append(trace)
            taken += trace.raw.take(column, offset)
            _look_for_breaks(trace, column, offset)
            if self.smoothing is not None:
                average = self.averages.setdefault((name, self.smoothing), Smoothed(self.smoothing))
                average.take(column)
                if trace.smooth is None or trace.weight != self.smoothing:
                    trace.smooth, trace.weight = self._buckets(), self.smoothing
                trace.smooth.take(average.values, offset)
        return taken

    def _buckets(self) -> Buckets:
        return Buckets(self.window.first, self.window.last, self.window.places)

    @property
    def offset(self) -> int:
        """The epoch of the history's first values."""
        numbers = self.history.epoch_numbers
        return numbers[0] if numbers else 1

    @property
    def low(self) -> float:
        """The least value shown; infinity where there is none."""
        return min((trace.raw.low for trace in self._traces), default=math.inf)

    @property
    def high(self) -> float:
        """The greatest value shown; minus infinity where there is none."""
        return max((trace.raw.high for trace in self._traces), default=-math.inf)

    @property
    def low_positive(self) -> float:
        """The least value above zero, for a logarithmic axis."""
        return min((trace.raw.low_positive for trace in self._traces), default=math.inf)

    @property
    def broken_since(self) -> int | None:
        """Since which epoch a curve has no finite value any more; None while all have."""
        found = [trace.broken_since for trace in self._traces if trace.broken_since is not None]
        return min(found, default=None)

    def curves(self) -> list[Curve]:
        """What to draw, from below: raw curves dimmed under their trends, dots over the line,
        so that two curves that coincide still show both colours."""
        under = [
            Curve(trace.raw.points(), f"{trace.role}-raw", trace.dotted, ".")
            for trace in self._traces
            if self.smoothing is not None
        ]
        over = [
            Curve(self._shown(trace).points(), trace.role, trace.dotted, trace.ascii_marker)
            for trace in self._traces
        ]
        return under + over

    def _shown(self, trace: _Trace) -> Buckets:
        trend = trace.smooth if self.smoothing is not None else None
        return trend if trend is not None else trace.raw


def _look_for_breaks(trace: _Trace, column: array[float], offset: int) -> None:
    new = column[trace.seen :]
    if not len(new):
        return
    if math.isfinite(sum(new)):
        trace.broken_since = None
    else:
        for at, value in enumerate(new, start=trace.seen + offset):
            if math.isfinite(value):
                trace.broken_since = None
            elif trace.broken_since is None:
                trace.broken_since = at
    trace.seen = len(column)
