"""A recipe's network in a few words, for lists: ``"Dense 2·2·2·1 relu"``."""

from __future__ import annotations

from itertools import groupby

from kertasks.recipes.recipe import Component, Layer, Recipe

_MAIN_ARGUMENTS = ("units", "filters", "rate", "pool_size", "target_shape", "stddev")
"""The argument that says most about a layer, whichever of these it has."""


def outline(recipe: Recipe) -> str:
    """The layers in order, neighbours of one class together.

    Args:
        recipe: whose network to name.

    Returns:
        For example ``"Dense 8·1 relu"`` or ``"Conv2D 16·32 relu, Flatten, Dense 10"``. The
        activation is that of a group's first layer, the hidden one; the last layer's
        follows from the task.
    """
    groups = groupby(recipe.layers, key=_shown_class)
    return ", ".join(_name(class_name, list(layers)) for class_name, layers in groups)


def _shown_class(layer: Layer) -> str:
    """The class; a wrapper's with the layer inside it, for example ``"Bidirectional LSTM"``."""
    inner = layer.arguments.get("layer")
    wrapped = f" {inner.class_name}" if isinstance(inner, Component) else ""
    return f"{layer.class_name}{wrapped}"


def _name(class_name: str, layers: list[Layer]) -> str:
    sizes = [size for layer in layers if (size := _main_argument(layer)) is not None]
    words = [class_name]
    if sizes:
        words.append("·".join(sizes))
    elif len(layers) > 1:
        words.append(f"× {len(layers)}")
    activation = layers[0].arguments.get("activation")
    if isinstance(activation, str) and len(layers) > 1:
        words.append(activation)
    return " ".join(words)


def _main_argument(layer: Component) -> str | None:
    for name in _MAIN_ARGUMENTS:
        value = layer.arguments.get(name)
        if isinstance(value, bool | None):
            continue
        if isinstance(value, int | float):
            return f"{value:g}"
        if isinstance(value, tuple):
            return "×".join(map(str, value))
    inner = layer.arguments.get("layer")
    return _main_argument(inner) if isinstance(inner, Component) else None
