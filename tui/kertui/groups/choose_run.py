"""Which of the runs of a line is opened, where it has several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kertasks.errors import UserError
from kertasks.runs.folder import RunFolder
from kertasks.runs.history import RunHistory
from kertasks.runs.manifest import Manifest
from kertasks.text.numbers import counted
from kertui.dialogs.dialog import Choice, Question


@dataclass(frozen=True, slots=True)
class RunToChoose:
    """A run and what tells it from the others."""

    run: RunFolder
    name: str
    """What it is called in its group, without what all of them are called: ``"seed 2"``."""

    how_far: str


def runs_to_choose(runs: Sequence[RunFolder]) -> list[RunToChoose]:
    """What there is to know of runs. Blocks on files."""
    found = []
    for run in runs:
        history = RunHistory.read(run.events_path)
        best = history.best_epoch
        far = f"{run.state().value}, {counted(history.epochs, 'epoch')}"
        far += "" if best is None else f", best in {best}"
        found.append(RunToChoose(run, _name_of(run), far))
    return found


def _name_of(run: RunFolder) -> str:
    """The end of its recipe's name, after the trial's."""
    try:
        manifest: Manifest = run.manifest()
    except UserError:
        return run.id
    _, trial, parts = manifest.recipe.rpartition(", trial ")
    return parts.partition(", ")[2] or manifest.recipe if trial else manifest.recipe


class ChooseRunScreen(Question[RunFolder]):
    """Asks for one of the runs; gives it, or None for escape.

    Args:
        runs: the choice, two at least.
    """

    def __init__(self, runs: Sequence[RunToChoose]) -> None:
        choices = [Choice(one.run, one.name, one.how_far) for one in runs]
        super().__init__("Which of its runs?", "", choices)
