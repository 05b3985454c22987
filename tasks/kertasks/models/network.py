"""A recipe's network, layer by layer; its classes by name, only Keras's own."""

from __future__ import annotations

import re
from typing import Any

import keras

from kertasks.keras_catalog.catalog import Argument, ArgumentKind, Family
from kertasks.keras_catalog.excluded import EXCLUDED_ARGUMENTS, EXCLUDED_LAYERS, EXCLUDED_OTHERS
from kertasks.keras_catalog.introspection import arguments_of, is_cell, required_inputs, takes_list
from kertasks.keras_catalog.offer import Chosen, Offered, by_name
from kertasks.models.messages import BuildError, one_line
from kertasks.pretrained.layer import Pretrained
from kertasks.pretrained.network import mismatch, network_of
from kertasks.pretrained.saved_file import UnusableFile
from kertasks.recipes.recipe import INPUT, Component, Recipe, Value
from kertasks.recipes.recipe_errors import one_of
from kertasks.recipes.validation import problem_with
from kertasks.xla_flags import offer_cache

offer_cache()


def find_class(name: str, family: Family, path: str) -> Offered:
    """What a name stands for.

    Raises:
        BuildError: Keras has no such class, or no recipe can use it.
    """
    found = by_name(family).get(name)
    if found is not None:
        return found
    excluded = EXCLUDED_LAYERS if family is Family.LAYERS else EXCLUDED_OTHERS
    if name in excluded:
        raise BuildError(path, f"{name} cannot be used: {excluded[name]}")
    raise BuildError(
        path, f"Keras has no {name} among its {family}; {one_of(by_name(family), name, limit=6)}"
    )


def make(
    component: str | Component, family: Family, path: str, names: Names, name: str | None = None
) -> Any:
    """The Keras object of a component: a layer, a loss, an activation function.

    Args:
        component: a class's name, or the class with its arguments.
        family: where in Keras to look; nowhere else is looked.
        path: where in the recipe it stands, for the error.
        names: names the layers.
        name: the layer's own name.

    Raises:
        BuildError: with Keras's reason in one line.
    """
    if isinstance(component, str):
        component = Component(component)
    entry = find_class(component.class_name, family, path)
    if isinstance(entry.what, Chosen):
        if component.arguments:
            raise BuildError(path, f"{entry.name} takes no arguments")
        return component.class_name
    arguments = _arguments(component, entry, family, path, names)
    if family is Family.ACTIVATIONS:
        return entry.what
    if family is Family.LAYERS:
        arguments["name"] = name or arguments.get("name") or names.unused(entry.name)
    elif family is Family.METRICS:
        arguments.setdefault("name", _metric_name(entry))
    try:
        made = entry.what(**arguments)
        return network_of(made) if isinstance(made, Pretrained) else made
    except UnusableFile as error:
        raise BuildError(f"{path}.{error.argument}", str(error)) from error
    except Exception as error:
        raise BuildError(path, one_line(error)) from error


class Names:
    """Gives layers names that are the same every time, whatever was built before.

    Keras counts over the whole process instead.
    """

    def __init__(self, taken: set[str]) -> None:
        self._taken = set(taken)

    def unused(self, class_name: str) -> str:
        """A name that no layer has yet: ``dense``, then ``dense_1``, …"""
        base = candidate = snake_case(class_name)
        number = 0
        while candidate in self._taken:
            number += 1
            candidate = f"{base}_{number}"
        self._taken.add(candidate)
        return candidate


def snake_case(name: str) -> str:
    """A class's name the way Keras writes it in a layer's name."""
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


def _arguments(
    component: Component, entry: Offered, family: Family, path: str, names: Names
) -> dict[str, Any]:
    known = {argument.name: argument for argument in arguments_of(entry, family)}
    given = component.arguments
    for name in given:
        if name in known or (name == "name" and family is Family.LAYERS):
            continue
        if family is Family.LAYERS and name in EXCLUDED_ARGUMENTS:
            raise BuildError(f"{path}.{name}", f"cannot be given: {EXCLUDED_ARGUMENTS[name]}")
        guess = one_of(known, name, limit=6)
        raise BuildError(f"{path}.{name}", f"{entry.name} has no such argument; {guess}")
    missing = [name for name, argument in known.items() if argument.required and name not in given]
    if missing:
        raise BuildError(f"{path}.{missing[0]}", f"{entry.name} needs it")
    for name, value in given.items():
        # Keras takes more than a recipe may say: the path of a file to read where it takes a list.
        if name in known and known[name].kind is not ArgumentKind.LAYER and _has_text(value):
            problem = problem_with(value, known[name], f"{path}.{name}")
            if problem is not None:
                raise BuildError(problem.path, f"found {problem.found}; allowed: {problem.allowed}")
    return {
        name: _value(value, known.get(name), f"{path}.{name}", names)
        for name, value in given.items()
    }


def _has_text(value: Value) -> bool:
    if isinstance(value, (tuple, list)):
        return any(map(_has_text, value))
    return isinstance(value, str)


def _value(value: Value, argument: Argument | None, path: str, names: Names) -> Any:
    """What Keras gets: nested classes as objects, numbers as Keras takes them."""
    family = argument.family if argument is not None else None
    is_layer = argument is not None and argument.kind is ArgumentKind.LAYER
    if family is not None and isinstance(value, (str, Component)):
        return make(value, family, path, names)
    if isinstance(value, Component):
        if not is_layer:
            raise BuildError(path, f"takes a value, not the class {value.class_name}")
        return make(value, Family.LAYERS, path, names)
    if isinstance(value, (tuple, list)):
        entries = [
            _value(entry, argument, f"{path}.{index}", names) for index, entry in enumerate(value)
        ]
        return entries if is_layer else tuple(entries)
    if is_layer and isinstance(value, str):
        raise BuildError(path, 'takes a layer, as { class = "…", … }')
    return value if argument is None else argument.for_keras(value)


def _metric_name(entry: Offered) -> str:
    """Keras's default name; where it has none, Keras would count through the process."""
    for argument in arguments_of(entry, Family.METRICS):
        if argument.name == "name" and isinstance(argument.default, str):
            return argument.default
    return snake_case(entry.name)


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
        try:
            self.input = keras.Input(shape=input_shape, dtype=dtype, name=INPUT)
        except Exception as error:  # of a dtype that Keras does not have
            raise BuildError("", one_line(error)) from error
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
        reads = layer.inputs or (INPUT if index == 0 else "",)
        tensors = [self._tensor(name, keeps_integers, path) for name in reads]
        if entry.what is Pretrained and len(tensors) == 1:
            why = mismatch(made, tensors[0].shape[1:])
            if why is not None:
                raise BuildError(path, why)
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

    def _tensor(self, name: str, keeps_integers: bool, path: str) -> Any:
        if not name:
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


def make_metric(metric: str | Component, path: str) -> Any:
    """What ``compile`` gets for a metric.

    Raises:
        BuildError: Keras has no such metric, or refuses its arguments.
    """
    made = make(metric, Family.METRICS, path, Names(set()))
    # A plain name stays one: Keras then calls the metric by it ("mae", "acc").
    return metric if isinstance(metric, str) else made
