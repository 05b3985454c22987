"""What a process that advises answers: what is wrong with a recipe, and what mends it."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import keras
import msgspec

from kertasks.advice.fixes.recipe_trials import RecipeTrials
from kertasks.advice.recipe_advice import advise_recipe
from kertasks.recipes.json_form import from_json
from kertasks.recipes.recipe import Recipe
from kertasks.registry import find_task
from kertasks.runs.advice.finding import Finding
from kertasks.trainer.dataset_cache import DatasetCache

OPERATIONS = ("advise", "try_fix")


class AdviceAnswers:
    """Answers one question after another. What recipes without a fix came to is remembered, since
    several fixes are tried on the same one.

    Args:
        datasets: data that may be loaded already.
    """

    def __init__(self, datasets: DatasetCache) -> None:
        self._datasets = datasets
        self._trials: RecipeTrials | None = None
        self._trials_of: tuple[object, ...] = ()

    def answer(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Carry out one request, of which Keras keeps nothing.

        Raises:
            kertasks.UserError: the data cannot be loaded, or the patch is none of this recipe.
        """
        recipe = from_json(request["recipe"])
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # what Keras warns of is among the findings
                if request["op"] == "advise":
                    found = advise_recipe(recipe, self._datasets.for_recipe(recipe))
                    return {"findings": msgspec.to_builtins(found)}
                return self._try_fix(recipe, request)
        finally:
            keras.utils.clear_session()

    def _try_fix(self, recipe: Recipe, request: Mapping[str, Any]) -> dict[str, Any]:
        finding = msgspec.convert(request["finding"], Finding)
        tried = self._trials_for(recipe, request["seconds"]).try_fix(
            recipe, finding, request["seeds"]
        )
        answer: dict[str, Any] = msgspec.to_builtins(tried)
        return answer

    def _trials_for(self, recipe: Recipe, seconds: float) -> RecipeTrials:
        fold = recipe.data.held_out_fold
        version = find_task(recipe.task).version
        wanted = (recipe.task, version, recipe.data.variant, recipe.seed, fold, seconds)
        if self._trials is None or wanted != self._trials_of:
            self._trials = None  # never two datasets in memory
            data = self._datasets.load(recipe.task, recipe.data.variant, recipe.seed, fold)
            self._trials, self._trials_of = RecipeTrials(data, seconds), wanted
        return self._trials
