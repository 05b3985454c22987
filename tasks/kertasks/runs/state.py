"""What a run is doing, as its events' end names it."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from kertasks.runs.event_file.event_reader import Tail


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
