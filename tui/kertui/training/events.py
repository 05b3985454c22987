"""The events of a run: what a trainer writes, one JSON object a line, and readers get.

A NaN or an infinity is written as ``"nan"``, ``"inf"`` or ``"-inf"``, so that every line is
valid JSON. No number is rounded. A reader passes over types it does not know.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

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

_TYPES: dict[type[Any], str] = {
    Started: "started",
    Compiling: "compiling",
    Compiled: "compiled",
    Progress: "progress",
    Epoch: "epoch",
    LearningRate: "learning_rate",
    Control: "control",
    Planned: "planned",
    Paused: "paused",
    Resumed: "resumed",
    Checkpointed: "checkpoint",
    Machine: "machine",
    Notice: "notice",
    Finished: "finished",
    Stopped: "stopped",
    Failed: "failed",
}

_OPTIONAL = frozenset({"refused", "restored_epoch"})
"""Fields left out where they say nothing."""

_encode = json.JSONEncoder(allow_nan=False, separators=(",", ":")).encode


def format_event(event: Event) -> str:
    """The event as a line of JSON, newline included, every number as exact as it came."""
    fields: dict[str, object] = {"t": _to_json(event.t), "type": _TYPES[type(event)]}
    for name in event.__slots__:
        if name != "t" and (name not in _OPTIONAL or getattr(event, name) is not None):
            fields[name] = _to_json(getattr(event, name))
    return _encode(fields) + "\n"


def parse_event(line: str | bytes) -> Event | None:
    """The event on a line; None for a type not known here and for what is no event at all.

    Fields not known here are passed over, so that an older reader follows a newer writer.
    """
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return event_of(fields)


def event_of(fields: Any) -> Event | None:
    """The event a line's JSON stands for; None for what ``parse_event`` passes over."""
    try:
        return _PARSERS[fields["type"]](fields)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _to_json(value: object) -> object:
    if isinstance(value, float) and not math.isfinite(value):
        return "nan" if value != value else ("inf" if value > 0 else "-inf")
    if isinstance(value, tuple):
        return [_to_json(asdict(each)) for each in value]
    if isinstance(value, Mapping):
        return {name: _to_json(number) for name, number in value.items()}
    return value


_NOT_FINITE = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


def _number(value: Any) -> float:
    if type(value) is float:
        return value
    if isinstance(value, str):
        return _NOT_FINITE[value]
    if isinstance(value, bool):
        raise TypeError(value)
    return float(value)


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(value)
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError(value)
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _metrics(value: Any) -> dict[str, float]:
    return {name: _number(number) for name, number in value.items()}


def _optional(read: Callable[[Any], Any], value: Any) -> Any:
    return None if value is None else read(value)


def _end(f: dict[str, Any]) -> dict[str, Any]:
    return {
        "t": _number(f["t"]),
        "epochs": _whole(f["epochs"]),
        "best_epoch": _optional(_whole, f.get("best_epoch")),
        "test": _optional(_metrics, f.get("test")),
        "unit": _optional(_text, f.get("unit")),
        "best": _optional(_metrics, f.get("best")),
    }


def _gpu(f: dict[str, Any]) -> Gpu:
    return Gpu(
        _text(f["name"]),
        _number(f["use"]),
        _whole(f["memory"]),
        _whole(f["memory_total"]),
        _whole(f["temperature"]),
    )


def _place(f: dict[str, Any]) -> tuple[float, int, int]:
    return _number(f["t"]), _whole(f["epoch"]), _whole(f["step"])


_PARSERS: dict[str, Callable[[dict[str, Any]], Event]] = {
    "started": lambda f: Started(
        _number(f["t"]),
        _whole(f["epochs"]),
        _whole(f["steps"]),
        _whole(f["parameters"]),
        _text(f["device"]),
    ),
    "compiling": lambda f: Compiling(_number(f["t"]), _optional(_number, f.get("seconds"))),
    "compiled": lambda f: Compiled(_number(f["t"]), _flag(f["xla"])),
    "progress": lambda f: Progress(
        _number(f["t"]), _whole(f["epoch"]), _whole(f["step"]), _metrics(f["metrics"])
    ),
    "epoch": lambda f: Epoch(
        _number(f["t"]),
        _whole(f["epoch"]),
        _metrics(f["metrics"]),
        _number(f["learning_rate"]),
        _number(f["seconds"]),
    ),
    "learning_rate": lambda f: LearningRate(
        _number(f["t"]), _whole(f["epoch"]), _number(f["learning_rate"])
    ),
    "control": lambda f: Control(
        _number(f["t"]),
        _whole(f["number"]),
        _text(f["command"]),
        _optional(_text, f.get("refused")),
    ),
    "planned": lambda f: Planned(_number(f["t"]), _whole(f["epochs"])),
    "paused": lambda f: Paused(*_place(f)),
    "resumed": lambda f: Resumed(*_place(f)),
    "checkpoint": lambda f: Checkpointed(*_place(f)),
    "machine": lambda f: Machine(
        _number(f["t"]),
        _number(f["cpu"]),
        _whole(f["memory"]),
        _whole(f["memory_total"]),
        _whole(f["process_memory"]),
        tuple(map(_gpu, f.get("gpus", ()))),
    ),
    "notice": lambda f: Notice(_number(f["t"]), _text(f["text"])),
    "finished": lambda f: Finished(**_end(f)),
    "stopped": lambda f: Stopped(
        **_end(f), restored_epoch=_optional(_whole, f.get("restored_epoch"))
    ),
    "failed": lambda f: Failed(_number(f["t"]), _text(f["reason"])),
}
