"""What a layer reads and gives in the network that it stands in.

Of a layer that is itself a network, Keras's ``input`` and ``output`` are its own ends, which are
connected to nothing around it.
"""

from __future__ import annotations

from typing import Any

import keras


def input_of(layer: keras.layers.Layer) -> Any:
    """The tensor, or tensors, that a layer reads where it is called first.

    Raises:
        AttributeError, ValueError: Keras's, of a layer that is called nowhere.
    """
    return keras.Operation.input.fget(layer)


def output_of(layer: keras.layers.Layer) -> Any:
    """The tensor, or tensors, that a layer gives where it is called first.

    Raises:
        AttributeError, ValueError: Keras's, of a layer that is called nowhere.
    """
    return keras.Operation.output.fget(layer)
