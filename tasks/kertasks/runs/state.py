"""What a run is doing, from its events' end and from whether its trainer lives.

A trainer whose process cannot be seen from here, in another container or on another host, is told
by the lock that it holds on its events file as long as it lives, and by its touches of that file.
The lock is seen wherever the same kernel, or a file system with locks, is. The touches are seen
everywhere; but the clock that stamps them is seldom the one here. So a stamp is only compared with
an earlier stamp of the same file: it moves or it does not, and for how long it has not is measured
by the monotonic clock of this process.
"""

from __future__ import annotations

import errno
import fcntl
import os
import threading
import time
from enum import StrEnum
from pathlib import Path
from typing import TypeAlias

from kertasks.files import open_regular
from kertasks.runs.event_reader import Tail

HEARTBEAT = 5.0
"""Seconds between a trainer's touches of its events file."""

HEARTBEAT_GONE = 120.0
"""Seconds watched without a touch after which a trainer that cannot be seen counts as gone. It
holds one that was asleep for a minute and file systems that show a change late."""

_monotonic = time.monotonic

Stamp: TypeAlias = tuple[int, int, int] | None
"""Of a file: when it was written, by whatever clock, its bytes and its number; None for none."""

_PROC = Path("/proc/self/stat")
_WORKER = "kertasks.trainer.worker"
"""In the command line of every trainer process."""

_BOOT = Path("/proc/sys/kernel/random/boot_id")

_PID_NAMESPACE = "/proc/self/ns/pid"


class RunState(StrEnum):
    """What a run is doing."""

    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"
    LOST = "lost"
    """Its process is gone and wrote no end."""

    SILENT = "silent"
    """It is read from a file that did not grow for a while, or that nobody follows now: whether
    its training goes on nobody can tell."""

    REMOVED = "removed"
    """Its folder is gone, and with it all there was to resume."""

    UNKNOWN = "unknown"
    """Whether its trainer lives cannot be told from here, or not yet. It can be steered."""

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come, as far as is known."""
        return not self.goes_on and self is not RunState.UNKNOWN

    @property
    def goes_on(self) -> bool:
        """Whether its trainer is known to live."""
        return self in (RunState.RUNNING, RunState.PAUSED)

    @property
    def is_gone(self) -> bool:
        """Whether it is over though no event said so."""
        return self in (RunState.LOST, RunState.SILENT, RunState.REMOVED)


def state_at_end(events_path: Path) -> RunState | None:
    """The state the end of the events file names; None where the process must decide, or where
    the file cannot be read."""
    for line in Tail(events_path, whole=True).backwards():
        if line.kind in ("finished", "stopped", "failed", "paused"):
            return RunState(line.kind)
        if line.kind in ("epoch", "progress", "resuming", "resumed", "started"):
            return None
    return None


def process_start_time(pid: int) -> float | None:
    """When that process started, in seconds; None when there is no such process.

    On Linux since the boot, which no change of the clock moves; elsewhere Unix seconds.
    """
    try:
        status = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except FileNotFoundError:
        return None if _PROC.exists() else _start_time_without_proc(pid)
    except OSError:
        return None
    # The second field, the name, may hold anything; proc(5) numbers the rest from its bracket.
    fields = status.rpartition(")")[2].split()
    state, ticks = fields[0], int(fields[19])
    return None if state in ("Z", "X") else ticks / os.sysconf("SC_CLK_TCK")


def _start_time_without_proc(pid: int) -> float | None:
    import psutil  # not at the top: the first paint needs no process table

    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else process.create_time()
    except psutil.Error:
        return None


def boot_id() -> str | None:
    """What tells this boot of the machine from others; None where the system does not say."""
    try:
        return _BOOT.read_text().strip()
    except OSError:
        return None


def pid_namespace() -> str | None:
    """What tells the numbers of processes here from those of a container; None where the system
    has no such thing or does not say."""
    try:
        return os.readlink(_PID_NAMESPACE)  # noqa: PTH115 - pathlib would make a path of it
    except OSError:
        return None


def process_is_there(pid: int, started: float) -> bool:
    """Whether the process of that number is the one started then, not a later namesake."""
    found = process_start_time(pid)
    return found is not None and abs(found - started) < 2.0


def is_removed(path: Path) -> bool:
    """Whether nothing is there any more; False where that cannot be seen."""
    try:
        path.stat()
    except OSError as error:
        return isinstance(error, FileNotFoundError)
    return False


def is_trainer_of(pid: int, events_path: Path, log_path: Path) -> bool:
    """Whether that process trains a run: it holds the lock on the run's events, or it is a
    trainer process that prints into the run's log. A manifest may name any process.

    Raises:
        PermissionError: it is another user's.
    """
    if not _PROC.exists():
        return _WORKER in _command_line_without_proc(pid)
    process = Path(f"/proc/{pid}")
    try:
        if any(_is_locked(file, events_path) for file in (process / "fd").iterdir()):
            return True
        command_line = (process / "cmdline").read_bytes().split(b"\0")
        return _WORKER.encode() in command_line and _is_open(process / "fd" / "1", log_path)
    except (FileNotFoundError, ProcessLookupError):
        return False  # it has ended meanwhile


def _is_locked(file: Path, path: Path) -> bool:
    """Whether an entry of ``/proc/PID/fd`` is that file, with a lock on it."""
    details = file.parent.parent / "fdinfo" / file.name
    return _is_open(file, path) and "FLOCK" in details.read_text()


def _is_open(file: Path, path: Path) -> bool:
    # A link in the run's folder could name a file that any process has open.
    try:
        return os.path.samestat(file.stat(), path.lstat())
    except FileNotFoundError:
        return False


def _command_line_without_proc(pid: int) -> list[str]:
    import psutil  # as above

    try:
        return psutil.Process(pid).cmdline()
    except psutil.Error:
        return []


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
