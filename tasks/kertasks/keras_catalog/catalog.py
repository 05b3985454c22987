"""What Keras offers, as data: classes, their arguments, types, defaults, choices and help.

Reading it from Keras takes as long as importing Keras; the result is kept in the user's
cache folder, one file per Keras version, so that a process without Keras can show it.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec

from kertasks.files import replacing
from kertasks.records import learn

SCHEMA = 4
"""Of the JSON; part of the name of the file that keeps it."""


class ArgumentKind(StrEnum):
    """How an argument is entered and checked."""

    BOOLEAN = "boolean"
    INTEGER = "integer"
    NUMBER = "number"
    STRING = "string"
    CHOICE = "choice"
    """One of the words in ``choices``."""

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


class Argument(msgspec.Struct, frozen=True):
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

    def for_keras(self, value: Any) -> Any:
        """A value as Keras takes it: a whole number as a float where it takes any number.

        Keras refuses a learning rate of 1, for one, and takes one of 1.0.
        """
        if self.kind not in (ArgumentKind.NUMBER, ArgumentKind.NUMBERS):
            return value
        if isinstance(value, (tuple, list)):
            return tuple(map(self.for_keras, value))
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        return float(value) if is_whole else value


class ClassInfo(msgspec.Struct, frozen=True):
    """A class that Keras offers, with its arguments."""

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
        """Find the argument of that name; None where there is none."""
        return next((argument for argument in self.arguments if argument.name == name), None)


class Catalog(msgspec.Struct, frozen=True):
    """Every class a recipe can use."""

    keras_version: str
    classes: tuple[ClassInfo, ...]

    def family(self, family: Family) -> tuple[ClassInfo, ...]:
        """List the classes of one family, by name."""
        return tuple(info for info in self.classes if info.family is family)

    def find(self, family: Family, name: str) -> ClassInfo | None:
        """Find the class of that name or identifier; None where there is none."""
        for info in self.classes:
            if info.family is family and (name == info.name or name in info.identifiers):
                return info
        return None


learn(Catalog)


def cached_catalog(cache_dir: Path) -> Catalog | None:
    """Read the catalog of the installed Keras from the cache; None where there is none, or where
    the file is damaged. Does not import Keras."""
    from importlib.metadata import version  # takes 15 ms, which a start can do without

    keras_version = version("keras")
    try:
        text = cache_file(cache_dir, keras_version).read_bytes()
        catalog = msgspec.json.decode(text, type=Catalog)
    except (OSError, ValueError, RecursionError):
        return None
    return catalog if catalog.keras_version == keras_version and catalog.classes else None


def write_catalog(catalog: Catalog, cache_dir: Path) -> Path:
    """Put the catalog into the cache, whole, by rename; returns its file."""
    target = cache_file(cache_dir, catalog.keras_version)
    target.parent.mkdir(parents=True, exist_ok=True)
    with replacing(target) as file:
        file.write(msgspec.json.encode(catalog))
    return target


def cache_file(cache_dir: Path, keras_version: str) -> Path:
    """Where the catalog of a Keras version is kept."""
    return cache_dir / f"catalog-keras-{keras_version}-{SCHEMA}.json"
