"""Reads a run's events: forwards as they are appended, without ever reading a line twice, or
backwards from the last one, without reading the rest."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from kertasks.files import LONGEST_LINE
from kertasks.runs.event_file.events import Checkpointed, Control, Event, parse_event
from kertasks.runs.event_file.spool import RunEvents

SLICE = 1 << 20
"""Bytes taken at once, some 5,000 epochs: a long log must not hold a thread for seconds."""

_FIRST_LOOK = 1 << 12
"""Bytes read at first: an end event and some epochs. A thousand runs are listed by it."""

_BLOCK = 1 << 16
"""Bytes read at once after that, some hundred epochs."""

_WHOLE = 1 << 26
"""Bytes read at most where all are asked for: a log of 300,000 epochs, a month of a pause."""


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
        """Make a reader of what comes from now on."""
        reader = cls(path)
        with contextlib.suppress(OSError):
            reader._offset = path.stat().st_size
        return reader

    @property
    def behind(self) -> bool:
        """Whether the last read left bytes for the next one, because there were many."""
        return self._behind

    def read(self) -> list[Event]:
        """Read the events appended since the last read, at most ``SLICE`` bytes of them.

        A line without its newline yet is left for later; lines that are no event known
        here are passed over. No file (not yet, or no longer) means no events.
        """
        return [event for event in map(parse_event, self._lines()) if event is not None]

    def read_all(self) -> list[Event]:
        """Read everything that is there now, however much it is."""
        events = self.read()
        while self._behind:
            events += self.read()
        return events

    def _lines(self) -> list[bytes]:
        """The lines that end in the next slice."""
        try:
            file = RunEvents(self._path)
            try:
                data = file.read(SLICE, self._offset)
            finally:
                file.close()
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
        return lines


@dataclass(frozen=True, slots=True)
class TailLine:
    """A line at the end of the file that is an event, known here or not."""

    kind: str
    """Its type, known here or not."""

    event: Event | None
    """None for a type not known here."""


class Tail:
    """Reads the end of one events file as it is now.

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

        self.trouble = ""
        """Why ``backwards`` could not read; empty where it could, or where there is no file."""

    def backwards(self) -> Iterator[TailLine]:
        """Yield the events from the last one back, a line without its newline yet left out.

        Stop when you know enough: what lies before is not read then.
        """
        try:
            file = RunEvents(self._path)
        except OSError as error:
            self.trouble = _why_unreadable(error)
            return
        try:
            for line in self._lines(file):
                found = _line(line) if self._within in line else None
                if found is not None:
                    yield found
        except OSError as error:
            self.trouble = _why_unreadable(error)
        finally:
            file.close()

    def _lines(self, file: RunEvents) -> Iterator[bytes]:
        end = file.size
        least = max(0, end - (_WHOLE if self._whole else _BLOCK))
        size = _FIRST_LOOK
        rest = b""
        """The start of the earliest line read so far: the block before it has the rest."""
        drop = True
        """Whether what comes next from behind is no line: it has no newline, or is too long."""
        while end > least:
            start = max(least, end - size)
            rest, *lines = (file.read(end - start, start) + rest).split(b"\n")
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


def _why_unreadable(error: OSError) -> str:
    """Why a file cannot be read; empty where there is none, which is no error."""
    if isinstance(error, FileNotFoundError):
        return ""
    return error.strerror or type(error).__name__


def events_backwards(path: Path, *, whole: bool = False) -> Iterator[Event]:
    """Yield the events of a log known here, the latest first; none where there is no log."""
    for line in Tail(path, whole=whole).backwards():
        if line.event is not None:
            yield line.event


def last_answered(path: Path) -> int:
    """Find the number of the last command that was answered; 0 where none was."""
    for line in Tail(path, whole=True, only="control").backwards():
        if isinstance(line.event, Control):
            return line.event.number
    return 0


def last_checkpoint(path: Path) -> Checkpointed | None:
    """Find the latest checkpoint that was told of, from which a run would be resumed."""
    for line in Tail(path, whole=True, only="checkpoint").backwards():
        if isinstance(line.event, Checkpointed):
            return line.event
    return None


class _Typed(msgspec.Struct):
    """What is asked of a line that is no event known here."""

    type: str


_decode_type = msgspec.json.Decoder(_Typed).decode


def _line(line: bytes) -> TailLine | None:
    event = parse_event(line)
    if event is not None:
        return TailLine(str(event.__struct_config__.tag), event)
    try:
        return TailLine(_decode_type(line).type, None)
    except (ValueError, RecursionError):
        return None
