"""A recipe's layers as code: a Sequential model where they are a chain, else a functional one."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Collection

from kertasks.export.script.component_code import expression_of, find
from kertasks.export.script.expressions import lines_of
from kertasks.keras_catalog.catalog import Catalog, Family
from kertasks.recipes.recipe import INPUT, Component, Layer, Value

_TAKE_A_LIST = frozenset({"Attention", "AdditiveAttention"})
"""Layers besides the merging ones that are called with one list of tensors."""

_DRAWS_WHEN_BUILT = frozenset({"SpectralNormalization"})
"""Layers that draw a seed when they are first called, and not when they are made. In a list
all layers are made before the first is called: those after such a one would begin with
other weights than the recipe gives them."""

_INPUT = "keras.Input(shape=x_train.shape[1:])"


def network_lines(layers: tuple[Layer, ...], catalog: Catalog, taken: Collection[str]) -> list[str]:
    """Lines that make ``model`` of the layers.

    Args:
        layers: of a recipe without faults.
        catalog: Keras's classes.
        taken: names that no variable of a branch may have.
    """
    if _is_chain(layers, catalog):
        lines = ["model = keras.Sequential(", "    [", f"        {_INPUT},"]
        for layer in layers:
            lines += lines_of("", expression_of(layer, Family.LAYERS, catalog), ",", 8)
        return [*lines, "    ]", ")"]
    return _functional(layers, catalog, taken)


def _is_chain(layers: tuple[Layer, ...], catalog: Catalog) -> bool:
    previous: str | None = INPUT
    for layer in layers:
        if layer.inputs not in ((), (previous,)):
            return False
        if find(layer.class_name, Family.LAYERS, catalog).several_inputs:
            return False
        if _names_in(layer) & _DRAWS_WHEN_BUILT:
            return False
        previous = layer.name
    return True


def _names_in(value: Value) -> set[str]:
    """The classes a value names, nested ones included."""
    if isinstance(value, Component):
        return {value.class_name}.union(*map(_names_in, value.arguments.values()))
    if isinstance(value, (tuple, list)):
        return set().union(*map(_names_in, value))
    return set()


def _functional(layers: tuple[Layer, ...], catalog: Catalog, taken: Collection[str]) -> list[str]:
    variables = {INPUT: "inputs"}
    used = {"inputs", "outputs", "x", *taken}
    lines = [f"inputs = {_INPUT}"]
    previous = "inputs"
    for index, layer in enumerate(layers):
        read = [variables[name] for name in layer.inputs] or [previous]
        if index == len(layers) - 1:
            variable = "outputs"
        elif layer.name is None:
            variable = "x"
        else:
            variable = variables[layer.name] = _variable(layer.name, used)
            used.add(variable)
        made = expression_of(layer, Family.LAYERS, catalog)
        lines += lines_of(f"{variable} = ", made, f"({_tensors(layer, read, catalog)})")
        previous = variable
    return [*lines, "model = keras.Model(inputs, outputs)"]


def _tensors(layer: Layer, read: list[str], catalog: Catalog) -> str:
    """How Keras wants the tensors: a single one, a list, or one by one."""
    info = find(layer.class_name, Family.LAYERS, catalog)
    if not info.several_inputs:
        return read[0]
    if info.topic == "merging":
        return f"[{', '.join(read)}]"
    pair = read * 2 if len(read) == 1 else read  # attention with one input attends to itself
    return f"[{', '.join(pair)}]" if info.name in _TAKE_A_LIST else ", ".join(pair)


def _variable(name: str, used: Collection[str]) -> str:
    """A variable for a layer of that name, which is none of those in use."""
    base = re.sub(r"\W", "_", name, flags=re.ASCII)
    if (
        not base.isidentifier()
        or keyword.iskeyword(base)
        or base in used
        or hasattr(builtins, base)
    ):
        base = f"layer_{base}"
    candidate, number = base, 1
    while candidate in used:
        number += 1
        candidate = f"{base}_{number}"
    return candidate
