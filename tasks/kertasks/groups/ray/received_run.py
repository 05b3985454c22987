"""A run's folder on the runner's host, while a machine of the cluster trains the run.

Only its runner writes in it, and holds the lock on its events meanwhile, by which everybody sees
that the run goes on. What comes is written in an order in which the runner may be killed at any
moment: the manifest, the events, the other files, and a last word after all that follows from it.
"""

from __future__ import annotations

import contextlib
import os
import platform
import re
import time
from pathlib import Path

from msgspec.structs import replace

from kertasks.files import open_to_append, read_small, replacing
from kertasks.groups.ray.sent_files import (
    EVENTS,
    LOG,
    MANIFEST,
    NOT_SENT,
    SentFile,
    SentFiles,
    Stamp,
    all_files,
)
from kertasks.runs.event_file.event_log import open_alone
from kertasks.runs.folder import RunFolder
from kertasks.runs.manifest import Manifest, format_manifest, parse_manifest
from kertasks.runs.signs.heartbeat import HEARTBEAT
from kertasks.runs.signs.process import boot_id, pid_namespace, process_start_time

_ASK = re.compile(r"ask-[0-9a-f]{16}")

_PLACE = re.compile(r"(?:[\w-][\w.-]*/)?[\w-][\w.-]*")
"""A file of the folder or of a folder in it; no way out of it."""


class NotTaken(Exception):
    """What came of a run does not go with what is here of it."""


class ReceivedRun:
    """Takes what a machine sends of a run.

    Args:
        run: its folder here; nobody else may write in it until ``close``.

    Raises:
        kertasks.runs.run_errors.RunDamaged: something in the folder is a link that leads out of it.
        BlockingIOError: another process trains it.
        OSError: the folder cannot be written in.
    """

    def __init__(self, run: RunFolder) -> None:
        self.run = run
        self.known: dict[str, Stamp] = {}
        """What is here of what the machine has, as ``new_files`` takes it."""

        run.require_own_files()
        self._events = open_alone(run.events_path)
        self._asked: dict[str, tuple[int, int]] = {}
        self._touched = time.monotonic()

    def files(self) -> dict[str, bytes]:
        """What the machine needs to begin with it, or to go on.

        Raises:
            OSError: a file cannot be read.
        """
        self.run.take_from_spool()
        self._asked = {"control.json": stamp} if (stamp := self._control()) else {}
        return all_files(self.run.path)

    def take(self, sent: SentFiles) -> None:
        """Write what came.

        Raises:
            NotTaken: it does not go with what is here.
            OSError: it cannot be written; what could be is right, and the rest can be asked for
                again.
        """
        files = {file.name: file for file in sent.files}
        manifest, events = files.pop(MANIFEST, None), files.pop(EVENTS, None)
        if manifest is not None:
            self._write_manifest(manifest)
        last = b""
        if events is not None:
            first, last = _without_last_word(events.data) if sent.over else (events.data, b"")
            self._append_events(events, first)
        for file in files.values():
            self._write(file)
        for name in sent.gone:
            self.known.pop(name, None)
            if _PLACE.fullmatch(name):
                (self.run.path / name).unlink(missing_ok=True)
        if events is not None and last:
            self._append_events(events, last)
        self._beat()

    def asked(self) -> dict[str, bytes | None]:
        """The files by which people ask something of the run that are new since the last call, or
        gone (None)."""
        there = {f"looking/{name}": stamp for name, stamp in self._asks()}
        if stamp := self._control():
            there["control.json"] = stamp
        found: dict[str, bytes | None] = {
            name: None for name in self._asked if name not in there and name != "control.json"
        }
        for name, stamp in there.items():
            if self._asked.get(name) != stamp:
                with contextlib.suppress(OSError):
                    found[name] = read_small(self.run.path / name)
        self._asked = there
        return found

    def close(self) -> None:
        """Let go of the run: another may train it."""
        os.close(self._events)

    def _write_manifest(self, file: SentFile) -> None:
        try:
            said = parse_manifest(file.data)
        except ValueError as error:
            raise NotTaken(str(error)) from error
        self._put(MANIFEST, format_manifest(_of_this_process(said)).encode())
        self.known[MANIFEST] = file.stamp

    def _append_events(self, file: SentFile, data: bytes) -> None:
        (end, *_) = file.stamp
        (had, *_) = self.known.get(EVENTS, (0,))
        if had + len(data) > end or os.fstat(self._events).st_size != had:
            raise NotTaken("its events do not go with those that are here")
        written = 0
        try:
            while written < len(data):
                written += os.write(self._events, data[written:])
        finally:
            self.known[EVENTS] = (had + written,)
        self._touched = time.monotonic()

    def _write(self, file: SentFile) -> None:
        if file.name == LOG:
            with os.fdopen(open_to_append(self.run.log_path), "ab") as log:
                log.write(file.data)
        else:
            self._put(file.name, file.data)
        self.known[file.name] = file.stamp

    def _put(self, name: str, data: bytes) -> None:
        if not _PLACE.fullmatch(name) or name in NOT_SENT:
            raise NotTaken(f"{name!r} is no file of a run")
        path = self.run.path / name
        path.parent.mkdir(mode=0o700, exist_ok=True)
        if path.parent.is_symlink():
            raise NotTaken(f"{path.parent} is a link")
        with replacing(path) as target:
            target.write(data)

    def _beat(self) -> None:
        """Touch the events, as a trainer does: whoever sees no lock sees that."""
        if time.monotonic() - self._touched >= HEARTBEAT:
            self._touched = time.monotonic()
            os.utime(self._events)

    def _control(self) -> tuple[int, int] | None:
        return _stamp(self.run.control_path)

    def _asks(self) -> list[tuple[str, tuple[int, int]]]:
        folder = self.run.path / "looking"
        try:
            names = [name for name in os.listdir(folder) if _ASK.fullmatch(name)]  # noqa: PTH208
        except OSError:
            return []
        stamps = [(name, _stamp(folder / name)) for name in names]
        return [(name, stamp) for name, stamp in stamps if stamp is not None]


def _of_this_process(said: Manifest) -> Manifest:
    return replace(
        said,
        machine=said.host,
        host=platform.node(),
        pid=os.getpid(),
        process_started=process_start_time(os.getpid()) or 0.0,
        boot=boot_id(),
        pid_namespace=pid_namespace(),
    )


def _without_last_word(data: bytes) -> tuple[bytes, bytes]:
    """The lines but the last one, and that."""
    cut = data.rstrip(b"\n").rfind(b"\n") + 1
    return data[:cut], data[cut:]


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        status = path.lstat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_ino
