"""What differs between any number of recipes, as rows with a value for each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kertasks.recipes.recipe import Layer, Recipe
from kertui.editing.comparison import layer_text, layer_values, match_layers, settings_of


@dataclass(frozen=True, slots=True)
class DifferingRow:
    """One place where not all recipes are the same."""

    label: str
    values: tuple[str | None, ...]
    """One a recipe; None: not there."""


@dataclass(frozen=True, slots=True)
class RecipeTable:
    """All that differs, and how much does not."""

    rows: tuple[DifferingRow, ...]
    same: int
    """Layers and settings that are the same in all of them."""


def differing(recipes: Sequence[Recipe]) -> RecipeTable:
    """The layers and settings that differ. Layers are matched to those of the recipes before,
    so that one more in between makes one row, not one for every layer after it."""
    rows: list[DifferingRow] = []
    same = 0
    for number, layers in enumerate(_aligned([recipe.layers for recipe in recipes]), start=1):
        if all(layer == layers[0] for layer in layers):
            same += 1
        else:
            rows += _of_layers(f"layer {number}", layers)
    settings = [settings_of(recipe) for recipe in recipes]
    for path in dict.fromkeys(path for one in settings for path in one):
        values = tuple(one.get(path) for one in settings)
        if len(set(values)) == 1:
            same += 1
        else:
            rows.append(DifferingRow(path.removeprefix("compile.").removeprefix("fit."), values))
    return RecipeTable(tuple(rows), same)


def _aligned(recipes: Sequence[Sequence[Layer]]) -> list[list[Layer | None]]:
    """A list a row, a layer or None for each recipe."""
    rows: list[list[Layer | None]] = []
    for number, layers in enumerate(recipes):
        known = [next(layer for layer in reversed(row) if layer is not None) for row in rows]
        merged: list[list[Layer | None]] = []
        for before, after in match_layers(tuple(known), tuple(layers)):
            row = rows[before] if before is not None else [None] * number
            merged.append([*row, layers[after] if after is not None else None])
        rows = merged
    return rows


def _of_layers(label: str, layers: Sequence[Layer | None]) -> list[DifferingRow]:
    """The whole layers where one lacks or is of another class, else the arguments that differ."""
    present = [layer for layer in layers if layer is not None]
    if len(present) < len(layers) or len({layer.class_name for layer in present}) > 1:
        values = tuple(None if layer is None else layer_text(layer) for layer in layers)
        return [DifferingRow(label, values)]
    found = [layer_values(layer, label) for layer in present]
    rows = []
    for path in dict.fromkeys(path for one in found for path in one):
        arguments = tuple(one.get(path) for one in found)
        if len(set(arguments)) > 1:
            name = path.removeprefix(f"{label}.")
            rows.append(DifferingRow(f"{label} {present[0].class_name} {name}", arguments))
    return rows
