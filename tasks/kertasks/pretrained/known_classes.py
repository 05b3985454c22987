"""Whether everything in a saved network is of Keras's own classes that a recipe may have.

Keras's safe mode alone is not asked: it takes any class of its modules, and any that the program
has registered. Here each class must be one that ``keras_catalog.offer`` offers, under the very
module that Keras saves it with.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from kertasks.keras_catalog.catalog import Family
from kertasks.keras_catalog.excluded import EXCLUDED_LAYERS
from kertasks.keras_catalog.offer import by_name
from kertasks.pretrained.saved_file import UnusableFile
from kertasks.recipes.recipe import PRETRAINED
from kertasks.text.numbers import short_path
from kertasks.text.plain_text import one_line

_FAMILIES = {
    f"keras.{family.value}": family
    for family in (Family.LAYERS, Family.INITIALIZERS, Family.REGULARIZERS, Family.CONSTRAINTS)
}
_NETWORKS = {
    "keras": {"Functional", "Sequential", "DTypePolicy"},
    "keras.models": {"Functional", "Sequential"},
    "keras.src.models.functional": {"Functional"},
}
_OPERATIONS = ("keras.src.ops.numpy", "keras.src.ops.nn")
"""Where Keras has what stands between layers as arithmetic, such as ``x + 3``: classes that compute
and do nothing else."""

_CAST = ("keras.src.ops.core", "Cast")
_PLAIN = frozenset({"__keras_tensor__", "__numpy__", "__tensor__", "__slice__", "__ellipsis__"})
"""What Keras writes numbers and places in a network as."""

_FILES = frozenset({"vocabulary", "idf_weights"})
"""Arguments by which some layers of Keras read a file where they are given a text."""


def checked_config(config: dict[str, Any], file: str) -> dict[str, Any]:
    """What a network is made of, without how it was compiled, once all its classes are known.

    Args:
        config: of the file's ``config.json``; changed in place.
        file: how an error calls the file.

    Raises:
        UnusableFile: something in it is of another class; saying which layer, and why.
    """
    left: list[tuple[Any, str]] = [(config, "the network")]
    while left:
        node, owner = left.pop()
        if isinstance(node, list):
            left += [(one, owner) for one in node]
        elif isinstance(node, dict):
            if "class_name" in node:
                node.pop("compile_config", None)
                owner = _owner(node, owner)
                why = _why_not(node)
                if why is not None:
                    raise UnusableFile(f"{short_path(file)}: {owner} cannot be used: {why}")
            for name in _FILES & node.keys():
                if isinstance(node[name], str):
                    raise UnusableFile(f"{short_path(file)}: {owner} would read a file")
            left += [(one, owner) for one in node.values()]
    return config


def _owner(node: Mapping[str, Any], outer: str) -> str:
    """The layer a person would look for; what is inside of it is called by it."""
    inner = node.get("config")
    if not isinstance(inner, dict) or not isinstance(inner.get("name"), str):
        return outer
    return f'layer "{one_line(inner["name"])[:40]}" ({one_line(str(node["class_name"]))[:40]})'


def _why_not(node: Mapping[str, Any]) -> str | None:
    """Why a class cannot be used; None where it can."""
    name, module = node["class_name"], node.get("module")
    if name in _PLAIN and module is None:
        return None
    registered = node.get("registered_name")
    if not isinstance(name, str) or not isinstance(module or registered, str):
        return "it does not say of which module it is, as Keras 3 does"
    if name in EXCLUDED_LAYERS and name != "InputLayer":
        return EXCLUDED_LAYERS[name]
    if isinstance(module, str) and name in _names_of(module) and registered in (None, name):
        return None
    said = f"{module}.{name}" if registered is None else registered
    return f"{one_line(str(said))[:80]} is none of Keras's own layers that a recipe may have"


@cache
def _names_of(module: str) -> frozenset[str]:
    """The classes that are taken of a module."""
    if module in _NETWORKS:
        return frozenset(_NETWORKS[module])
    if module in _FAMILIES:
        offered = {one.what.__name__ for one in by_name(_FAMILIES[module]).values()}
        inputs = {"InputLayer"} if module == "keras.layers" else set()
        return frozenset((offered | inputs) - {PRETRAINED})
    if module in _OPERATIONS:
        return frozenset(_operations(module))
    return frozenset({_CAST[1]} if module == _CAST[0] else ())


def _operations(module: str) -> set[str]:
    import importlib

    import keras

    public = importlib.import_module(module)  # one of two of Keras's own
    return {
        name
        for name, what in vars(public).items()
        if isinstance(what, type) and issubclass(what, keras.Operation)
    }
