"""What Keras offers, as data: classes, their arguments, types, defaults, choices and help.

Reading it from Keras takes as long as importing Keras; the result is kept in the user's
cache folder, one file per Keras version, so that a process without Keras can show it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


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
