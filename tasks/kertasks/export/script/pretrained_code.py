"""Layers of a saved network as code."""

from __future__ import annotations

import os
from collections.abc import Iterable

from kertasks.export.script.expressions import Call, Expression, literal
from kertasks.recipes.recipe import Component

PRETRAINED_CODE = '''
def pretrained(file, until=None, trainable=False, name=None):
    """Give the layers of a saved network, up to one of them, frozen or not."""
    base = keras.models.load_model(file, compile=False)
    last = base if until is None else base.get_layer(until)
    network = keras.Model(base.input, last.output, name=name)
    network.trainable = trainable
    return network
'''
"""A function that a script with such layers has; it finds ``keras``."""

_TAKES = ("until", "trainable", "name")
"""Of the arguments in a recipe; that the file is the very one is left to the recipe."""


def pretrained_call(layer: Component, arguments: Iterable[tuple[str | None, Expression]]) -> Call:
    """What makes such a layer.

    Args:
        layer: of the recipe.
        arguments: all that it gives, as expressions.
    """
    file = os.path.expanduser(str(layer.arguments["file"]))  # noqa: PTH111 - a ``~`` of nobody
    kept = [(name, value) for name, value in arguments if name in _TAKES]
    return Call("pretrained", ((None, literal(file)), *kept))
