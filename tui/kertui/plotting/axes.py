"""What part of the plane a plot shows, rounded limits that hold still while data grows, and how
its axes are labelled."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from kertasks.text.numbers import grouped, scientific
from kertui.plotting.curves.lines import Point

_NICE = (1.0, 2.0, 2.5, 5.0, 10.0)
_NICE_LOG = (1.0, 2.0, 5.0, 10.0)
_HUGE = 4e306
_FAR = 1e12
_FLAT = 1e-9


@dataclass(frozen=True, slots=True)
class Limits:
    """A rectangle of data, and whether its y axis is logarithmic."""

    x_low: float
    x_high: float
    y_low: float
    y_high: float
    log_y: bool = False
    ticks: tuple[float, ...] = ()
    """The marked values of the y axis, from low to high."""

    def height_of(self, value: float) -> float:
        """Where a value lies between the lower limit (0) and the upper one (1).

        NaN for what the axis cannot show: not finite, or not positive on a logarithmic axis.
        """
        if not math.isfinite(value):
            return math.nan
        if not self.log_y:
            height = (value - self.y_low) / (self.y_high - self.y_low)
            return max(-_FAR, min(_FAR, height))
        if value <= 0:
            return math.nan
        return math.log(value / self.y_low) / math.log(self.y_high / self.y_low)

    def place_of(self, x: float) -> float:
        """Where an x lies between the left limit (0) and the right one (1)."""
        return (x - self.x_low) / (self.x_high - self.x_low)

    def unit_point(self, point: Point) -> Point:
        """The point in a square from 0 to 1; its y is NaN where ``height_of`` says so."""
        return self.place_of(point[0]), self.height_of(point[1])


def nice_step(span: float, parts: int) -> float:
    """The least of 1, 2, 2.5, 5 times a power of ten that cuts ``span`` into at most ``parts``."""
    rough = span / max(1, parts)
    power = 10.0 ** math.floor(math.log10(rough))
    return next(nice * power for nice in _NICE if nice * power >= rough * (1 - 1e-9))


def aligned(low: float, high: float, rows: int) -> tuple[float, float, tuple[float, ...]]:
    """Limits that hold ``low`` and ``high`` with ticks in the middle of evenly spaced rows.

    A tick between two rows would be rounded into one of them, and a scale that looks uneven is
    read as an error. Of the spacings that fit the one with the least empty space is taken.

    Args:
        low: the least value shown, finite.
        high: the greatest, finite.
        rows: of the curves.

    Returns:
        The lower limit, the upper limit and the ticks between them.
    """
    # Less than the largest float: a span, and a step above it, must be finite too.
    low, high = max(low, -_HUGE), min(high, _HUGE)
    size = max(abs(low), abs(high))
    if high - low <= size * 1e-9 or high - low < 1e-290:
        pad = size * 0.1 if size > 1e-280 else 0.5
        low, high = low - pad, high + pad
    best: tuple[float, float, float, float, int] | None = None
    for spacing in range(1 if rows < 5 else 2, max(2, min(6, rows - 1)) + 1):
        for step in _steps_from((high - low) / rows * spacing):
            dot = step / (4 * spacing)
            base = math.floor((low + 1.5 * dot) / step + 1e-9) * step
            bottom = base - 1.5 * dot
            top = bottom + (4 * rows - 1) * dot
            if top < high - 1e-9 * (high - low):
                continue
            # Two ticks make a poor scale: worth a quarter more of empty space to have three.
            cost = (top - bottom) * (1.25 if (rows - 1) // spacing < 2 else 1.0)
            if best is None or cost < best[0] * (1 - 1e-9):
                best = (cost, bottom, base, step, spacing)
            break
    if best is None:
        return low, high, (low, high)
    _, bottom, base, step, spacing = best
    height = (4 * rows - 1) * step / (4 * spacing)
    ticks = tuple(base + number * step for number in range((rows - 1) // spacing + 1))
    return bottom, bottom + height, ticks


def _steps_from(least: float) -> Iterator[float]:
    """Nice steps upwards, the first not below ``least``; the few that can be needed."""
    step = nice_step(least, 1)
    power = 10.0 ** math.floor(math.log10(step) + 1e-9)
    yield step
    for factor in (1.0, 10.0):
        for nice in _NICE[:-1]:
            if nice * power * factor > step * (1 + 1e-9):
                yield nice * power * factor


def rounded_log(low: float, high: float) -> tuple[float, float]:
    """Limits at 1, 2 or 5 times a power of ten that hold ``low`` and ``high`` (both positive)."""
    low, high = max(low, 1e-300), min(high, 1e300)
    below = 10.0 ** math.floor(math.log10(low))
    above = 10.0 ** math.floor(math.log10(high))
    bottom = max(n * below for n in _NICE_LOG if n * below <= low * (1 + 1e-9))
    top = min(n * above for n in _NICE_LOG if n * above >= high * (1 - 1e-9))
    return (bottom, top) if top > bottom else (bottom / 2, top * 2)


def log_ticks(low: float, high: float, rows: int) -> list[float]:
    """Powers of ten; with two and five times them where there are few."""
    bottom, top = math.floor(math.log10(low) + 1e-9), math.ceil(math.log10(high) - 1e-9)
    room = max(2, (rows + 1) // 2)
    for factors in ((1.0, 2.0, 5.0), (1.0, 3.0), (1.0,)):
        ticks = [factor * 10.0**power for power in range(bottom, top + 1) for factor in factors]
        shown = [tick for tick in ticks if low * (1 - 1e-9) <= tick <= high * (1 + 1e-9)]
        if 2 <= len(shown) <= min(room, 6):
            return shown
    every = max(1, math.ceil((top - bottom) / max(1, min(room, 6) - 1)))
    shown = [
        10.0**power
        for power in range(bottom, top + 1, every)
        if low * (1 - 1e-9) <= 10.0**power <= high * (1 + 1e-9)
    ]
    return shown if len(shown) > 1 else [low, high]


class StableLimits:
    """Rounded y limits that change only when they must: a new limit redraws every cell.

    They widen at once when a value would fall outside, and tighten when the data has come to
    fill less than half of them.
    """

    def __init__(self) -> None:
        self._limits: Limits | None = None
        self._rows = 0

    def fit(
        self,
        x: tuple[int, int],
        low: float,
        high: float,
        rows: int,
        log: bool,
        share: bool = False,
    ) -> Limits:
        """The limits for data from ``low`` to ``high``.

        Args:
            x: the first and last epoch shown.
            low: the least value shown; positive when ``log``.
            high: the greatest value shown.
            rows: of the curves.
            log: a logarithmic y axis.
            share: the values are parts of a whole: no axis is marked below 0 or above 1, and
                one that does not change is seen between the two.
        """
        x_low, x_high = x[0], max(x[1], x[0] + 1)
        if not (math.isfinite(low) and math.isfinite(high) and low <= high):
            return Limits(x_low, x_high, *((0.1, 1.0) if log else (0.0, 1.0)), log)
        share = share and not log and low >= 0 and high <= 1
        if share and high - low < _FLAT:
            low, high = 0.0, 1.0
        kept = self._limits
        if kept is None or self._rows != rows or kept.log_y != log or not _fills(kept, low, high):
            kept = _new(low, high, rows, log)
            if share:
                kept = replace(
                    kept, ticks=tuple(tick for tick in kept.ticks if -_FLAT < tick < 1 + _FLAT)
                )
            self._rows = rows
        self._limits = replace(kept, x_low=x_low, x_high=x_high)
        return self._limits


def _fills(limits: Limits, low: float, high: float) -> bool:
    bottom, top = limits.height_of(low), limits.height_of(high)
    return bottom >= 0 and top <= 1 and top - bottom >= 0.5


def _new(low: float, high: float, rows: int, log: bool) -> Limits:
    if log:
        bottom, top = rounded_log(low, high)
        return Limits(0, 1, bottom, top, True, tuple(log_ticks(bottom, top, rows)))
    bottom, top, ticks = aligned(low, high, rows)
    return Limits(0, 1, bottom, top, False, ticks)


def value_labels(ticks: Sequence[float]) -> list[str]:
    """The ticks' labels, as many decimals for each as their step needs.

    Six characters at most; more only where they would all read the same.
    """
    size = max(map(abs, ticks), default=0.0)
    if size == 0:
        return ["0" for _ in ticks]
    steps = [b - a for a, b in itertools.pairwise(ticks) if b > a]
    step = min(steps, default=size)
    if size >= 1e5 or step < 1e-4:
        return _told_apart(ticks, size, step)
    decimals = _decimals(step)
    if size >= 1000 and decimals == 0:
        return [grouped(round(tick)) if abs(tick) >= 10_000 else f"{tick:.0f}" for tick in ticks]
    return [f"{tick + 0.0:.{decimals}f}" for tick in ticks]


def _told_apart(ticks: Sequence[float], size: float, step: float) -> list[str]:
    labels = ["0" if tick == 0 else _short_scientific(tick) for tick in ticks]
    if len(set(labels)) == len(labels):
        return labels
    decimals = math.ceil(-math.log10(step) - 1e-6)
    if 1e-3 <= size < 1e5:
        return [f"{tick:.{max(0, decimals)}f}" for tick in ticks]
    digits = decimals + math.floor(math.log10(size)) + 1
    return [scientific(tick, min(9, max(1, digits))) for tick in ticks]


def log_labels(ticks: Sequence[float]) -> list[str]:
    """Labels of a logarithmic axis, each with the decimals it needs."""
    return [
        f"{tick:.{max(0, -math.floor(math.log10(tick) + 1e-9))}f}"
        if 1e-3 * (1 - 1e-9) <= tick < 1e5
        else _short_scientific(tick)
        for tick in ticks
    ]


def _decimals(step: float) -> int:
    """How many decimals write a multiple of ``step`` exactly enough."""
    for decimals in range(5):
        scaled = step * 10**decimals
        if abs(scaled - round(scaled)) < 1e-6 * scaled and round(scaled) > 0:
            return decimals
    return 4


def _short_scientific(value: float) -> str:
    for digits in (3, 2, 1):
        text = scientific(value, digits)
        if len(text) <= 6:
            return text
    return text


_MOST_PARTS = 10
"""Into how many parts the marks cut an axis of epochs at most."""


def epoch_ticks(first: int, last: int, columns: int) -> list[int]:
    """Epochs to mark on the x axis: both ends, and round ones between that have room."""
    if last <= first or columns < 2:
        return [first]
    span = last - first
    place = (columns - 1) / span
    label = max(8, len(grouped(last)) + 4)
    nice = max(nice_step(label / place, 1), nice_step(span, _MOST_PARTS))
    step = max(1, round(nice)) if nice != 2.5 else 5  # no half epochs
    ticks = [first]
    for epoch in range((first // step + 1) * step, last, step):
        # Round epochs are evenly spaced; an end that is none may stand a little nearer.
        if min(epoch - first, last - epoch) * place >= label - 2:
            ticks.append(epoch)
    if span * place >= label - 2:
        ticks.append(last)
    return ticks
