"""Where the files lie that a recipe names: a relative path begins in the folder of the recipe."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from kertasks.recipes.recipe import PRETRAINED, Component, Recipe, Value

_Part = TypeVar("_Part", bound=Component)
Arguments: TypeAlias = Mapping[str, Value]


def with_whole_paths(recipe: Recipe, folder: Path) -> Recipe:
    """The recipe with whole paths, in place of those that begin in a folder.

    Paths that begin with ``~`` stay: they are whole, whoever reads them.
    """

    def whole(file: str) -> str:
        return file if file.startswith("~") else str(folder.absolute() / file)

    return _with_files(recipe, whole)


def with_relative_paths(recipe: Recipe, folder: Path) -> Recipe:
    """The recipe with relative paths of what lies in a folder or below it, so that both can be
    moved together."""

    def relative(file: str) -> str:
        path = Path(file)
        inside = path.is_relative_to(folder.absolute())
        return path.relative_to(folder.absolute()).as_posix() if inside else file

    return _with_files(recipe, relative)


def forget_hash(class_name: object, changed: str, arguments: dict[str, Any]) -> None:
    """Take the hash out of a ``Pretrained`` layer's arguments when another file is named, of which
    it says nothing."""
    if class_name == PRETRAINED and changed == "file":
        arguments.pop("sha256", None)


def with_networks(recipe: Recipe, change: Callable[[Arguments], Arguments]) -> Recipe:
    """The recipe with the arguments changed of each ``Pretrained`` layer that names a file."""
    layers = tuple(_changed(layer, change) for layer in recipe.layers)
    return recipe if layers == recipe.layers else replace(recipe, layers=layers)


def _with_files(recipe: Recipe, change: Callable[[str], str]) -> Recipe:
    return with_networks(recipe, lambda one: {**one, "file": change(str(one["file"]))})


def _changed(component: _Part, change: Callable[[Arguments], Arguments]) -> _Part:
    """The component, or layer, with those in it changed that are of a file."""

    def of(value: Value) -> Value:
        if isinstance(value, Component):
            return _changed(value, change)
        return tuple(map(of, value)) if isinstance(value, tuple) else value

    arguments: Arguments = {name: of(value) for name, value in component.arguments.items()}
    file = arguments.get("file")
    if component.class_name == PRETRAINED and isinstance(file, str) and file:
        arguments = change(arguments)
    return replace(component, arguments=arguments)
