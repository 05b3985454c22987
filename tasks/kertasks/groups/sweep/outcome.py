"""What one run of a sweep came to, and what the runs of a trial did together."""

from __future__ import annotations

import math
from collections.abc import Sequence

from kertasks.groups.measures import Spread, best_of, rows_of, spread
from kertasks.runs.event_file.events import Failed, Finished, Monitor
from kertasks.runs.history import RunHistory
from kertasks.text.numbers import grouped


def why_failed(history: RunHistory, judge: Monitor, until: int | None = None) -> str:
    """Why a run that is over makes its trial one that failed; empty where it does not.

    Args:
        history: of the run.
        judge: the metric that decides.
        until: the last epoch that counts; None for all.
    """
    ended = history.ended
    if until is None or history.epochs < until:
        if isinstance(ended, Failed):
            return ended.reason
        is_whole = until is None or ended_early(history)
        if not (isinstance(ended, Finished) and is_whole):
            return "stopped before its end"
    since = history.not_finite_since if until is None else history.not_finite_before(until)
    if since is not None:
        return f"the loss is no finite number since epoch {grouped(since)}"
    if best_of(history, judge, until)[0] is None:
        if judge.name in history.metric_names:
            return f"{judge.name} was never a finite number"
        return f"there is no {judge.name}; there are {', '.join(history.metric_names)}"
    return ""


def ended_early(history: RunHistory) -> bool:
    """Whether early stopping ended a run before the epochs that it was to train until then."""
    planned = history.planned
    return isinstance(history.ended, Finished) and planned is not None and history.epochs < planned


def value_of(runs: Sequence[RunHistory], judge: Monitor, until: int | None = None) -> Spread:
    """The mean of the best values of a trial's runs and their spread; NaN where a run has none.

    Args:
        runs: one or more, each by its rows.
        judge: the metric that decides.
        until: the last epoch that counts; None for all.
    """
    if not runs:
        return Spread(math.nan, math.nan)
    values = [best_of(history, judge, until)[1] for history in runs]
    return spread(values, [rows_of(history) or 1 for history in runs])
