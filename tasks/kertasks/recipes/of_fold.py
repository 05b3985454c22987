"""The recipe of one fold of a cross-validation."""

from __future__ import annotations

from dataclasses import replace

from kertasks.data.folds.fold import Fold
from kertasks.recipes.recipe import Recipe


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
