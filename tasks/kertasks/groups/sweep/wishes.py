"""What a person wants of a sweep, made into its record or refused before there is a group.

The command line and the interface ask here, so that the same wishes are the same sweep.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kertasks.errors import UserError
from kertasks.groups.sweep.asked import SEED, Sweep, grid_size, recipe_of_trial
from kertasks.groups.sweep.dimension import Choices, Dimension, Range
from kertasks.groups.sweep.searched import GENERATION, MOST_TRIALS, Search
from kertasks.keras_catalog.catalog import Catalog
from kertasks.recipes.recipe import Recipe
from kertasks.recipes.recipe_errors import RecipeError
from kertasks.recipes.validation import validate
from kertasks.runs.event_file.events import Monitor
from kertasks.text.numbers import counted, grouped

TRIALS = 20
"""Of a search that nobody gave a number."""

_JUDGED_BY = ("compile.loss", "compile.metrics")
"""Settings that change what a value means."""


class DoesNotGoTogether(UserError):
    """What was asked of a sweep contradicts itself; says what does not."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """How a sweep is to search; what nobody said is filled in."""

    trials: int | None = None
    search: Search | None = None
    seeds: int = 1
    folds: int = 0
    prune: bool = False
    minimize: str | None = None
    maximize: str | None = None
    storage: str | None = None
    """The address of a database, without a password."""

    @property
    def judge(self) -> Monitor | None:
        """The metric that a person named; None for that of the runs."""
        if self.minimize:
            return Monitor(self.minimize, "min")
        return Monitor(self.maximize, "max") if self.maximize else None


def sweep_of(
    dimensions: Sequence[Dimension],
    recipes: Sequence[Recipe],
    wishes: Wishes,
    changes: Sequence[str] = (),
) -> Sweep:
    """The record of what was asked.

    Args:
        dimensions: what is varied, one at least.
        recipes: what it varies.
        wishes: how it searches.
        changes: what is in the recipes already, as ``--set`` has it.

    Raises:
        DoesNotGoTogether: what was asked does not go together.
    """
    varies_seed = any(one.path == SEED for one in dimensions)
    if wishes.seeds > 1 and varies_seed:
        raise DoesNotGoTogether("the seed is varied already: one seed a trial, or do not vary it.")
    for recipe in recipes:
        if wishes.folds and recipe.data.held_out_fold is not None:
            raise DoesNotGoTogether(
                f"the recipe holds out {recipe.data.held_out_fold} already: no folds then."
            )
    if wishes.judge is None and not all(recipe.compile.metrics for recipe in recipes):
        losses = len({str(recipe.compile.loss) for recipe in recipes})
        if losses > 1 or any(one.path.startswith(_JUDGED_BY) for one in dimensions):
            raise DoesNotGoTogether(
                "val_loss is another number for each loss: say what is compared, such as the "
                "least val_mae (--minimize val_mae), or give the recipe a metric."
            )
    search, trials = search_of(dimensions, wishes)
    return Sweep(
        tuple(dimensions),
        search=search,
        trials=trials,
        seeds=wishes.seeds,
        folds=wishes.folds,
        prune=wishes.prune,
        seed=recipes[0].seed,
        generation=generation_of(search, trials),
        changes=tuple(changes),
        storage=wishes.storage,
    )


def generation_of(search: Search, trials: int) -> int:
    """How many trials are proposed at once."""
    return min(trials, GENERATION) if search == "tpe" else trials


def search_of(dimensions: Sequence[Dimension], wishes: Wishes) -> tuple[Search, int]:
    """How it searches, and how many trials it has.

    Raises:
        DoesNotGoTogether: what was asked does not go together.
    """
    size, trials = grid_size(dimensions), wishes.trials
    if wishes.search == "grid":
        if size is None:
            path = next(one.path for one in dimensions if isinstance(one, Range))
            raise DoesNotGoTogether(
                f"a grid needs lists, and {path} is a range: give its values with commas, or "
                "search by random or tpe."
            )
        if trials is not None and trials < size:
            raise DoesNotGoTogether(
                f"the grid has {counted(size, 'point')}, more than {counted(trials, 'trial')}: "
                "leave out how many, or search by random or tpe."
            )
    if wishes.search == "grid" or (
        wishes.search is None and size is not None and (trials is None or trials >= size)
    ):
        if size is not None and size > MOST_TRIALS:
            raise DoesNotGoTogether(
                f"the grid has {grouped(size)} points: say how many trials to try, "
                f"{grouped(MOST_TRIALS)} at most."
            )
        return "grid", size or 1
    return wishes.search or "tpe", min(trials or TRIALS, size or MOST_TRIALS)


def require_valid(
    dimensions: Sequence[Dimension],
    recipes: Sequence[Recipe],
    catalog: Catalog | None,
    source: str | None = None,
) -> None:
    """See that each value can stand where it is to stand, beside the first values of the others.

    Args:
        dimensions: what is varied.
        recipes: in which.
        catalog: Keras's classes; None where they are not known yet.
        source: where a person wrote the values, for the error.

    Raises:
        RecipeError: with what is wrong with the first value that cannot.
    """
    for values in _alternatives(dimensions):
        recipe = recipe_of_trial(recipes, dimensions, values)
        if problems := validate(recipe, catalog):
            raise RecipeError(tuple(problems), source)


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
