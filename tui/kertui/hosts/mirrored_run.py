"""The near side of one run: the folder that follows another host's, and what is asked in it."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from pathlib import Path

from kertasks.errors import UserError
from kertasks.files import open_to_append, read_small, replacing
from kertasks.runs.mirrors.mirror_note import MirrorNote, write_note
from kertasks.runs.state import RunState
from kertasks.runs.steering.control_file import (
    Command,
    parse_commands,
    read_commands,
    take_commands,
)
from kertui.hosts.messages import (
    EVENTS,
    LOG,
    SMALL,
    Ask,
    FromNear,
    Leave,
    Looked,
    More,
    Relabel,
    Small,
    Steer,
    Told,
)

_ASK = re.compile(r"ask-([0-9a-f]{16})")
_MOST_ASKED = 1 << 16
"""Bytes of a viewer's request."""

_Stamp = tuple[int, int] | None


class MirroredRun:
    """Keeps the copy of a run's folder, and finds what is asked in it.

    Args:
        path: the copy; it is made.
        host: whose run it is.
    """

    def __init__(self, path: Path, host: str) -> None:
        self.path = path
        self._host = host
        self.known: dict[str, int] = {}
        """How far what is appended to is known, in bytes of the file over there."""

        self._told: Told | None = None
        self._note: MirrorNote | None = None
        self._lost = ""
        """Why nothing comes now; empty while there is a connection."""

        self._refused = ""
        self._numbers: set[int] = set()
        """Of the commands that are known on both sides, or on their way."""

        self._unsent: dict[int, Command] = {}
        """Commands of which it is not known that they are over there."""

        self._under_way: set[int] = set()
        """Those of them that this connection took."""

        self._control: _Stamp = None
        self._asked: dict[str, _Stamp] = {}
        """Who looks here, and how what he asks was when it went over."""

        self._label: bytes | None = None
        self._label_stamp: _Stamp = None
        path.mkdir(mode=0o700, parents=True, exist_ok=True)

    @property
    def id(self) -> str:
        """The run's id, here as on its host."""
        return self.path.name

    @property
    def goes_on(self) -> bool:
        """Whether it may be steered and looked at, as far as is known."""
        return self._told is not None and not self._told.state.is_over

    @property
    def waiting(self) -> list[Command]:
        """The commands that did not reach the other host, oldest first."""
        return [self._unsent[number] for number in sorted(self._unsent)]

    # --- what comes

    def take(self, message: Small | More | Told | Looked) -> None:
        """Write what came into the copy.

        Raises:
            OSError: it cannot be written.
        """
        match message:
            case Small():
                self._take_small(message.name, message.data)
            case More():
                self._take_more(message)
            case Told():
                self._told, self._refused = message, ""
                self._write_note()
            case Looked():
                if message.viewer in self._asked:
                    look = self.path / "looking" / f"look-{message.viewer}"
                    with contextlib.suppress(OSError), replacing(look) as file:  # who looked left
                        file.write(message.data)

    def _take_small(self, name: str, data: bytes | None) -> None:
        if name not in SMALL:
            return
        path = self.path / name
        if name == "control.json":
            self._take_commands(data or b"")
        elif data is None:
            path.unlink(missing_ok=True)
        else:
            with replacing(path) as file:
                file.write(data)
        if name == "label.json":
            self._label, self._label_stamp = data, _stamp(path)

    def _take_commands(self, text: bytes) -> None:
        there = parse_commands(text)
        for command in there:
            if self._unsent.get(command.number) == command:
                del self._unsent[command.number]
        self._numbers.update(command.number for command in there)
        with contextlib.suppress(UserError):  # numbers are given anew there where it must be
            take_commands(self.path / "control.json", there)

    def _take_more(self, more: More) -> None:
        if more.name not in (EVENTS, LOG):
            return
        path = self.path / more.name
        known = self.known.get(more.name)
        if known is None or more.offset != known:
            if more.name == EVENTS and more.offset != 0:
                return  # a slice is missing before it: it is asked for with the next connection
            path.unlink(missing_ok=True)  # made anew over there, or from its last part on
        descriptor = open_to_append(path)
        try:
            left = memoryview(more.data)
            while left:
                left = left[os.write(descriptor, left) :]
        finally:
            os.close(descriptor)
        self.known[more.name] = more.offset + len(more.data)

    def took(self, number: int, refused: str) -> None:
        """Know that a command is over there, or why it is not carried out."""
        command = self._unsent.pop(number, None)
        if refused and command is not None:
            self._refused = f"{self._host} did not {command.name.replace('_', ' ')}: {refused}"
            self._write_note()

    def lose(self, why: str) -> None:
        """Say that nothing comes now, and why; an empty reason says that it does again."""
        if not why:
            self._under_way.clear()
            self._asked = dict.fromkeys(self._asked)
        if why != self._lost:
            self._lost = why
            self._write_note()

    def _write_note(self) -> None:
        told = self._told
        if told is None:
            return
        state, trouble = told.state, " ".join(filter(None, [self._refused, told.trouble]))
        if self._lost and not state.is_over:
            state, trouble = RunState.UNKNOWN, self._lost
        goes_on = told.script_goes_on
        note = MirrorNote(self._host, told.folder, state, trouble, told.kept, goes_on)
        if note != self._note:
            self._note = note
            write_note(self.path, note)

    # --- what is asked

    def look(self) -> None:
        """Look for commands that were given here."""
        stamp = _stamp(self.path / "control.json")
        if stamp == self._control:
            return
        self._control = stamp
        for command in read_commands(self.path / "control.json"):
            if command.number not in self._numbers:
                self._numbers.add(command.number)
                self._unsent[command.number] = command

    def new(self) -> Iterator[FromNear]:
        """What is to go over now."""
        for command in self.waiting:
            if command.number not in self._under_way:
                self._under_way.add(command.number)
                yield Steer(self.id, command.number, command.name, command.value)
        yield from self._viewers()

    def _viewers(self) -> Iterator[FromNear]:
        try:
            names = os.listdir(self.path / "looking")  # noqa: PTH208 (names are enough)
        except OSError:
            names = []
        here = {match[1] for match in map(_ASK.fullmatch, names) if match}
        for viewer in self._asked.keys() - here:
            del self._asked[viewer]
            yield Leave(self.id, viewer)
        for viewer in here:
            path = self.path / "looking" / f"ask-{viewer}"
            stamp = _stamp(path)
            if stamp is not None and stamp != self._asked.get(viewer):
                self._asked[viewer] = stamp
                with contextlib.suppress(OSError):
                    yield Ask(self.id, viewer, read_small(path)[:_MOST_ASKED])

    def relabelled(self) -> Relabel | None:
        """What a person calls it here now, where that is not known over there."""
        path = self.path / "label.json"
        stamp = _stamp(path)
        if stamp is None or stamp == self._label_stamp:
            return None
        self._label_stamp = stamp
        try:
            data = read_small(path)
        except OSError:
            return None
        if data == self._label:
            return None
        self._label = data
        return Relabel(self.id, data)


def _stamp(path: Path) -> _Stamp:
    try:
        status = os.lstat(path)
    except OSError:
        return None
    return status.st_mtime_ns, status.st_ino
