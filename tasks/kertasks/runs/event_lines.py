"""Events as lines of a file: one JSON object each.

A NaN or an infinity is written as ``"nan"``, ``"inf"`` or ``"-inf"``, so that every line is
valid JSON. No number is rounded. A reader passes over types it does not know.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import lru_cache
from typing import Any

import orjson

from kertasks.files import LARGEST
from kertasks.runs.events import (
    Checkpointed,
    Compiled,
    Compiling,
    Control,
    Epoch,
    Event,
    Failed,
    Finished,
    Gpu,
    LearningRate,
    Machine,
    Notice,
    Paused,
    Planned,
    Progress,
    Resumed,
    Resuming,
    Started,
    Stopped,
)
from kertasks.text.plain_text import one_line

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
    Resuming: "resuming",
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

_TEXT = 1 << 14
"""Characters of a reason or a notice that are kept; the trainer's log has the rest."""

_COLDEST = -273
"""Degrees Celsius."""

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
        fields = orjson.loads(line)
    except ValueError:
        return None
    return event_of(fields)


def event_of(fields: Any) -> Event | None:
    """The event a line's JSON stands for; None for what ``parse_event`` passes over."""
    try:
        return _PARSERS[fields["type"]](fields)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
        return None


def _to_json(value: object) -> object:
    if isinstance(value, float) and not math.isfinite(value):
        return "nan" if value != value else ("inf" if value > 0 else "-inf")
    if isinstance(value, str):
        # The name of a file may hold bytes that are no text, which no reader of JSON takes.
        return value.encode(errors="replace").decode()
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


def _time(value: Any) -> float:
    time = _number(value)
    if not math.isfinite(time):
        raise ValueError(value)
    return time


def _whole(value: Any, least: int = 0) -> int:
    if type(value) is not int or not least <= value <= LARGEST:
        raise ValueError(value)
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError(value)
    return value


def _text(value: str) -> str:
    return one_line(value, _TEXT)


clean_name = lru_cache(one_line)
"""A metric's name, fit to be shown. An epoch has a handful, and a log the same ones each time."""


def _metrics(value: Any) -> dict[str, float]:
    return {clean_name(name): _number(number) for name, number in value.items()}


def _optional(read: Callable[[Any], Any], value: Any) -> Any:
    return None if value is None else read(value)


def _end(f: dict[str, Any]) -> dict[str, Any]:
    return {
        "t": _time(f["t"]),
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
        _whole(f["temperature"], _COLDEST),
    )


def _place(f: dict[str, Any]) -> tuple[float, int, int]:
    return _time(f["t"]), _whole(f["epoch"]), _whole(f["step"])


_PARSERS: dict[str, Callable[[dict[str, Any]], Event]] = {
    "started": lambda f: Started(
        _time(f["t"]),
        _whole(f["epochs"], 1),
        _whole(f["steps"], 1),
        _whole(f["parameters"]),
        _text(f["device"]),
    ),
    "compiling": lambda f: Compiling(_time(f["t"]), _optional(_number, f.get("seconds"))),
    "compiled": lambda f: Compiled(_time(f["t"]), _flag(f["xla"])),
    "progress": lambda f: Progress(
        _time(f["t"]), _whole(f["epoch"], 1), _whole(f["step"]), _metrics(f["metrics"])
    ),
    "epoch": lambda f: Epoch(
        _time(f["t"]),
        _whole(f["epoch"], 1),
        _metrics(f["metrics"]),
        _number(f["learning_rate"]),
        _number(f["seconds"]),
    ),
    "learning_rate": lambda f: LearningRate(
        _time(f["t"]), _whole(f["epoch"]), _number(f["learning_rate"])
    ),
    "control": lambda f: Control(
        _time(f["t"]),
        _whole(f["number"]),
        _text(f["command"]),
        _optional(_text, f.get("refused")),
    ),
    "planned": lambda f: Planned(_time(f["t"]), _whole(f["epochs"], 1)),
    "paused": lambda f: Paused(*_place(f)),
    "resuming": lambda f: Resuming(_number(f["t"])),
    "resumed": lambda f: Resumed(*_place(f)),
    "checkpoint": lambda f: Checkpointed(*_place(f)),
    "machine": lambda f: Machine(
        _time(f["t"]),
        _number(f["cpu"]),
        _whole(f["memory"]),
        _whole(f["memory_total"]),
        _whole(f["process_memory"]),
        tuple(map(_gpu, f.get("gpus", ()))),
    ),
    "notice": lambda f: Notice(_time(f["t"]), _text(f["text"])),
    "finished": lambda f: Finished(**_end(f)),
    "stopped": lambda f: Stopped(
        **_end(f), restored_epoch=_optional(_whole, f.get("restored_epoch"))
    ),
    "failed": lambda f: Failed(_time(f["t"]), _text(f["reason"])),
}
