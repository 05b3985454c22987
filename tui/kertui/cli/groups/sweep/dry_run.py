"""``kertui sweep --dry-run``: what would be trained, and how long, as far as that is known."""

from __future__ import annotations

import itertools
import json
import math
import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from kertasks.groups.sweep.asked import Sweep, recipe_of_trial
from kertasks.groups.sweep.dimension import Choices
from kertasks.groups.sweep.searched import Searched
from kertasks.recipes.recipe import Recipe
from kertasks.runs.home.listing import RunSummaries
from kertasks.runs.state import RunState
from kertasks.text.numbers import clock, counted
from kertui.cli.columns import in_columns
from kertui.text.sweep_titles import short_value, sides_of, titles_of

if TYPE_CHECKING:
    from kertasks.runs.home.store import RunStore

_SHOWN = 10


class DryRun:
    """Says what a sweep would train.

    Args:
        sweep: what is asked.
        recipes: what it varies.
        store: whose earlier runs say how long an epoch takes.
        workers: trainers at once at most; None for one a core.
    """

    def __init__(
        self, sweep: Sweep, recipes: Sequence[Recipe], store: RunStore, workers: int | None
    ) -> None:
        self._sweep = sweep
        self._first = first_trials(sweep)
        epochs = [
            recipe_of_trial(recipes, sweep.dimensions, values).fit.epochs for values in self._first
        ]
        self._epochs = round(sweep.runs * sum(epochs) / len(epochs))
        self._is_exact = len(self._first) == sweep.trials or len(set(epochs)) == 1
        at_once = min(workers or os.cpu_count() or 1, sweep.runs)
        known = _seconds_an_epoch(store, recipes[0].task)
        self._seconds = None if known is None else known * self._epochs / at_once

    def print(self, *, as_json: bool) -> None:
        """Say it, as a line of JSON or as a table."""
        if as_json:
            click.echo(json.dumps(self.plain()))
        else:
            click.echo("\n".join(self.lines()))

    def lines(self) -> Iterator[str]:
        """For people: the first trials, and how much it is in all."""
        sweep = self._sweep
        yield from in_columns(
            [
                ("trial", *titles_of(sweep.dimensions)),
                *(
                    (str(number), *map(short_value, values))
                    for number, values in enumerate(self._first[:_SHOWN], start=1)
                ),
            ],
            "r" + sides_of(sweep.dimensions),
        )
        left = sweep.trials - min(_SHOWN, len(self._first))
        if left:
            later = "" if sweep.search == "grid" else f", chosen as {sweep.search} goes on"
            yield f"and {counted(left, 'more trial')}{later}"
        each = [counted(sweep.seeds, "seed")] if sweep.seeds > 1 else []
        each += [counted(sweep.folds, "fold")] if sweep.folds else []
        of = f" of {' and '.join(each)}" if each else ""
        about = "" if self._is_exact else "about "
        said = f"{counted(sweep.trials, 'trial')}{of}: {counted(sweep.runs, 'run')}, "
        yield f"{said}{about}{counted(self._epochs, 'epoch')}{' at most' if sweep.prune else ''}"
        if self._seconds is not None:
            yield f"about {clock(self._seconds)}, by earlier runs of this task"

    def plain(self) -> dict[str, Any]:
        """What would be trained, as plain data for programs."""
        sweep = self._sweep
        return {
            "event": "planned",
            "search": sweep.search,
            "trials": sweep.trials,
            "runs": sweep.runs,
            "epochs": self._epochs,
            "seconds": self._seconds,
            "paths": [one.path for one in sweep.dimensions],
            "first": [list(values) for values in self._first[:_SHOWN]],
        }


def first_trials(sweep: Searched) -> list[tuple[str, ...]]:
    """What the first trials try, all those that are known before one is trained."""
    if sweep.search == "grid":
        lists = (one.values for one in sweep.dimensions if isinstance(one, Choices))
        return list(itertools.product(*lists))
    from kertasks.groups.sweep.search import proposed

    return proposed(sweep, [], "min")


def _seconds_an_epoch(store: RunStore, task: str) -> float | None:
    """How long an epoch took in the latest finished run of a task; None where there is none."""
    for run in RunSummaries(store).read():
        known = run.state is RunState.FINISHED and run.task == task and run.epochs
        if known and run.seconds is not None and math.isfinite(run.seconds):
            return run.seconds / run.epochs
    return None
