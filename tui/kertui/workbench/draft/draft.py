"""The recipe being edited: every change makes a new recipe, and every change can be undone."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace

from kertasks.recipes.recipe import INPUT, Layer, Recipe, Value
from kertui.comparison.recipe_comparison import ComparedValue, differences
from kertui.forms.argument_path import ArgumentPath, Unset, with_argument
from kertui.text.layer_lines import proposed_name


@dataclass(frozen=True, slots=True)
class _Step:
    """A state to come back to."""

    recipe: Recipe
    origin: Recipe
    saved: Recipe
    what: str
    """The change that leads from this state to the next, in a few words."""

    layer: int | None
    """Where that change happened; None for a setting."""


@dataclass(frozen=True, slots=True)
class Change:
    """What an undo or a redo did."""

    what: str
    layer: int | None
    """Where it happened, an index into the layers; None for a setting."""


class RecipeDraft:
    """A recipe under edit with what it came from and the way back.

    Operations that change nothing leave no step behind.

    Args:
        recipe: what the edit starts from.
        limit: how many changes can be undone.
    """

    def __init__(self, recipe: Recipe, limit: int = 500) -> None:
        self._recipe = recipe
        self._origin = recipe
        self._saved = recipe
        self._past: deque[_Step] = deque(maxlen=limit)
        self._future: deque[_Step] = deque()

    @property
    def recipe(self) -> Recipe:
        """The recipe as it stands."""
        return self._recipe

    @property
    def origin(self) -> Recipe:
        """The recipe it came from: the task's own, or the file that was opened."""
        return self._origin

    @property
    def changed(self) -> bool:
        """Whether it differs from what it came from or was last saved as."""
        return self._recipe != self._saved

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
        """What is not as in the recipe it came from."""
        return differences(self._origin, self._recipe)

    def add_layer(self, index: int, layer: Layer) -> int:
        """Put a layer before the one at ``index``, or at the end; returns where it stands."""
        layers = list(self._recipe.layers)
        index = max(0, min(index, len(layers)))
        layers.insert(index, layer)
        self._set_layers(layers, f"add {layer.class_name}", index)
        return index

    def duplicate_layer(self, index: int) -> int:
        """Put a copy after the layer; the copy gets a name of its own. Returns where it stands."""
        layer = self._recipe.layers[index]
        copy = replace(layer, name=layer.name and self._free_name(layer.name))
        layers = list(self._recipe.layers)
        layers.insert(index + 1, copy)
        self._set_layers(layers, f"duplicate {layer.class_name}", index + 1)
        return index + 1

    def delete_layer(self, index: int) -> int:
        """Take the layer out; returns the layer to select now, -1 when none is left."""
        layers = list(self._recipe.layers)
        gone = layers.pop(index)
        self._set_layers(layers, f"delete {gone.class_name}", index)
        return min(index, len(layers) - 1)

    def move_layer(self, index: int, by: int) -> int:
        """Move the layer up (negative) or down, no further than the ends; returns its place."""
        layers = list(self._recipe.layers)
        target = max(0, min(index + by, len(layers) - 1))
        layer = layers.pop(index)
        layers.insert(target, layer)
        self._set_layers(layers, f"move {layer.class_name}", target)
        return target

    def set_argument(self, index: int, path: ArgumentPath, value: Value | Unset) -> None:
        """Give a layer's argument a value, or Keras's default back (``DEFAULT``).

        A path of several names leads into a component: a regularizer, a nested layer.
        """
        layer = self._recipe.layers[index]
        changed = replace(layer, arguments=with_argument(layer.arguments, path, value))
        layers = list(self._recipe.layers)
        layers[index] = changed
        self._set_layers(layers, f"{layer.class_name} {'.'.join(path)}", index)

    def set_inputs(self, index: int, inputs: tuple[str, ...]) -> None:
        """Say which layers a layer reads; an unnamed layer it names gets that name.

        ``proposed_name`` gives the name an unnamed layer can be called by.
        """
        layers = list(self._recipe.layers)
        for place, layer in enumerate(layers):
            if layer.name is None and proposed_name(self._recipe, place) in inputs:
                layers[place] = replace(layer, name=proposed_name(self._recipe, place))
        layers[index] = replace(layers[index], inputs=inputs)
        self._set_layers(layers, f"{layers[index].class_name} inputs", index)

    def set_name(self, index: int, name: str | None) -> None:
        """Name a layer; layers that read it by its old name follow."""
        old = self._recipe.layers[index].name
        layers = list(self._recipe.layers)
        layers[index] = replace(layers[index], name=name)
        if old is not None and name is not None:
            for place, layer in enumerate(layers):
                if old in layer.inputs:
                    inputs = tuple(name if one == old else one for one in layer.inputs)
                    layers[place] = replace(layer, inputs=inputs)
        self._set_layers(layers, f"{layers[index].class_name} name", index)

    def change(self, recipe: Recipe, what: str, layer: int | None = None) -> None:
        """Make ``recipe`` the current one: a change of settings."""
        self._commit(recipe, self._origin, self._saved, what, layer)

    def replace(self, recipe: Recipe) -> None:
        """Go on with another recipe, as when a file is opened. Can be undone like any change."""
        self._commit(recipe, recipe, recipe, f"open {recipe.name}", None)

    def mark_saved(self, recipe: Recipe) -> None:
        """That recipe, the current one as a rule, is safe in a file now."""
        self._saved = recipe

    def undo(self) -> Change | None:
        """Take the last change back; None when there is none."""
        return self._step(self._past, self._future)

    def redo(self) -> Change | None:
        """Make the last undone change again; None when there is none."""
        return self._step(self._future, self._past)

    def _step(
        self, taken: deque[_Step] | list[_Step], left: deque[_Step] | list[_Step]
    ) -> Change | None:
        if not taken:
            return None
        step = taken.pop()
        left.append(self._state(step.what, step.layer))
        return self._go_to(step)

    def _set_layers(self, layers: list[Layer], what: str, layer: int) -> None:
        recipe = replace(self._recipe, layers=tuple(layers))
        self._commit(recipe, self._origin, self._saved, what, layer)

    def _commit(
        self, recipe: Recipe, origin: Recipe, saved: Recipe, what: str, layer: int | None
    ) -> None:
        if recipe == self._recipe and origin is self._origin:
            return
        self._past.append(self._state(what, layer))
        self._future.clear()
        self._recipe, self._origin, self._saved = recipe, origin, saved

    def _state(self, what: str, layer: int | None) -> _Step:
        return _Step(self._recipe, self._origin, self._saved, what, layer)

    def _go_to(self, step: _Step) -> Change:
        """Take a step's recipe; a save made meanwhile still counts unless the origin changes."""
        if step.origin is not self._origin:
            self._saved = step.saved
        self._recipe, self._origin = step.recipe, step.origin
        layer = step.layer
        if layer is not None:
            layer = min(layer, len(self._recipe.layers) - 1)
        return Change(step.what, layer)

    def _free_name(self, name: str) -> str:
        taken = {layer.name for layer in self._recipe.layers} | {INPUT}
        stem = name.rstrip("0123456789").rstrip("_") or name
        number = 2
        while f"{stem}_{number}" in taken:
            number += 1
        return f"{stem}_{number}"
