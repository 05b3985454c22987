"""Fixes of a recipe, tried by training it without and with them."""

from __future__ import annotations

import logging
import math
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import replace

from kertasks.advice.checking import Rows
from kertasks.advice.fixes.measuring import (
    Asked,
    Measure,
    measure_for,
    measured,
)
from kertasks.advice.keras_training import fit
from kertasks.advice.network.network_reading import own_name
from kertasks.advice.patches import completed
from kertasks.advice.recipe_advice import advise_recipe
from kertasks.advice.rule_table import SHOWN_ALONE
from kertasks.advice.watch import Watch
from kertasks.data.dataset import Dataset
from kertasks.data.joining import joined
from kertasks.data.splits import Split
from kertasks.keras_catalog.catalog import Family
from kertasks.models.build import build_model
from kertasks.recipes.changes import with_changes
from kertasks.recipes.recipe import Recipe
from kertasks.recipes.recipe_errors import RecipeError
from kertasks.registry import find_task
from kertasks.runs.advice.finding import Finding
from kertasks.runs.advice.tried_fix import TriedFix

_LOG = logging.getLogger("kertasks.advice")


def try_recipe_fix(
    recipe: Recipe, data: Dataset, finding: Finding, seconds: float, seeds: Iterable[int]
) -> TriedFix:
    """Try a finding's patch of a recipe by training: without and with it, on each seed.

    Where the patch alone does not help it is tried along with those of all that is then still
    wrong, as two faults hide each other's fix: the ``patch`` of what is returned says what was
    changed.

    Args:
        recipe: as it is.
        data: of its task, in its variant and with its seed.
        finding: one of the recipe, with a patch.
        seconds: how long each training goes on at most; what compiling takes is not counted.
        seeds: of the weights, of Dropout and of the order of the rows, instead of the recipe's own;
            the data stay the same.

    Returns:
        What was measured on the rows held out, without any on those trained on: accuracy of
        classes, the mean absolute error in the target's own unit, or R² where it has none. After
        so many seeds that it cannot help any more no other is tried.

    Raises:
        kertasks.RecipeError: the patch is none of this recipe.
    """
    return RecipeTrials(data, seconds).try_fix(recipe, finding, seeds)


class RecipeTrials:
    """Trains recipes for a few seconds each, and remembers what came of them.

    Args:
        data: of the recipes' task, in the variant and with the seed of the first one.
        seconds: how long each is trained.
    """

    def __init__(self, data: Dataset, seconds: float) -> None:
        self.seconds = seconds
        self._data = data
        self._known: dict[tuple[Recipe, int, Measure], float] = {}

    def try_fix(self, recipe: Recipe, finding: Finding, seeds: Iterable[int]) -> TriedFix:
        """Try a finding's patch of a recipe, and where it does not help alone, with those of all
        that is then still wrong; arguments, result and errors as of ``try_recipe_fix``."""
        seeds = tuple(seeds)
        found = self.compare(recipe, finding, finding.patch, seeds)
        if found.helps or finding.fault in SHOWN_ALONE:
            return found
        whole = self.completed(recipe, finding.patch)
        if whole == finding.patch:
            return found
        with_others = self.compare(recipe, finding, whole, seeds)
        return with_others if with_others.helps else found

    def completed(self, recipe: Recipe, patch: tuple[str, ...]) -> tuple[str, ...]:
        """A patch with those of all that is wrong with the recipe that has it."""

        def alarms_with(so_far: tuple[str, ...]) -> list[Finding]:
            try:
                patched = with_changes(recipe, so_far)
            except RecipeError:  # two patches that do not go together
                return []
            return advise_recipe(patched, self.data_of(patched))

        return completed(patch, alarms_with)

    def compare(
        self,
        recipe: Recipe,
        finding: Finding,
        patch: Sequence[str],
        seeds: Iterable[int],
    ) -> TriedFix:
        """Train a recipe and what it became by a patch.

        Args:
            recipe: without the patch.
            finding: what it mends.
            patch: what is changed.
            seeds: as for ``try_recipe_fix``.

        Raises:
            kertasks.RecipeError: the patch is none of this recipe.
        """
        patched = with_changes(recipe, patch)
        data, patched_data = self.data_of(recipe), self.data_of(patched)
        losses = tuple(_loss(each) for each in (recipe, patched))
        measure = measure_for(data.train.y, losses, data)
        if finding.fault in SHOWN_ALONE:
            measure = measure._replace(least_gain=-measure.least_gain)
        before: list[float] = []
        after: list[float] = []
        seeds = tuple(seeds)
        for seed in seeds:
            before.append(self._result(recipe, seed, measure, data))
            after.append(self._result(patched, seed, measure, patched_data))
            tried = TriedFix(
                code=finding.code,
                layer=finding.layer,
                patch=tuple(patch),
                metric=measure.metric,
                unit=measure.unit,
                larger_is_better=measure.larger_is_better,
                rows=Asked.of(*_rows(recipe, data)).name,
                seconds=self.seconds,
                before=tuple(before),
                after=tuple(after),
                least_gain=measure.least_gain,
            )
            if not tried.may_help(len(seeds)):
                break
        return tried

    def data_of(self, recipe: Recipe) -> Dataset:
        """The data that a recipe is trained on."""
        found = find_task(recipe.task)
        variant = found.variant(recipe.data.variant).name
        fold = recipe.data.held_out_fold
        known = (self._data.variant, self._data.seed, self._data.fold)
        if (variant, recipe.seed, fold) != known:
            self._data = found.load(variant, recipe.seed, fold)
        return joined(self._data) if recipe.data.train_on_validation else self._data

    def _result(self, recipe: Recipe, seed: int, measure: Measure, data: Dataset) -> float:
        """How good a recipe is after the seconds; NaN where it cannot be trained."""
        key = (recipe, seed, measure)
        if key not in self._known:
            self._known[key] = self._train(recipe, seed, measure, data)
        return self._known[key]

    def _train(self, recipe: Recipe, seed: int, measure: Measure, data: Dataset) -> float:
        settings = recipe.fit
        trained, held_out = _rows(recipe, data)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # what is odd about it is among the findings
                network = build_model(replace(recipe, seed=seed), data)
            fit(
                network,
                trained.x,
                trained.y,
                batch_size=settings.batch_size,
                epochs=settings.epochs,
                shuffle=settings.shuffle,
                callbacks=[Watch(self.seconds, with_compiling=False)],
                seed=seed,
            )
        except Exception:  # what Keras refuses: the trial says that it is no number
            _LOG.info("%s cannot be trained in a trial", recipe.name, exc_info=True)
            return math.nan
        return measured(network, Asked.of(trained, held_out), measure, data)


def _rows(recipe: Recipe, data: Dataset) -> tuple[Split, Split | None]:
    """The rows that a recipe trains on, and those that it holds out."""
    held_out = data.held_out
    given = None if held_out is None else (held_out.x, held_out.y)
    split = recipe.fit.validation_split if held_out is None else 0.0
    rows = Rows.of(data.train.x, data.train.y, given, split)
    return rows.trained, rows.held_out


def _loss(recipe: Recipe) -> str:
    """Keras's name of its loss's class."""
    loss = recipe.compile.loss
    return own_name(loss if isinstance(loss, str) else loss.class_name, Family.LOSSES)
