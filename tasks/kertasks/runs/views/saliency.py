"""Which words of a text, or which pixels of a picture, count most for what a network says of it."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from kertasks.runs.looking.view import Index, Lines, ViewRecord, ViewRequest


class SaliencyRequest(ViewRequest, frozen=True, tag="saliency"):
    """Asks what counts most in one row."""

    row: Index = 0
    """Of the rows; after the last one the first comes again."""

    wrong: Annotated[int, Meta(ge=-1, le=1)] = 0
    """1: the next row from there on of which the network says another class than the true one; -1:
    the one before. 0: the row itself."""

    words: Annotated[int, Meta(ge=1, le=5_000)] = 1_000
    """Of a text, at most: its first ones."""

    pixels: Annotated[int, Meta(ge=1, le=256)] = 64
    """Of a picture, at most, across and down: a larger one is made smaller."""


class Saliency(ViewRecord, frozen=True, tag="saliency"):
    """Says how much each part of a row counts for what the network says of it: gradient times input
    of its score. What is above 0 speaks for it, what is below against it."""

    row: Index
    """Which one it is."""

    truth: str
    """Its class by name, or its target with the unit."""

    said: str
    """What the network says."""

    probability: float | None
    """Of the class that is said; None for a regression."""

    is_wrong: bool
    """Whether another class is said than the true one."""

    found: bool = True
    """False where a wrong row was asked for and there is none."""

    words: tuple[str, ...] = ()
    """The text, as it is read."""

    weights: tuple[float, ...] = ()
    """What each word counts for."""

    left_out: Index = 0
    """Words after those."""

    pixels: Lines = ()
    """The picture in grey, from 0 to 1."""

    pixel_weights: Lines = ()
    """What each pixel counts for."""

    def __post_init__(self) -> None:
        super().__post_init__()
        shapes = [[len(line) for line in lines] for lines in (self.pixels, self.pixel_weights)]
        uneven = len(set(shapes[0])) > 1 or shapes[0] != shapes[1]
        if uneven or len(self.words) != len(self.weights):
            raise ValueError("the parts of a row are not as long as each other")
