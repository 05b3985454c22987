"""The events at the end of a run's file, from the last one back, without reading the rest."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson

from kertasks.files import LONGEST_LINE, open_regular
from kertasks.runs.event_lines import event_of
from kertasks.runs.events import Checkpointed, Control, Event

_FIRST_LOOK = 1 << 12
"""Bytes read at first: an end event and some epochs. A thousand runs are listed by it."""

_BLOCK = 1 << 16
"""Bytes read at once after that, some hundred epochs."""

_WHOLE = 1 << 26
"""Bytes read at most where all are asked for: a log of 300,000 epochs, a month of a pause."""


@dataclass(frozen=True, slots=True)
class TailLine:
    """One line that is an event."""

    kind: str
    """Its type, known here or not."""

    event: Event | None
    """None for a type not known here."""


class Tail:
    """The end of one events file as it is now.

    Args:
        path: of the events file; one that cannot be read has no events.
        whole: whether to go on towards the file's beginning, not only some hundred epochs.
        only: the one type of event that is wanted: most lines of others are not even parsed, and
            a log of 200,000 epochs is looked through in a tenth of a second.
    """

    def __init__(self, path: str | Path, *, whole: bool = False, only: str = "") -> None:
        self._path = path
        self._whole = whole
        self._within = f'"{only}"'.encode() if only else b""
        self.complete = False
        """Whether ``backwards`` came to the file's first event."""

    def backwards(self) -> Iterator[TailLine]:
        """The events from the last one back, a line without its newline yet left out.

        Stop when you know enough: what lies before is not read then.
        """
        try:
            file = open_regular(self._path)
        except OSError:
            return
        try:
            for line in self._lines(file):
                found = _line(line) if self._within in line else None
                if found is not None:
                    yield found
        except OSError:
            return
        finally:
            os.close(file)

    def _lines(self, file: int) -> Iterator[bytes]:
        end = os.fstat(file).st_size
        least = max(0, end - (_WHOLE if self._whole else _BLOCK))
        size = _FIRST_LOOK
        rest = b""
        """The start of the earliest line read so far: the block before it has the rest."""
        drop = True
        """Whether what comes next from behind is no line: it has no newline, or is too long."""
        while end > least:
            start = max(least, end - size)
            rest, *lines = (os.pread(file, end - start, start) + rest).split(b"\n")
            if lines and drop:
                lines.pop()
                drop = False
            if len(rest) > LONGEST_LINE:
                rest, drop = b"", True
            yield from filter(None, reversed(lines))
            end, size = start, _BLOCK
        if not least:
            self.complete = True
            if not drop:
                yield rest


def events_backwards(path: Path, *, whole: bool = False) -> Iterator[Event]:
    """The events of a log known here, the latest first; none where there is no log."""
    for line in Tail(path, whole=whole).backwards():
        if line.event is not None:
            yield line.event


def last_answered(path: Path) -> int:
    """The number of the last command that was answered; 0 where none was."""
    for line in Tail(path, whole=True, only="control").backwards():
        if isinstance(line.event, Control):
            return line.event.number
    return 0


def last_checkpoint(path: Path) -> Checkpointed | None:
    """The latest checkpoint that was told of, from which a run would be resumed."""
    for line in Tail(path, whole=True, only="checkpoint").backwards():
        if isinstance(line.event, Checkpointed):
            return line.event
    return None


def _line(line: bytes) -> TailLine | None:
    try:
        fields = orjson.loads(line)
        return TailLine(str(fields["type"]), event_of(fields))
    except (ValueError, KeyError, TypeError):
        return None
