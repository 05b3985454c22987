"""What a network says of a row that a person writes, beside what a baseline says of it."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta
from msgspec.structs import force_setattr

from kertasks.runs.looking.view import Lines, ViewRecord, ViewRequest
from kertasks.text.plain_text import one_line

LONGEST_TEXT = 15_000
"""Characters."""

MOST_NUMBERS = 4_096

MOST_CLASSES = 10
"""Of an answer, the most probable ones."""


class AnswerRequest(ViewRequest, frozen=True, tag="answer"):
    """Asks what the network makes of one row: numbers, a text, a table's cells, or a file."""

    numbers: Annotated[tuple[float, ...], Meta(max_length=MOST_NUMBERS)] = ()
    """In the features' own units, in their order."""

    text: Annotated[str, Meta(max_length=LONGEST_TEXT)] = ""
    cells: Annotated[tuple[str, ...], Meta(max_length=MOST_NUMBERS)] = ()
    """Of a table's row as they would stand in its file, in the order of its columns; where a row
    is a file of a person's, its path alone, which begins at the root."""

    pixels: Annotated[int, Meta(ge=1, le=256)] = 32
    """Of the picture of such a file, at most, across and down: a larger one is made smaller."""


class BaselineSays(msgspec.Struct, frozen=True):
    """What a method says that learns next to nothing."""

    name: str
    class_name: str = ""
    """The most probable class; empty where the target is a number."""

    probability: float = 0.0
    value: float = 0.0
    """In the target's own unit."""

    def __post_init__(self) -> None:
        for name in ("name", "class_name"):
            force_setattr(self, name, one_line(getattr(self, name)))


class Answer(ViewRecord, frozen=True, tag="answer"):
    """Says what the network makes of the row. Its rows are those that the baseline is fitted on."""

    outputs: tuple[float, ...]
    """As the network gives them, the first of them where there are very many."""

    classes: tuple[str, ...] = ()
    """The most probable ones, the first first; empty where the target is a number."""

    probabilities: tuple[float, ...] = ()
    """Of each of ``classes``."""

    value: float | None = None
    """In the target's own unit; None for classes, and for several targets."""

    unit: str = ""
    note: str = ""
    """What is to be known of the row: words that the network does not know."""

    picture: Lines = ()
    """A file that is a picture, as the network gets it, but in grey from 0 to 1."""

    baseline: BaselineSays | None = None
    """None where there is none that makes sense of the data."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if len({len(line) for line in self.picture}) > 1:
            raise ValueError("the lines of a picture are not as long as each other")
