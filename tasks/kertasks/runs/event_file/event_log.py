"""Appends a run's events: one writer, buffered, on disk a twentieth of a second later."""

from __future__ import annotations

import contextlib
import fcntl
import os
import sys
import tempfile
import threading
import time
from pathlib import Path

from kertasks.files import open_to_append
from kertasks.runs.event_file.events import Ended, Event, Notice, format_event
from kertasks.runs.event_file.spool import EventSpool
from kertasks.runs.signs.heartbeat import HEARTBEAT
from kertasks.runs.signs.process import is_removed

FLUSH_EVERY = 0.05
"""Seconds between two writes while events come."""

_DELIVER_EVERY = 1.0
"""Seconds between two tries to bring what is in the spool into the file."""

_BLOCK = 1 << 20
"""Bytes compared or copied at once."""

_RESERVED = 16_384
"""Bytes of the disk held back for the end event, should the disk be full by then."""


class EventLog:
    """The only writer of an events file. It is thread-safe.

    Raises:
        BlockingIOError: another process writes it.
        OSError: it cannot be opened, or is a link.

    ``add`` appends to a list, 0.3 µs; a thread of its own turns events into lines (1 µs
    each) and writes them, the first of a pause at once and then every ``FLUSH_EVERY``
    seconds. So an epoch is in the file within 0.1 s even when the next one takes
    minutes, and thousands of epochs a second cost the training thread next to nothing.
    While nothing happens the file's time is touched every ``HEARTBEAT`` seconds. Should another
    file be in its place, put there by an editor or from a backup, the log goes on in that one, and
    adds what a copy lacks. Where the file cannot be written, the events go on in the spool until it
    can, and are held in memory where that cannot be written either.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor = open_alone(path)
        self._inode = os.fstat(self._descriptor).st_ino
        self._missing = False
        self._move_not_before = 0.0
        self._waiting: list[Event] = []
        # A trainer that was killed may have left half a line; readers pass over it once it ends.
        self._spool = _spool_left(path, self._descriptor)
        self._deliver_not_before = 0.0
        cut = self._spool is None and _ends_within_line(self._descriptor)
        self._unwritten = b"\n" if cut else b""
        self._within_line = False
        self._said_why = False
        self._reserve = _reserve(path.parent)
        self._writing = threading.Lock()
        self._something = threading.Event()
        self._closing = threading.Event()
        self._over = False
        self.folder_gone = False
        """Whether the run's folder was deleted meanwhile: nobody can follow or stop the run."""

        self._thread = threading.Thread(target=self._work, name="event-log", daemon=True)
        self._thread.start()

    def add(self, event: Event) -> None:
        """Append the event; it is in the file soon."""
        self._waiting.append(event)
        if not self._something.is_set():
            self._something.set()

    def flush(self) -> None:
        """Write now what waits to be written."""
        with self._writing:
            if self._file_there() not in (self._inode, None):
                self._move()
            waiting, self._waiting = self._waiting, []
            self._unwritten += "".join(map(format_event, self._until_end(waiting))).encode()
            self._write()

    def _until_end(self, events: list[Event]) -> list[Event]:
        """Leave out what is told after a run's end: a thread that measures may be a little late."""
        if self._over:
            return []
        for place, event in enumerate(events):
            if isinstance(event, Ended):
                self._over = True
                return events[: place + 1]
        return events

    def _write(self) -> None:
        if self._spool is not None and not self._deliver(self._spool):
            self._spill(self._spool)
            return
        if not self._unwritten:
            return
        try:
            written = os.write(self._descriptor, self._unwritten)
        except OSError as error:
            # A full disk may have room again later: keep the lines and go on training.
            if not self._said_why:
                self._said_why = True
                with contextlib.suppress(OSError):  # the log is on the same disk
                    print(f"cannot write {self._path}: {error.strerror}", file=sys.stderr)
            self._begin_spool(error)
        else:
            self._said_why = False
            self._within_line = not self._unwritten[:written].endswith(b"\n")
            self._unwritten = self._unwritten[written:]

    def _begin_spool(self, error: OSError) -> None:
        """Go on in the spool, and say there why."""
        why = (
            f"{error.strerror}: {self._path.parent} cannot be written in. The training goes on; "
            "what it tells and keeps is in kertui's cache folder until it can."
        )
        said = format_event(Notice(time.time(), why)).encode()
        whole, newline, rest = self._unwritten.partition(b"\n")
        begun = whole + newline if self._within_line else b""
        with contextlib.suppress(OSError):  # that cannot be written either: held in memory
            spool = EventSpool(self._path, os.fstat(self._descriptor).st_size)
            try:
                spool.write(begun + said + (rest if begun else self._unwritten))
            except OSError:
                spool.discard()
                raise
            self._spool, self._unwritten, self._within_line = spool, b"", False
            self._deliver_not_before = time.monotonic() + _DELIVER_EVERY

    def _spill(self, spool: EventSpool) -> None:
        if self._unwritten:
            with contextlib.suppress(OSError):  # held in memory until one of both can be written
                spool.write(self._unwritten)
                self._unwritten = b""

    def _deliver(self, spool: EventSpool) -> bool:
        """Bring what is in the spool into the file; False while that cannot be written."""
        now = time.monotonic()
        if now < self._deliver_not_before and not self._closing.is_set():
            return False
        self._deliver_not_before = now + _DELIVER_EVERY
        try:
            spool.deliver(self._descriptor)
        except OSError:
            return False
        self._spool, self._said_why = None, False
        if _ends_within_line(self._descriptor):  # of a trainer that was killed
            self._unwritten = b"\n" + self._unwritten
        self._tell_first(f"{self._path.parent} can be written in again: all that was told is there")
        return True

    def _tell_first(self, text: str) -> None:
        """Say something of the file itself before what waits; nothing comes after a run's end."""
        if not self._over:
            self._waiting.insert(0, Notice(time.time(), text))

    def close(self) -> None:
        """Write what waits and end the thread; on a full disk at least the last event."""
        self._closing.set()
        self._something.set()
        self._thread.join()
        self.flush()
        if self._reserve is not None:
            os.close(self._reserve)
        with self._writing:
            if len(self._unwritten) > _RESERVED // 2:
                self._unwritten = self._without_middle()
            self._write()
            if self._spool is not None:
                self._spool.close()
        os.close(self._descriptor)

    def _without_middle(self) -> bytes:
        """What completes a half-written line, and the last line."""
        lines = self._unwritten.splitlines(keepends=True)
        return (lines[0] if self._within_line and len(lines) > 1 else b"") + lines[-1]

    def _work(self) -> None:
        beat = time.monotonic()
        while not self._closing.is_set():
            if self._something.wait(HEARTBEAT):
                self._something.clear()
                self.flush()
                self._closing.wait(FLUSH_EVERY)
            if time.monotonic() - beat >= HEARTBEAT:
                beat = time.monotonic()
                self._touch()

    def _touch(self) -> None:
        there = self._file_there()
        if there == self._inode:
            self._missing = False
            with contextlib.suppress(OSError):
                os.utime(self._descriptor)
        elif there is not None:
            self.flush()
        elif is_removed(self._path.parent):
            self.folder_gone = True
        elif self._missing:
            with self._writing:
                self._move()
        else:
            # Either its folder is just being deleted, or it alone: the next look tells.
            self._missing = True

    def _file_there(self) -> int | None:
        """The inode of the file that is in its place; None where there is none."""
        try:
            return self._path.stat().st_ino
        except FileNotFoundError:
            return None
        except OSError:
            return self._inode  # nothing is known of a change

    def _move(self) -> None:
        """Go on in the file that is in its place now, or in a new one where there is none."""
        now = time.monotonic()
        if now < self._move_not_before:
            return
        self._move_not_before = now + HEARTBEAT
        with contextlib.suppress(OSError):  # tried again then
            descriptor = open_alone(self._path)
            try:
                complete = _add_rest(self._descriptor, descriptor)
                if not complete and _ends_within_line(descriptor):
                    self._unwritten = b"\n" + self._unwritten
            except OSError:
                os.close(descriptor)
                raise
            os.close(self._descriptor)
            self._descriptor = descriptor
            self._inode = os.fstat(descriptor).st_ino
            self._missing, self._move_not_before = False, now
            what = "with all that was written before" if complete else "after what that one holds"
            self._tell_first(
                f"{self._path.name} was replaced by another file: the run goes on in it, {what}"
            )


def open_alone(path: Path) -> int:
    """Open an events file to append to it, as its only writer; returns the descriptor, which holds
    the lock.

    Raises:
        BlockingIOError: another process writes it.
        OSError: it cannot be opened, or is a link.
    """
    descriptor = open_to_append(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise
    except OSError:
        pass  # a network file system without locks
    return descriptor


def _spool_left(path: Path, descriptor: int) -> EventSpool | None:
    """The spool that an earlier trainer left, if it did and it can be read."""
    with contextlib.suppress(OSError):
        return EventSpool.left_by(path, os.fstat(descriptor).st_size)
    return None


def _ends_within_line(descriptor: int) -> bool:
    size = os.fstat(descriptor).st_size
    return size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"


def _add_rest(source: int, copy: int) -> bool:
    """Append to a copy what was written in its source since; False where it is no copy.

    Raises:
        OSError: the disk is full; what is appended until then is right.
    """
    done = os.fstat(copy).st_size
    if done > os.fstat(source).st_size:
        return False
    for start in range(0, done, _BLOCK):
        size = min(_BLOCK, done - start)
        if os.pread(source, size, start) != os.pread(copy, size, start):
            return False
    while data := os.pread(source, _BLOCK, done):
        done += os.write(copy, data)
    return True


def _reserve(folder: Path) -> int | None:
    """A descriptor of a file that has room on the disk and no name; None where that fails."""
    descriptor = None
    try:
        descriptor, name = tempfile.mkstemp(prefix=".reserve-", dir=folder)
        Path(name).unlink()
        # Random bytes: a file system may keep zeros without giving them room.
        os.write(descriptor, os.urandom(_RESERVED))
    except OSError:
        if descriptor is not None:
            os.close(descriptor)
        return None
    return descriptor
