"""How well a network does on rows, how sure that is, and what it is compared with."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta
from msgspec.structs import force_setattr

from kertasks.runs.looking.view import ViewRecord, ViewRequest
from kertasks.scores.run_baselines import Baseline
from kertasks.text.plain_text import one_line


class EvaluationRequest(ViewRequest, frozen=True, tag="evaluation"):
    """Asks how well a network does."""

    baselines: bool = True
    """Whether what learns next to nothing is scored on the same rows: may take seconds."""

    each_row: bool = False
    """Whether what it gets on each row is told, to compare it with another network."""

    batch_size: Annotated[int, Meta(ge=1)] | None = None
    """Rows a step, which a few losses depend on; None for as many as the run was trained with, and
    for Keras's 32 where there is no run."""


class Score(msgspec.Struct, frozen=True):
    """The value of a metric, with its 95 % interval where it has one."""

    name: str
    value: float
    low: float | None = None
    high: float | None = None

    def __post_init__(self) -> None:
        force_setattr(self, "name", one_line(self.name))


class EachRow(msgspec.Struct, frozen=True):
    """What a network gets on each row, in their order."""

    truth: tuple[float, ...] = ()
    """The class by its number, or the value in the target's own unit."""

    scores: tuple[float, ...] = ()
    """1 where the class is right, 0 where it is wrong; the absolute error of a value."""


class Evaluation(ViewRecord, frozen=True, tag="evaluation"):
    """Says how well a network does."""

    metrics: tuple[Score, ...]
    """By Keras's names; a regression's ``mae`` is in the target's own unit."""

    unit: str | None = None
    """Of a regression's ``mae``; None for a pure number."""

    baselines: tuple[Baseline, ...] = ()
    """Scored on the same rows, the best first."""

    each_row: EachRow = EachRow()
