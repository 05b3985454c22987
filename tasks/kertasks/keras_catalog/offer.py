"""Keras's own classes by family, and the names Keras gives them. Imports Keras.

One layer is not Keras's own: ``Pretrained``, the layers of a saved network.

This is the only way from a name in a recipe to a class: nothing is imported by name and no
custom object is looked up.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import keras

from kertasks.keras_catalog.catalog import Family
from kertasks.keras_catalog.excluded import EXCLUDED_LAYERS, EXCLUDED_OTHERS
from kertasks.pretrained.layer import Pretrained
from kertasks.recipes.recipe import PRETRAINED

_BASES = {
    Family.LAYERS: keras.layers.Layer,
    Family.INITIALIZERS: keras.initializers.Initializer,
    Family.REGULARIZERS: keras.regularizers.Regularizer,
    Family.CONSTRAINTS: keras.constraints.Constraint,
    Family.OPTIMIZERS: keras.optimizers.Optimizer,
    Family.LOSSES: keras.losses.Loss,
    Family.METRICS: keras.metrics.Metric,
}

_ACCURACY = """The share of rows that are classified right.

    Keras takes `BinaryAccuracy`, `CategoricalAccuracy` or `SparseCategoricalAccuracy`, by the
    shapes of the labels and of the output."""
_CROSSENTROPY = """The crossentropy that fits the labels.

    Keras takes the binary, the categorical or the sparse categorical crossentropy, by the
    shapes of the labels and of the output."""


@dataclass(frozen=True)
class Chosen:
    """A name that Keras turns into one of several classes when it sees the shapes."""

    name: str
    __doc__: str


_CHOSEN_BY_SHAPE = {
    Family.METRICS: (Chosen("accuracy", _ACCURACY), ("acc",)),
    Family.LOSSES: (Chosen("crossentropy", _CROSSENTROPY), ("ce",)),
}


@dataclass(frozen=True)
class Offered:
    """One class, or one activation function, with the names a recipe may call it by."""

    name: str
    what: Any
    identifiers: tuple[str, ...]


@cache
def offered(family: Family) -> tuple[Offered, ...]:
    """Everything of a family that a recipe can use, by name."""
    names: dict[int, list[str]] = {}
    objects: dict[int, Any] = {}
    for name, what in _named_objects(family):
        if _is_offered(name, what, family):
            objects[id(what)] = what
            known = names.setdefault(id(what), [])
            if name not in known:
                known.append(name)
    found = []
    for key, what in objects.items():
        own = what.__name__ if what.__name__ in names[key] else names[key][0]
        others = sorted(name for name in names[key] if name != own)
        found.append(Offered(own, what, tuple(others)))
    if family in _CHOSEN_BY_SHAPE:
        chosen, identifiers = _CHOSEN_BY_SHAPE[family]
        found.append(Offered(chosen.name, chosen, identifiers))
    if family is Family.LAYERS:
        found.append(Offered(PRETRAINED, Pretrained, ()))
    return tuple(sorted(found, key=lambda entry: (entry.name.casefold(), entry.name)))


@cache
def by_name(family: Family) -> Mapping[str, Offered]:
    """What each name and identifier of a family stands for."""
    names = {alias: entry for entry in offered(family) for alias in entry.identifiers}
    names.update((entry.name, entry) for entry in offered(family))
    return names


def _is_offered(name: str, what: Any, family: Family) -> bool:
    excluded = EXCLUDED_LAYERS if family is Family.LAYERS else EXCLUDED_OTHERS
    if family is Family.ACTIVATIONS:
        return inspect.isfunction(what) and name not in ("get", "serialize", "deserialize")
    if not inspect.isclass(what) or not issubclass(what, _BASES[family]):
        return False
    chosen = _CHOSEN_BY_SHAPE.get(family)
    if chosen and (name == chosen[0].name or name in chosen[1]):
        return False
    return what.__name__ not in excluded and name not in excluded


def _named_objects(family: Family) -> list[tuple[str, Any]]:
    """Every public name of the family, then the strings Keras takes for them."""
    public = importlib.import_module(f"keras.{family.value}")
    found = [(name, getattr(public, name)) for name in dir(public) if not name.startswith("_")]
    # Keras 3.15 keeps its strings ("mse", "he_normal") in a dictionary that is not public.
    private = importlib.import_module(f"keras.src.{family.value}")
    strings: Mapping[str, Any] = getattr(private, "ALL_OBJECTS_DICT", {})
    if family is Family.LOSSES:
        functions = _classes_by_function([what for _, what in found])
        strings = {name: functions.get(id(what), what) for name, what in strings.items()}
    found += list(strings.items())
    if family is Family.OPTIMIZERS:
        found += [(name.lower(), what) for name, what in found if inspect.isclass(what)]
    return found


def _classes_by_function(candidates: list[Any]) -> dict[int, Any]:
    """Which loss class calls which loss function."""
    classes = {}
    for what in candidates:
        if inspect.isclass(what) and issubclass(what, keras.losses.Loss):
            try:
                function = getattr(what(), "fn", None)
            except (TypeError, NotImplementedError):
                continue
            if function is not None:
                classes[id(function)] = what
    return classes
