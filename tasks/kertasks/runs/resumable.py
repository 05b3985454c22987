"""Which runs can be gone on with, said before a process is started for one."""

from __future__ import annotations

from kertasks.errors import UserError
from kertasks.runs.event_file.event_reader import events_backwards
from kertasks.runs.event_file.events import (
    Checkpointed,
    Control,
    Finished,
    Planned,
    Resuming,
    Stopped,
)
from kertasks.runs.folder import RunFolder
from kertasks.runs.state import RunState


class NotToResume(UserError):
    """There is nothing to go on with in a run."""


def require_resumable(run: RunFolder, epochs: int | None = None, *, watched: bool = False) -> None:
    """See that a run is over and that something is left to train.

    Args:
        run: the run.
        epochs: to train in all from now on; as planned for None.
        watched: whether another process has watched for a sign of life of its trainer, where this
            one cannot tell.

    Raises:
        NotToResume: saying why, and what can be done instead.
        HasNoRecipe: a script of somebody's own trained it, which alone knows how.
        OnlyRead: it is read from a file that something else writes.
        RunDamaged: it has no recipe, or a link where its trainer would write.
        kertasks.RecipeError: its recipe was spoilt.
    """
    run.require_steered()
    state = run.state()
    if not state.goes_on:
        run.require_recipe("cannot be resumed", "Start {by} again to train anew.")
    if state is RunState.RUNNING and _is_being_resumed(run):
        raise NotToResume(f"run {run.id} is being resumed already")
    if state is RunState.PAUSED:
        raise NotToResume(f"run {run.id} is paused in its own process: it only has to go on")
    if state is RunState.UNKNOWN and not watched:
        raise NotToResume(
            f"whether run {run.id} still goes on where it was trained cannot be told from here "
            "yet: without a sign of life for two minutes it can be resumed"
        )
    if state.goes_on:
        raise NotToResume(f"run {run.id} is {state}: there is nothing to resume")
    run.recipe()
    run.require_own_files()
    if state is RunState.FINISHED and epochs is None:
        raise NotToResume(
            f"run {run.id} is finished. Give it more epochs: kertui resume {run.id} --epochs N"
        )
    if epochs is not None and epochs <= (done := _epochs_done(run)):
        raise NotToResume(f"run {run.id} has {done} epochs already: give it more than that")


def _is_being_resumed(run: RunFolder) -> bool:
    for event in events_backwards(run.events_path):
        if not isinstance(event, Planned | Control):
            return isinstance(event, Resuming)
    return False


def _epochs_done(run: RunFolder) -> int:
    """How many epochs it would go on from: none that was lost after the last checkpoint."""
    for event in events_backwards(run.events_path, whole=True):
        if isinstance(event, Finished | Stopped):
            return event.epochs
        if isinstance(event, Checkpointed):
            return event.epoch
    return 0
