"""What the two sides say to each other: records in MessagePack, each with its length before it.

The far side begins with ``MARKER``: what a host's shell prints before it, a greeting as a rule, is
passed over. Both sides pass over records they do not know.
"""

from __future__ import annotations

import errno
import os
import struct
import threading
from typing import IO, Annotated, Any, Generic, TypeAlias, TypeVar

import msgspec
from msgspec import Meta

from kertasks.errors import UserError
from kertasks.files import LARGEST
from kertasks.runs.looking.view import Moment
from kertasks.runs.mirrors.mirror_note import KeptEpochs
from kertasks.runs.state import RunState

PROTOCOL = 1
"""One more when the other side would be misled."""

MARKER = b"\0kertui-runs\0"

LONGEST_GREETING = 1 << 20
"""Bytes before the marker that are passed over."""

MOST = 1 << 25
"""Bytes of a record."""

SLICE = 1 << 18
"""Bytes of a file that go over at once."""

LOG_TAIL = 1 << 20
"""Bytes of a trainer's log that are fetched of what was there before it was followed."""

ALIVE_EVERY = 5.0
"""Seconds between two signs of life of the near side."""

SILENT = 60.0
"""Seconds without one after which the far side ends: its connection is gone and nobody said so."""

EVENTS, LOG = "events.jsonl", "trainer.log"
"""What is appended to."""

SMALL = ("run.json", "label.json", "baselines.json", "recipe.toml", "control.json")
"""What is replaced whole."""

_LENGTH = struct.Struct(">I")

RunId = Annotated[
    str,
    Meta(min_length=1, max_length=255, pattern=r"^[^./\x00-\x1f\x7f][^/\x00-\x1f\x7f]*\Z"),
]
"""The name of a run's folder: in one folder, not hidden, no way out of it."""

_Viewer = Annotated[str, Meta(pattern=r"^[0-9a-f]{16}\Z")]
_Count = Annotated[int, Meta(ge=0, le=LARGEST)]


class Hello(msgspec.Struct, tag="hello"):
    """The first word of the far side."""

    protocol: int
    kertui: str
    """Its version."""


class Small(msgspec.Struct, tag="small"):
    """A small file of a run as it is now; ``data`` is None where there is none any more."""

    run: RunId
    name: str
    data: Annotated[bytes, Meta(max_length=1 << 20)] | None


class More(msgspec.Struct, tag="more"):
    """What a file that grows has from a byte on."""

    run: RunId
    name: str
    offset: _Count
    data: bytes


class Told(msgspec.Struct, tag="told"):
    """What only the host can know of a run; true of the events that went over before."""

    run: RunId
    folder: str
    """Its path over there, as people are told it."""

    state: RunState
    trouble: str
    kept: KeptEpochs
    script_goes_on: bool = False
    """Whether the script that trained it lives: it may print and train more."""


class Gone(msgspec.Struct, tag="gone"):
    """A run is there no longer."""

    run: RunId


class Looked(msgspec.Struct, tag="looked"):
    """A trainer's answer to a viewer, as ``looking/look-VIEWER`` holds it."""

    run: RunId
    viewer: _Viewer
    data: bytes


class Took(msgspec.Struct, tag="took"):
    """A command is where its trainer looks for it; or why it is not."""

    run: RunId
    number: _Count
    refused: str = ""


class Answer(msgspec.Struct, tag="answer"):
    """What comes of a request."""

    number: _Count
    value: bytes = b""
    """MessagePack of what was asked for."""

    error: str = ""
    """Why it cannot be had; empty where it can."""

    status: int = 0
    """Of a command that was run."""


class Follow(msgspec.Struct, tag="follow"):
    """Asks for runs from what is known of them on; answered when all there is has gone over."""

    number: _Count
    runs: dict[RunId, dict[str, _Count]]
    """For each the bytes known of what is appended to."""

    every: bool = False
    """Whether all runs there are wanted; answered then when each was told of."""


class Find(msgspec.Struct, tag="find"):
    """Asks for the id of the run a person means."""

    number: _Count
    text: str


class Summarise(msgspec.Struct, tag="summarise"):
    """Asks for the summaries of all runs, of the deleted ones instead if told so."""

    number: _Count
    deleted: bool


class Resume(msgspec.Struct, tag="resume"):
    """Asks for a run that is over to be gone on with."""

    number: _Count
    run: RunId
    epochs: int | None


class Compute(msgspec.Struct, tag="compute"):
    """Asks for a view of a run, computed by weights that are in its folder."""

    number: _Count
    run: RunId
    moment: Moment
    request: bytes


class Kertui(msgspec.Struct, tag="kertui"):
    """Asks for a command of kertui to be run; the answer is what it printed."""

    number: _Count
    arguments: tuple[str, ...]


class Steer(msgspec.Struct, tag="steer"):
    """A command to a run's trainer, numbered by who asked it."""

    run: RunId
    number: Annotated[int, Meta(gt=0, le=LARGEST)]
    command: str
    value: int | float | None


class Relabel(msgspec.Struct, tag="relabel"):
    """What a person calls a run now, as ``label.json`` holds it."""

    run: RunId
    data: Annotated[bytes, Meta(max_length=1 << 20)]


class Ask(msgspec.Struct, tag="ask"):
    """What a viewer looks at, as ``looking/ask-VIEWER`` holds it; or a sign of its life."""

    run: RunId
    viewer: _Viewer
    data: Annotated[bytes, Meta(max_length=1 << 16)]


class Leave(msgspec.Struct, tag="leave"):
    """A viewer looks no longer."""

    run: RunId
    viewer: _Viewer


class Alive(msgspec.Struct, tag="alive"):
    """A sign of life."""


FromFar: TypeAlias = Hello | Small | More | Told | Gone | Looked | Took | Answer | Alive
Request: TypeAlias = Follow | Find | Summarise | Resume | Compute | Kertui
FromNear: TypeAlias = Request | Steer | Relabel | Ask | Leave | Alive


_Message = TypeVar("_Message")


class NotUnderstood(UserError):
    """The other side says what is no record, or ends within one."""


class Sender:
    """Writes records to a pipe; several threads may.

    Args:
        file: the pipe.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._encode = msgspec.msgpack.Encoder().encode

    def begin(self) -> None:
        """Write the marker.

        Raises:
            OSError: nobody reads any more.
        """
        self._write(MARKER)

    def send(self, message: FromFar | FromNear) -> None:
        """Write one record.

        Raises:
            OSError: nobody reads any more.
        """
        data = self._encode(message)
        self._write(_LENGTH.pack(len(data)) + data)

    def _write(self, data: bytes) -> None:
        try:
            with self._lock:
                self._file.write(data)
                self._file.flush()
        except ValueError as error:  # it was closed meanwhile
            raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE)) from error


class Receiver(Generic[_Message]):
    """Reads records from a pipe.

    Args:
        file: the pipe.
        kinds: the type of what may come.
    """

    def __init__(self, file: IO[bytes], kinds: Any) -> None:
        self._file = file
        self._decode = msgspec.msgpack.Decoder(kinds).decode

    def skip_greeting(self) -> bytes:
        """Read up to the marker; returns what came before it.

        Raises:
            NotUnderstood: there is none.
        """
        read = bytearray()
        while not read.endswith(MARKER):
            byte = self._file.read(1)
            if not byte or len(read) > LONGEST_GREETING:
                raise NotUnderstood("the other side is no kertui")
            read += byte
        return bytes(read[: -len(MARKER)])

    def next(self) -> _Message | None:
        """Read the next record that is known here; None at the end.

        Raises:
            NotUnderstood: the end is within a record, or it is too long.
        """
        while True:
            head = self._file.read(_LENGTH.size)
            if not head:
                return None
            length = _LENGTH.unpack(head)[0] if len(head) == _LENGTH.size else MOST + 1
            data = self._file.read(length) if length <= MOST else b""
            if len(data) < length:
                raise NotUnderstood("a record is too long or not whole")
            try:
                message: _Message = self._decode(data)
            except (ValueError, RecursionError):
                continue  # of a later version, or nothing that could be meant well
            return message
