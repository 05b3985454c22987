"""The control file: what people asked of a run, numbered, replaced whole by rename.

Whoever steers a run writes it, from any interface or command line; the trainer carries out
each number once and says so in a ``control`` event.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from kertasks.errors import UserError
from kertasks.files import LARGEST, open_regular, read_json, write_text

KEPT = 32
"""Commands that stay in the file whether they are answered or not."""

MOST_WAITING = 1000
"""Commands that wait for their answer at most: a person asks no trainer so much."""


class TooManyWait(UserError):
    """A trainer was asked much and answers nothing."""


class Ask(StrEnum):
    """What can be asked of a run. A trainer passes over what it does not know."""

    PAUSE = "pause"
    """Wait at the end of the batch under way."""

    RESUME = "resume"
    """Go on, from a pause."""

    EPOCH = "epoch"
    """Go on to the end of the epoch, and pause there."""

    BATCH = "batch"
    """Go on by one batch, and pause there."""

    LEARNING_RATE = "learning_rate"
    """Set the optimizer's learning rate to ``value``."""

    EPOCHS = "epochs"
    """Train ``value`` epochs in all."""

    SAVE = "save"
    """Write a checkpoint, ``model.keras`` and ``best.keras`` now."""

    STOP = "stop"
    """End, and keep the weights as they are."""

    STOP_BEST = "stop_best"
    """End with the weights of the best epoch."""

    KILL = "kill"
    """End without another word. The process of a run on this host is killed directly."""


@dataclass(frozen=True, slots=True)
class Command:
    """What a person asked of a trainer."""

    number: int
    """From 1, one more for each command to a run."""

    name: str
    """An ``Ask``, or what a later version may know."""

    value: float | None = None
    """A learning rate or a number of epochs."""


def read_commands(path: Path) -> list[Command]:
    """The latest commands, oldest first; none when there is no file or it holds none."""
    try:
        found = list(map(_command, read_json(path)["commands"]))
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return sorted(
        (command for command in found if command is not None),
        key=lambda command: command.number,
    )


def last_number(path: Path) -> int:
    """The highest number among the latest commands; 0 where there is none."""
    return max((command.number for command in read_commands(path)), default=0)


def _command(fields: Any) -> Command | None:
    if not isinstance(fields, dict):
        return None
    number, name, value = fields.get("number"), fields.get("command"), fields.get("value")
    if type(number) is not int or not 0 < number <= LARGEST or not isinstance(name, str):
        return None
    if value is not None and type(value) not in (int, float):
        return None
    return Command(number, name, value)


def write_command(
    path: Path,
    name: Ask,
    value: float | None = None,
    answered: Callable[[], int] = lambda: 0,
) -> Command:
    """Add a command to the file, numbered after those in it. None goes before it is answered.

    Args:
        path: ``control.json``.
        name: what is asked.
        value: for what takes one.
        answered: finds the number of the last command that was answered. It is asked only when
            the file is lost or long: a long log takes it some milliseconds.

    Raises:
        TooManyWait: a thousand wait for their answer.
        OSError: it cannot be written.
    """
    with _alone(path):
        before = read_commands(path)
        done = 0 if 0 < len(before) < KEPT else answered()
        waiting = [command for command in before if command.number > done]
        if len(waiting) >= MOST_WAITING:
            raise TooManyWait(f"{MOST_WAITING} commands wait already: its trainer answers none")
        number = max([done, *(command.number for command in before)]) + 1
        command = Command(number, str(name), value)
        kept = before[-max(len(waiting), KEPT - 1) :]
        listed = [*kept, command]
        write_text(path, json.dumps({"commands": [_fields(each) for each in listed]}) + "\n")
    return command


def _fields(command: Command) -> dict[str, object]:
    fields: dict[str, object] = {"number": command.number, "command": command.name}
    if command.value is not None:
        fields["value"] = command.value
    return fields


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Keep a second interface from reading the file before this one has written it."""
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        # Some network file systems have no locks: then two commands of one moment may meet.
        with contextlib.suppress(OSError):
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


class ControlFile:
    """The trainer's side: each new command once. A look opens the file, about 10 µs: network
    file systems show another host's change only then.

    Args:
        path: ``control.json``.
        done: the number up to which commands are taken as carried out.
    """

    def __init__(self, path: Path, done: int = 0) -> None:
        self._path = path
        self._seen: tuple[int, int] | None = None
        self._number = done

    def new_commands(self) -> list[Command]:
        """The commands written since the last look, oldest first."""
        try:
            descriptor = open_regular(self._path)
        except OSError:
            return []
        status = os.fstat(descriptor)
        os.close(descriptor)
        seen = (status.st_mtime_ns, status.st_ino)
        if seen == self._seen:
            return []
        self._seen = seen
        new = [command for command in read_commands(self._path) if command.number > self._number]
        if new:
            self._number = new[-1].number
        return new
