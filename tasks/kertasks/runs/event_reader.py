"""Reads a run's events as they are appended, without ever reading a line twice."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Any

import orjson

from kertasks.files import LONGEST_LINE, open_regular
from kertasks.runs.epoch_block import EpochBlock, in_blocks
from kertasks.runs.event_lines import event_of
from kertasks.runs.events import Event

SLICE = 1 << 20
"""Bytes taken at once, some 5,000 epochs: a long log must not hold a thread for seconds."""


class EventReader:
    """Follows one events file, live or old, on this host or on a shared file system.

    The file is opened anew for each read: network file systems show appended bytes only
    then, and a folder that was deleted meanwhile is simply silent.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0
        self._half = b""
        self._behind = False

    @classmethod
    def at_end(cls, path: Path) -> EventReader:
        """A reader of what comes from now on."""
        reader = cls(path)
        with contextlib.suppress(OSError):
            reader._offset = path.stat().st_size
        return reader

    @property
    def behind(self) -> bool:
        """Whether the last read left bytes for the next one, because there were many."""
        return self._behind

    def read(self) -> list[Event]:
        """The events appended since the last read, at most ``SLICE`` bytes of them.

        A line without its newline yet is left for later; lines that are no event known
        here are passed over. No file (not yet, or no longer) means no events.
        """
        return [event for event in map(event_of, self._values()) if event is not None]

    def read_blocks(self) -> list[Event | EpochBlock]:
        """The same, epochs in blocks: for logs of which only the numbers matter."""
        return in_blocks(self._values())

    def read_all(self) -> list[Event]:
        """Everything that is there now, however much."""
        events = self.read()
        while self._behind:
            events += self.read()
        return events

    def _values(self) -> list[Any]:
        """What the lines of the next slice say, as JSON; None for one that says nothing."""
        try:
            file = open_regular(self._path)
            try:
                data = os.pread(file, SLICE, self._offset)
            finally:
                os.close(file)
        except OSError:
            self._behind = False
            return []
        self._offset += len(data)
        self._behind = len(data) == SLICE
        whole, newline, half = data.rpartition(b"\n")
        if newline:
            whole, self._half = self._half + whole, half
        elif len(self._half) <= LONGEST_LINE:
            self._half += half
        lines = whole.split(b"\n")
        if len(lines[0]) > LONGEST_LINE:
            lines[0] = b""
        return _parsed([line for line in lines if line])


def _parsed(lines: list[bytes]) -> list[Any]:
    """The value of each line.

    All lines are read as one JSON array, which takes less than half the time of reading each; a
    line that is no JSON, or more than one value, has them read one by one.
    """
    try:
        found: list[Any] = orjson.loads(b"[" + b",".join(lines) + b"]")
    except ValueError:
        return list(map(_value, lines))
    return found if len(found) == len(lines) else list(map(_value, lines))


def _value(line: bytes) -> Any:
    try:
        return orjson.loads(line)
    except ValueError:
        return None
