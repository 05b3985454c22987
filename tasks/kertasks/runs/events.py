"""The events of a run: what a trainer tells, and whoever follows the run gets.

How they are written is in ``kertasks.runs.event_lines``.
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
class Compiled:
    """How the epochs were compiled, which decides their last bits. Type ``compiled``."""

    t: float
    xla: bool


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
    """A command was carried out, or could not be. Type ``control``."""

    t: float
    number: int
    command: str
    refused: str | None = None
    """Why it could not be carried out; None when it was."""


@dataclass(frozen=True, slots=True)
class Planned:
    """The run is to be longer or shorter than it was. Type ``planned``."""

    t: float
    epochs: int
    """To train in all."""


@dataclass(frozen=True, slots=True)
class Paused:
    """The trainer waits for a command. Type ``paused``."""

    t: float
    epoch: int
    """Whole epochs done."""

    step: int
    """Batches done of the epoch after them."""


@dataclass(frozen=True, slots=True)
class Resuming:
    """A new trainer process has the run, and imports Keras before it goes on. Type ``resuming``.

    The end before it counts no more.
    """

    t: float


@dataclass(frozen=True, slots=True)
class Resumed:
    """Training goes on, after a pause or in a new trainer process. Type ``resumed``."""

    t: float
    epoch: int
    """Whole epochs done where it goes on: fewer than were told of when a trainer was lost."""

    step: int
    """Batches done of the epoch after them."""


@dataclass(frozen=True, slots=True)
class Checkpointed:
    """What a later process needs to go on from here is on disk. Type ``checkpoint``."""

    t: float
    epoch: int
    """Whole epochs done."""

    step: int
    """Batches done of the epoch after them."""


@dataclass(frozen=True, slots=True)
class Gpu:
    """How busy one GPU is."""

    name: str
    use: float
    """Share of the last moment in which it computed, 0 to 1."""

    memory: int
    """Bytes taken, by whomever."""

    memory_total: int
    """Bytes."""

    temperature: int
    """Degrees Celsius."""


@dataclass(frozen=True, slots=True)
class Machine:
    """How busy the run's host is. Type ``machine``; at most one a second."""

    t: float
    cpu: float
    """Share of all cores, 0 to 1."""

    memory: int
    """Bytes taken, by whomever."""

    memory_total: int
    """Bytes."""

    process_memory: int
    """Bytes of the trainer's own process."""

    gpus: tuple[Gpu, ...] = ()


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

    best: Metrics | None = None
    """The metrics of the best epoch."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """A person stopped it; the weights are kept. Type ``stopped``."""

    t: float
    epochs: int
    best_epoch: int | None
    test: Metrics | None
    unit: str | None
    best: Metrics | None = None
    """Of the best epoch."""

    restored_epoch: int | None = None
    """Whose weights were kept and tested, where those of the best epoch were asked for."""


@dataclass(frozen=True, slots=True)
class Failed:
    """It could not go on. Type ``failed``."""

    t: float
    reason: str
    """In plain words; the traceback is in the run's log."""


Event: TypeAlias = (
    Started
    | Compiling
    | Compiled
    | Progress
    | Epoch
    | LearningRate
    | Control
    | Planned
    | Paused
    | Resuming
    | Resumed
    | Checkpointed
    | Machine
    | Notice
    | Finished
    | Stopped
    | Failed
)

Ended: TypeAlias = Finished | Stopped | Failed
"""The events after which a trainer writes no more. A run may be resumed by another."""
