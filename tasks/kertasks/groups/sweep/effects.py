"""What one setting of a sweep does, and two of them together: means over the finished trials.

A mean over trials is no experiment with all else equal: of a grid it is, of what a search chose it
leans to what it tried most. Trials that were pruned or failed are not in it.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from kertasks.groups.sweep.dimension import Choices, Dimension, Range
from kertasks.groups.sweep.results import SweepResults, TrialResult
from kertasks.text.numbers import number

BINS = 4
"""Into how many parts a range is divided, each as wide as it is drawn from."""


_NEAR = 1e-9
"""What a logarithm may miss the end of a part by."""


@dataclass(frozen=True, slots=True)
class Level:
    """One value of a setting, or one part of a range."""

    label: str
    trials: int
    """Finished ones that have it."""

    mean: float
    """Of their values; NaN without one."""

    best: float
    """The best of their values; NaN without one."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What a setting does."""

    path: str
    levels: tuple[Level, ...]
    """In the order of the list, or from the lower end of the range."""


@dataclass(frozen=True, slots=True)
class PairEffect:
    """What two settings do together."""

    paths: tuple[str, str]
    labels: tuple[tuple[str, ...], tuple[str, ...]]
    """Of the rows, and of the columns."""

    means: tuple[tuple[float, ...], ...]
    """A row for each level of the first; NaN where no trial has both."""


def effects(results: SweepResults) -> tuple[Effect, ...]:
    """What each setting does by itself."""
    return tuple(_effect(results, place) for place in range(len(results.dimensions)))


def pair_effects(results: SweepResults) -> tuple[PairEffect, ...]:
    """What each two settings do together."""
    places = range(len(results.dimensions))
    return tuple(_pair(results, *both) for both in itertools.combinations(places, 2))


def _effect(results: SweepResults, place: int) -> Effect:
    dimension = results.dimensions[place]
    levels = _levels(dimension)
    held: list[list[float]] = [[] for _ in levels]
    for one in results.finished:  # from the best on
        held[_level(dimension, one, place)].append(one.value.mean)
    return Effect(
        dimension.path,
        tuple(
            Level(label, len(values), _mean(values), values[0] if values else math.nan)
            for label, values in zip(levels, held, strict=True)
        ),
    )


def _pair(results: SweepResults, row: int, column: int) -> PairEffect:
    first, second = results.dimensions[row], results.dimensions[column]
    rows, columns = _levels(first), _levels(second)
    held: list[list[list[float]]] = [[[] for _ in columns] for _ in rows]
    for one in results.finished:
        held[_level(first, one, row)][_level(second, one, column)].append(one.value.mean)
    means = tuple(tuple(map(_mean, each)) for each in held)
    return PairEffect((first.path, second.path), (rows, columns), means)


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values) if values else math.nan


def _levels(dimension: Dimension) -> tuple[str, ...]:
    if isinstance(dimension, Choices):
        return dimension.values
    if dimension.whole:
        return _whole_levels(dimension)
    ends = [_end(dimension, share / BINS) for share in range(BINS + 1)]
    return tuple(f"{number(low)}..{number(high)}" for low, high in itertools.pairwise(ends))


def _whole_levels(dimension: Range) -> tuple[str, ...]:
    """Each part by the whole numbers that are in it; one that holds none has no numbers."""
    firsts = [math.ceil(_end(dimension, part / BINS) - _NEAR) for part in range(BINS)]
    firsts.append(round(dimension.high) + 1)
    return tuple(
        "none" if first == after else str(first) if first == after - 1 else f"{first}..{after - 1}"
        for first, after in itertools.pairwise(firsts)
    )


def _end(dimension: Range, share: float) -> float:
    low, high = dimension.low, dimension.high
    if dimension.log:
        return math.exp(math.log(low) + share * (math.log(high) - math.log(low)))
    return low + share * (high - low)


def _level(dimension: Dimension, one: TrialResult, place: int) -> int:
    value = one.values[place]
    if isinstance(dimension, Choices):
        return dimension.values.index(value)
    return min(BINS - 1, int(BINS * dimension.share(value) + _NEAR))
