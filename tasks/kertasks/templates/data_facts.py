"""The few facts of data that recipes are fitted to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kertasks.kinds import TaskKind


class InputForm(StrEnum):
    """What a row of features is."""

    COLUMNS = "columns"
    """Numbers, shape (columns,)."""

    WORDS = "words"
    """Zeros and ones, one a word of the vocabulary (and other columns), shape (words,)."""

    SEQUENCE = "sequence"
    """Word numbers in their order, shape (words of a text,)."""

    PICTURE = "picture"
    """Shape (height, width, channels)."""

    SERIES = "series"
    """Numbers in their order, shape (steps, numbers of a step)."""


@dataclass(frozen=True, slots=True)
class DataFacts:
    """What recipes must know of data."""

    kind: TaskKind
    form: InputForm
    shape: tuple[int, ...]
    """Of a row of features, as far as it is known before the data is read."""

    rows: int
    """About how many there are to train on."""

    classes: int = 0
    """How many, of classes; 0 for a number."""

    vocabulary: int = 0
    """How many word numbers there are, of a sequence."""

    target: str = "target"
    """What is predicted, by its name in the data."""

    unit: str | None = None
    """The target's own unit, of a number that has one."""

    target_scaled: bool = True
    """Whether a number that is predicted comes to the network about as large as 1."""

    brings_validation: bool = False
    """Whether the data itself holds rows out to validate on."""
