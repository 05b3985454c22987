"""How often each class is taken for each other one, and how well each is told."""

from __future__ import annotations

import msgspec

from kertasks.runs.looking.view import Index, ViewRecord, ViewRequest


class ConfusionRequest(ViewRequest, frozen=True, tag="confusion"):
    """Asks which class is taken for which."""


class ClassFigures(msgspec.Struct, frozen=True):
    """How well one class is told from the others. A share of nothing is 0."""

    precision: float
    """Of the rows that are said to be of the class, the share that is."""

    recall: float
    """Of the rows that are of the class, the share that is said to be."""

    f1: float
    """The harmonic mean of both."""

    support: Index
    """Rows that are of the class."""


class ConfusionMatrix(ViewRecord, frozen=True, tag="confusion"):
    """Says how often each class is taken for each other one."""

    classes: tuple[str, ...]
    """Their names, in the order of the network's outputs."""

    counts: tuple[tuple[Index, ...], ...]
    """Rows of the data by true class (down) and by what the network says (across); the sum is
    ``row_count`` where each row has one of the classes."""

    figures: tuple[ClassFigures, ...]
    """One a class."""

    accuracy: float
    """The share of all rows that is right; a row that has none of the classes is not."""

    low: float
    """Where the accuracy of all such rows lies with a probability of 95 %, by Wilson."""

    high: float
    """The other end."""

    def __post_init__(self) -> None:
        super().__post_init__()
        count = len(self.classes)
        are_square = len(self.counts) == count and all(len(row) == count for row in self.counts)
        sums = [sum(row) for row in self.counts]
        if not are_square or [one.support for one in self.figures] != sums:
            raise ValueError("counts and figures are not of the same classes")
