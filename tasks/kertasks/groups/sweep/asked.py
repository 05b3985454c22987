"""What a sweep was asked for, and the runs that each of its trials is made of."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated

from msgspec import Meta

from kertasks.data.folds.fold import MOST_FOLDS, Fold, all_folds
from kertasks.errors import UnknownRecipe
from kertasks.groups.sweep.dimension import RECIPE, Choices, Dimension
from kertasks.groups.sweep.searched import Searched
from kertasks.recipes.changes import with_changes
from kertasks.recipes.of_fold import recipe_of_fold
from kertasks.recipes.recipe import Recipe

SEED = "seed"

_SHARE = 3
"""Times as many epochs have a rung's trials as those of the rung before."""


class Sweep(Searched, frozen=True, tag="sweep"):
    """A sweep of a recipe's settings; a trial is a run for each seed and fold."""

    folds: Annotated[int, Meta(ge=0, le=MOST_FOLDS)] = 0
    """Of the rows, a run each; 0 for those that the task holds out."""

    prune: bool = False
    """Whether trials that are worse than the median early on are not trained to their end."""

    changes: tuple[str, ...] = ()
    """What else was said by ``--set``, of all trials: it is in the recipes already."""

    @property
    def parts(self) -> tuple[Part, ...]:
        """The runs of a trial, in their order."""
        folds: tuple[Fold | None, ...] = all_folds(self.folds) if self.folds else (None,)
        return tuple(Part(self, seed, fold) for seed in range(self.seeds) for fold in folds)

    @property
    def recipe_names(self) -> tuple[str, ...]:
        """The recipes it compares, by name; none where it varies settings alone."""
        for one in self.dimensions:
            if isinstance(one, Choices) and one.path == RECIPE:
                return one.values
        return ()


@dataclass(frozen=True, slots=True)
class Part:
    """One run of each trial."""

    sweep: Sweep
    seed: int
    """From 0; the first is the sweep's own."""

    fold: Fold | None

    def key(self, trial: int) -> str:
        """What the run of a trial is called: ``"trial 3, seed 2, fold 1/4"``."""
        words = [f"trial {trial}"]
        if self.sweep.seeds > 1:
            words.append(f"seed {self.sweep.seed + self.seed}")
        if self.fold is not None:
            words.append(str(self.fold))
        return ", ".join(words)

    def recipe(self, recipe: Recipe, trial: int) -> Recipe:
        """What the run trains, of its trial's recipe."""
        seed = recipe.seed if self.sweep.is_varied(SEED) else self.sweep.seed + self.seed
        found = recipe if self.fold is None else recipe_of_fold(recipe, self.fold)
        return replace(found, name=f"{recipe.name}, {self.key(trial)}", summary="", seed=seed)


def recipe_of_trial(
    recipes: Sequence[Recipe], dimensions: Sequence[Dimension], values: Sequence[str]
) -> Recipe:
    """The recipe with the values of a trial.

    Args:
        recipes: those the values of the dimension ``recipe`` name; one where there is none.
        dimensions: what is varied.
        values: one for each.

    Raises:
        RecipeError: the values, or two of them together, are no recipe.
        UnknownRecipe: none of the recipes has the name that a value is.
    """
    named = {recipe.name: recipe for recipe in recipes}
    chosen, changes = recipes[0], []
    for dimension, value in zip(dimensions, values, strict=True):
        if dimension.path == RECIPE:
            if value not in named:
                raise UnknownRecipe(chosen.task, value, list(named))
            chosen = named[value]
        else:
            changes.append((dimension.path.count("."), f"{dimension.path}={value}"))
    # Whole parts first: an optimizer that is put in would take a learning rate with it.
    return with_changes(chosen, [change for _, change in sorted(changes, key=lambda one: one[0])])


def grid_size(dimensions: Sequence[Dimension]) -> int | None:
    """How many choices of values there are; None where a range has no end of them."""
    if not all(isinstance(one, Choices) for one in dimensions):
        return None
    return math.prod(len(one.values) for one in dimensions if isinstance(one, Choices))


RUNGS = 3
"""How often trials are compared that may be pruned, the last time at their end."""


def rung_of(epochs: int, rung: int) -> int:
    """After how many epochs a trial is at a rung: a ninth of all, a third, all.

    Args:
        epochs: of the whole training.
        rung: from 0.
    """
    share: int = _SHARE ** (RUNGS - 1 - rung)
    return -(-epochs // share)
