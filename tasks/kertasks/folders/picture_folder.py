"""A folder of pictures by class: all that a task of one says. A plain record."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from kertasks.kinds import TaskKind

Side = Annotated[int, Meta(ge=1, le=1_024)]
"""Pixels."""


class PixelScaling(StrEnum):
    """What a pixel's number is to the network."""

    UNIT = "0 to 1"
    """float32, four bytes a pixel and channel."""

    BYTES = "0 to 255"
    """uint8, a byte a pixel and channel; for networks that begin with ``Rescaling``."""


class PictureFolder(
    msgspec.Struct,
    frozen=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    tag_field="kind",
    tag="pictures",
):
    """Pictures in a folder a class, or in such folders under ``train``, ``test``, ``validation``.

    Every picture is brought to one size by averaging, whatever its own is.
    """

    path: str
    """Of the folder; a relative one is beside the file that says it."""

    classes: Annotated[tuple[str, ...], Meta(min_length=1, max_length=10_000)]
    """The names of the folders, in the order of the classes' numbers."""

    height: Side = 32
    width: Side = 32
    colour: bool = False
    """Whether the network gets red, green and blue, or grey."""

    scaling: PixelScaling = PixelScaling.UNIT
    test: Annotated[float, Meta(ge=0, lt=1)] = 0.2
    """The share of each class that is held out to test, where no folder ``test`` is there."""

    digest: str = ""
    """``blake2b:`` and the hash of the files' names and sizes, when they were looked at."""

    rows: int = 0
    """Pictures, when they were looked at; recipes are fitted to that."""

    @property
    def kind(self) -> TaskKind:
        """What is to be predicted."""
        return TaskKind.of_classes(len(self.classes))

    @property
    def channels(self) -> int:
        """How many numbers a pixel has: 3 in colour, else 1."""
        return 3 if self.colour else 1
