"""Whether two runs differ on the same rows beyond chance, and that in a sentence.

Asks the warm Keras process, with the weights that are in the runs' folders: call it in a thread.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kertasks.errors import UserError
from kertasks.text.numbers import counted, in_unit, metric, metric_label, number

if TYPE_CHECKING:
    from kertasks.runs.folder import RunFolder
    from kertasks.runs.looking.view import Look, Moment, Rows
    from kertasks.runs.views.evaluation import Evaluation
    from kertasks.runs.views.run_difference import RunDifference
    from kertui.service.training_service import TrainingService

SURE = 0.05
"""Two runs differ where a difference like theirs is less probable than that without one."""


class NothingToEvaluate(UserError):
    """A run has no rows of the kind that is asked for, or two runs have not the same ones."""


@dataclass(frozen=True, slots=True)
class EvaluatedRun:
    """How well a run does with the weights of one moment."""

    run: RunFolder
    moment: Moment
    look: Look
    evaluation: Evaluation


def evaluate_run(
    service: TrainingService, run: RunFolder, moment: Moment, rows: Rows | None, *, each_row: bool
) -> EvaluatedRun:
    """Evaluate a run.

    Args:
        service: asks Keras.
        run: whose network.
        moment: with the weights of which epoch.
        rows: on which rows; by itself the test rows where there are any, else those held out.
        each_row: whether it is to be compared with another one.

    Raises:
        NothingToEvaluate: it has no such rows.
        kertasks.UserError: as ``TrainingService.look``.
    """
    from kertasks.runs.views.evaluation import Evaluation, EvaluationRequest

    look = service.look(run, moment, EvaluationRequest(rows, each_row=each_row))
    if not isinstance(look.record, Evaluation):
        raise NothingToEvaluate(f"{run.id} cannot be evaluated: {look.why_not}")
    return EvaluatedRun(run, moment, look, look.record)


def difference_of(
    service: TrainingService, first: EvaluatedRun, second: EvaluatedRun
) -> RunDifference:
    """By how much the first run differs from the second.

    Args:
        service: asks Keras.
        first: evaluated with ``each_row``.
        second: with the weights of its moment.

    Raises:
        NothingToEvaluate: they are of different tasks, or of different rows.
        kertasks.UserError: as ``TrainingService.look``.
    """
    from kertasks.runs.views.run_difference import DifferenceRequest, RunDifference

    each, tasks = first.evaluation.each_row, [one.run.recipe().task for one in (first, second)]
    if tasks[0] != tasks[1]:
        raise NothingToEvaluate(f"a run of {tasks[0]} and one of {tasks[1]} cannot be compared")
    request = DifferenceRequest(first.evaluation.rows, truth=each.truth, scores=each.scores)
    found = service.look(second.run, second.moment, request)
    if not isinstance(found.record, RunDifference):
        raise NothingToEvaluate(f"the two runs cannot be compared: {found.why_not}")
    return found.record


def in_words(found: RunDifference, names: tuple[str, str], unit: str | None) -> str:
    """Whether two runs differ, in a sentence.

    Args:
        found: of the first from the second.
        names: what the two are called.
        unit: of the target, where it is a number.
    """
    name, (one, other) = metric_label(found.metric), names
    if found.p is None or found.low is None or found.high is None:
        return f"whether {one} and {other} differ in {name} cannot be told"
    size = in_metric(found.metric, abs(found.difference), unit)
    ends = " to ".join(_signed(found.metric, end, unit) for end in (found.low, found.high))
    rows = counted(found.row_count, f"{found.rows} row")
    told = f"{rows}, 95 %: {ends}; p = {number(found.p, 3)}, {found.test}"
    if found.p >= SURE:
        return f"{one} and {other} do not differ in {name} beyond chance: {size} ({told})"
    more = "more" if found.difference > 0 else "less"
    return f"{one} and {other} differ: the first has {size} {more} {name} ({told})"


def in_metric(name: str, value: float, unit: str | None) -> str:
    """The value of a metric for a person, an error in the target's own unit."""
    return in_unit(value, unit) if name == "mae" else metric(name, value)


def _signed(name: str, value: float, unit: str | None) -> str:
    text = in_metric(name, value, unit)
    return text if text.startswith("-") else f"+{text}"
