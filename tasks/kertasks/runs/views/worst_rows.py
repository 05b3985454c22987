"""The rows that a network gets most wrong, as people read them."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta
from msgspec.structs import force_setattr

from kertasks.data.described.description import ColumnsSample, ImageSample, Sample, WordsSample
from kertasks.runs.looking.view import Index, ViewRecord, ViewRequest
from kertasks.text.plain_text import one_line

MOST_PIXELS = 128
"""Of a picture, across and down: no terminal shows more."""

_LONGEST_TEXT = 20_000
"""Characters of a text that are kept: the longest film review has fewer."""


class MistakesRequest(ViewRequest, frozen=True, tag="mistakes"):
    """Asks for the rows that are most wrong, the worst first."""

    offset: Index = 0
    """How many worse ones are left out."""

    count: Annotated[int, Meta(ge=1, le=100)] = 10
    """How many are told, at most."""

    true: Index | None = None
    """Only rows of this class, by its place among the network's outputs."""

    said: Index | None = None
    """Only rows that are said to be of this class. Where it is the true one too, the rows that are
    right are told, the least sure first."""


class ClassAnswer(msgspec.Struct, frozen=True, tag_field="type", tag="class"):
    """What a network says of a row that has a class."""

    said: str
    said_probability: float
    true: str
    true_probability: float
    """What the true class was given; 0 for a label that is none of the classes."""

    def __post_init__(self) -> None:
        force_setattr(self, "said", one_line(self.said))
        force_setattr(self, "true", one_line(self.true))


class ValueAnswer(msgspec.Struct, frozen=True, tag_field="type", tag="value"):
    """What a network says of a row that has a number, in the target's own unit."""

    said: float
    true: float


Answer: TypeAlias = ClassAnswer | ValueAnswer


class Mistake(msgspec.Struct, frozen=True):
    """A row, and what is said of it."""

    row: Index
    """Its number among the rows of its split, from 0."""

    answer: Answer
    sample: Sample | None
    """The row as a person reads it; None where it is numbers without names."""

    def __post_init__(self) -> None:
        force_setattr(self, "sample", _clean(self.sample))


class Mistakes(ViewRecord, frozen=True, tag="mistakes"):
    """Says which rows are most wrong: classes by the probability that the true one was given, the
    lowest first; numbers by their error, the largest first."""

    classes: tuple[str, ...]
    """Their names, in the order of the network's outputs; empty for numbers."""

    target: str
    """The target's name."""

    unit: str
    """The target's own unit; empty for a pure number, and for classes."""

    found: Index
    """How many rows there are of those that were asked for."""

    mistakes: tuple[Mistake, ...]
    """Those from ``offset`` on."""


def _clean(sample: Sample | None) -> Sample | None:
    """A sample of which no text steers a terminal."""
    match sample:
        case WordsSample():
            return WordsSample(one_line(sample.label), one_line(sample.text, _LONGEST_TEXT))
        case ImageSample() if _is_picture(sample.pixels):
            return ImageSample(one_line(sample.label), sample.pixels)
        case ColumnsSample():
            columns = tuple((one_line(name), one_line(value)) for name, value in sample.columns)
            return ColumnsSample(one_line(sample.label), columns)
    return None


def _is_picture(pixels: tuple[tuple[float, ...], ...]) -> bool:
    """Whether there are lines of pixels, all as long, and no more than can be shown."""
    across = len(pixels[0]) if pixels else 0
    fits = 0 < across <= MOST_PIXELS and len(pixels) <= MOST_PIXELS
    return fits and all(len(line) == across for line in pixels)
