"""Records of views of networks, as trainers send them, for tests of what draws them."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tests.support.piloting import until
from tests.support.recorded_service import RecordedService
from textual.pilot import Pilot

from kertasks.data.described.description import ColumnsSample, ImageSample, Sample, WordsSample
from kertasks.runs.folder import RunFolder
from kertasks.runs.looking.view import Look, Moment, Rows, ViewRecord, ViewRequest
from kertasks.runs.views.confusion_matrix import ClassFigures, ConfusionMatrix
from kertasks.runs.views.regression_errors import RegressionErrors
from kertasks.runs.views.worst_rows import (
    ClassAnswer,
    Mistake,
    Mistakes,
    ValueAnswer,
)
from kertui.live.pane import LivePane
from kertui.live.tab import RunView


def matrix_of(counts: Sequence[Sequence[int]], names: Sequence[str] = ()) -> ConfusionMatrix:
    """The matrix of these counts; its figures by their definitions."""
    places = range(len(counts))
    said = [sum(row[place] for row in counts) for place in places]
    figures = []
    for place in places:
        support, right = sum(counts[place]), counts[place][place]
        precision, recall = right / max(1, said[place]), right / max(1, support)
        f1 = 2 * precision * recall / ((precision + recall) or 1)
        figures.append(ClassFigures(precision, recall, f1, support))
    rows = sum(said)
    accuracy = sum(counts[place][place] for place in places) / rows
    return ConfusionMatrix(
        Rows.TEST,
        rows,
        tuple(names) or tuple(f"topic {place}" for place in places),
        tuple(map(tuple, counts)),
        tuple(figures),
        accuracy,
        accuracy - 0.02,
        accuracy + 0.02,
    )


def topics(classes: int = 46) -> ConfusionMatrix:
    """Many classes, of which some are rare, some are told badly, and one has no row."""
    chance = random.Random(3)
    counts = [[0] * classes for _ in range(classes)]
    for true in range(classes - 1):
        for _ in range(900 // (1 + true) + 2):
            right = chance.random() < 0.8 - true / 80
            counts[true][true if right else chance.randrange(classes)] += 1
    return matrix_of(counts)


def prices(rows: int = 102) -> RegressionErrors:
    """Errors in dollars."""
    chance = random.Random(4)
    truth = tuple(chance.uniform(5, 50) for _ in range(rows))
    said = tuple(value + chance.gauss(0, 4) for value in truth)
    bins = tuple(chance.randrange(9) for _ in range(30))
    return RegressionErrors(
        Rows.TEST, rows, "price", "$1,000", 2.649, 4.292, 0.779, truth, said, -12.0, 29.0, bins
    )


SAMPLES: tuple[Sample, ...] = (
    WordsSample("bad", "a film of many words " * 200),
    ImageSample("7", tuple(tuple(column / 8 for column in range(8)) for _ in range(8))),
    ColumnsSample("price $24,000", tuple((f"field {n}", f"{n}.5 % of land") for n in range(13))),
)


def class_mistakes(found: int, offset: int = 0, count: int = 10) -> Mistakes:
    """So many of the mistakes there are, from one on; of three kinds of sample in turn."""
    told = range(offset, min(found, offset + count))
    return Mistakes(
        Rows.TEST,
        360,
        ("good", "bad"),
        "mood",
        "",
        found,
        tuple(
            Mistake(
                1000 + place,
                ClassAnswer("good", 0.99 - place / 1000, "bad", 0.01 + place / 1000),
                SAMPLES[place % 3],
            )
            for place in told
        ),
    )


def value_mistakes() -> Mistakes:
    """Three rows of a regression."""
    rows = tuple(
        Mistake(row, ValueAnswer(said, 21.9), None)
        for row, said in ((97, 50.94), (62, 9.7), (13, 20.0))
    )
    return Mistakes(Rows.VALIDATION, 102, (), "price", "$1,000", 3, rows)


def seen(
    request: ViewRequest, record: ViewRecord | None, run: RunFolder, why_not: str = ""
) -> RunView:
    """What a tab gets with this answer, of a run of 412 epochs."""
    return RunView(run, look=Look(request, 412, 0, record, why_not))


class LookService(RecordedService):
    """Answers what is looked at with records that were made before.

    Args:
        home: for its caches.
        answer: gives the record of a request.
    """

    def __init__(self, home: Path, answer: Callable[[Any], ViewRecord]) -> None:
        super().__init__(home)
        self.requests: list[ViewRequest] = []
        self.answer = answer

    def look(self, run: RunFolder, moment: Moment, request: ViewRequest) -> Look:
        """The record of the request, of epoch 412."""
        self.requests.append(request)
        return Look(request, 412, 0, self.answer(request))


class LookedAt:
    """A run that is over, looked at in a tab of the live pane.

    Args:
        pilot: of a ``LiveApp`` with a ``LookService``.
        service: that one.
    """

    def __init__(self, pilot: Pilot[None], service: LookService) -> None:
        self.pilot, self.service = pilot, service
        self.pane = pilot.app.query_one(LivePane)

    async def open(self, run: RunFolder, key: str) -> None:
        """Show the run in the tab of a key."""
        self.pane.follow(run)
        await until(self.pilot, lambda: self.pane.history.ended)
        await self.press(key)

    async def press(self, *keys: str) -> None:
        """Press keys, and wait for the answer to what is wanted then."""
        await self.pilot.press(*keys)
        await self.answered()

    async def answered(self) -> None:
        """Wait until what is shown is what is wanted."""

        def is_shown() -> bool:
            wanted, look = self.pane._reader.wanted, self.pane.view.look
            is_read = look is not None and wanted is not None and look.request == wanted.request
            return is_read and not self.pane._pace.pending

        await self.pilot.pause()
        await until(self.pilot, is_shown)
        await self.pilot.pause()

    @property
    def request(self) -> Any:
        """What was asked for last."""
        return self.service.requests[-1]
