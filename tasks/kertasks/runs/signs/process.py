"""Whether a trainer's process is there, where it can be seen from here."""

from __future__ import annotations

import os
from pathlib import Path

_PROC = Path("/proc/self/stat")
_WORKER = "kertasks.trainer.process.worker"
"""In the command line of every trainer process."""

_BOOT = Path("/proc/sys/kernel/random/boot_id")

_PID_NAMESPACE = "/proc/self/ns/pid"


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
