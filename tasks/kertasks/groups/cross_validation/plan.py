"""Which runs a cross-validation is made of: one for each fold, and one on all rows after them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from kertasks.groups.cross_validation.asked import FINAL, CrossValidation
from kertasks.groups.cross_validation.results import results_of
from kertasks.groups.folder import GroupFolder
from kertasks.groups.history import GroupHistory
from kertasks.groups.plan import PlannedRun
from kertasks.recipes.of_fold import recipe_of_fold
from kertasks.recipes.recipe import Recipe
from kertasks.recipes.retraining import on_all_rows
from kertasks.runs.state import RunState


class CrossValidationPlan:
    """Plans the runs of a cross-validation.

    Args:
        group: whose.
        asked: what was asked.
        recipe: what the recipes are made of.
    """

    def __init__(self, group: GroupFolder, asked: CrossValidation, recipe: Recipe) -> None:
        self._group = group
        self._recipe = recipe
        self._folds = [PlannedRun(str(fold), recipe_of_fold(recipe, fold)) for fold in asked.parts]
        self._left = {one.key for one in self._folds}
        """The folds that are not finished."""

        self._is_whole = False
        """Whether the run on all rows is finished."""

        self.at_once = len(self._folds)
        self.candidates = self._folds[:1]

    def begin(self, states: Mapping[str, RunState]) -> list[PlannedRun]:
        """The folds that are not finished, or the run on all rows after them."""
        finished = {key for key, state in states.items() if state is RunState.FINISHED}
        self._left -= finished
        self._is_whole = FINAL in finished
        return [one for one in self._folds if one.key in self._left] or self._last()

    def over(self, key: str, state: RunState) -> list[PlannedRun]:
        """After the last fold, the run on all rows."""
        if state is not RunState.FINISHED:
            return []
        if key == FINAL:
            self._is_whole = True
            return []
        self._left.discard(key)
        return self._last()

    def keep(self) -> None:
        """Its runs say all there is."""

    def end(self) -> bool:
        """Whether all runs are finished."""
        return not self._left and (self._is_whole or not self._wants_last())

    def _last(self) -> list[PlannedRun]:
        """The run on all rows, where it is asked for and can be planned."""
        if self._left or self._is_whole or not self._wants_last():
            return []
        results = results_of(GroupHistory.read(self._group))
        if results.best_epoch is None:
            return []
        recipe = on_all_rows(self._recipe, results.best_epoch)
        return [PlannedRun(FINAL, replace(recipe, name=f"{self._recipe.name}, all rows"))]

    def _wants_last(self) -> bool:
        """Whether a run on all rows is asked for by now: it may be while the folds are trained."""
        asked = self._group.record().asked
        return isinstance(asked, CrossValidation) and asked.final
