"""What a layer that was just added starts with, so that it can be tried at once."""

from __future__ import annotations

from typing import Final

from kertasks.keras_catalog.catalog import Argument, ArgumentKind, Catalog, ClassInfo, Family
from kertasks.recipes.recipe import Component, Layer, Value

_BY_NAME: Final[dict[str, Value]] = {
    "units": 16,
    "filters": 16,
    "kernel_size": 3,
    "pool_size": 2,
    "size": 2,
    "rate": 0.5,
    "stddev": 0.1,
    "seed": None,
    "input_dim": 10_000,
    "output_dim": 16,
    "num_heads": 2,
    "key_dim": 16,
    "head_dim": 16,
    "num_query_heads": 4,
    "num_key_value_heads": 2,
    "activation": "relu",
    "n": 2,
    "axes": 1,
    "dims": 1,
    "factor": 0.2,
    "height": 32,
    "width": 32,
    "scale": 1.0,
    "max_value": 1.0,
    "layer": Component("Dense", {"units": 16}),
}
"""Small enough to train in seconds on the tasks here; common in textbooks."""

_NESTED: Final[dict[str, Value]] = {
    "Bidirectional": Component("LSTM", {"units": 16}),
    "RNN": Component("LSTMCell", {"units": 16}),
    "StackedRNNCells": (Component("LSTMCell", {"units": 16}),),
    "Pipeline": (Component("Dense", {"units": 16}),),
}
"""What a wrapper that does not take a Dense layer wraps at first."""


def starting_layer(info: ClassInfo, catalog: Catalog) -> Layer:
    """A layer of that class with each required argument given a value."""
    arguments = starting_arguments(info, catalog)
    if info.name in _NESTED:
        nested = [one.name for one in info.arguments if one.kind is ArgumentKind.LAYER]
        arguments[nested[0]] = _NESTED[info.name]
    return Layer(info.name, arguments)


def starting_arguments(info: ClassInfo, catalog: Catalog) -> dict[str, Value]:
    """A value for each required argument of a class."""
    found: dict[str, Value] = {}
    for argument in info.arguments:
        if argument.required:
            value = _starting_value(argument, catalog)
            if value is not None:
                found[argument.name] = value
    return found


def _starting_value(argument: Argument, catalog: Catalog) -> Value:
    """None leaves it to the person: there is no value that fits most networks."""
    known = _BY_NAME.get(argument.name)
    least = argument.minimum or 0
    match argument.kind:
        case ArgumentKind.LAYER:
            return _BY_NAME["layer"]
        case ArgumentKind.COMPONENT:
            if isinstance(known, str | Component):
                return known
            classes = catalog.family(argument.family or Family.LAYERS)
            return classes[0].name if classes else None
        case ArgumentKind.CHOICE:
            return argument.choices[0] if argument.choices else None
        case ArgumentKind.BOOLEAN:
            return True
        case ArgumentKind.INTEGER | ArgumentKind.INTEGERS:
            return known if isinstance(known, int) else max(1, int(least))
        case ArgumentKind.NUMBER | ArgumentKind.NUMBERS:
            usual = 0.5 if argument.kind is ArgumentKind.NUMBER else 0.2
            return known if isinstance(known, int | float) else max(usual, least)
        case _:
            return known
