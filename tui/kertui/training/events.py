"""The events of a run: what a trainer writes, one JSON object a line, and readers get.

A NaN or an infinity is written as ``"nan"``, ``"inf"`` or ``"-inf"``, so that every line is
valid JSON. No number is rounded. A reader passes over types it does not know.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

Metrics: TypeAlias = Mapping[str, float]
"""By Keras's names: ``loss``, ``accuracy``, ``val_loss``, …"""


@dataclass(frozen=True, slots=True)
class Started:
    """The trainer has the recipe and the data and begins. Type ``started``."""

    t: float
    """Unix time in seconds, as in every event."""

    epochs: int
    """Planned."""

    steps: int
    """Batches an epoch."""

    parameters: int
    device: str


@dataclass(frozen=True, slots=True)
class Compiling:
    """The trainer compiles; nothing is trained yet. Type ``compiling``."""

    t: float
    seconds: float | None = None
    """None when it begins, how long it took when it is done."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Within an epoch. Type ``progress``; at most ten a second."""

    t: float
    epoch: int
    """The epoch under way, from 1."""

    step: int
    """Batches done in it."""

    metrics: Metrics


@dataclass(frozen=True, slots=True)
class Epoch:
    """An epoch is done. Type ``epoch``."""

    t: float
    epoch: int
    """From 1."""

    metrics: Metrics
    learning_rate: float
    seconds: float


@dataclass(frozen=True, slots=True)
class LearningRate:
    """The learning rate was changed by a person or a callback. Type ``learning_rate``."""

    t: float
    epoch: int
    learning_rate: float


@dataclass(frozen=True, slots=True)
class Control:
    """A command was carried out. Type ``control``."""

    t: float
    number: int
    command: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Something a person should know of, for example a fallback and why. Type ``notice``."""

    t: float
    text: str


@dataclass(frozen=True, slots=True)
class Finished:
    """Trained to the end, or stopped early by a callback. Type ``finished``."""

    t: float
    epochs: int
    """Done in all."""

    best_epoch: int | None
    """Of the lowest validation loss, or training loss where nothing is held out."""

    test: Metrics | None
    """On the test split, by the same names; a regression's ``mae`` in ``unit``.
    None where the data has no test split."""

    unit: str | None
    """A regression target's own unit, for example ``"$1,000"``."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """A person stopped it; the weights are kept. Type ``stopped``."""

    t: float
    epochs: int
    best_epoch: int | None
    test: Metrics | None
    unit: str | None


@dataclass(frozen=True, slots=True)
class Failed:
    """It could not go on. Type ``failed``."""

    t: float
    reason: str
    """In plain words; the traceback is in the run's log."""


Event: TypeAlias = (
    Started
    | Compiling
    | Progress
    | Epoch
    | LearningRate
    | Control
    | Notice
    | Finished
    | Stopped
    | Failed
)
