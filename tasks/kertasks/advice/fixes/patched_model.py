"""A compiled model built anew with changes: of its layers, of how it is compiled and trained.

Layers come from the model's own classes and settings, what a change brings from Keras's own
classes by name; the model itself is left as it was.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import keras

from kertasks.advice.seeds import own_seeds
from kertasks.errors import UserError
from kertasks.keras_catalog.catalog import Family
from kertasks.models.messages import one_line
from kertasks.models.network import Names, make
from kertasks.recipes.changes import Change
from kertasks.recipes.json_form import RecipeReader
from kertasks.recipes.recipe import Component, Value
from kertasks.recipes.recipe_errors import RecipeError
from kertasks.views.layers.layer_list import layers_of

_NUMBERS_OF_FIT = ("batch_size", "epochs", "validation_split")


class CannotPatch(UserError):
    """A model cannot be built anew, or not with such changes."""


class Patched(NamedTuple):
    """A model with changes, and what they say of its training."""

    model: keras.Model
    """Compiled, its weights freshly drawn; those of frozen layers are the model's."""

    fit: dict[str, Any]
    """Arguments of ``fit`` that are changed."""


def patched_model(model: keras.Model, patch: Iterable[str], seed: int) -> Patched:
    """Build a compiled model anew, with changes.

    Args:
        model: compiled and built, with one input and one output. Layers without trainable weights
            (frozen ones, a Normalization that was adapted) keep their weights; all others draw
            new ones.
        patch: changes as ``--set`` takes them, carried out in order. ``layers.N`` is the model's
            Nth layer, without the input; ``compile`` and ``fit`` are as in a recipe.
        seed: of the weights and of Dropout. The global generators are left as they were.

    Raises:
        CannotPatch: a layer cannot be made from its settings, Keras refuses the network, or there
            is nothing where a change is to be made.
    """
    plan = _Plan(model)
    try:
        for written in patch:
            plan.take(Change.read(written))
        with own_seeds(seed):
            return Patched(plan.build(), plan.fit)
    except CannotPatch:
        raise
    except RecipeError as error:
        raise CannotPatch(str(error)) from error
    except Exception as error:  # whatever a class of one's own raises that cannot be made anew
        raise CannotPatch(f"the model cannot be built anew: {one_line(error)}") from error


class _Part:
    """A layer as it is to be.

    Args:
        what: a layer of the model, or what a change brings.
        stands_for: the model's layer in whose place it stands; None for one that is put in.
    """

    def __init__(
        self, what: keras.layers.Layer | Component, stands_for: keras.layers.Layer | None
    ) -> None:
        self.what = what
        self.stands_for = stands_for
        self.changes: dict[tuple[str, ...], Value] = {}

    def make(self, path: str, names: Names) -> keras.layers.Layer:
        """The layer, made anew."""
        if isinstance(self.what, Component):
            arguments = dict(self.what.arguments)
            arguments |= {key: value for (key, *_), value in self.changes.items()}
            return make(Component(self.what.class_name, arguments), Family.LAYERS, path, names)
        config = self.what.get_config()
        for keys, value in self.changes.items():
            _put(config, keys, value, path)
        return type(self.what).from_config(config)


def _put(config: dict[str, Any], keys: tuple[str, ...], value: Value, path: str) -> None:
    """Change a setting of a layer, or of the layer in it."""
    *inner, last = keys
    for key in inner:
        config = config.get(key, {})
        config = config.get("config", config) if isinstance(config, dict) else {}
    if last not in config:
        raise CannotPatch(f"{path}: there is no {'.'.join(keys)}")
    if isinstance(value, Component):
        raise CannotPatch(f"{path}.{'.'.join(keys)}: a class cannot be put there")
    config[last] = value


class _Plan:
    """Takes changes of a model, and builds it anew with them."""

    def __init__(self, model: keras.Model) -> None:
        self._model = model
        self._parts = [_Part(layer, layer) for layer in layers_of(model)]
        self._gone: list[_Part] = []
        self._optimizer: Component | None = None
        self._of_optimizer: dict[str, Value] = {}
        self._loss: str | Component | None = None
        self.fit: dict[str, Any] = {}

    def take(self, change: Change) -> None:
        """Take one change, which is carried out when the model is built."""
        value = _value_of(change)
        match change.path.split("."):
            case ["layers", place]:
                self._take_layer(change, place, value)
            case ["layers", place, *keys]:
                self._parts[self._place(place, change.path)].changes[tuple(keys)] = value
            case ["compile", "optimizer"]:
                self._optimizer, self._of_optimizer = _component(value, change), {}
            case ["compile", "optimizer", key]:
                self._of_optimizer[key] = value
            case ["compile", "loss"] if isinstance(value, (str, Component)):
                self._loss = value
            case ["compile", "metrics", *_]:
                pass  # nothing is trained by them
            case ["fit", key] if key in _NUMBERS_OF_FIT:
                self.fit[key] = value
            case _:
                raise CannotPatch(f"{change.path}: a model has no such setting")

    def _take_layer(self, change: Change, written: str, value: Value) -> None:
        if change.adds:
            place = self._place(written, change.path, more=1)
            self._parts.insert(place, _Part(_component(value, change), None))
            return
        place = self._place(written, change.path)
        if change.text:
            self._parts[place] = _Part(_component(value, change), self._parts[place].stands_for)
        else:
            self._gone.append(self._parts.pop(place))

    def _place(self, written: str, path: str, more: int = 0) -> int:
        places = len(self._parts) + more
        if not re.fullmatch(r"\d{1,6}", written, re.ASCII) or int(written) >= places:
            raise CannotPatch(f"{path}: the model has {len(self._parts)} layers")
        return int(written)

    def build(self) -> keras.Model:
        """The network anew, compiled."""
        network = self._network()
        network.compile(
            optimizer=self._made_optimizer(),
            loss=self._model.loss
            if self._loss is None
            else make(self._loss, Family.LOSSES, "compile.loss", Names(set())),
        )
        return network

    def _network(self) -> keras.Model:
        model = self._model
        names = Names({layer.name for layer in model.layers})
        made = [part.make(f"layers.{place}", names) for place, part in enumerate(self._parts)]
        instead = {id(gone.stands_for): keras.layers.Identity() for gone in self._gone}
        # Those that a change puts in are computed before the layer that stands behind them.
        before: dict[int, list[Any]] = {}
        waiting: list[Any] = []
        for part, layer in zip(self._parts, made, strict=True):
            if part.stands_for is None:
                waiting.append(layer)
                continue
            instead[id(part.stands_for)] = layer
            before[id(layer)], waiting = waiting, []

        def anew(layer: Any) -> Any:
            found = instead.get(id(layer))
            # What is no layer is an operation, such as a cast of the input.
            return type(layer).from_config(layer.get_config()) if found is None else found

        def call(layer: Any, *arguments: Any, **named: Any) -> Any:
            for each in before.get(id(layer), ()):
                arguments = (each(arguments[0]), *arguments[1:])
            return layer(*arguments, **named)

        # Without how it is compiled, which would be read back from what is written down of it.
        shell = keras.Model(model.inputs[0], model.outputs[0], name=model.name)
        copy = keras.models.clone_model(shell, clone_function=anew, call_function=call)
        if waiting:
            output = copy.outputs[0]
            for each in waiting:
                output = each(output)
            copy = keras.Model(copy.inputs[0], output, name=model.name)
        _keep_weights((part.what, layer) for part, layer in zip(self._parts, made, strict=True))
        return copy

    def _made_optimizer(self) -> Any:
        given = self._model.optimizer
        if self._optimizer is not None:
            arguments = {**self._optimizer.arguments, **self._of_optimizer}
            whole = Component(self._optimizer.class_name, arguments)
            return make(whole, Family.OPTIMIZERS, "compile.optimizer", Names(set()))
        config = given.get_config()
        for key, value in self._of_optimizer.items():
            _put(config, (key,), value, "compile.optimizer")
        return type(given).from_config(config)


def _value_of(change: Change) -> Value:
    """What a change puts there; None for nothing."""
    if not change.text:
        return None
    reader = RecipeReader()
    value = reader.value(change.value(), change.path)
    if reader.problems:
        raise RecipeError(tuple(reader.problems), None)
    return value


def _component(value: Value, change: Change) -> Component:
    if isinstance(value, str):
        return Component(value)
    if not isinstance(value, Component):
        raise CannotPatch(f"{change.path}: there can only be a class")
    return value


def _keep_weights(layers: Iterable[tuple[Any, Any]]) -> None:
    """Give layers that do not learn the weights they had."""
    for given, made in layers:
        if isinstance(given, Component) or given.trainable_weights or not given.weights:
            continue
        weights = given.get_weights()
        if [w.shape for w in weights] != [w.shape for w in made.get_weights()]:
            continue
        made.set_weights(weights)
        finalize: Callable[[], None] | None = getattr(made, "finalize_state", None)
        if finalize is not None:
            finalize()
