"""What a program tells whoever started it, in a file of JSON lines that outlives both: each run as
it begins, and how the program ended.

As long as the program goes on it holds the lock on the file: without it and without an end it was
killed.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TypeAlias

import msgspec

from kertasks.files import open_to_append
from kertasks.groups.lines import NewLines, append_line
from kertasks.groups.record import require_name
from kertasks.runs.signs.heartbeat import is_locked


class FitBegun(msgspec.Struct, frozen=True, tag_field="type", tag="fit"):
    """A run began: the first before its call of ``fit``, each other one with it."""

    run: str
    """The id of its folder among all runs."""

    def __post_init__(self) -> None:
        require_name(self.run)


class ScriptEnded(msgspec.Struct, frozen=True, tag_field="type", tag="ended"):
    """The program ended, by itself or by an error or a signal."""

    status: int
    """What it exited with, as a shell says it."""

    said: str
    """In words: ``"ended with status 3"``, ``"failed: ValueError: ..."``."""


DiaryLine: TypeAlias = FitBegun | ScriptEnded

# Learnt as the module is imported: see ``kertasks.groups.record``.
decode_line = msgspec.json.Decoder(DiaryLine).decode


class DiaryWriter:
    """Writes the diary of this process, and holds its lock.

    Args:
        path: of the file, which others made a folder for.

    Raises:
        OSError: it cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._descriptor = open_to_append(path)
        # Who looks whether it is held has it for a moment.
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)

    def add(self, line: DiaryLine) -> None:
        """Tell something; a full disk or a folder that is gone is no reason to fail."""
        with suppress(OSError):
            # Not by its path: the diary of a program that was given up may have another's place.
            os.write(self._descriptor, msgspec.json.encode(line) + b"\n")

    def close(self) -> None:
        """Leave the lock to the process that this one is a copy of, after a fork."""
        os.close(self._descriptor)


def append_end(path: Path, end: ScriptEnded) -> None:
    """Say of a program that is gone without a word how it ended.

    Raises:
        OSError: the diary cannot be written.
    """
    append_line(path, end)


class Diary:
    """The diary of a program, as others read it.

    Args:
        path: of the file; it need not be there yet.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lines = NewLines(path, decode_line)
        self.ended: ScriptEnded | None = None
        """How the program ended; None where it did not say so."""

        self.run: str | None = None
        """The id of its last run."""

    @property
    def is_kept(self) -> bool:
        """Whether the program goes on."""
        return bool(is_locked(self.path))

    def read(self) -> Iterator[str]:
        """Take what is new; gives the ids of the runs that began."""
        for line in self._lines.read():
            if isinstance(line, FitBegun):
                self.run = line.run
                yield line.run
            else:
                self.ended = line

    @classmethod
    def of(cls, path: Path) -> Diary:
        """All that a program has told."""
        diary = cls(path)
        for _ in diary.read():
            pass
        return diary
