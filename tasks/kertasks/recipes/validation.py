"""Whether a recipe's values are ones that Keras and kertui take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kertasks.recipes.errors import Problem
from kertasks.recipes.recipe import Recipe
from kertasks.recipes.rules import problems_of_structure

if TYPE_CHECKING:
    from kertasks.layers.catalog import Catalog


def validate(recipe: Recipe, catalog: Catalog | None = None) -> tuple[Problem, ...]:
    """Every fault of a recipe's values, in the recipe's order; empty when there is none.

    Args:
        recipe: what to judge.
        catalog: Keras's classes. None judges only what needs no knowledge of them: names,
            inputs, epochs.
    """
    return tuple(problems_of_structure(recipe))
