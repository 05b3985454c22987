"""The folder in which a host's runs are followed: private, of one process, gone when that is.

Each process has a mirror of its own in ``<cache>/hosts/<host>/``: no two write in one.
"""

from __future__ import annotations

import os
import re
import shutil
import threading
from pathlib import Path

from kertasks.errors import UserError
from kertasks.held_folders import make_held
from kertasks.runs.mirrors.home_mark import mark_home
from kertui.hosts.messages import FromNear, Gone, Looked, More, Small, Told, Took
from kertui.hosts.mirrored_run import MirroredRun

MOST_RUNS = 20_000
"""Runs of a host that are followed."""

MOST_BYTES = 4 << 30
"""Of all that is written of a host: no stranger is to fill the disk."""


class MirrorFull(UserError):
    """A host tells more than is kept of it."""


class MirrorHome:
    """Keeps copies of a host's runs.

    Args:
        cache_dir: the cache folder.
        host: whose runs they are.

    Raises:
        OSError: it cannot be made.
    """

    def __init__(self, cache_dir: Path, host: str) -> None:
        self.host = host
        beside = cache_dir / "hosts" / re.sub(r"[^\w.@-]+", "_", host)
        self.path, self._lock_file = make_held(beside)
        mark_home(self.path, host)
        (self.path / "runs").mkdir(mode=0o700)
        self._lock = threading.RLock()
        self._runs: dict[str, MirroredRun] = {}
        self._written = 0

    @property
    def known(self) -> dict[str, dict[str, int]]:
        """Of every run that is followed, how much of what is appended to is here."""
        with self._lock:
            return {id: dict(run.known) for id, run in self._runs.items()}

    def run(self, id: str) -> MirroredRun:
        """The copy of a run, made where there is none yet.

        Raises:
            MirrorFull: there are too many.
            OSError: it cannot be made.
        """
        with self._lock:
            if id not in self._runs:
                if len(self._runs) >= MOST_RUNS:
                    raise MirrorFull(f"{self.host} has more than {MOST_RUNS} runs")
                self._runs[id] = MirroredRun(self.path / "runs" / id, self.host)
            return self._runs[id]

    def take(self, message: Small | More | Told | Looked | Gone | Took) -> None:
        """Write what came.

        Raises:
            MirrorFull: it is more than is kept of a host.
            OSError: it cannot be written.
        """
        with self._lock:
            match message:
                case Gone():
                    self._runs.pop(message.run, None)
                    shutil.rmtree(self.path / "runs" / message.run, ignore_errors=True)
                case Took():
                    if message.run in self._runs:
                        self._runs[message.run].took(message.number, message.refused)
                case _:
                    # A look takes the place of the one before it: hours of them fill nothing.
                    if isinstance(message, More | Small):
                        self._written += len(message.data or b"")
                    if self._written > MOST_BYTES:
                        raise MirrorFull(f"{self.host} told more than {MOST_BYTES >> 30} GB")
                    self.run(message.run).take(message)

    def look(self) -> int:
        """Look for commands that were given here; returns how many wait for their way."""
        with self._lock:
            for run in self._runs.values():
                if run.goes_on:
                    run.look()
            return sum(len(run.waiting) for run in self._runs.values())

    def new(self, *, labels: bool) -> list[FromNear]:
        """What is to go over now.

        Args:
            labels: whether to look for names that were given, too.
        """
        found: list[FromNear] = []
        with self._lock:
            for run in self._runs.values():
                if run.goes_on or run.waiting:
                    found += run.new()
                if labels and (told := run.relabelled()) is not None:
                    found.append(told)
        return found

    def lose(self, why: str) -> None:
        """Say in every run that may go on that nothing comes now, and why; an empty reason says
        that it does again.

        Raises:
            OSError: it cannot be written.
        """
        with self._lock:
            for run in self._runs.values():
                run.lose(why)

    def waiting(self) -> list[str]:
        """Commands that did not reach the host, in words."""
        with self._lock:
            return [
                f"{command.name.replace('_', ' ')} of {run.id}"
                for run in self._runs.values()
                for command in run.waiting
            ]

    def remove(self) -> None:
        """Take the copies away."""
        with self._lock:
            shutil.rmtree(self.path, ignore_errors=True)
            os.close(self._lock_file)
