"""Which runs a group is made of: each has a key of its own and a recipe of its own.

What is asked of it follows from the group's record, its recipe and what its runs came to, so that
a runner that takes over from another one plans the same.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from kertasks.data.folds.fold import Fold
from kertasks.groups.folder import GroupFolder
from kertasks.groups.history import GroupHistory
from kertasks.groups.record import FINAL, GroupRecord
from kertasks.groups.results import results_of
from kertasks.recipes.recipe import Recipe
from kertasks.recipes.retraining import on_all_rows


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """A run that may be begun."""

    key: str
    """What it is in its group, and nothing else in it is."""

    recipe: Recipe


def recipe_of_fold(recipe: Recipe, fold: Fold) -> Recipe:
    """The recipe with one fold held out to validate on, and nothing else."""
    data = replace(
        recipe.data,
        train_on_validation=False,
        folds=fold.folds,
        fold=fold.number,
        repeat=fold.repeat,
    )
    fit = replace(recipe.fit, validation_split=0.0)
    return replace(recipe, name=f"{recipe.name}, {fold}", summary="", data=data, fit=fit)


class Plan:
    """Plans the runs of a group.

    Args:
        group: whose.
        record: what was asked.
        recipe: what the recipes are made of.
    """

    def __init__(self, group: GroupFolder, record: GroupRecord, recipe: Recipe) -> None:
        self._group = group
        self._asked = record.asked
        self._recipe = recipe
        self.first = [
            PlannedRun(str(fold), recipe_of_fold(recipe, fold)) for fold in self._asked.parts
        ]
        """Those that can be begun at once, in their order."""

    def then(self, finished: Collection[str]) -> list[PlannedRun]:
        """Those that can be begun once others are finished, whether they were named before or not.

        Args:
            finished: the keys of the runs that are.
        """
        if not self._asked.final or any(one.key not in finished for one in self.first):
            return []
        results = results_of(GroupHistory.read(self._group))
        if results.best_epoch is None:
            return []
        recipe = on_all_rows(self._recipe, results.best_epoch)
        return [PlannedRun(FINAL, replace(recipe, name=f"{self._recipe.name}, all rows"))]
