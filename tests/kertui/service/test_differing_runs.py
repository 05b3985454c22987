"""Whether two runs differ is told under what differs in their recipes."""

from __future__ import annotations

from pathlib import Path

from tests.support.run_folders import NOON, write_run
from tests.support.runs_app import opened_runs
from tests.support.view_records import LookService

from kertasks.errors import UserError
from kertasks.runs.folder import RunFolder
from kertasks.runs.looking.view import Look, Moment, Rows, ViewRecord, ViewRequest
from kertasks.runs.views.evaluation import EachRow, Evaluation, EvaluationRequest, Score
from kertasks.runs.views.run_difference import DifferenceRequest, RunDifference
from kertui.service.differing_runs import in_words

DIFFERENCE = RunDifference(
    Rows.TEST, 2_246, "accuracy", "McNemar", 0.027, low=0.001, high=0.05, p=0.04
)


def answer(request: ViewRequest) -> ViewRecord:
    """Of the first run its rows, of the second what differs from them."""
    if isinstance(request, EvaluationRequest):
        each = EachRow((0.0, 1.0), (1.0, 0.0))
        return Evaluation(Rows.TEST, 2_246, (Score("accuracy", 0.79),), each_row=each)
    assert isinstance(request, DifferenceRequest)
    assert request.scores == (1.0, 0.0)
    return DIFFERENCE


class Answering(LookService):
    """As with a warm process."""

    def __init__(self, home: Path) -> None:
        super().__init__(home, answer)
        self.spare = True
        self.trouble = ""

    def start_spare(self) -> None:
        """There is none: what it would answer is known."""

    def look(self, run: RunFolder, moment: Moment, request: ViewRequest) -> Look:
        """The record of the request, or what went wrong."""
        if self.trouble:
            raise UserError(self.trouble)
        return super().look(run, moment, request)


async def test_two_runs_that_are_compared_are_said_to_differ(tmp_path: Path) -> None:
    service = Answering(tmp_path)
    for number, recipe in enumerate(("as asked", "answer")):
        write_run(service.store, "xor", recipe, began=NOON - number, epochs=3, end="finished")
    async with opened_runs(service, size=(80, 24)) as runs:
        await runs.press("space", "down", "space", "c")
        await runs.shows("differ: the first has")
        await runs.shows("(2 246 test")
        await runs.shows("McNemar)")
        asked = len(service.requests)
        await runs.press("c", "space", "c")  # one alone is compared with the one under the cursor
        await runs.until(lambda: len(service.requests) > asked)
        service.trouble = "the run has no weights"
        await runs.press("c", "c")
        await runs.shows("the run has no weights")


def test_in_words_it_is_said_of_which_rows_and_how_sure() -> None:
    words = in_words(DIFFERENCE, ("wide", "narrow"), None)
    assert words == (
        "wide and narrow differ: the first has 0.027 more accuracy "
        "(2 246 test rows, 95 %: +0.001 to +0.050; p = 0.040, McNemar)"
    )
