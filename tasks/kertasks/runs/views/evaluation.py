"""How well a network does on rows, how sure that is, and beside what it is to be seen."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta
from msgspec.structs import force_setattr

from kertasks.data.run_baselines import Baseline
from kertasks.runs.looking.view import Index, ViewRecord, ViewRequest
from kertasks.text.plain_text import one_line


class EvaluationRequest(ViewRequest, frozen=True, tag="evaluation"):
    """Asks how well a network does."""

    mistakes: Annotated[int, Meta(ge=0, le=1_000)] = 5
    """How many of the rows it gets most wrong are told."""

    baselines: bool = True
    """Whether what learns next to nothing is scored on the same rows: may take seconds."""

    each_row: bool = False
    """Whether what it gets on each row is told, to compare it with another network."""


class _Named(msgspec.Struct, frozen=True):
    """Something with texts that may be a stranger's."""

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if isinstance(value, str):
                force_setattr(self, name, one_line(value))


class Score(_Named, frozen=True):
    """The value of a metric, with its 95 % interval where it has one."""

    name: str
    value: float
    low: float | None = None
    high: float | None = None


class ClassScore(_Named, frozen=True):
    """How well one class is told from the others, each from 0 to 1."""

    name: str
    precision: float
    recall: float
    f1: float
    support: Index
    """Rows that are of the class."""


class Mistake(_Named, frozen=True):
    """A row that a network gets wrong."""

    row: Index
    """From 0, in its split."""

    true: str | float
    """The class, or the value in the target's own unit."""

    said: str | float
    probability: float | None = None
    """That the network gives to what it says; None for a value."""


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

    classes: tuple[ClassScore, ...] = ()
    confusion: tuple[tuple[Index, ...], ...] = ()
    """Rows by true class (down) and by what the network says (across)."""

    mistakes: tuple[Mistake, ...] = ()
    """Those it is most sure of first, or the greatest errors."""

    each_row: EachRow = EachRow()
