"""The files of a run's folder that go from the machine that trains it to that of the runner, which
asks: it says what it has, and gets what is new.

The answer depends on nothing but the folder and the question, so that a question may be asked
twice. Nothing is ever sent unasked: a machine that was cut off writes in no folder but its own.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeAlias

import msgspec

from kertasks.files import open_regular
from kertasks.runs.event_file.spool import RunEvents
from kertasks.runs.state import state_at_end

EVENTS, LOG, MANIFEST = "events.jsonl", "trainer.log", "run.json"

NOT_SENT = ("recipe.toml", "control.json", "label.json", "mirror.json")
"""What only people and the runner write; the folder on its host has them."""

_SLICE = 1 << 24
"""Bytes of the events, or of the log, that go over at once."""

Stamp: TypeAlias = tuple[int, ...]
"""What tells a file from the one before it: its bytes alone of what is appended to, else when it
was written, its bytes and its number."""

Known: TypeAlias = Mapping[str, Stamp]
"""The files that the runner has, by their paths in the folder."""


class SentFile(msgspec.Struct, frozen=True):
    """A file that is new or another; of what is appended to, what is new of it."""

    name: str
    """Its path in the folder: ``"best.keras"``, ``"checkpoint/state.npz"``."""

    stamp: Stamp
    data: bytes


class SentFiles(msgspec.Struct, frozen=True):
    """What is new in a run's folder. No checkpoint in it is ahead of the events in it."""

    files: tuple[SentFile, ...] = ()
    gone: tuple[str, ...] = ()
    """Files that are there no longer."""

    over: bool = False
    """Whether this is all there will be: its trainer let go of the run, or is gone."""

    why_gone: str = ""
    """Why its trainer is gone, where it is."""


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(SentFiles).decode


def encode_sent(sent: SentFiles) -> bytes:
    """Write what is sent as MessagePack."""
    return _encode(sent)


def decode_sent(data: bytes) -> SentFiles:
    """Read what was sent.

    Raises:
        ValueError: it is no such thing.
    """
    return _decode(data)


def new_files(run: Path, known: Known, *, over: bool, why_gone: str = "") -> SentFiles:
    """What the runner does not have yet.

    While the run is trained, its last word is held back until its trainer let go of it: what
    follows from that word, the network it ended with above all, comes with it.

    Args:
        run: the folder.
        known: what the runner has.
        over: whether the trainer let go of the run before this look.
        why_gone: why it is gone, where it is.
    """
    there = dict(_stamps(run))
    files = []
    for name, stamp in there.items():
        if stamp != known.get(name):
            try:
                files.append(SentFile(name, stamp, _read(run / name)))
            except OSError:
                continue  # it was replaced or taken away just now: the next look tells
    # Read after the checkpoint, which is written after the events it comes after.
    whole = True
    for name, grown in ((EVENTS, _more_events), (LOG, _more_log)):
        (had, *_) = known.get(name, (0,))
        data = grown(run / name, had)
        whole &= len(data) < _SLICE
        if data:
            files.append(SentFile(name, (had + len(data),), data))
    if not over and _is_ended(run):
        return SentFiles()
    gone = tuple(name for name in known if name not in there and name not in (EVENTS, LOG))
    if not whole:  # a checkpoint may be ahead of the slice that was read
        files = [file for file in files if file.name in (EVENTS, LOG, MANIFEST)]
        return SentFiles(tuple(files))
    return SentFiles(tuple(files), gone, over, why_gone)


def all_files(run: Path) -> dict[str, bytes]:
    """What a trainer needs that goes on with a run: its files as they are, by their paths.

    Raises:
        OSError: one cannot be read.
    """
    found = {name: _read(run / name) for name, _ in _stamps(run) if not name.startswith("looking/")}
    for name in ("recipe.toml", "control.json"):
        if (run / name).exists():
            found[name] = _read(run / name)
    if events := _more_events(run / EVENTS, 0, None):
        found[EVENTS] = events
    return found


def stamps_of(files: Mapping[str, bytes], run: Path) -> dict[str, Stamp]:
    """What the runner knows of files that it sent, once they lie in the folder of the machine."""
    known = {name: stamp for name, stamp in _stamps(run) if name in files}
    return known | {EVENTS: (len(files.get(EVENTS, b"")),)}


def _stamps(run: Path) -> Iterator[tuple[str, Stamp]]:
    """Every file that is replaced as a whole. Unfinished ones are hidden, and are passed over."""
    with os.scandir(run) as entries:
        for entry in entries:
            if entry.name.startswith(".") or entry.name in (EVENTS, LOG, *NOT_SENT):
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from _stamps_in(entry)
            elif (stamp := _stamp(entry)) is not None:
                yield entry.name, stamp


def _stamps_in(folder: os.DirEntry[str]) -> Iterator[tuple[str, Stamp]]:
    try:
        entries = list(os.scandir(folder))
    except OSError:  # it was taken away just now
        return
    for entry in entries:
        is_sent = not entry.name.startswith((".", "ask-"))
        if is_sent and (stamp := _stamp(entry)) is not None:
            yield f"{folder.name}/{entry.name}", stamp


def _stamp(entry: os.DirEntry[str]) -> Stamp | None:
    try:
        status = entry.stat(follow_symlinks=False)
    except OSError:
        return None
    if not stat.S_ISREG(status.st_mode):
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def _is_ended(run: Path) -> bool:
    state = state_at_end(run / EVENTS)
    return state is not None and state.is_over


def _read(path: Path) -> bytes:
    with os.fdopen(open_regular(path), "rb") as file:
        return file.read()


def _more_events(path: Path, had: int, most: int | None = _SLICE) -> bytes:
    try:
        events = RunEvents(path)
    except OSError:
        return b""
    try:
        return events.read(events.size if most is None else most, had)
    finally:
        events.close()


def _more_log(path: Path, had: int) -> bytes:
    try:
        with os.fdopen(open_regular(path), "rb") as file:
            return os.pread(file.fileno(), _SLICE, had)
    except OSError:
        return b""
