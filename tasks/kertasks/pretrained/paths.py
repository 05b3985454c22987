"""Where the files lie that a recipe names: a relative path begins in the folder of the recipe."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from kertasks.recipes.recipe import PRETRAINED, Component, Recipe, Value

_Part = TypeVar("_Part", bound=Component)


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


def _with_files(recipe: Recipe, change: Callable[[str], str]) -> Recipe:
    layers = tuple(_changed(layer, change) for layer in recipe.layers)
    return recipe if layers == recipe.layers else replace(recipe, layers=layers)


def _changed(component: _Part, change: Callable[[str], str]) -> _Part:
    """The component, or layer, with each file changed that it or one inside of it names."""

    def of(name: str, value: Value) -> Value:
        if isinstance(value, Component):
            return _changed(value, change)
        if isinstance(value, tuple):
            return tuple(of("", one) for one in value)
        is_file = component.class_name == PRETRAINED and name == "file"
        return change(value) if is_file and isinstance(value, str) and value else value

    arguments = {name: of(name, value) for name, value in component.arguments.items()}
    return replace(component, arguments=arguments)
