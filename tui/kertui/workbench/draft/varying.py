"""What several values that were typed into a field are to a sweep."""

from __future__ import annotations

from kertasks.groups.sweep.dimension import Dimension, read_dimension
from kertasks.groups.sweep.wishes import require_valid
from kertasks.keras_catalog.catalog import Catalog
from kertasks.recipes.recipe import Recipe
from kertasks.recipes.recipe_errors import RecipeError


def dimension_at(recipe: Recipe, path: str, text: str, catalog: Catalog | None) -> Dimension | None:
    """What a sweep would vary; None where it is one value, or one of them cannot stand there.

    Args:
        recipe: under edit.
        path: of the setting, as ``--set`` has it.
        text: what was typed.
        catalog: Keras's classes; None where they are not known yet.
    """
    try:
        found = read_dimension(path, text)
        if found is not None:
            require_valid([found], [recipe], catalog)
    except RecipeError:
        return None
    return found
