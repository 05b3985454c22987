"""What the two sides of a connection say to each other."""

from __future__ import annotations

import io
import struct

import msgspec
import pytest

from kertasks.runs.state import RunState
from kertui.hosts.messages import (
    LONGEST_GREETING,
    MARKER,
    MOST,
    FromFar,
    Gone,
    More,
    NotUnderstood,
    Receiver,
    Sender,
    Small,
    Told,
)


def received(data: bytes) -> list[FromFar]:
    receiver: Receiver[FromFar] = Receiver(io.BytesIO(data), FromFar)
    return list(iter(receiver.next, None))


def record(fields: object) -> bytes:
    data = msgspec.msgpack.encode(fields)
    return struct.pack(">I", len(data)) + data


def test_records_come_as_they_were_sent() -> None:
    pipe = io.BytesIO()
    said: list[FromFar] = [
        Small("run", "run.json", None),
        More("run", "events.jsonl", 7, b"\0\n"),
        Told("run", "~/kertui/runs/run", RunState.PAUSED, "", (1, 2)),
    ]
    for message in said:
        Sender(pipe).send(message)
    assert received(pipe.getvalue()) == said


def test_what_a_shell_prints_before_is_passed_over() -> None:
    pipe = io.BytesIO(b"Welcome!\n\0 2 updates\n" + MARKER + record({"type": "gone", "run": "a"}))
    receiver: Receiver[FromFar] = Receiver(pipe, FromFar)
    assert receiver.skip_greeting() == b"Welcome!\n\0 2 updates\n"
    assert receiver.next() == Gone("a")


@pytest.mark.parametrize("length", [10, LONGEST_GREETING + 2])
def test_a_host_that_never_comes_to_it_is_not_waited_for(length: int) -> None:
    with pytest.raises(NotUnderstood):
        Receiver[FromFar](io.BytesIO(b"x" * length), FromFar).skip_greeting()


def test_records_of_a_later_version_are_passed_over() -> None:
    later = record({"type": "weather", "rain": True}) + record(
        {"type": "gone", "run": "a", "by": 1}
    )
    assert received(later) == [Gone("a")]


@pytest.mark.parametrize(
    "id", ["", ".", "..", "../home", "a/b", "/etc", ".hidden", "\x1b[2J", "a\n"]
)
def test_a_run_that_would_lie_elsewhere_is_no_run(id: str) -> None:
    assert received(record({"type": "gone", "run": id})) == []


def test_a_record_that_is_too_long_or_cut_is_the_end() -> None:
    for data in (struct.pack(">I", MOST + 1), record({"type": "gone", "run": "a"})[:-1], b"\0"):
        with pytest.raises(NotUnderstood):
            received(data)


@pytest.mark.parametrize("kept", [(0,), (1 << 60,), tuple(range(1, 1 << 16))])
def test_epochs_that_no_note_could_hold_are_passed_over(kept: tuple[int, ...]) -> None:
    told = Told("run", "~/kertui/runs/run", RunState.PAUSED, "", kept)
    assert received(record(told)) == []
