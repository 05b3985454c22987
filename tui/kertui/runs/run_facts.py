"""What is known of runs besides their curves, side by side: for those that have no recipes."""

from __future__ import annotations

import math
from collections.abc import Sequence

from kertasks.runs.history import RunHistory
from kertasks.runs.home.summary import RunSummary
from kertasks.text import numbers as formatting
from kertasks.text.numbers import grouped
from kertui.comparison.recipe_comparison import ComparedValue, RecipeComparison


def compare_facts(runs: Sequence[RunSummary], histories: Sequence[RunHistory]) -> RecipeComparison:
    """Put what some runs say of themselves side by side.

    Args:
        runs: two or more.
        histories: of each, in the same order.
    """
    found = [_facts(run, history) for run, history in zip(runs, histories, strict=True)]
    names = dict.fromkeys(name for facts in found for name in facts)
    rows = (ComparedValue(name, tuple(facts.get(name) for facts in found)) for name in names)
    return RecipeComparison((), tuple(rows))


def _facts(run: RunSummary, history: RunHistory) -> dict[str, str]:
    """What a run says of itself, by what it is."""
    facts = {"trained by": run.task, "epochs": grouped(run.epochs)}
    if history.planned:
        facts["planned"] = grouped(history.planned)
    started = history.started
    if started is not None and started.steps is not None:
        facts["batches an epoch"] = grouped(started.steps)
    if started is not None and started.parameters is not None:
        facts["parameters"] = grouped(started.parameters)
    for words, at in (("learning rate at first", 0), ("learning rate at last", -1)):
        if history.epochs and not math.isnan(history.learning_rates[at]):
            facts[words] = formatting.learning_rate(history.learning_rates[at])
    if run.seconds is not None:
        facts["time"] = formatting.duration(run.seconds)
    if run.device:
        facts["device"] = run.device
    if history.best_epoch is not None:
        facts["best epoch"] = grouped(history.best_epoch)
    shown = history.best.metrics or (history.last.metrics if history.last is not None else {})
    for name, value in shown.items():
        facts[formatting.metric_label(name)] = formatting.metric(name, value)
    return facts
