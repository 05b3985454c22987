"""Classes of a recipe become Keras objects: by name, and only Keras's own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from kertasks.keras_catalog.arguments import arguments_of
from kertasks.keras_catalog.catalog import Argument, ArgumentKind, Family
from kertasks.keras_catalog.excluded import EXCLUDED_ARGUMENTS, EXCLUDED_LAYERS, EXCLUDED_OTHERS
from kertasks.keras_catalog.offer import Chosen, Offered, by_name
from kertasks.models.messages import BuildError, one_line
from kertasks.recipes.recipe import Component, Value
from kertasks.recipes.recipe_errors import one_of


def find_class(name: str, family: Family, path: str) -> Offered:
    """What a name stands for.

    Raises:
        BuildError: Keras has no such class, or no recipe can use it.
    """
    found = by_name(family).get(name)
    if found is not None:
        return found
    excluded = EXCLUDED_LAYERS if family is Family.LAYERS else EXCLUDED_OTHERS
    if name in excluded:
        raise BuildError(path, f"{name} cannot be used: {excluded[name]}")
    raise BuildError(
        path, f"Keras has no {name} among its {family}; {one_of(by_name(family), name, limit=6)}"
    )


def make(
    component: str | Component, family: Family, path: str, names: Names, name: str | None = None
) -> Any:
    """The Keras object of a component: a layer, a loss, an activation function.

    Args:
        component: a class's name, or the class with its arguments.
        family: where in Keras to look; nowhere else is looked.
        path: where in the recipe it stands, for the error.
        names: names the layers.
        name: the layer's own name.

    Raises:
        BuildError: with Keras's reason in one line.
    """
    if isinstance(component, str):
        component = Component(component)
    entry = find_class(component.class_name, family, path)
    if isinstance(entry.what, Chosen):
        if component.arguments:
            raise BuildError(path, f"{entry.name} takes no arguments")
        return component.class_name
    arguments = _arguments(component, entry, family, path, names)
    if family is Family.ACTIVATIONS:
        return entry.what
    if family is Family.LAYERS:
        arguments["name"] = name or arguments.get("name") or names.unused(entry.name)
    elif family is Family.METRICS:
        arguments.setdefault("name", _metric_name(entry))
    try:
        return entry.what(**arguments)
    except Exception as error:
        raise BuildError(path, one_line(error)) from error


class Names:
    """Gives layers names that are the same every time, whatever was built before.

    Keras counts over the whole process instead.
    """

    def __init__(self, taken: set[str]) -> None:
        self._taken = set(taken)

    def unused(self, class_name: str) -> str:
        """``dense``, then ``dense_1``, …"""
        base = candidate = snake_case(class_name)
        number = 0
        while candidate in self._taken:
            number += 1
            candidate = f"{base}_{number}"
        self._taken.add(candidate)
        return candidate


def snake_case(name: str) -> str:
    """A class's name the way Keras writes it in a layer's name."""
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


def _arguments(
    component: Component, entry: Offered, family: Family, path: str, names: Names
) -> dict[str, Any]:
    known = {argument.name: argument for argument in arguments_of(entry, family)}
    _check_names(component.arguments, known, entry, family, path)
    return {
        name: _value(value, known.get(name), f"{path}.{name}", names)
        for name, value in component.arguments.items()
    }


def _check_names(
    given: Mapping[str, Value],
    known: Mapping[str, Argument],
    entry: Offered,
    family: Family,
    path: str,
) -> None:
    for name in given:
        if name in known or (name == "name" and family is Family.LAYERS):
            continue
        if family is Family.LAYERS and name in EXCLUDED_ARGUMENTS:
            raise BuildError(f"{path}.{name}", f"cannot be given: {EXCLUDED_ARGUMENTS[name]}")
        guess = one_of(known, name, limit=6)
        raise BuildError(f"{path}.{name}", f"{entry.name} has no such argument; {guess}")
    missing = [name for name, argument in known.items() if argument.required and name not in given]
    if missing:
        raise BuildError(f"{path}.{missing[0]}", f"{entry.name} needs it")


def _value(value: Value, argument: Argument | None, path: str, names: Names) -> Any:
    """What Keras gets: nested classes as objects, all else as it is."""
    family = argument.family if argument is not None else None
    is_layer = argument is not None and argument.kind is ArgumentKind.LAYER
    if family is not None and isinstance(value, (str, Component)):
        return make(value, family, path, names)
    if isinstance(value, Component):
        if not is_layer:
            raise BuildError(path, f"takes a value, not the class {value.class_name}")
        return make(value, Family.LAYERS, path, names)
    if isinstance(value, (tuple, list)):
        entries = [
            _value(entry, argument, f"{path}.{index}", names) for index, entry in enumerate(value)
        ]
        return entries if is_layer else tuple(entries)
    if is_layer and isinstance(value, str):
        raise BuildError(path, 'takes a layer, as { class = "…", … }')
    return value


def _metric_name(entry: Offered) -> str:
    """Keras's default name; where it has none, Keras would count through the process."""
    for argument in arguments_of(entry, Family.METRICS):
        if argument.name == "name" and isinstance(argument.default, str):
            return argument.default
    return snake_case(entry.name)
