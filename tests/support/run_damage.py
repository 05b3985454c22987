"""Ways in which a run's folder may be damaged, or made to harm whoever reads it."""

from __future__ import annotations

import json
import os
import platform
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from kertasks.runs.folder import RunFolder
from kertasks.runs.signs.process import boot_id, process_start_time

Damage = Callable[[RunFolder], None]

FIELDS: tuple[tuple[str, object], ...] = (
    *(("created", value) for value in ("x", None, True, -1, [1])),
    *(("process_started", value) for value in ("x", None, False, -1)),
    *(("pid", value) for value in ("self", None, 0, -1, 1.5, 2**31)),
    *(("seed", value) for value in ("x", None, -1)),
    *((name, value) for name in ("id", "task", "recipe", "device", "host") for value in (None, 7)),
    ("versions", ["keras"]),
    ("versions", {"keras": 3}),
    ("source", 1),
    ("boot", {}),
    ("schema", 2),
    ("schema", "1"),
)
"""Values that ``run.json`` cannot have."""

TEXTS = {
    "nothing": b"",
    "half": b'{"id": "2026',
    "no object": b"[]",
    "null": b"null",
    "no text": b"\xff\xfe\x00",
    "nested": b"[" * 200_000,
    "infinite": b'{"created": 1e999}',
    "not a number": b'{"created": NaN}',
    "long": b" " * 2_000_000,
}
"""What stands in a small file instead of what should."""


def no_end(run: RunFolder) -> None:
    """Take the end event away: the process must be looked for."""
    lines = run.events_path.read_bytes().splitlines(keepends=True)
    run.events_path.write_bytes(b"".join(line for line in lines if b'"finished"' not in line))


def live(run: RunFolder) -> None:
    """A run without an end whose process is there."""
    no_end(run)
    change(
        run, host=platform.node(), pid=os.getpid(), process_started=process_start_time(os.getpid()),
        boot=boot_id(),
    )  # fmt: skip


def change(run: RunFolder, **fields: object) -> None:
    """Change fields of ``run.json``."""
    before: Mapping[str, object] = json.loads(run.manifest_path.read_bytes())
    run.manifest_path.write_text(json.dumps({**before, **fields}))


def field(name: str, value: object) -> Damage:
    """Another value in ``run.json``, of a run without an end."""

    def damage(run: RunFolder) -> None:
        no_end(run)
        change(run, **{name: value})

    return damage


def text(file: str, data: bytes) -> Damage:
    """Other bytes in a file, of a run whose process is there."""

    def damage(run: RunFolder) -> None:
        live(run)
        (run.path / file).write_bytes(data)

    return damage


def _emptied(path: Path) -> Path:
    path.unlink(missing_ok=True)
    return path


KINDS: Mapping[str, Callable[[Path], object]] = {
    "pipe": lambda path: os.mkfifo(_emptied(path)),
    "folder": lambda path: _emptied(path).mkdir(),
    "endless": lambda path: _emptied(path).symlink_to("/dev/zero"),
    "terminal": lambda path: _emptied(path).symlink_to("/dev/ptmx"),
    "nowhere": lambda path: _emptied(path).symlink_to("nowhere"),
    "itself": lambda path: _emptied(path).symlink_to(path.name),
}
"""What may be in a file's place."""


def kind(file: str, make: Callable[[Path], object]) -> Damage:
    """No file in a file's place."""

    def damage(run: RunFolder) -> None:
        no_end(run)
        make(run.path / file)

    return damage


def events(*lines: bytes, end: bytes = b"") -> Damage:
    """More in the events, of a run without an end."""

    def damage(run: RunFolder) -> None:
        no_end(run)
        with run.events_path.open("ab") as file:
            file.write(b"".join(line + b"\n" for line in lines) + end)

    return damage


_EPOCH = b'{"t":1,"type":"epoch","epoch":%b,"metrics":{"loss":%b},"learning_rate":1,"seconds":%b}'

EVENTS: Mapping[str, Damage] = {
    **{f"events.jsonl: {name}": kind("events.jsonl", make) for name, make in KINDS.items()},
    "junk in one line": events(end=b"x" * 3_000_000),
    "zeros": events(end=bytes(3_000_000)),
    "nested events": events(b"[" * 100_000, b'{"a":' * 5_000),
    "a large epoch": events(_EPOCH % (b"9" * 30, b"1", b"1"), _EPOCH % (b"9" * 19, b"1", b"1")),
    "an epoch before the first": events(_EPOCH % (b"-5", b"1", b"1"), _EPOCH % (b"0", b"1", b"1")),
    "epochs in disorder": events(*(_EPOCH % (b"%d" % n, b"1", b"1") for n in (9, 2, 2, 10**15))),
    "large numbers": events(_EPOCH % (b"4", b"1e308", b"1e308"), _EPOCH % (b"5", b"-1e308", b"0")),
    "infinite numbers": events(_EPOCH % (b"4", b"1e999", b"1"), _EPOCH % (b"4", b"1", b"9" * 400)),
    "no steps": events(
        b'{"t":1,"type":"started","epochs":0,"steps":0,"parameters":0,"device":""}',
        b'{"t":1,"type":"planned","epochs":0}',
    ),
    "an end without its fields": events(b'{"type":"finished"}'),
    "a metric of another kind": events(
        b'{"t":1,"type":"epoch","epoch":4,"metrics":[0],"learning_rate":1,"seconds":1}',
        b'{"t":1,"type":"epoch","epoch":4,"metrics":"a","learning_rate":1,"seconds":1}',
    ),
}
"""Of ``events.jsonl``."""

_SMALL = ("run.json", "label.json", "control.json", "recipe.toml")

WAYS: Mapping[str, Damage] = {
    **EVENTS,
    **{f"{name} {value}": field(name, value) for name, value in FIELDS},
    **{f"{file}: {name}": text(file, data) for file in _SMALL for name, data in TEXTS.items()},
    **{
        f"{file}: {name}": kind(file, make)
        for file in (*_SMALL, "trainer.log")
        for name, make in KINDS.items()
    },
    "an infinite command": text(
        "control.json", b'{"commands":[{"number":1,"command":"epochs","value":1e999}]}'
    ),
    "a command that is none": text("control.json", b'{"commands":[3, {"number": "1"}, null]}'),
    "no commands": text("control.json", b'{"commands": 7}'),
}


@contextmanager
def not_waiting(seconds: int = 60) -> Iterator[None]:
    """Fail where a read would wait for ever."""

    def fail(number: int, frame: FrameType | None) -> None:
        raise AssertionError(f"still waiting after {seconds} s")

    before = signal.signal(signal.SIGALRM, fail)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
