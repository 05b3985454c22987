"""Whether a trainer lives whose process cannot be seen from here.

A trainer in another container or on another host is told by the lock that it holds on its events
file as long as it lives, and by its touches of that file. The lock is seen wherever the same
kernel, or a file system with locks, is. The touches are seen everywhere; but the clock that stamps
them is seldom the one here. So a stamp is only compared with an earlier stamp of the same file: it
moves or it does not, and for how long it has not is measured by the monotonic clock of this
process.
"""

from __future__ import annotations

import errno
import fcntl
import os
import threading
import time
from pathlib import Path
from typing import TypeAlias

from kertasks.files import open_regular

HEARTBEAT = 5.0
"""Seconds between a trainer's touches of its events file."""

HEARTBEAT_GONE = 120.0
"""Seconds watched without a touch after which a trainer that cannot be seen counts as gone. It
holds one that was asleep for a minute and file systems that show a change late."""

_monotonic = time.monotonic

Stamp: TypeAlias = tuple[int, int, int] | None
"""Of a file: when it was written, by whatever clock, its bytes and its number; None for none."""


def is_fresh(path: Path, seconds: float) -> bool:
    """Whether the file or folder was touched within so many seconds of now, before or after: the
    clock of its file system may be another one."""
    try:
        return abs(time.time() - path.stat().st_mtime) < seconds
    except OSError:
        return False


class Heartbeat:
    """Watches one events file for a trainer's touches."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp: Stamp = None
        self._since: float | None = None
        """When the stamp was first seen as it is; None before the first look."""

        self._moved = False

    def look(self) -> bool | None:
        """Whether the trainer lives: True once its touches were seen, False after two minutes
        without any, None until then and where the file cannot be looked at."""
        try:
            stamp = _stamp(self._path)
        except OSError:
            return None
        now = _monotonic()
        if self._since is None or stamp != self._stamp:
            self._moved = self._since is not None
            self._stamp, self._since = stamp, now
        elif now - self._since >= HEARTBEAT_GONE:
            return False
        return True if self._moved else None


_watched: dict[Path, Heartbeat] = {}
_watching = threading.Lock()


def is_heard(path: Path) -> bool | None:
    """Whether the trainer of an events file gives signs of life, as ``Heartbeat.look`` says: every
    look of this process at that file counts."""
    with _watching:
        return _watched.setdefault(path, Heartbeat(path)).look()


def is_locked(path: Path) -> bool | None:
    """Whether a process holds the lock on an events file; None where that cannot be found out."""
    try:
        descriptor = open_regular(path)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # a network file system without locks
        return None
    finally:
        os.close(descriptor)  # which lets go of it
    return False


def _stamp(path: Path) -> Stamp:
    """The stamp of a file now.

    Raises:
        OSError: it cannot be looked at.
    """
    try:
        # Network file systems look for another host's change when a file is opened.
        descriptor = open_regular(path)
    except FileNotFoundError:
        return None
    except OSError as error:
        if error.errno == errno.EINVAL:  # no regular file: no trainer touches it
            return None
        status = path.stat()
    else:
        status = os.fstat(descriptor)
        os.close(descriptor)
    return status.st_mtime_ns, status.st_size, status.st_ino
