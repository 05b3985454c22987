"""What the trials of a sweep came to, ranked; computed from the events of their runs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from kertasks.files import read_small
from kertasks.groups.folder import GroupFolder
from kertasks.groups.history import GroupHistory, MemberHistory
from kertasks.groups.measures import Spread, best_of, device_of, judge_of
from kertasks.groups.sweep.dimension import Dimension
from kertasks.groups.sweep.outcome import ended_early, value_of, why_failed
from kertasks.groups.sweep.searched import Searched
from kertasks.groups.sweep.trials import Over, decode_over
from kertasks.runs.event_file.events import Failed, Finished, Monitor


class TrialState(StrEnum):
    """What became of a trial, those first that are ranked first."""

    FINISHED = "finished"
    PRUNED = "pruned"
    """Worse than the median early on, and not trained to its end."""

    BEGUN = "begun"
    """Some of its runs are begun, and not all are trained to their end."""

    WAITING = "waiting"
    FAILED = "failed"

    @property
    def rank(self) -> int:
        """Before which others it stands."""
        return list(TrialState).index(self)


@dataclass(frozen=True, slots=True)
class TrialResult:
    """What one trial came to."""

    number: int
    """From 1, in the order they were proposed."""

    values: tuple[str, ...]
    """One for each dimension, as ``--set`` takes it."""

    state: TrialState
    value: Spread
    """Of the best values of its runs, in the target's own unit; NaN where there is none."""

    best_epochs: tuple[int, ...]
    """In which each of its runs was best."""

    epochs: int
    """That all its runs have done together."""

    runs: tuple[str, ...]
    """The ids of those that were begun, in their order."""

    reason: str = ""
    """Why it was given up."""

    devices: tuple[str, ...] = ()
    """What each of its runs was trained on that has begun, in words."""


@dataclass(frozen=True, slots=True)
class SweepResults:
    """What the trials came to, as far as they are."""

    judge: Monitor
    """The metric by which they are ranked."""

    dimensions: tuple[Dimension, ...]
    ranking: tuple[TrialResult, ...]
    """The finished ones from the best on, then those that are not; those that failed last."""

    asked: int
    """How many trials there will be."""

    @property
    def best(self) -> TrialResult | None:
        """The finished trial that is best; None before there is one."""
        first = self.ranking[0] if self.ranking else None
        return first if first is not None and first.state is TrialState.FINISHED else None

    @property
    def finished(self) -> tuple[TrialResult, ...]:
        """The trials that were trained to their end, from the best on."""
        return tuple(one for one in self.ranking if one.state is TrialState.FINISHED)

    @property
    def over(self) -> int:
        """How many trials are over, however they ended."""
        going = (TrialState.BEGUN, TrialState.WAITING)
        return sum(one.state not in going for one in self.ranking)


def sweep_of(group: GroupHistory) -> Searched:
    """What was asked of a sweep.

    Raises:
        TypeError: it is a group of another kind.
    """
    asked = group.record.asked
    if not isinstance(asked, Searched):
        raise TypeError(f"{group.group.id} is no sweep")
    return asked


def results_of(group: GroupHistory) -> SweepResults:
    """Rank the trials of a sweep, as far as they are.

    Args:
        group: what its runs told.

    Raises:
        TypeError: it is a group of another kind.
    """
    asked = sweep_of(group)
    parts = asked.parts
    runs = {
        number: [one for part in parts if (one := group.members.get(part.key(number))) is not None]
        for number, tried in sorted(group.trials.items())
        if number <= asked.trials and asked.holds(tried.values)
    }
    begun = (one.history for each in runs.values() for one in each if one.history.started)
    judge = group.record.judge or judge_of(begun)
    found = [_result(group, number, each, judge, len(parts)) for number, each in runs.items()]
    sign = -1 if judge.mode == "max" else 1

    def place(one: TrialResult) -> tuple[int, bool, float, int]:
        value = one.value.mean
        none = math.isnan(value)
        return one.state.rank, none, 0.0 if none else sign * value, one.number

    return SweepResults(judge, asked.dimensions, tuple(sorted(found, key=place)), asked.trials)


def importance_of(group: GroupFolder) -> dict[str, float] | None:
    """How much of the differences between trials each setting explains, by its path, all together
    1; None before all trials are over."""
    try:
        over: Over = decode_over(read_small(group.over_path))
    except (OSError, ValueError):
        return None
    return {path: float(share) for path, share in over.importance.items()}


def _result(
    group: GroupHistory, number: int, runs: Sequence[MemberHistory], judge: Monitor, parts: int
) -> TrialResult:
    state, reason = _state(group, number, runs, judge, parts)
    told = [one.history for one in runs if one.history.epochs]
    epochs = [epoch for one in told if (epoch := best_of(one, judge)[0]) is not None]
    is_whole = len(told) == len(runs) == parts or state is not TrialState.FINISHED
    return TrialResult(
        number,
        group.trials[number].values,
        state,
        value_of(told if is_whole else [], judge),
        tuple(epochs),
        sum(one.epochs for one in told),
        tuple(one.member.run for one in runs),
        reason,
        tuple(device_of(one.history) for one in runs if one.history.started is not None),
    )


def _state(
    group: GroupHistory, number: int, runs: Sequence[MemberHistory], judge: Monitor, parts: int
) -> tuple[TrialState, str]:
    given_up = group.given_up.get(number)
    if given_up is not None:
        return TrialState(given_up.how), given_up.reason
    if not runs:
        return TrialState.WAITING, ""
    for one in runs:
        ended = one.history.ended
        if isinstance(ended, Failed):
            return TrialState.FAILED, ended.reason
    if len(runs) < parts or not all(map(_is_whole, runs)):
        return TrialState.BEGUN, ""
    reason = next(filter(None, (why_failed(one.history, judge) for one in runs)), "")
    return (TrialState.FAILED, reason) if reason else (TrialState.FINISHED, "")


def _is_whole(one: MemberHistory) -> bool:
    """Whether a run is trained to its end, not to a rung, and its program has ended."""
    history = one.history
    if not isinstance(history.ended, Finished) or one.goes_on or one.member.is_open:
        return False
    return one.member.epochs is None or ended_early(history)
