"""The recipe being edited: every change makes a new recipe, and every change can be undone."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from pathlib import Path

from kertasks.groups.sweep.dimension import Dimension
from kertasks.pretrained.paths import forget_hash, with_whole_paths
from kertasks.recipes.recipe import INPUT, Layer, Recipe, Value
from kertui.comparison.recipe_comparison import ComparedValue, compare_recipes
from kertui.forms.argument_path import ArgumentPath, Unset, with_argument
from kertui.text.layer_lines import proposed_name


@dataclass(frozen=True, slots=True)
class Step:
    """A change to take back or to make again, with the state that this leads to."""

    recipe: Recipe
    origin: Recipe
    saved: Recipe
    layer: int | None
    """Where the change was made, an index into the layers; None for a setting."""


class RecipeDraft:
    """A recipe under edit with what it came from and the way back.

    Operations that change nothing leave no step behind.

    Args:
        recipe: what the edit starts from.
        limit: how many changes can be undone.
    """

    def __init__(self, recipe: Recipe, limit: int = 500) -> None:
        self.recipe = recipe
        """The recipe as it stands."""

        self.origin = recipe
        """The recipe it came from: the task's own, or the file that was opened."""

        self.varied: dict[str, Dimension] = {}
        """What a sweep over the recipe is to vary, by its path; no part of the recipe."""

        self._saved = recipe
        self._past: deque[Step] = deque(maxlen=limit)
        self._future: deque[Step] = deque()

    @property
    def changed(self) -> bool:
        """Whether it differs from what it came from or was last saved as."""
        return self.recipe != self._saved

    @property
    def can_undo(self) -> bool:
        """Whether there is a change to undo."""
        return bool(self._past)

    @property
    def can_redo(self) -> bool:
        """Whether an undone change can be made again."""
        return bool(self._future)

    @property
    def differences(self) -> tuple[ComparedValue, ...]:
        """What differs from the recipe it came from."""
        return compare_recipes((self.origin, self.recipe)).differences

    def add_layer(self, index: int, layer: Layer) -> int:
        """Put a layer before the one at ``index``, or at the end; returns where it stands."""
        layers = list(self.recipe.layers)
        index = max(0, min(index, len(layers)))
        layers.insert(index, layer)
        self._set_layers(layers, index)
        return index

    def duplicate_layer(self, index: int) -> int:
        """Put a copy after the layer; the copy gets a name of its own. Returns where it stands."""
        layer = self.recipe.layers[index]
        copy = replace(layer, name=layer.name and self._free_name(layer.name))
        layers = list(self.recipe.layers)
        layers.insert(index + 1, copy)
        self._set_layers(layers, index + 1)
        return index + 1

    def delete_layer(self, index: int) -> int:
        """Take the layer out; returns the layer to select now, -1 when none is left."""
        layers = list(self.recipe.layers)
        del layers[index]
        self._set_layers(layers, index)
        return min(index, len(layers) - 1)

    def move_layer(self, index: int, by: int) -> int:
        """Move the layer up (negative) or down, no further than the ends; returns its place."""
        layers = list(self.recipe.layers)
        target = max(0, min(index + by, len(layers) - 1))
        layers.insert(target, layers.pop(index))
        self._set_layers(layers, target)
        return target

    def set_argument(self, index: int, path: ArgumentPath, value: Value | Unset) -> None:
        """Give a layer's argument a value, or Keras's default back (``DEFAULT``).

        A path of several names leads into a component: a regularizer, a nested layer.
        """
        layer = self.recipe.layers[index]
        layers = list(self.recipe.layers)
        arguments = with_argument(layer.arguments, path, value)
        forget_hash(layer.class_name, path[-1], arguments)
        layers[index] = replace(layer, arguments=arguments)
        self._set_layers(layers, index)

    def set_inputs(self, index: int, inputs: tuple[str, ...]) -> None:
        """Say which layers a layer reads; an unnamed layer it names gets that name.

        ``proposed_name`` gives the name an unnamed layer can be called by.
        """
        layers = list(self.recipe.layers)
        for place, layer in enumerate(layers):
            if layer.name is None and proposed_name(self.recipe, place) in inputs:
                layers[place] = replace(layer, name=proposed_name(self.recipe, place))
        layers[index] = replace(layers[index], inputs=inputs)
        self._set_layers(layers, index)

    def set_name(self, index: int, name: str | None) -> None:
        """Name a layer; layers that read it by its old name follow."""
        old = self.recipe.layers[index].name
        layers = list(self.recipe.layers)
        layers[index] = replace(layers[index], name=name)
        if old is not None and name is not None:
            for place, layer in enumerate(layers):
                if old in layer.inputs:
                    inputs = tuple(name if one == old else one for one in layer.inputs)
                    layers[place] = replace(layer, inputs=inputs)
        self._set_layers(layers, index)

    def change(self, recipe: Recipe, layer: int | None = None) -> None:
        """Go on with a changed recipe.

        Args:
            recipe: with the change.
            layer: where it was made, an index into the layers; None for a setting.
        """
        if recipe != self.recipe:
            self._remember(layer)
            if _classes(recipe) != _classes(self.recipe):
                self._forget_layers()
            self.recipe = recipe

    def replace(self, recipe: Recipe) -> None:
        """Go on with another recipe, as when a file is opened. Can be undone like any change."""
        if recipe is not self.origin or recipe != self.recipe:
            self._remember(None)
            self.varied.clear()
            self.recipe = self.origin = self._saved = recipe

    def mark_saved(self, recipe: Recipe) -> None:
        """Note that a recipe, the current one as a rule, is safe in a file now."""
        self._saved = recipe

    def undo(self) -> Step | None:
        """Take the last change back; None when there is none."""
        return self._step(self._past, self._future)

    def redo(self) -> Step | None:
        """Make the last undone change again; None when there is none."""
        return self._step(self._future, self._past)

    def _step(self, taken: deque[Step], left: deque[Step]) -> Step | None:
        if not taken:
            return None
        step = taken.pop()
        left.append(self._state(step.layer))
        if step.origin is not self.origin:  # else a save made meanwhile still counts
            self._saved = step.saved
        if _classes(step.recipe) != _classes(self.recipe):
            self._forget_layers()
        self.recipe, self.origin = step.recipe, step.origin
        return step

    def _state(self, layer: int | None) -> Step:
        return Step(self.recipe, self.origin, self._saved, layer)

    def _remember(self, layer: int | None) -> None:
        """Note the state before a change; what was undone cannot be made again after it."""
        self._past.append(self._state(layer))
        self._future.clear()

    def _forget_layers(self) -> None:
        """Vary no layer any more: their places are those of others now."""
        self.varied = {p: one for p, one in self.varied.items() if not p.startswith("layers.")}

    def _set_layers(self, layers: list[Layer], layer: int) -> None:
        # The path of a saved network that is typed begins in the folder one is in.
        recipe = with_whole_paths(replace(self.recipe, layers=tuple(layers)), Path())
        self.change(recipe, layer)

    def _free_name(self, name: str) -> str:
        taken = {layer.name for layer in self.recipe.layers} | {INPUT}
        stem = name.rstrip("0123456789").rstrip("_") or name
        number = 2
        while f"{stem}_{number}" in taken:
            number += 1
        return f"{stem}_{number}"


def _classes(recipe: Recipe) -> list[str]:
    return [layer.class_name for layer in recipe.layers]
