"""What Keras says of the classes a recipe names, so that their arguments can be judged."""

from __future__ import annotations

from collections.abc import Iterator

from kertasks.keras_catalog.catalog import Catalog
from kertasks.keras_catalog.introspection import catalog_of, installed_catalog
from kertasks.recipes.recipe import Component, Recipe, Value
from kertasks.recipes.validation import validate


def catalog_for(recipe: Recipe) -> Catalog:
    """The part of the catalog a recipe needs; all of it where the recipe breaks a rule.

    All of it takes a second or two to read from Keras, and is for saying what is allowed instead.
    """
    part = catalog_of(dict.fromkeys(_names_in(recipe)))
    return installed_catalog() if validate(recipe, part) else part


def _names_in(recipe: Recipe) -> Iterator[str]:
    settings = recipe.compile
    for value in (*recipe.layers, settings.optimizer, settings.loss, *settings.metrics):
        yield from _names(value)


def _names(value: Value) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Component):
        yield value.class_name
        for inner in value.arguments.values():
            yield from _names(inner)
    elif isinstance(value, (tuple, list)):
        for inner in value:
            yield from _names(inner)
