"""The control file: the latest command to a trainer, with its number, replaced by rename.

The interface writes it; the trainer carries out a number once and says so in a
``control`` event.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from kertui.training.atomic_file import write_text

STOP = "stop"
"""Stop training and keep the weights."""


@dataclass(frozen=True, slots=True)
class Command:
    """What a person asked of a trainer."""

    number: int
    """From 1, one more for each command to a run."""

    name: str
    """``STOP``; a trainer passes over names it does not know."""


def read_command(path: Path) -> Command | None:
    """The latest command; None when there is none or the file is not one."""
    try:
        fields = json.loads(path.read_bytes())
        number, name = fields["number"], fields["command"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if not isinstance(number, int) or not isinstance(name, str):
        return None
    return Command(number, name)


def write_command(path: Path, name: str) -> Command:
    """Replace the latest command by this one, numbered after it."""
    before = read_command(path)
    command = Command(1 if before is None else before.number + 1, name)
    write_text(path, json.dumps({"number": command.number, "command": command.name}) + "\n")
    return command


class ControlFile:
    """The trainer's side: each new command once. A look costs one ``stat``, about 2 µs."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, int] | None = None
        self._number = 0

    def next_command(self) -> Command | None:
        """The command written since the last look, or None."""
        try:
            status = self._path.stat()
        except OSError:
            return None
        seen = (status.st_mtime_ns, status.st_ino)
        if seen == self._seen:
            return None
        self._seen = seen
        command = read_command(self._path)
        if command is None or command.number <= self._number:
            return None
        self._number = command.number
        return command
