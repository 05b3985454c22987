"""What differs between any number of recipes: layers matched in order, settings by name. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from difflib import SequenceMatcher

from kertasks.recipes.recipe import (
    CompileSettings,
    Component,
    EarlyStopping,
    FitSettings,
    Layer,
    Recipe,
)
from kertui.text.layer_lines import layer_line
from kertui.text.recipe_values import format_value


@dataclass(frozen=True, slots=True)
class ComparedValue:
    """A setting, an argument of a layer, or a whole layer, in each of the recipes."""

    label: str
    """The path as in ``--set``, a layer's number being its place in the last recipe that has it;
    in the rows of a table the words before the values."""

    values: tuple[str | None, ...] = ()
    """One for each recipe, None where the recipe has no such thing; a heading has no values."""

    @property
    def same(self) -> bool:
        """Whether all recipes have the same value."""
        return len(set(self.values)) == 1


@dataclass(frozen=True, slots=True)
class ComparedLayer:
    """A layer as it is in each of the recipes; None in those that have no such layer."""

    layers: tuple[Layer | None, ...]
    places: tuple[int | None, ...]
    """Its place in each network, counted from 0."""

    @property
    def place(self) -> int:
        """Its place in the last network that has it."""
        return next(place for place in reversed(self.places) if place is not None)

    @property
    def lines(self) -> tuple[str | None, ...]:
        """The layer in the words of the list of layers."""
        return tuple(None if layer is None else layer_line(layer) for layer in self.layers)

    @property
    def differing(self) -> tuple[ComparedValue, ...]:
        """The arguments that differ; where a recipe lacks the layer, the layer as a whole."""
        path = f"layers.{self.place}"
        present = [layer for layer in self.layers if layer is not None]
        if len(present) < len(self.layers):
            return (ComparedValue(path, self.lines),)
        values = _by_path([_layer_values(layer, path) for layer in present])
        return tuple(value for value in values if not value.same)

    def rows(self, *, whole: bool) -> list[ComparedValue]:
        """The lines of a table that tell of the layer.

        Args:
            whole: the layer, then the arguments that differ. Else those arguments alone, and the
                layer only where a recipe lacks it or has it at another place or of another class,
                with the number it has in that recipe.
        """
        classes = {layer.class_name if layer else "" for layer in self.layers}
        alike = len(classes) == 1
        apart = not alike or len(set(self.places)) > 1
        number = f"layer {self.place + 1}"
        rows = []
        if whole:
            rows.append(ComparedValue(number, self.lines))
        elif apart:
            lines = zip(self.lines, self.places, strict=True)
            numbered = (None if place is None else f"{place + 1}  {line}" for line, place in lines)
            rows.append(ComparedValue("layer", tuple(numbered)))
        if alike:
            # The line of a layer has its arguments, not what is inside those.
            told = {name for layer in self.layers if layer for name in layer.arguments}
            whose = classes.pop() if whole or apart else f"{number} {classes.pop()}"
            for value in self.differing:
                name = value.label.split(".", 2)[2]
                if whole or not apart or name not in told:
                    rows.append(ComparedValue(f"{whose} {name}", value.values))
        return rows


@dataclass(frozen=True, slots=True)
class RecipeComparison:
    """Everything that two or more recipes consist of, side by side."""

    layers: tuple[ComparedLayer, ...]
    """Every layer of any of them, in reading order."""

    settings: tuple[ComparedValue, ...]

    @property
    def differences(self) -> tuple[ComparedValue, ...]:
        """All that differs in one list: the layers' arguments first, then the settings."""
        of_layers = [value for layer in self.layers for value in layer.differing]
        return (*of_layers, *(value for value in self.settings if not value.same))

    @property
    def same(self) -> int:
        """How many layers and settings are the same in all recipes."""
        return sum(not layer.differing for layer in self.layers) + sum(
            value.same for value in self.settings
        )

    def rows(self, *, whole: bool = False) -> list[ComparedValue]:
        """The lines of a table of the whole comparison.

        Args:
            whole: what is the same too, under headings; else what differs only.
        """
        layers = [
            row for one in self.layers if whole or one.differing for row in one.rows(whole=whole)
        ]
        settings = [
            replace(one, label=one.label.removeprefix("compile.").removeprefix("fit."))
            for one in self.settings
            if whole or not one.same
        ]
        if not whole:
            return layers + settings
        return [ComparedValue("Layers"), *layers, ComparedValue("Training"), *settings]


def compare_recipes(recipes: Sequence[Recipe]) -> RecipeComparison:
    """Match the layers and the settings of some recipes.

    Layers are matched to those of the recipes before, so that one more in between is one
    difference, not one for every layer after it.
    """
    networks = [recipe.layers for recipe in recipes]
    rows: list[list[int | None]] = []
    for number, layers in enumerate(networks):
        known = [_latest(networks, row) for row in rows]
        rows = [
            [*(rows[before] if before is not None else [None] * number), after]
            for before, after in match_layers(known, layers)
        ]
    compared = [
        ComparedLayer(
            tuple(
                None if place is None else layers[place]
                for layers, place in zip(networks, row, strict=True)
            ),
            tuple(row),
        )
        for row in rows
    ]
    return RecipeComparison(tuple(compared), _by_path([_settings(one) for one in recipes]))


def _latest(networks: Sequence[Sequence[Layer]], row: Sequence[int | None]) -> Layer:
    """The layer of the last network that has one in this row."""
    pairs = reversed(list(zip(networks, row, strict=False)))
    return next(layers[place] for layers, place in pairs if place is not None)


_LIKENESS: tuple[Callable[[Layer], object], ...] = (
    lambda layer: layer,
    lambda layer: layer.name or id(layer),
    lambda layer: (layer.class_name, str(next(iter(layer.arguments.values()), ""))),
    lambda layer: layer.class_name,
)
"""What makes two layers a pair: being equal before all, then a name, the class with its first
argument (units, filters), the class alone."""


def match_layers(
    before: Sequence[Layer], after: Sequence[Layer]
) -> list[tuple[int | None, int | None]]:
    """Pair the layers of two networks in order; None stands for a layer the other has not.

    They are matched from the end: where it is open which of several is meant, the output layer
    is the one that any two networks have in common.
    """
    old, new = range(len(before)), range(len(after))
    return _match(before, after, old[::-1], new[::-1], 0)[::-1]


def _match(
    before: Sequence[Layer], after: Sequence[Layer], old: range, new: range, level: int
) -> list[tuple[int | None, int | None]]:
    if level == len(_LIKENESS) or not old or not new:
        return [*((None, place) for place in new), *((place, None) for place in old)]
    key = _LIKENESS[level]
    olds = [key(before[place]) for place in old]
    news = [key(after[place]) for place in new]
    pairs: list[tuple[int | None, int | None]] = []
    # ``autojunk`` would leave out what is frequent in networks of 200 layers and more.
    for tag, i, i_end, j, j_end in SequenceMatcher(None, olds, news, autojunk=False).get_opcodes():
        if tag == "equal":
            pairs += zip(old[i:i_end], new[j:j_end], strict=True)
        else:
            pairs += _match(before, after, old[i:i_end], new[j:j_end], level + 1)
    return pairs


def _layer_values(layer: Layer, path: str) -> dict[str, str]:
    """A layer's class, arguments, name and inputs as text, each by its path under ``path``."""
    found = {f"{path}.class": layer.class_name, **_by_name(layer.arguments, f"{path}.")}
    if layer.name is not None:
        found[f"{path}.name"] = layer.name
    if layer.inputs:
        found[f"{path}.inputs"] = format_value(layer.inputs)
    return found


def _settings(recipe: Recipe) -> dict[str, str]:
    """Everything but the layers, as text by path."""
    settings = {
        "compile": recipe.compile,
        "fit": recipe.fit,
        "data.variant": recipe.data.variant or "the first",
        "seed": recipe.seed,
    }
    found = _by_name(settings, "")
    if recipe.data.train_on_validation:
        found["data.train_on_validation"] = format_value(True)
    if recipe.data.held_out_fold is not None:
        found["data.fold"] = str(recipe.data.held_out_fold)
    if recipe.fit.early_stopping is None:
        found["fit.early_stopping"] = "off"
    return found


def _by_name(values: Mapping[str, object], prefix: str) -> dict[str, str]:
    """Values as text, by their names after a prefix; those inside a component or settings too."""
    found: dict[str, str] = {}
    for name, value in values.items():
        path = f"{prefix}{name}"
        if isinstance(value, Component):
            found |= {path: value.class_name, **_by_name(value.arguments, f"{path}.")}
        elif isinstance(value, CompileSettings | FitSettings | EarlyStopping):
            inner = {field.name: getattr(value, field.name) for field in fields(value)}
            if isinstance(value, EarlyStopping):
                found[path] = "on"
            found |= _by_name(inner, f"{path}.")
        else:
            found[path] = format_value(value)
    return found


def _by_path(found: Sequence[Mapping[str, str]]) -> tuple[ComparedValue, ...]:
    """A value for each path in any of these, with None where it is not."""
    paths = dict.fromkeys(path for values in found for path in values)
    return tuple(ComparedValue(path, tuple(one.get(path) for one in found)) for path in paths)
