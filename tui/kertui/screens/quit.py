"""The question on leaving while something is trained."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from kertui.screens.dialog import Choice, Question
from kertui.training.run_summary import RunSummary


class Leave(StrEnum):
    """What becomes of the trainings when the interface goes."""

    TRAIN_ON = "train on"
    STOP = "stop"
    STAY = "stay"


class QuitQuestion(Question[Leave]):
    """Leave, and let trainings go on (the default) or stop them; or stay.

    Args:
        running: the trainings this program began and that go on.
    """

    def __init__(self, running: Sequence[RunSummary]) -> None:
        one = len(running) == 1
        names = ", ".join(f"{run.task} {run.recipe}" for run in running)
        it, its = ("it", "its") if one else ("them", "their")
        super().__init__(
            "Quit while a training goes on?" if one else f"Quit while {len(running)} train?",
            f"{names} {'is' if one else 'are'} being trained in a process of {its} own.",
            [
                Choice(
                    Leave.TRAIN_ON,
                    "Quit and train on",
                    f"nothing is lost; kertui shows {it} again when started again",
                ),
                Choice(
                    Leave.STOP,
                    f"Stop {it} and quit",
                    f"{its} weights so far are kept and tested",
                ),
                Choice(Leave.STAY, "Stay", "nothing changes"),
            ],
        )
