"""``kertasks.keras_script``: for a notebook, where Keras is imported anyway."""

from __future__ import annotations

from kertasks.export.script.writing import write_script
from kertasks.keras_catalog.introspection import read_catalog
from kertasks.recipes.recipe import Recipe


def keras_script(recipe: Recipe, epochs: int | None = None) -> str:
    """A script of Keras and NumPy alone that trains the recipe and prints its metrics.

    Args:
        recipe: what to train.
        epochs: how many, the recipe's if not given.

    Raises:
        As ``kertasks.export.script.writing.write_script``.
    """
    return write_script(recipe, read_catalog(), epochs=epochs)
