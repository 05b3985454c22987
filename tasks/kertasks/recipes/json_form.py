"""A recipe as plain data: dicts, lists, strings and numbers, in the shape of the TOML.

Goes between processes as JSON. Where TOML writes ``{}`` for "explicitly nothing", JSON has
``null``; both are read.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from kertasks.recipes.reading import RecipeReader
from kertasks.recipes.recipe import (
    CompileSettings,
    Component,
    Layer,
    Recipe,
    Value,
)
from kertasks.recipes.recipe_errors import RecipeError


def to_json(recipe: Recipe) -> dict[str, Any]:
    """The recipe as plain data; what is empty or not set is left out."""
    plain: dict[str, Any] = {"task": recipe.task, "name": recipe.name}
    if recipe.summary:
        plain["summary"] = recipe.summary
    plain["seed"] = recipe.seed
    if recipe.data.variant is not None:
        plain["data"] = {"variant": recipe.data.variant}
    plain["layers"] = [layer_to_json(layer) for layer in recipe.layers]
    plain["compile"] = _compile_to_json(recipe.compile)
    plain["fit"] = {key: value for key, value in asdict(recipe.fit).items() if value is not None}
    return plain


def from_json(plain: object, source: str | None = None) -> Recipe:
    """The recipe that ``to_json`` made plain.

    Only the shape is judged, so that a recipe being edited, with a value out of range,
    still goes from process to process; ``validation.validate`` judges the values.

    Raises:
        RecipeError: keys or types are wrong; every one of them is listed.
    """
    reader = RecipeReader()
    recipe = reader.recipe(plain)
    if reader.problems:
        raise RecipeError(tuple(reader.problems), source)
    return recipe


def layer_to_json(layer: Layer) -> dict[str, Any]:
    """One layer as plain data."""
    plain: dict[str, Any] = {"class": layer.class_name}
    if layer.name is not None:
        plain["name"] = layer.name
    if layer.inputs:
        plain["inputs"] = list(layer.inputs)
    plain.update((key, value_to_json(value)) for key, value in layer.arguments.items())
    return plain


def value_to_json(value: Value) -> Any:
    """An argument's value as plain data; a component is always a table with ``class``."""
    if isinstance(value, Layer):
        return layer_to_json(value)
    if isinstance(value, Component):
        arguments = {key: value_to_json(inner) for key, inner in value.arguments.items()}
        return {"class": value.class_name, **arguments}
    if isinstance(value, (tuple, list)):
        return [value_to_json(entry) for entry in value]
    return value


def _compile_to_json(settings: CompileSettings) -> dict[str, Any]:
    optimizer = settings.optimizer
    plain: dict[str, Any] = {
        "optimizer": value_to_json(optimizer) if optimizer.arguments else optimizer.class_name,
        "loss": value_to_json(settings.loss),
    }
    if settings.metrics:
        plain["metrics"] = [value_to_json(metric) for metric in settings.metrics]
    return plain
