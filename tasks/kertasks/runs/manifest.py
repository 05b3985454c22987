"""``run.json``: where a run comes from. Written by its trainer, read by everybody."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from kertasks.text.plain_text import one_line

SCHEMA = 1
"""Of ``run.json``; one more when a reader of the old one would be misled."""

_LATEST = 1e12
"""Seconds: no clock shows as many."""

_LARGEST_PID = 2**31 - 1

_SHOWN = 60
"""Characters of a wrong value that are shown."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """Written by a run's trainer as it claims the run."""

    id: str
    task: str
    recipe: str
    """The recipe's name; the whole of it is ``recipe.toml``."""

    seed: int
    created: float
    """Unix time in seconds."""

    versions: Mapping[str, str]
    """Of kertui, Python, keras, tensorflow and numpy."""

    device: str
    """Empty until the trainer has imported Keras and knows."""

    host: str
    pid: int
    process_started: float
    """When the process of that pid started, as ``process_start_time`` says: a pid alone is
    used again."""

    source: str | None = None
    """The file the recipe was read from."""

    boot: str | None = None
    """Which boot of the host it was: after the next one, pids and start times come again."""

    schema: int = field(default=SCHEMA)


def parse_manifest(fields: Any) -> Manifest:
    """The manifest that ``run.json`` holds; fields not known here are passed over.

    Raises:
        ValueError: which field is missing, or is not what it must be.
    """
    if not isinstance(fields, dict):
        raise ValueError("it holds no JSON object")  # noqa: TRY004 - the file's fault, not a type's
    missing = [name for name in _READERS if name not in fields and name not in _OPTIONAL]
    if missing:
        raise ValueError(f"{missing[0]} is missing")
    return Manifest(**{name: _read(name, fields[name]) for name in _READERS if name in fields})


def _read(name: str, value: Any) -> Any:
    try:
        return _READERS[name](value)
    except _NotAllowedError as error:
        said = repr(value)
        shortened = said if len(said) <= _SHOWN else f"{said[:_SHOWN]}…"
        raise ValueError(f"{name} is {shortened}, not {error}") from None


class _NotAllowedError(Exception):
    """Says what is allowed."""


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise _NotAllowedError("a string")
    return one_line(value)


def _text_or_none(value: Any) -> str | None:
    return None if value is None else _text(value)


def _versions(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        raise _NotAllowedError("an object of strings")
    return {one_line(name): _text(version) for name, version in value.items()}


def _whole(least: int, most: float, allowed: str) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        if type(value) is not int or not least <= value <= most:
            raise _NotAllowedError(allowed)
        return value

    return read


def _seconds(value: Any) -> float:
    if type(value) not in (int, float) or not 0 <= value <= _LATEST:
        raise _NotAllowedError("a number of seconds")
    return float(value)


_READERS: dict[str, Callable[[Any], Any]] = {
    "schema": _whole(1, SCHEMA, f"a version this kertui knows (up to {SCHEMA})"),
    "id": _text,
    "task": _text,
    "recipe": _text,
    "seed": _whole(0, math.inf, "a whole number"),
    "created": _seconds,
    "versions": _versions,
    "device": _text,
    "host": _text,
    "pid": _whole(1, _LARGEST_PID, "the number of a process"),
    "process_started": _seconds,
    "source": _text_or_none,
    "boot": _text_or_none,
}
_OPTIONAL = ("schema", "source", "boot")
