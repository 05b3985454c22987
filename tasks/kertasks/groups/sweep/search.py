"""What the trials of a sweep try, and which of them are not worth training further.

By Optuna's samplers and pruners, and nothing else than what they are given here: the record, and
what trials of earlier generations came to. So the same is tried whatever the number of trainers,
the order in which they end and the process that asks.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import optuna
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState, create_trial

from kertasks.groups.sweep.asked import grid_size
from kertasks.groups.sweep.dimension import Choices, Dimension, Range
from kertasks.groups.sweep.searched import Searched

Values = tuple[str, ...]
Mode = Literal["min", "max"]

_DRAWS = 20
"""How often a search may propose what was tried before, until one that was not is drawn at
random."""

_LEAST_PEERS = 4
"""Trials that reached a rung, of which a median means something."""

# It tells of each trial on stderr; the runs are what tells of them here.
optuna.logging.set_verbosity(optuna.logging.ERROR)


@dataclass(frozen=True, slots=True)
class Told:
    """What a trial came to."""

    values: Values
    state: Literal["finished", "pruned", "failed"]
    value: float | None
    """By which trials are ranked; None of one that failed."""

    at_rungs: Mapping[int, float]
    """The same at each rung it reached, counted from 0."""


def proposed(sweep: Searched, told: Sequence[Told], mode: Mode) -> list[Values]:
    """What the trials of the next generation try.

    Args:
        sweep: what was asked.
        told: all earlier trials, in their order.
        mode: whether a value is to become small or large.
    """
    count = min(sweep.generation, sweep.trials - len(told))
    if sweep.search == "grid":
        points = itertools.product(
            *(one.values for one in sweep.dimensions if isinstance(one, Choices))
        )
        return list(itertools.islice(points, len(told), len(told) + count))
    seed = (sweep.seed * 1_000_003 + len(told)) % (1 << 32)
    sampler: optuna.samplers.BaseSampler
    if sweep.search == "random":
        sampler = optuna.samplers.RandomSampler(seed=seed)
    else:
        sampler = optuna.samplers.TPESampler(seed=seed, constant_liar=True)
    study = _study(mode, sampler)
    study.add_trials([frozen(sweep.dimensions, one) for one in told])
    taken = {one.values for one in told}
    found = []
    for _ in range(count):
        values = _new(study, sweep.dimensions, taken, seed + len(taken))
        taken.add(values)
        found.append(values)
    return found


def pruned(values: Mapping[int, float], earlier: Sequence[float], mode: Mode) -> set[int]:
    """Which trials of a generation are worse at a rung than the median of all that reached it.

    Args:
        values: by number, of the trials that are to be judged.
        earlier: of those of earlier generations.
        mode: whether a value is to become small or large.
    """
    study = _study(mode)
    study.add_trials(
        [
            create_trial(value=value, intermediate_values={0: value})
            for value in (*earlier, *values.values())
        ]
    )
    pruner = optuna.pruners.MedianPruner(n_startup_trials=_LEAST_PEERS)
    found = set()
    for number, value in values.items():
        trial = create_trial(state=TrialState.RUNNING, intermediate_values={0: value})
        if pruner.prune(study, trial):
            found.add(number)
    return found


def importance(sweep: Searched, told: Sequence[Told], mode: Mode) -> dict[str, float]:
    """How much of the differences between finished trials each setting explains, by path, all
    together 1; empty where that cannot be told."""
    if len(sweep.dimensions) == 1:
        return {sweep.dimensions[0].path: 1.0}
    whole = [one for one in told if one.state == "finished"]
    varied = {
        one.path
        for place, one in enumerate(sweep.dimensions)
        if len({each.values[place] for each in whole}) > 1
    }
    if len({one.value for one in whole}) < 2 or not varied:
        return {}
    study = _study(mode)
    study.add_trials([frozen(sweep.dimensions, one) for one in whole])
    forest = optuna.importance.FanovaImportanceEvaluator(seed=0)
    found = optuna.importance.get_param_importances(study, evaluator=forest)
    return {path: float(share) for path, share in found.items()}


def frozen(dimensions: Sequence[Dimension], told: Told) -> FrozenTrial:
    """A trial that is over, as Optuna has it."""
    states = {
        "finished": TrialState.COMPLETE,
        "pruned": TrialState.PRUNED,
        "failed": TrialState.FAIL,
    }
    pairs = list(zip(dimensions, told.values, strict=True))
    return create_trial(
        state=states[told.state],
        value=told.value if told.state == "finished" else None,
        params={one.path: _param(one, value) for one, value in pairs},
        distributions={one.path: _distribution(one) for one in dimensions},
        intermediate_values=dict(told.at_rungs),
    )


def direction_of(mode: Mode) -> StudyDirection:
    """What Optuna calls it that a value is to become small or large."""
    return StudyDirection.MAXIMIZE if mode == "max" else StudyDirection.MINIMIZE


def _study(mode: Mode, sampler: optuna.samplers.BaseSampler | None = None) -> optuna.Study:
    return optuna.create_study(sampler=sampler, direction=direction_of(mode))


def _distribution(dimension: Dimension) -> BaseDistribution:
    if isinstance(dimension, Choices):
        return CategoricalDistribution(dimension.values)
    if dimension.whole:
        return IntDistribution(round(dimension.low), round(dimension.high), log=dimension.log)
    return FloatDistribution(dimension.low, dimension.high, log=dimension.log)


def _param(dimension: Dimension, value: str) -> str | int | float:
    if isinstance(dimension, Choices):
        return value
    return int(value) if dimension.whole else float(value)


def _new(
    study: optuna.Study, dimensions: Sequence[Dimension], taken: set[Values], seed: int
) -> Values:
    """What the study's sampler proposes that was not tried; it is under way in the study then."""
    distributions = {one.path: _distribution(one) for one in dimensions}
    for _ in range(_DRAWS):
        trial = study.ask(distributions)
        params = trial.params
        values = tuple(
            one.text(params[one.path]) if isinstance(one, Range) else str(params[one.path])
            for one in dimensions
        )
        if values not in taken:
            return values
        study.tell(trial, state=TrialState.FAIL)
    return next(one for one in _at_random(dimensions, seed) if one not in taken)


def _at_random(dimensions: Sequence[Dimension], seed: int) -> Iterator[Values]:
    draw = random.Random(seed)  # noqa: S311 - nothing is kept secret by it
    if grid_size(dimensions) is not None:
        points = list(
            itertools.product(*(one.values for one in dimensions if isinstance(one, Choices)))
        )
        draw.shuffle(points)
        yield from points
        return
    while True:
        yield tuple(
            draw.choice(one.values)
            if isinstance(one, Choices)
            else one.text(draw.uniform(one.low, one.high))
            for one in dimensions
        )
