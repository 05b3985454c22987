"""The labels of the y axis, and where the x axis is marked."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

from kertasks.text.numbers import grouped, scientific
from kertui.plotting.limits import nice_step


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
"""Of an axis of epochs."""


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
