"""Which runs can be gone on with, said before a process is started for one."""

from __future__ import annotations

from kertasks.errors import UserError
from kertui.training.event_tail import events_backwards
from kertui.training.events import Finished
from kertui.training.run_folder import RunFolder
from kertui.training.run_state import RunState


class NotToResume(UserError):
    """There is nothing to go on with in a run."""


def require_resumable(run: RunFolder, epochs: int | None = None) -> None:
    """See that a run is over and that something is left to train.

    Raises:
        NotToResume: saying why, and what can be done instead.
        RunDamaged: it has no recipe, or a link where its trainer would write.
        kertasks.RecipeError: its recipe was spoilt.
    """
    state = run.state()
    if state is RunState.PAUSED:
        raise NotToResume(f"run {run.id} is paused in its own process: it only has to go on")
    if not state.is_over:
        raise NotToResume(f"run {run.id} is {state}: there is nothing to resume")
    run.recipe()
    run.require_own_files()
    if state is RunState.FINISHED and epochs is None:
        raise NotToResume(
            f"run {run.id} is finished. Give it more epochs: kertui resume {run.id} --epochs N"
        )
    if epochs is not None and epochs <= (done := _epochs_done(run)):
        raise NotToResume(f"run {run.id} has {done} epochs already: give it more than that")


def _epochs_done(run: RunFolder) -> int:
    for event in events_backwards(run.events_path):
        if isinstance(event, Finished):
            return event.epochs
    return 0
