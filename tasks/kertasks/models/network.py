"""The layers of a recipe called one after another, as its ``inputs`` say."""

from __future__ import annotations

from typing import Any

import keras

from kertasks.keras_catalog.arguments import is_cell, required_inputs, takes_list
from kertasks.keras_catalog.catalog import Family
from kertasks.keras_catalog.offer import Offered
from kertasks.models.components import Names, find_class, make
from kertasks.models.messages import BuildError, one_line
from kertasks.recipes.recipe import INPUT, Layer, Recipe


class Network:
    """A recipe's network under construction, one layer at a time.

    Args:
        recipe: the recipe.
        input_shape: of one row.
        input_dtype: of the data. Whole numbers, such as multi-hot rows of one byte a cell,
            enter as they are and become numbers inside the model.
    """

    def __init__(self, recipe: Recipe, input_shape: tuple[int, ...], input_dtype: str) -> None:
        self._layers = recipe.layers
        self._names = Names({layer.name for layer in recipe.layers if layer.name} | {INPUT})
        dtype = keras.config.floatx() if "float" in input_dtype else input_dtype
        self.input = keras.Input(shape=input_shape, dtype=dtype, name=INPUT)
        self._as_numbers: Any = None
        self._tensors: dict[str, Any] = {}
        self._previous: Any = None

    @property
    def output(self) -> Any:
        """The tensor the last added layer gives."""
        return self._previous

    def add(self, index: int) -> keras.layers.Layer:
        """Make the layer and call it on what it reads.

        Raises:
            BuildError: with the layer's path and Keras's reason in one line.
        """
        layer = self._layers[index]
        path = f"layers.{index}"
        entry = find_class(layer.class_name, Family.LAYERS, path)
        if is_cell(entry):
            raise BuildError(path, f"{entry.name} works only inside another layer, such as RNN")
        made = make(layer, Family.LAYERS, path, self._names, layer.name)
        keeps_integers = not made.autocast or ".layers.preprocessing." in entry.what.__module__
        tensors = [self._tensor(name, keeps_integers, path) for name in self._read(layer, index)]
        try:
            output = made(*_call_arguments(tensors, entry, path))
        except BuildError:
            raise
        except Exception as error:
            raise BuildError(path, one_line(error)) from error
        if not hasattr(output, "shape"):
            count = len(output) if isinstance(output, (list, tuple, dict)) else 0
            raise BuildError(path, f"gives {count} outputs; a layer must give one")
        if any(output is tensor for tensor in tensors):
            # Keras 3.15 then records the tensor as its own source: a cycle.
            raise BuildError(path, f"Keras cannot build a network on {entry.name}")
        self._previous = output
        if layer.name is not None:
            self._tensors[layer.name] = output
        return made

    def _read(self, layer: Layer, index: int) -> tuple[str, ...]:
        return layer.inputs or ((INPUT,) if index == 0 else ("",))

    def _tensor(self, name: str, keeps_integers: bool, path: str) -> Any:
        if name == "":
            return self._previous
        if name != INPUT:
            if name not in self._tensors:
                raise BuildError(f"{path}.inputs", f"no layer above is called {name}")
            return self._tensors[name]
        if keeps_integers or "float" in self.input.dtype:
            return self.input
        if self._as_numbers is None:
            self._as_numbers = keras.ops.cast(self.input, keras.config.floatx())
        return self._as_numbers


def _call_arguments(tensors: list[Any], entry: Offered, path: str) -> list[Any]:
    """How Keras wants the tensors: one by one, as a list, or a single one.

    Attention with one input attends to itself.
    """
    separate = required_inputs(entry)
    if separate > 1:
        return tensors * separate if len(tensors) == 1 else tensors
    if takes_list(entry):
        is_attention = ".layers.attention." in entry.what.__module__
        return [tensors * 2 if is_attention and len(tensors) == 1 else tensors]
    if len(tensors) > 1:
        raise BuildError(f"{path}.inputs", f"{entry.name} reads one layer, not {len(tensors)}")
    return tensors
