"""Which runs a list shows and in which order. Pure: summaries in, summaries out."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Any

from kertasks.runs.summary import RunSummary
from kertasks.text.numbers import is_share


class SortKey(StrEnum):
    """What a list of runs is sorted by."""

    WHEN = "when"
    STATE = "state"
    TASK = "task"
    RECIPE = "recipe"
    EPOCHS = "epochs"
    BEST = "best loss"
    TEST = "test"
    TIME = "time"
    DEVICE = "device"


def matches(run: RunSummary, text: str) -> bool:
    """Whether a run answers a filter.

    Every word must be part of its id, task, recipe, state, device, host, name, tags or note,
    whatever the case; a word that begins with ``#`` must be the start of a tag.
    """
    words = text.casefold().split()
    if not words:
        return True
    label = run.label
    tags = [tag.casefold() for tag in label.tags]
    facts = (run.id, run.task, run.recipe, run.state.value, run.device, run.host)
    everything = "\n".join((*facts, label.name, *tags, label.note)).casefold()
    return all(
        any(tag.startswith(word[1:]) for tag in tags) if word[0] == "#" else word in everything
        for word in words
    )


def newest_first(runs: Iterable[RunSummary]) -> list[RunSummary]:
    """The order wherever runs are listed, and in which the first is ``last``; of runs that began
    at the same moment the greater id is first."""
    return sorted(runs, key=lambda run: (run.created, run.id), reverse=True)


def ordered(
    runs: Iterable[RunSummary], by: SortKey = SortKey.WHEN, *, reverse: bool = False
) -> list[RunSummary]:
    """Runs that go on first, then the others, each by the key and among equals the newest first.

    Numbers begin with what a person looks for: the newest, the most epochs, the lowest loss,
    the best test result. A run without the value comes last, whichever the direction.
    """
    value = _VALUES[by]
    newest = newest_first(runs)
    known = [run for run in newest if value(run) is not None]
    known.sort(key=value, reverse=reverse)
    unknown = [run for run in newest if value(run) is None]
    return sorted([*known, *unknown], key=lambda run: run.state.is_over)


def _best(run: RunSummary) -> float | None:
    found = run.best_loss
    return None if found is None or math.isnan(found[1]) else found[1]


def _test(run: RunSummary) -> tuple[str, float] | None:
    found = run.test_value
    if found is None or math.isnan(found[1]):
        return None
    name, value = found
    return name, -value if is_share(name) else value


_VALUES: dict[SortKey, Callable[[RunSummary], Any]] = {
    SortKey.WHEN: lambda run: -run.created,
    SortKey.STATE: lambda run: run.state.value,
    SortKey.TASK: lambda run: (run.task, run.recipe.casefold()),
    SortKey.RECIPE: lambda run: run.title.casefold(),
    SortKey.EPOCHS: lambda run: -run.epochs,
    SortKey.BEST: _best,
    SortKey.TEST: _test,
    SortKey.TIME: lambda run: None if run.seconds is None else -run.seconds,
    SortKey.DEVICE: lambda run: run.device or None,
}
