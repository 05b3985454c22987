"""The control file: what people asked of a run, numbered, replaced whole by rename.

Whoever steers a run adds to it, from any interface or command line; the trainer carries out each
number once and says so in a ``control`` event.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import msgspec

from kertasks.errors import UserError
from kertasks.files import LARGEST, locked_folder, open_regular, read_small, write_text
from kertasks.records import learn
from kertasks.runs.steering.commands import SteeringCommand

KEPT = 32
"""Commands that stay in the file whether they are answered or not."""

MOST_WAITING = 1000
"""Commands that wait for their answer at most: a person asks no trainer so much."""


class TooManyWait(UserError):
    """A trainer was asked much and answers nothing."""


class Command(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a person asked of a trainer, as it stands in the control file."""

    number: Annotated[int, msgspec.Meta(gt=0, le=LARGEST)]
    """From 1, one more for each command to a run."""

    name: str = msgspec.field(name="command")
    """That of a ``SteeringCommand``, or what a later version may know."""

    value: int | float | None = None
    """A learning rate or a number of epochs."""


learn(Command)


def read_commands(path: Path) -> list[Command]:
    """The latest commands, oldest first; none when there is no file or it holds none."""
    try:
        return parse_commands(read_small(path))
    except OSError:
        return []


def parse_commands(text: bytes) -> list[Command]:
    """The commands in the text of a control file, oldest first; none where it holds none."""
    try:
        listed = list(json.loads(text)["commands"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return []
    found = []
    for fields in listed:
        with contextlib.suppress(msgspec.ValidationError):
            found.append(msgspec.convert(fields, Command))
    return sorted(found, key=lambda command: command.number)


def last_number(path: Path) -> int:
    """The highest number among the latest commands; 0 where there is none."""
    return max((command.number for command in read_commands(path)), default=0)


def write_command(
    path: Path,
    name: SteeringCommand,
    value: float | None = None,
    answered: Callable[[], int] = lambda: 0,
    *,
    least: int = 1,
) -> Command:
    """Add a command to the file, numbered after those in it. None goes before it is answered.

    Args:
        path: ``control.json``.
        name: what is asked.
        value: for what takes one.
        answered: finds the number of the last command that was answered. It is asked only when
            the file is lost or long: a long log takes it some milliseconds.
        least: the number it gets, unless others have come to that already. Who steers from another
            host has numbered it there, and waits for the answer to that number.

    Raises:
        TooManyWait: a thousand wait for their answer.
        FileIsLocked: another process writes a command and does not come to an end.
        OSError: it cannot be written.
    """
    # A second interface must not read the file before this one has written it.
    with locked_folder(path.parent):
        before = read_commands(path)
        done = 0 if 0 < len(before) < KEPT else answered()
        waiting = [command for command in before if command.number > done]
        if len(waiting) >= MOST_WAITING:
            raise TooManyWait(f"{MOST_WAITING} commands wait already: its trainer answers none")
        number = max([done, least - 1, *(command.number for command in before)]) + 1
        command = Command(number, str(name), value)
        kept = before[-max(len(waiting), KEPT - 1) :]
        _write(path, [*kept, command])
    return command


def take_commands(path: Path, others: Sequence[Command]) -> None:
    """Add to the file what was asked of the same run elsewhere; a number that is taken here stays.

    Raises:
        FileIsLocked: another process writes a command and does not come to an end.
        OSError: it cannot be written.
    """
    with locked_folder(path.parent):
        before = read_commands(path)
        known = {command.number for command in before}
        new = [command for command in others if command.number not in known]
        if new:
            listed = sorted([*before, *new], key=lambda command: command.number)
            _write(path, listed[-MOST_WAITING:])


def _write(path: Path, commands: Sequence[Command]) -> None:
    # Not msgspec's own encoder: it has no word for the numbers that a trainer is to refuse.
    write_text(path, json.dumps({"commands": msgspec.to_builtins(commands)}) + "\n")


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

    @property
    def is_new(self) -> bool:
        """Whether the file changed since the last look; 2 µs, from any thread."""
        try:
            status = os.stat(self._path)  # noqa: PTH116 - twenty times a second
        except OSError:
            return False
        return (status.st_mtime_ns, status.st_ino) != self._seen

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
