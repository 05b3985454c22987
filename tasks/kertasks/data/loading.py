"""Loads the data that a recipe names."""

from __future__ import annotations

from kertasks.data.dataset import Dataset
from kertasks.recipes.recipe import Recipe
from kertasks.registry import find_task


def load_for(recipe: Recipe) -> Dataset:
    """Load the data of a recipe, split as its task does or with a fold held out; its validation
    rows are never among the training rows.

    Raises:
        kertasks.UserError: as ``kertasks.find_task`` and ``Task.load``.
    """
    data = recipe.data
    return find_task(recipe.task).load(data.variant, recipe.seed, data.held_out_fold)
