"""Layers and other classes of a recipe as code, by the names of Keras's catalog."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Collection

from kertasks.export.script.expressions import Call, Expression, Items, lines_of, literal
from kertasks.export.script.pretrained_code import pretrained_call
from kertasks.keras_catalog.catalog import Argument, ArgumentKind, Catalog, ClassInfo, Family
from kertasks.recipes.recipe import INPUT, PRETRAINED, Component, Layer, Value

_SHORT = (Family.LOSSES, Family.METRICS)
"""Where a short name, such as "mse", stays the string it is: Keras names a metric by it. Of
other families Keras does not take every name: not "constant" for an initializer."""


def expression_of(given: str | Component, family: Family, catalog: Catalog) -> Expression:
    """What makes a class of the recipe, or the string that Keras takes for it.

    Args:
        given: a class that ``recipes.validation.validate`` found no fault with. What is
            written of it are the catalog's own names, never the recipe's.
        family: where in Keras it comes from.
        catalog: Keras's classes.
    """
    named = Component(given) if isinstance(given, str) else given
    info = find(named.class_name, family, catalog)
    is_short = family in _SHORT and isinstance(given, str) and given != info.name
    if is_short or not info.name[0].isupper():
        # Also "relu", a function, and "accuracy", which Keras makes a class of when it sees
        # the shapes.
        return literal(named.class_name)
    arguments: list[tuple[str | None, Expression]] = []
    positional = family is Family.LAYERS
    for argument in info.arguments:
        # Keras's first arguments, if it needs them, go without a name: Dense(64).
        positional = positional and argument.required
        if argument.name not in named.arguments:
            continue
        value = named.arguments[argument.name]
        if argument.required or not _is_default(value, argument):
            name = None if positional else argument.name
            arguments.append((name, _value(value, argument, catalog)))
    if isinstance(named, Layer) and named.name:
        arguments.append(("name", literal(named.name)))
    if info.name == PRETRAINED:
        return pretrained_call(named, arguments)
    module = "layers" if family is Family.LAYERS else f"keras.{family.value}"
    return Call(f"{module}.{info.name}", tuple(arguments))


def find(name: str, family: Family, catalog: Catalog) -> ClassInfo:
    """The class of that name.

    Raises:
        KeyError: Keras has none; ``validate`` would have said so.
    """
    info = catalog.find(family, name)
    if info is None:
        raise KeyError(f"{family.value}.{name}")
    return info


def _value(value: Value, argument: Argument, catalog: Catalog) -> Expression:
    family = argument.family or Family.LAYERS
    if isinstance(value, Component) or (isinstance(value, str) and argument.family is not None):
        return expression_of(value, family, catalog)
    if isinstance(value, (tuple, list)) and (
        argument.kind is ArgumentKind.LAYER or argument.family is not None
    ):
        return Items(tuple(_value(entry, argument, catalog) for entry in value))
    return literal(argument.for_keras(value))


def _is_default(value: Value, argument: Argument) -> bool:
    # None is also what the catalog has for a default that JSON cannot hold.
    if value is None or isinstance(value, Component):
        return False
    plain = list(value) if isinstance(value, tuple) else value
    return type(plain) is type(argument.default) and plain == argument.default


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


def has_pretrained(layers: tuple[Layer, ...]) -> bool:
    """Whether any layer, or one inside of it, is of a saved network."""
    return any(PRETRAINED in _names_in(layer) for layer in layers)


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
