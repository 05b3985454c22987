"""Classes of a recipe become expressions that make them. Names come from Keras's catalog."""

from __future__ import annotations

from kertasks.export.script.expressions import Call, Expression, Items, literal
from kertasks.keras_catalog.catalog import Argument, ArgumentKind, Catalog, ClassInfo, Family
from kertasks.recipes.recipe import Component, Layer, Value

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
    arguments = []
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
    return literal(value)


def _is_default(value: Value, argument: Argument) -> bool:
    # None is also what the catalog has for a default that JSON cannot hold.
    if value is None or isinstance(value, Component):
        return False
    plain = list(value) if isinstance(value, tuple) else value
    return type(plain) is type(argument.default) and plain == argument.default
