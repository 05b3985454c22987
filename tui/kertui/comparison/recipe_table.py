"""What differs between any number of recipes, as rows with a value for each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kertasks.recipes.recipe import Layer, Recipe
from kertui.comparison.comparison import layer_values, match_layers, settings_of
from kertui.text.layer_lines import layer_line


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
    for places in _aligned([recipe.layers for recipe in recipes]):
        layers = [
            None if place is None else recipe.layers[place]
            for recipe, place in zip(recipes, places, strict=True)
        ]
        if all(layer == layers[0] for layer in layers):
            same += 1
        else:
            rows += _of_layers(layers, places)
    settings = [settings_of(recipe) for recipe in recipes]
    for path in dict.fromkeys(path for one in settings for path in one):
        values = tuple(one.get(path) for one in settings)
        if len(set(values)) == 1:
            same += 1
        else:
            rows.append(DifferingRow(path.removeprefix("compile.").removeprefix("fit."), values))
    return RecipeTable(tuple(rows), same)


def _aligned(networks: Sequence[Sequence[Layer]]) -> list[list[int | None]]:
    """A list a row: the layer's place in each network, None where it has none."""
    rows: list[list[int | None]] = []
    for number, layers in enumerate(networks):
        known = [_latest(networks, row) for row in rows]
        merged: list[list[int | None]] = []
        for before, after in match_layers(tuple(known), tuple(layers)):
            row = rows[before] if before is not None else [None] * number
            merged.append([*row, after])
        rows = merged
    return rows


def _latest(networks: Sequence[Sequence[Layer]], row: Sequence[int | None]) -> Layer:
    """The layer that the last of the networks with one has there."""
    pairs = reversed(list(zip(networks, row, strict=False)))
    return next(layers[place] for layers, place in pairs if place is not None)


def _of_layers(layers: Sequence[Layer | None], places: Sequence[int | None]) -> list[DifferingRow]:
    """The arguments that differ; the whole layers where one lacks, is of another class or stands
    at another place. A layer's number is that of its own network."""
    present = [layer for layer in layers if layer is not None]
    alike = len(present) == len(layers) and len({layer.class_name for layer in present}) == 1
    numbers = [None if place is None else place + 1 for place in places]
    whole = not alike or len(set(numbers)) > 1
    rows = []
    if whole:
        lines = tuple(
            None if layer is None else f"{number}  {layer_line(layer)}"
            for layer, number in zip(layers, numbers, strict=True)
        )
        rows.append(DifferingRow("layer", lines))
    if alike:
        whose = present[0].class_name if whole else f"layer {numbers[0]} {present[0].class_name}"
        found = [layer_values(layer, whose) for layer in present]
        told = {f"{whose}.{name}" for layer in present for name in layer.arguments if whole}
        for path in dict.fromkeys(path for one in found for path in one):
            values = tuple(one.get(path) for one in found)
            if len(set(values)) > 1 and path not in told:
                rows.append(DifferingRow(path.replace(".", " ", 1), values))
    return rows
