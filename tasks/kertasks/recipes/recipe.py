"""A recipe's parts. Frozen: an edit makes a new recipe (``dataclasses.replace``).

A value in ``arguments`` is what TOML can hold: bool, int, float, str, a tuple of
values, or a ``Component`` (a nested layer of a wrapper, a regularizer, …).
Nothing here runs or imports anything a file names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeAlias

from kertasks.data.folds.fold import Fold

Value: TypeAlias = "bool | int | float | str | tuple[Value, ...] | Component | None"

INPUT = "input"
"""The name a layer's ``inputs`` uses for the data itself."""

PRETRAINED = "Pretrained"
"""The one class of layers that is not Keras's own: the layers of a saved network."""


@dataclass(frozen=True)
class Component:
    """A Keras class with the keyword arguments to give it.

    Written in TOML as ``"l2"`` (no arguments) or ``{ class = "L2", l2 = 0.001 }``.
    """

    class_name: str
    """Keras's own name: ``"Adam"``, ``"L2"``; its lower-case identifiers are allowed too."""

    arguments: Mapping[str, Value] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "arguments", MappingProxyType(dict(self.arguments)))

    def __hash__(self) -> int:
        return hash((type(self), self.class_name, tuple(sorted(map(str, self.arguments.items())))))


@dataclass(frozen=True)
class Layer(Component):
    """One layer of the network, by its name in ``keras.layers``."""

    name: str | None = None
    """Needed only when another layer names this one in its ``inputs``."""

    inputs: tuple[str, ...] = ()
    """Names of the layers it reads, ``"input"`` for the data; empty: the layer before."""

    __hash__ = Component.__hash__


@dataclass(frozen=True, slots=True)
class DataSettings:
    """Which of the task's data to train on."""

    variant: str | None = None
    """A variant's name; None for the task's first."""

    train_on_validation: bool = False
    """Whether the rows that the data itself holds out are trained on too, and nothing is held
    out of them."""

    folds: int = 0
    """Into how many folds the rows are divided that are not for the test; 0 for none."""

    fold: int = 0
    """The one that is held out to validate on, from 1; 0 without folds."""

    repeat: int = 1
    """Which way of dividing them, from 1."""

    @property
    def held_out_fold(self) -> Fold | None:
        """The fold that is held out; None without folds."""
        return Fold(self.fold, self.folds, self.repeat) if self.folds else None


@dataclass(frozen=True, slots=True)
class CompileSettings:
    """The optimizer, loss and metrics that ``keras.Model.compile`` gets."""

    optimizer: Component = field(default_factory=lambda: Component("Adam"))
    """With its ``learning_rate`` among the arguments when it is not Keras's default."""

    loss: str | Component = "binary_crossentropy"
    metrics: tuple[str | Component, ...] = ()


@dataclass(frozen=True, slots=True)
class EarlyStopping:
    """The arguments that ``keras.callbacks.EarlyStopping`` gets."""

    monitor: str = "val_loss"
    patience: int = 10
    min_delta: float = 0.0
    restore_best_weights: bool = True
    mode: str = "auto"
    """Whether what is watched is to become small (``"min"``) or large (``"max"``); ``"auto"``: as
    Keras knows of the metric."""

    baseline: float | None = None
    """A value that must be beaten for waiting to begin anew; None for none."""


@dataclass(frozen=True, slots=True)
class FitSettings:
    """The settings of a training that ``kertasks.fit`` gets."""

    epochs: int = 10
    batch_size: int = 32
    validation_split: float = 0.0
    """Share of the training rows held out, the last ones, as in Keras. Only for data that
    brings no validation rows of its own."""

    shuffle: bool = True
    keep: int = 200
    """Of how many epochs the weights are kept at most, to look back at; 0 for none."""

    early_stopping: EarlyStopping | None = None


@dataclass(frozen=True)
class Recipe:
    """A network and how to train it on one task's data."""

    task: str
    name: str
    layers: tuple[Layer, ...]
    compile: CompileSettings
    fit: FitSettings = field(default_factory=FitSettings)
    data: DataSettings = field(default_factory=DataSettings)
    seed: int = 0
    """Seeds the data, the weights, Dropout and, with the epoch, the order of the rows."""

    summary: str = ""
    """One line for the picker, for example ``"does not learn: dead ReLUs"``."""
