"""A folder of pictures by class: all that a task of one says. A plain record."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from kertasks.kinds import TaskKind
from kertasks.records import differing

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
    """By what the files are known again, as ``folder_digest.py`` says."""

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


# Made once: two threads that first ask msgspec for the same record at once crash the process.
_DECODER = msgspec.json.Decoder(PictureFolder)


def decode_folder(text: str | bytes) -> PictureFolder:
    """A record as ``kertasks.records.encode_record`` writes it.

    Raises:
        ValueError: it is none.
    """
    return _DECODER.decode(text)


def what_changed(before: str | bytes, now: str | bytes) -> str:
    """What is another in what two runs of a task keep, in words; empty for nothing.

    Raises:
        ValueError: one of them is none of such a folder.
    """
    first, then = decode_folder(before), decode_folder(now)
    names = {
        "classes": "its classes",
        "height": "the size of its pictures",
        "width": "the size of its pictures",
        "colour": "whether its pictures are in colour",
        "scaling": "what a pixel's number is",
        "test": "which share is held out to test",
    }
    found = differing(first, then, names)
    if first.digest != then.digest:
        found.insert(0, f"what {Path(then.path).name} holds")
    return " and ".join(found)
