"""The last events of a run, read from the end of its log however long that is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from kertui.training.events import Checkpointed, Control, Event, parse_event

_TAIL = 1 << 16
"""Bytes read at once: some hundred epochs."""


def events_backwards(path: Path, *, whole: bool = False) -> Iterator[Event]:
    """The events of a log, the latest first; none where there is no log.

    Args:
        path: ``events.jsonl``.
        whole: go on to its beginning, not only through the last 64 KiB.
    """
    for line in _lines_backwards(path, whole=whole):
        event = parse_event(line)
        if event is not None:
            yield event


def _lines_backwards(path: Path, *, whole: bool) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            start = file.seek(0, 2)
            # What follows the last newline is half a line, and what precedes the first one of a
            # part belongs to the part before.
            rest = b""
            unfinished = True
            while start:
                before = start
                start = max(0, start - _TAIL)
                file.seek(start)
                first, *lines = (file.read(before - start) + rest).split(b"\n")
                yield from reversed(lines[:-1] if unfinished else lines)
                unfinished = unfinished and not lines
                rest = first
                if not whole:
                    break
            if not start and not unfinished:
                yield rest
    except OSError:
        return


def last_control_number(path: Path) -> int:
    """The number of the last command that was answered; 0 where none was lately."""
    for event in events_backwards(path):
        if isinstance(event, Control):
            return event.number
    return 0


def last_checkpoint(path: Path) -> Checkpointed | None:
    """The latest checkpoint that was told of, from which a run would be resumed."""
    for event in events_backwards(path, whole=True):
        if isinstance(event, Checkpointed):
            return event
    return None
