"""The events at the end of a run's file, from the last one back, without reading the rest."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass

from kertui.training.events import Event, event_of

_FIRST_LOOK = 1 << 12
"""Bytes read at first: an end event and some epochs. A thousand runs are listed by it."""

_FURTHEST = 1 << 16
"""Bytes looked back at most, some hundred epochs."""


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
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self.complete = False
        """Whether ``backwards`` came to the file's first event."""

    def backwards(self) -> Iterator[TailLine]:
        """The events from the last one back, a line without its newline yet left out.

        Stop when you know enough: what lies before is not read then.
        """
        try:
            file = os.open(self._path, os.O_RDONLY)
        except OSError:
            return
        try:
            end = os.fstat(file).st_size
            least = max(0, end - _FURTHEST)
            unfinished = b""
            """The start of the earliest line read so far: the block before it has the rest."""
            start = max(0, end - _FIRST_LOOK)
            last = True
            while end > least:
                lines = (os.pread(file, end - start, start) + unfinished).split(b"\n")
                if last:
                    lines.pop()
                    last = False
                unfinished = lines.pop(0) if start and lines else b""
                for line in reversed(lines):
                    found = _line(line)
                    if found is not None:
                        yield found
                end, start = start, least
            self.complete = not least
        except OSError:
            return
        finally:
            os.close(file)


def _line(line: bytes) -> TailLine | None:
    try:
        fields = json.loads(line)
        return TailLine(str(fields["type"]), event_of(fields))
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
