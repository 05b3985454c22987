"""The last events of a run, read from the end of its log however long that is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from kertui.training.events import Control, Event, parse_event

_TAIL = 1 << 16
"""Bytes read: some hundred epochs."""


def events_backwards(path: Path) -> Iterator[Event]:
    """The events in the last bytes of the log, the latest first; none where there is no log."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - _TAIL))
            lines = file.read().split(b"\n")[:-1]
    except OSError:
        return
    for line in reversed(lines):
        event = parse_event(line)
        if event is not None:
            yield event


def last_control_number(path: Path) -> int:
    """The number of the last command that was answered; 0 where none was lately."""
    for event in events_backwards(path):
        if isinstance(event, Control):
            return event.number
    return 0
