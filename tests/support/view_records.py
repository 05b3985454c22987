"""Records of views of networks, as trainers send them, for tests of what draws them."""

from __future__ import annotations

import random
from collections.abc import Sequence

from kertasks.data.description import ColumnsSample, ImageSample, Sample, WordsSample
from kertasks.runs.folder import RunFolder
from kertasks.runs.history import RunHistory
from kertasks.runs.looking.view import Look, Rows, ViewRecord, ViewRequest
from kertasks.runs.views.confusion_matrix import ClassFigures, ConfusionMatrix
from kertasks.runs.views.regression_errors import RegressionErrors
from kertasks.runs.views.worst_rows import (
    ClassAnswer,
    Mistake,
    Mistakes,
    ValueAnswer,
)
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
    WordsSample("bad", "a film of many words " * 60),
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
    look = Look(request, 412, 0, record, why_not)
    return RunView(run, RunHistory(), look=look)
