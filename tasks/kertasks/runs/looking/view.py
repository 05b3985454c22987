"""A view of a network: what is asked for, and the record that answers it.

Every module of ``kertasks.runs.views`` defines a request and a record with the same tag. Both
travel as MessagePack, in which a number that is not finite is a number like any other.
"""

from __future__ import annotations

import importlib
import pkgutil
import threading
from enum import StrEnum
from functools import cache, reduce
from operator import or_
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from msgspec.structs import force_setattr

from kertasks.errors import UserError
from kertasks.files import LARGEST
from kertasks.records import learn
from kertasks.runs import views
from kertasks.text.plain_text import one_line

Index = Annotated[int, Meta(ge=0, le=LARGEST)]

Lines = tuple[tuple[float, ...], ...]
"""A picture's pixels: lines from the top, each from the left."""

MOST_BYTES = 1 << 24
"""Of an answer that are read: a picture of a large terminal takes a thirtieth."""


class DoesNotApply(UserError):
    """A view has nothing to show of this network or this data; the text says why."""


class Rows(StrEnum):
    """Which rows of a dataset a view is of."""

    TEST = "test"
    VALIDATION = "validation"
    TRAIN = "train"


class ViewRequest(msgspec.Struct, frozen=True, tag_field="view", omit_defaults=True):
    """What a person wants to see. Its subclasses say what else can be chosen."""

    rows: Rows | None = None
    """Of which rows. None: the test rows where there are any, else the validation rows, else those
    that are trained on."""


class ViewRecord(msgspec.Struct, frozen=True, tag_field="view"):
    """What a network computes, as plain numbers and words. What is read in it may be a stranger's:
    its texts are cleaned as it is made."""

    rows: Rows
    """Of which rows it is."""

    row_count: Index
    """How many there are."""

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if isinstance(value, str) and not isinstance(value, StrEnum):
                force_setattr(self, name, one_line(value))
            elif isinstance(value, tuple) and value and isinstance(value[0], str):
                force_setattr(self, name, tuple(map(one_line, value)))


class Moment(msgspec.Struct, frozen=True):
    """Which weights of a run are looked at."""

    epoch: Index | None = None
    """Whole epochs they have seen; None for the latest there are."""

    best: bool = False
    """Those of the best epoch, whichever that is."""


class Look(msgspec.Struct, frozen=True):
    """The answer to a request."""

    request: ViewRequest
    epoch: Index
    """Whole epochs the weights have seen."""

    step: Index = 0
    """Batches of the epoch after them."""

    record: ViewRecord | None = None
    """None where there is nothing to show."""

    why_not: str = ""
    """Why there is nothing to show."""

    from_files: bool = False
    """Whether who trains the network wrote it for whoever asked, who has the record computed by the
    files in the run's folder."""


class _WireLook(msgspec.Struct, frozen=True):
    """A look on its way: which records there are is found out when one is read."""

    request: msgspec.Raw
    epoch: Index
    step: Index
    record: msgspec.Raw
    why_not: str
    from_files: bool = False


learn(Moment, _WireLook)


_finding = threading.Lock()


def _all_of(base: Any) -> Any:
    """The union of all requests, or of all records."""
    with _finding:
        return _find_all_of(base)


@cache
def _find_all_of(base: Any) -> Any:
    for info in pkgutil.iter_modules(views.__path__):
        importlib.import_module(f"{views.__name__}.{info.name}")
    found = reduce(or_, base.__subclasses__())
    learn(found)
    return found


def encode_request(request: ViewRequest) -> bytes:
    """Write a request for its way to a trainer."""
    return msgspec.msgpack.encode(request)


def decode_request(data: bytes) -> ViewRequest:
    """Read a request.

    Raises:
        ValueError: it is none, or of a view that is not known here.
    """
    found: ViewRequest = msgspec.msgpack.decode(data, type=_all_of(ViewRequest))
    return found


def encode_look(look: Look) -> bytes:
    """Write an answer for its way to whoever looks."""
    return msgspec.msgpack.encode(look)


def decode_look(data: bytes) -> Look:
    """Read an answer.

    Raises:
        ValueError: it is none, or of a view that is not known here.
    """
    wire = msgspec.msgpack.decode(data, type=_WireLook)
    return Look(
        decode_request(bytes(wire.request)),
        wire.epoch,
        wire.step,
        msgspec.msgpack.decode(wire.record, type=_all_of(ViewRecord) | None),
        one_line(wire.why_not),
        wire.from_files,
    )
