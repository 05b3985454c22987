"""Which layers a network has, and what each gives in it. Imports no TensorFlow."""

from __future__ import annotations

import keras

from kertasks.models import layer_ends
from kertasks.runs.looking.view import DoesNotApply


def layers_of(model: keras.Model) -> list[keras.layers.Layer]:
    """The layers that a person thinks of: all but the inputs.

    Raises:
        DoesNotApply: there is none.
    """
    inputs = keras.layers.InputLayer
    found = [layer for layer in model.layers if not isinstance(layer, inputs)]
    if not found:
        raise DoesNotApply("the network has no layers")
    return found


def output_of(layer: keras.layers.Layer) -> keras.KerasTensor | None:
    """What a layer gives in its network, the first of several; None where that cannot be told:
    it has no fixed place there, or several."""
    try:
        output = keras.tree.flatten(layer_ends.output_of(layer))[0]
    except (AttributeError, ValueError):  # Keras's, for no call and for several
        return None
    return output if isinstance(output, keras.KerasTensor) else None
