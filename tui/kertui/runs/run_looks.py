"""How the state of a run looks wherever runs are listed."""

from __future__ import annotations

from kertasks.runs.state import RunState

STATE_ROLES = {
    RunState.RUNNING: "train",
    RunState.PAUSED: "warning",
    RunState.FINISHED: "",
    RunState.STOPPED: "dim",
    RunState.FAILED: "bad",
    RunState.LOST: "bad",
    RunState.REMOVED: "bad",
}
"""The role of ``RowsWidget`` each state is written in."""
