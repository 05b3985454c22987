"""What Keras offers, as data: classes, their arguments, types, defaults, choices and help.

Reading it from Keras takes as long as importing Keras; the result is kept in the user's
cache folder, one file per Keras version, so that a process without Keras can show it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from kertasks.files import replacing

SCHEMA = 2
"""Of the JSON; a file of another schema counts as not there."""


class ArgumentKind(StrEnum):
    """How an argument is entered and checked."""

    BOOLEAN = "boolean"
    INTEGER = "integer"
    NUMBER = "number"
    STRING = "string"
    CHOICE = "choice"
    """One of ``choices``."""

    INTEGERS = "integers"
    """A whole number or several: kernel sizes, strides, shapes, axes."""

    NUMBERS = "numbers"
    """A number or several: a factor or its range, a range of values."""

    COMPONENT = "component"
    """A class of ``family``: a regularizer, an initializer, a constraint, an activation."""

    LAYER = "layer"
    """A nested layer, as in Bidirectional."""

    ANY = "any"
    """What Keras does not say; taken as TOML gives it."""


class Family(StrEnum):
    """Where in Keras a class comes from: ``keras.<family>``."""

    LAYERS = "layers"
    ACTIVATIONS = "activations"
    INITIALIZERS = "initializers"
    REGULARIZERS = "regularizers"
    CONSTRAINTS = "constraints"
    OPTIMIZERS = "optimizers"
    LOSSES = "losses"
    METRICS = "metrics"


@dataclass(frozen=True, slots=True)
class Argument:
    """One keyword argument of a Keras class."""

    name: str
    kind: ArgumentKind
    required: bool
    default: object
    """JSON value; None where there is none."""

    optional: bool
    """Whether None is allowed."""

    choices: tuple[str, ...] = ()
    family: Family | None = None
    help: str = ""
    """Keras's own words on it, one paragraph."""

    minimum: float | None = None
    """The least value allowed, where Keras's own check or documents say so."""

    maximum: float | None = None
    """The greatest value allowed, where Keras's own check or documents say so."""

    above: float | None = None
    """What every value must be greater than, where a least value would not say it."""

    def within(self, number: float) -> bool:
        """Whether a number keeps to the limits."""
        return (
            (self.minimum is None or number >= self.minimum)
            and (self.maximum is None or number <= self.maximum)
            and (self.above is None or number > self.above)
        )


@dataclass(frozen=True, slots=True)
class ClassInfo:
    """One class Keras offers."""

    name: str
    family: Family
    topic: str
    """The folder of Keras it lives in, for example ``"convolutional"``, ``"core"``."""

    summary: str
    """The first sentence of its docstring."""

    help: str
    """Its docstring up to the arguments."""

    arguments: tuple[Argument, ...]
    identifiers: tuple[str, ...] = ()
    """Other spellings Keras accepts, for example ``"adam"``, ``"mse"``."""

    several_inputs: bool = False
    """Whether the layer reads several layers at once, as Add and Concatenate do."""

    def argument(self, name: str) -> Argument | None:
        """The argument of that name, or None."""
        return next((argument for argument in self.arguments if argument.name == name), None)


@dataclass(frozen=True, slots=True)
class Catalog:
    """Every class a recipe can use."""

    keras_version: str
    classes: tuple[ClassInfo, ...]

    def family(self, family: Family) -> tuple[ClassInfo, ...]:
        """The classes of one family, by name."""
        return tuple(info for info in self.classes if info.family is family)

    def find(self, family: Family, name: str) -> ClassInfo | None:
        """The class of that name or identifier, or None."""
        for info in self.classes:
            if info.family is family and (name == info.name or name in info.identifiers):
                return info
        return None


def to_json(catalog: Catalog) -> dict[str, Any]:
    """The catalog as plain data."""
    return {"schema": SCHEMA, **asdict(catalog)}


def from_json(plain: Mapping[str, Any]) -> Catalog:
    """The catalog that ``to_json`` made plain.

    Raises:
        ValueError, KeyError, TypeError: it is another schema, or no catalog.
    """
    if plain["schema"] != SCHEMA:
        raise ValueError(f"the catalog has schema {plain['schema']}, not {SCHEMA}")
    classes = tuple(_class_from_json(info) for info in plain["classes"])
    return Catalog(keras_version=str(plain["keras_version"]), classes=classes)


def cached_catalog(cache_dir: Path) -> Catalog | None:
    """The catalog of the installed Keras from the cache; None where there is none, or where
    the file is damaged. Does not import Keras."""
    from importlib.metadata import version  # takes 15 ms, which a start can do without

    keras_version = version("keras")
    try:
        text = cache_file(cache_dir, keras_version).read_text(encoding="utf-8")
        catalog = from_json(json.loads(text))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return catalog if catalog.keras_version == keras_version and catalog.classes else None


def write_catalog(catalog: Catalog, cache_dir: Path) -> Path:
    """Put the catalog into the cache, whole, by rename; returns its file."""
    target = cache_file(cache_dir, catalog.keras_version)
    target.parent.mkdir(parents=True, exist_ok=True)
    with replacing(target) as file:
        file.write(json.dumps(to_json(catalog), ensure_ascii=False).encode())
    return target


def cache_file(cache_dir: Path, keras_version: str) -> Path:
    """Where the catalog of a Keras version is kept."""
    return cache_dir / f"catalog-keras-{keras_version}-{SCHEMA}.json"


def _class_from_json(plain: Mapping[str, Any]) -> ClassInfo:
    values = {
        **plain,
        "family": Family(plain["family"]),
        "identifiers": tuple(plain["identifiers"]),
        "arguments": tuple(_argument_from_json(argument) for argument in plain["arguments"]),
    }
    return ClassInfo(**values)


def _argument_from_json(plain: Mapping[str, Any]) -> Argument:
    values = {
        **plain,
        "kind": ArgumentKind(plain["kind"]),
        "choices": tuple(plain["choices"]),
        "family": None if plain["family"] is None else Family(plain["family"]),
    }
    return Argument(**values)
