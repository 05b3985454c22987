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
    last = base.outputs[0]
    if until is not None:
        # Also of a network inside of it: what that gives there, and not by itself.
        last = keras.Operation.output.fget(base.get_layer(until))
    network = keras.Model(base.inputs[0], last, name=name)
    # Keras passes on only what changes: layers may be frozen in the file.
    network.trainable = False
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
