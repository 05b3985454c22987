"""The question on leaving while something is trained."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence
from enum import StrEnum

from kertasks.errors import UserError
from kertasks.runs.folder import RunFolder
from kertasks.runs.home.summary import RunSummary
from kertasks.runs.run_errors import RunIsOver
from kertasks.runs.state import RunState
from kertasks.runs.steering.commands import SteeringCommand
from kertui.dialogs.dialog import Choice, Question


class Leave(StrEnum):
    """What becomes of the trainings when the interface goes."""

    TRAIN_ON = "train on"
    STOP = "stop"
    STAY = "stay"


class QuitQuestion(Question[Leave]):
    """Leave, and let trainings go on (the default) or stop them; or stay.

    Args:
        running: the trainings that are not over, of those begun or steered here.
    """

    def __init__(self, running: Sequence[RunSummary]) -> None:
        paused = [run for run in running if run.state is RunState.PAUSED]
        trained = [run for run in running if run.state is not RunState.PAUSED]
        it, its = ("it", "its") if len(running) == 1 else ("them", "their")
        text = []
        goes, go = "a training goes on", "train"
        leave = "Quit and train on"
        if trained:
            process = "a process of its own" if len(trained) == 1 else "processes of their own"
            text.append(f"{_names(trained)} being trained in {process}.")
        else:
            goes, go = "a training is paused", "are paused"
            leave = f"Quit and leave {it} paused"
        if paused:
            stays = "it stays" if len(paused) == 1 else "they stay"
            text.append(f"{_names(paused)} paused; {stays} paused, in memory, if left so.")
        if len(trained or paused) > 1:
            goes = f"{len(trained or paused)} {go}"
        again = f"nothing is lost; kertui shows {it} again when started again"
        kept = f"{its} weights so far are kept and tested"
        super().__init__(
            f"Quit while {goes}?",
            " ".join(text),
            [
                Choice(Leave.TRAIN_ON, leave, again),
                Choice(Leave.STOP, f"Stop {it} and quit", kept),
                Choice(Leave.STAY, "Stay", "nothing changes"),
            ],
        )


def _names(runs: Sequence[RunSummary]) -> str:
    names = ", ".join(f"{run.task} {run.recipe}" for run in runs)
    return f"{names} {'is' if len(runs) == 1 else 'are'}"


def stop_trainings(runs: Iterable[RunFolder]) -> list[str]:
    """Ask trainings to stop. Writes files: call it from a thread.

    Returns:
        Why some could not be asked, one sentence each.
    """
    failures = []
    for run in runs:
        try:
            with contextlib.suppress(RunIsOver):  # it ended while the person chose
                run.send(SteeringCommand.STOP)
        except UserError as error:
            failures.append(str(error))
    return failures
