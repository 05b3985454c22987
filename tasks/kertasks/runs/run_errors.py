"""Why something cannot be done with a run."""

from __future__ import annotations

from kertasks.errors import UserError
from kertasks.runs.state import RunState


class RunIsOver(UserError):
    """A command came for a run that has ended."""

    def __init__(self, run_id: str, state: RunState) -> None:
        super().__init__(f"run {run_id} is over ({state.value}): nothing was changed")


class RunDamaged(UserError):
    """A run's folder lacks a file it must have, or holds one that cannot be read."""


class HasNoRecipe(UserError):
    """A run was trained by no recipe: by a person's own script, or by something whose file is
    followed."""


class OnlyRead(UserError):
    """A command came for a run that something else trains, whose file is only read here."""


def only_read(what: str, file: str) -> str:
    """Why nothing can be asked of a run that is read from a file.

    Args:
        what: how the run is called.
        file: what it is read from.
    """
    return f"{what} is only read, from {file}: what writes that file has to be asked itself"


class NeverBegan(RunDamaged):
    """A run has no manifest (yet)."""
