"""Arrays in a file: all that a task of them says. A plain record."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from kertasks.kinds import TaskKind
from kertasks.records import differing

ONLY = "array"
"""What the one array of an ``.npy`` file is called."""

_Size = Annotated[int, Meta(ge=1)]


class ArrayScaling(StrEnum):
    """What is done to the features."""

    NONE = "none"
    UNIT = "0 to 1"
    """Divided by 255, of pictures in bytes."""

    STANDARD = "standard"
    """Each column with mean 0 and standard deviation 1 over the training rows."""


class Arrays(
    msgspec.Struct,
    frozen=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    tag_field="kind",
    tag="arrays",
):
    """Features and targets, an entry a row, in one ``.npz`` or ``.npy`` file."""

    path: str
    """Of the file; a relative one is beside the file that says it."""

    x: str
    """The name of the array of features."""

    shape: Annotated[tuple[_Size, ...], Meta(min_length=1, max_length=6)]
    """Of a row of features."""

    y: str = ""
    """The name of the array of targets; empty where the last column of ``x`` has them."""

    x_test: str = ""
    """Names of arrays to test on; empty where ``test`` rows are held out."""

    y_test: str = ""
    classes: tuple[str, ...] = ()
    """The labels in their order, as texts; empty where the target is a number."""

    scaling: ArrayScaling = ArrayScaling.NONE
    test: Annotated[float, Meta(ge=0, lt=1)] = 0.2
    """The share of rows that is held out to test, each class in its share."""

    bytes: int = 0
    """Of the file, when it was looked at."""

    digest: str = ""
    """``blake2b:`` and the hash of the file's content, when it was looked at."""

    rows: int = 0
    """To train and to hold out, when it was looked at."""

    @property
    def kind(self) -> TaskKind:
        """What is to be predicted."""
        return TaskKind.of_classes(len(self.classes))


# Made once: two threads that first ask msgspec for the same record at once crash the process.
_DECODER = msgspec.json.Decoder(Arrays)


def decode_arrays(text: str | bytes) -> Arrays:
    """A record as ``kertasks.records.encode_record`` writes it.

    Raises:
        ValueError: it is none.
    """
    return _DECODER.decode(text)


def what_changed(before: str | bytes, now: str | bytes) -> str:
    """What is another in what two runs of a task keep, in words; empty for nothing.

    Raises:
        ValueError: one of them is none of arrays.
    """
    first, then = decode_arrays(before), decode_arrays(now)
    names = {
        "x": "which array has its features",
        "shape": "the shape of a row",
        "y": "which array has its targets",
        "x_test": "what it is tested on",
        "y_test": "what it is tested on",
        "classes": "its classes",
        "scaling": "how its features are scaled",
        "test": "which share is held out to test",
    }
    found = differing(first, then, names)
    if first.digest != then.digest:
        found.insert(0, f"what {Path(then.path).name} holds")
    return " and ".join(found)


def row_shape(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The shape of a row of features in an array of that shape. Pictures in grey get their axis of
    one channel, which convolutions want."""
    row = shape[1:] or (1,)
    return (*row, 1) if len(row) == 2 and min(row) >= 8 else row


def usual_scaling(dtype: str, row: tuple[int, ...]) -> ArrayScaling:
    """What is done to features unless a person says otherwise.

    Args:
        dtype: of the array, by NumPy's name.
        row: the shape of a row.
    """
    if len(row) == 1:
        return ArrayScaling.STANDARD
    return ArrayScaling.UNIT if dtype == "uint8" else ArrayScaling.NONE
