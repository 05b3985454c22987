"""What tests of real trainings share: where they happen, and that none outlives its test."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path

from tests.support.waiting import wait_until

from kertasks.runs.event_file.event_reader import EventReader
from kertasks.runs.event_file.events import Epoch
from kertasks.runs.folder import RunFolder
from kertasks.runs.history import RunHistory
from kertasks.runs.home.store import RunStore
from kertasks.runs.run_errors import RunDamaged
from kertasks.runs.signs.process import process_is_there

PATIENCE = 120.0
"""Seconds a trainer may take to import Keras on a machine that is busy with other things."""


class FollowedRun:
    """A run and what was read of it so far."""

    def __init__(self, run: RunFolder) -> None:
        self.run = run
        self.history = RunHistory()
        self._reader = EventReader(run.events_path)

    def look(self) -> RunHistory:
        """Take in what was written since the last look."""
        self.history.add_all(self._reader.read_all())
        return self.history

    def wait_for_epochs(self, count: int) -> RunHistory:
        """Wait until so many epochs are done."""
        wait_until(lambda: self.look().epochs >= count or self.history.ended, PATIENCE)
        assert self.history.epochs >= count, self.said()
        return self.history

    def wait_for_end(self) -> RunHistory:
        """Wait until there is an end event."""
        wait_until(lambda: self.look().ended is not None, PATIENCE)
        return self.history

    def epochs(self) -> list[Epoch]:
        """Every epoch event from the file's beginning."""
        events = EventReader(self.run.events_path).read_all()
        return [event for event in events if isinstance(event, Epoch)]

    def said(self) -> str:
        """Its end and its log, for an assertion's message."""
        log = self.run.log_path.read_text(errors="replace") if self.run.log_path.exists() else ""
        return f"{self.history.ended}\n{log[-3000:]}"


def kill_trainers(home: Path) -> None:
    """End every trainer of the runs in a home that is still there."""
    for run in RunStore(home).runs():
        with suppress(RunDamaged):
            manifest = run.manifest()
            if process_is_there(manifest.pid, manifest.process_started):
                with suppress(ProcessLookupError):
                    os.kill(manifest.pid, signal.SIGKILL)
