"""What a person asks of a sweep, held against what there is before a group is made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import click

from kertasks.groups.sweep.asked import (
    GENERATION,
    MOST_TRIALS,
    SEED,
    Search,
    Sweep,
    grid_size,
    recipe_of_trial,
)
from kertasks.groups.sweep.dimension import RECIPE, Choices, Dimension, Range, read_dimension
from kertasks.keras_catalog.catalog import Catalog
from kertasks.recipes.changes import Change
from kertasks.recipes.recipe import Recipe
from kertasks.recipes.recipe_errors import RecipeError
from kertasks.recipes.validation import validate
from kertasks.runs.events import Monitor
from kertasks.text.numbers import counted, grouped

TRIALS = 20
"""Of a search that nobody gave a number."""

_JUDGED_BY = ("compile.loss", "compile.metrics")
"""Settings that change what a value means."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """The options of ``kertui sweep`` that say how it searches."""

    trials: int | None
    search: Search | None
    seeds: int
    folds: int
    prune: bool
    minimize: str | None
    maximize: str | None


def split_changes(written: Sequence[str]) -> tuple[list[Dimension], list[str]]:
    """The settings that are varied, and what is said of all trials alike.

    Args:
        written: each as ``--set`` has it.

    Raises:
        RecipeError: one has no value, or a wrong list or range.
    """
    dimensions: list[Dimension] = []
    plain = []
    for one in written:
        try:
            change = Change.read(one)
            found = None if change.adds else read_dimension(change.path, change.text)
        except RecipeError as error:
            raise RecipeError(error.problems, "--set") from error
        if found is None:
            plain.append(one)
        elif any(other.path == found.path for other in dimensions):
            raise click.UsageError(f"{found.path} is varied twice: put all values in one --set.")
        else:
            dimensions.append(found)
    return dimensions, plain


def with_recipes(dimensions: Sequence[Dimension], recipes: Sequence[Recipe]) -> list[Dimension]:
    """The dimensions, before them the recipes where there are several."""
    if len(recipes) == 1:
        return list(dimensions)
    names = [recipe.name for recipe in recipes]
    for name in names:
        if names.count(name) > 1:
            raise click.UsageError(f"two recipes are called {name}: each needs a name of its own.")
    return [Choices(RECIPE, tuple(names)), *dimensions]


def sweep_of(
    dimensions: Sequence[Dimension],
    recipes: Sequence[Recipe],
    changes: Sequence[str],
    wishes: Wishes,
) -> Sweep:
    """The record of what was asked.

    Raises:
        click.UsageError: what was asked does not go together; saying what does.
    """
    if not dimensions:
        raise click.UsageError(
            "nothing is varied: give a setting several values, "
            "such as --set layers.0.units=4,32 or --set compile.optimizer.learning_rate="
            "1e-4..1e-1:log, or several recipes."
        )
    if wishes.minimize and wishes.maximize:
        raise click.UsageError("--minimize and --maximize: one metric decides.")
    varies_seed = any(one.path == SEED for one in dimensions)
    if wishes.seeds > 1 and varies_seed:
        raise click.UsageError("the seed is varied already: leave out --seeds, or seed.")
    for recipe in recipes:
        if wishes.folds and recipe.data.held_out_fold is not None:
            raise click.UsageError(
                f"the recipe holds out {recipe.data.held_out_fold} already: leave out --folds."
            )
    if judge_of(wishes) is None and not all(recipe.compile.metrics for recipe in recipes):
        losses = len({str(recipe.compile.loss) for recipe in recipes})
        if losses > 1 or any(one.path.startswith(_JUDGED_BY) for one in dimensions):
            raise click.UsageError(
                "val_loss is another number for each loss: say what is compared, "
                "such as --minimize val_mae."
            )
    search, trials = _search(dimensions, wishes)
    return Sweep(
        tuple(dimensions),
        search=search,
        trials=trials,
        seeds=wishes.seeds,
        folds=wishes.folds,
        prune=wishes.prune,
        seed=recipes[0].seed,
        generation=min(trials, GENERATION) if search == "tpe" else trials,
        changes=tuple(changes),
    )


def judge_of(wishes: Wishes) -> Monitor | None:
    """The metric that a person named; None for that of the runs."""
    if wishes.minimize:
        return Monitor(wishes.minimize, "min")
    return Monitor(wishes.maximize, "max") if wishes.maximize else None


def _search(dimensions: Sequence[Dimension], wishes: Wishes) -> tuple[Search, int]:
    """How it searches, and how many trials it has."""
    size, trials = grid_size(dimensions), wishes.trials
    if wishes.search == "grid":
        if size is None:
            path = next(one.path for one in dimensions if isinstance(one, Range))
            raise click.UsageError(
                f"a grid needs lists, and {path} is a range: give its values with commas, or "
                "--search random or tpe."
            )
        if trials is not None and trials < size:
            raise click.UsageError(
                f"the grid has {counted(size, 'point')}, more than --trials {trials}: leave "
                "--trials out, or --search random or tpe."
            )
    if wishes.search == "grid" or (
        wishes.search is None and size is not None and (trials is None or trials >= size)
    ):
        if size is not None and size > MOST_TRIALS:
            raise click.UsageError(
                f"the grid has {grouped(size)} points: --trials says how many to try, "
                f"{grouped(MOST_TRIALS)} at most."
            )
        return "grid", size or 1
    return wishes.search or "tpe", min(trials or TRIALS, size or MOST_TRIALS)


def require_valid(sweep: Sweep, recipes: Sequence[Recipe], catalog: Catalog | None) -> None:
    """See that each value can stand where it is to stand, beside the first values of the others.

    Args:
        sweep: what was asked.
        recipes: what it varies.
        catalog: Keras's classes; None where they are not known yet.

    Raises:
        RecipeError: with what is wrong with the first value that cannot.
    """
    for values in _alternatives(sweep.dimensions):
        recipe = recipe_of_trial(recipes, sweep.dimensions, values)
        if problems := validate(recipe, catalog):
            raise RecipeError(tuple(problems), "--set")


def _alternatives(dimensions: Sequence[Dimension]) -> Iterator[list[str]]:
    """The first values, and these with each other value in its place."""
    each = [
        one.values if isinstance(one, Choices) else (one.text(one.low), one.text(one.high))
        for one in dimensions
    ]
    first = [values[0] for values in each]
    yield first
    for place, values in enumerate(each):
        for value in values[1:]:
            yield [*first[:place], value, *first[place + 1 :]]
