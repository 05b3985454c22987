"""``kertasks.keras_script``: for a notebook, where Keras is imported anyway."""

from __future__ import annotations

from kertasks.layers.introspection import read_catalog
from kertasks.recipes.recipe import Recipe
from kertasks.scripts.writing import write_script


def keras_script(recipe: Recipe, epochs: int | None = None) -> str:
    """A script of Keras and NumPy alone that trains the recipe and prints its metrics.

    Args:
        recipe: what to train.
        epochs: how many, the recipe's if not given.

    Raises:
        As ``kertasks.scripts.writing.write_script``.
    """
    return write_script(recipe, read_catalog(), epochs=epochs)
