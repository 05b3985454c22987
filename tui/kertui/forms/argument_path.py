"""Where an argument stands in a layer or in a component of it, and how it is set there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final, TypeAlias

from kertasks.recipes.recipe import Component, Value

ArgumentPath: TypeAlias = "tuple[str, ...]"
"""An argument of a layer, or of a component in it: ``("kernel_regularizer", "l2")``."""


class Unset:
    """The type of ``DEFAULT``, of which there is one."""

    def __repr__(self) -> str:
        return "DEFAULT"


DEFAULT: Final = Unset()
"""Given as a value, it takes the argument out of the recipe: Keras's default holds again."""


def with_argument(
    arguments: Mapping[str, Value], path: ArgumentPath, value: Value | Unset
) -> dict[str, Value]:
    """The arguments with the one at ``path`` set, or taken out for ``DEFAULT``."""
    result = dict(arguments)
    first, rest = path[0], path[1:]
    if not rest:
        if isinstance(value, Unset):
            result.pop(first, None)
        else:
            result[first] = value
        return result
    result[first] = _with_inner(result.get(first), path, value)
    return result


def _with_inner(inner: Value, path: ArgumentPath, value: Value | Unset) -> Value:
    """A component, or a list of them, with an argument inside it changed."""
    rest = path[1:]
    if isinstance(inner, tuple) and rest[0].isdigit() and int(rest[0]) < len(inner):
        place = int(rest[0])
        return (*inner[:place], _with_inner(inner[place], rest, value), *inner[place + 1 :])
    if isinstance(inner, str):
        inner = Component(inner)
    if not isinstance(inner, Component):
        raise KeyError(f"{path[0]} holds no component that could have {'.'.join(rest)}")
    return replace(inner, arguments=with_argument(inner.arguments, rest, value))
