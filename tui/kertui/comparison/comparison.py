"""Two recipes side by side: layers matched sensibly, settings by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kertasks.recipes.recipe import Component, Layer, Recipe, Value
from kertui.text.layer_lines import layer_line
from kertui.text.recipe_values import format_value


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where two recipes are not the same."""

    path: str
    """As in ``--set``; a layer's number is its place in the second recipe where it is there."""

    before: str | None
    """None: not there."""

    after: str | None
    """None: not there any more."""


@dataclass(frozen=True, slots=True)
class LayerPair:
    """A layer before and after; one of them None when it was added or deleted."""

    before: int | None
    """Its place among the first recipe's layers."""

    after: int | None
    """Its place among the second recipe's layers."""

    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """All that is to be said of two recipes."""

    layers: tuple[LayerPair, ...]
    """Every layer of both, equal ones too, in reading order."""

    settings: tuple[Difference, ...]


def compare(before: Recipe, after: Recipe) -> Comparison:
    """Match the layers of two recipes and list what differs."""
    pairs = []
    for first, second in match_layers(before.layers, after.layers):
        found: tuple[Difference, ...] = ()
        if first is None and second is not None:
            found = (Difference(f"layers.{second}", None, layer_line(after.layers[second])),)
        elif first is not None and second is None:
            found = (Difference(f"layers.{first}", layer_line(before.layers[first]), None),)
        elif first is not None and second is not None:
            found = _layer_differences(
                before.layers[first], after.layers[second], f"layers.{second}"
            )
        pairs.append(LayerPair(first, second, found))
    old, new = settings_of(before), settings_of(after)
    return Comparison(tuple(pairs), _by_path(old, new))


def differences(before: Recipe, after: Recipe) -> tuple[Difference, ...]:
    """Every difference in one list: the layers' first, then the settings'."""
    comparison = compare(before, after)
    of_layers = [found for pair in comparison.layers for found in pair.differences]
    return (*of_layers, *comparison.settings)


def match_layers(
    before: tuple[Layer, ...], after: tuple[Layer, ...]
) -> list[tuple[int | None, int | None]]:
    """Pair the layers of two networks in order: equal ones first, then those of one class.

    The alignment of the greatest total likeness, by dynamic programming over the two
    sequences (Needleman and Wunsch 1970, gaps cost nothing).
    """
    rows, columns = len(before), len(after)
    best = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    for i in range(rows - 1, -1, -1):
        for j in range(columns - 1, -1, -1):
            likeness = _likeness(before[i], after[j])
            paired = best[i + 1][j + 1] + likeness if likeness else 0.0
            best[i][j] = max(paired, best[i + 1][j], best[i][j + 1])
    pairs: list[tuple[int | None, int | None]] = []
    i = j = 0
    while i < rows and j < columns:
        likeness = _likeness(before[i], after[j])
        if likeness and best[i][j] == best[i + 1][j + 1] + likeness:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            pairs.append((i, None))
            i += 1
        else:
            pairs.append((None, j))
            j += 1
    pairs += [(place, None) for place in range(i, rows)]
    pairs += [(None, place) for place in range(j, columns)]
    return pairs


def _likeness(first: Layer, second: Layer) -> float:
    """0 for layers that are not to be paired, up to 4 for equal ones."""
    if first == second:
        return 4.0
    if first.name is not None and first.name == second.name:
        return 3.0
    if first.class_name != second.class_name:
        return 0.0
    names = {*first.arguments, *second.arguments}
    same = sum(first.arguments.get(name) == second.arguments.get(name) for name in names)
    return 2.0 + (same / len(names) if names else 0.0)


def _layer_differences(before: Layer, after: Layer, path: str) -> tuple[Difference, ...]:
    if before == after:
        return ()
    return _by_path(layer_values(before, path), layer_values(after, path))


def layer_values(layer: Layer, path: str) -> dict[str, str]:
    """A layer's class, arguments, name and inputs as text, each by its path under ``path``."""
    found = {f"{path}.class": layer.class_name}
    _flatten(layer.arguments, path, found)
    if layer.name is not None:
        found[f"{path}.name"] = layer.name
    if layer.inputs:
        found[f"{path}.inputs"] = ", ".join(layer.inputs)
    return found


def _flatten(arguments: Mapping[str, Value], path: str, found: dict[str, str]) -> None:
    for name, value in arguments.items():
        if isinstance(value, Component):
            found[f"{path}.{name}"] = value.class_name
            _flatten(value.arguments, f"{path}.{name}", found)
        else:
            found[f"{path}.{name}"] = format_value(value)


def settings_of(recipe: Recipe) -> dict[str, str]:
    """Everything but the layers, as text by path."""
    compiling, fitting = recipe.compile, recipe.fit
    found: dict[str, str] = {"compile.optimizer": compiling.optimizer.class_name}
    _flatten(compiling.optimizer.arguments, "compile.optimizer", found)
    _flatten({"loss": compiling.loss}, "compile", found)
    found["compile.metrics"] = ", ".join(format_value(metric) for metric in compiling.metrics)
    found["fit.epochs"] = str(fitting.epochs)
    found["fit.batch_size"] = str(fitting.batch_size)
    found["fit.validation_split"] = format_value(fitting.validation_split)
    found["fit.shuffle"] = format_value(fitting.shuffle)
    if fitting.early_stopping is None:
        found["fit.early_stopping"] = "off"
    else:
        early = fitting.early_stopping
        found["fit.early_stopping"] = "on"
        found["fit.early_stopping.monitor"] = early.monitor
        found["fit.early_stopping.patience"] = str(early.patience)
        found["fit.early_stopping.min_delta"] = format_value(early.min_delta)
        found["fit.early_stopping.restore_best_weights"] = format_value(early.restore_best_weights)
    found["data.variant"] = recipe.data.variant or "the first"
    found["seed"] = str(recipe.seed)
    return found


def _by_path(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Difference, ...]:
    paths = list(dict.fromkeys([*before, *after]))
    return tuple(
        Difference(path, before.get(path), after.get(path))
        for path in paths
        if before.get(path) != after.get(path)
    )
