"""The far side of one run: what of its folder has not gone over yet, and what comes for it."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator, Mapping
from functools import partial

from kertasks.errors import UserError
from kertasks.files import open_regular, read_small, replacing
from kertasks.runs.event_file.event_reader import last_answered
from kertasks.runs.event_file.spool import RunEvents
from kertasks.runs.folder import RunFolder
from kertasks.runs.looking.kept_epochs import kept_moments, stamp_of
from kertasks.runs.looking.look_files import MOST_VIEWERS
from kertasks.runs.looking.view import MOST_BYTES
from kertasks.runs.steering.commands import SteeringCommand
from kertasks.runs.steering.control_file import write_command
from kertasks.runs.steering.sending import kill
from kertasks.text.numbers import short_path
from kertui.hosts.messages import (
    EVENTS,
    LOG,
    LOG_TAIL,
    SLICE,
    SMALL,
    FromFar,
    Looked,
    More,
    Small,
    Told,
)
from kertui.service.run_group import RunGroup

_STATE_EVERY = 1.0
"""Seconds between two looks whether a run's trainer lives, and for kept epochs."""

Stamp = tuple[int, int, int] | None


class SentRun:
    """Sends what happens in a run's folder.

    Args:
        run: the run.
        known: the bytes that the near side has of what is appended to.
    """

    def __init__(self, run: RunFolder, known: Mapping[str, int]) -> None:
        self.run = run
        self._group = RunGroup(run)
        self._folder = short_path(run.path.absolute())
        self._stamps: dict[str, Stamp] = {}
        self._events = known.get(EVENTS, 0)
        self._log = known.get(LOG)
        self._told: Told | None = None
        self._look_at_state = 0.0
        self._judged: Stamp = None
        """How the events were when it was last found to be over."""

        self._kept: tuple[tuple[int, ...], tuple[int, ...]] = ((), ())
        """When the kept epochs were looked at, and which there were."""

        self._viewers: dict[str, tuple[bytes, Stamp]] = {}
        """What each viewer of the near side asks, and the answer that went over last."""

        self.whole = False
        """Whether all there was at the last look went over."""

    @property
    def is_over(self) -> bool:
        """Whether it was over at the last look, and so was the script that trained it."""
        told = self._told
        return told is not None and told.state.is_over and not told.script_goes_on

    @property
    def is_told(self) -> bool:
        """Whether the near side knows its state."""
        return self._told is not None

    def new(self, *, grown: bool = True) -> Iterator[FromFar]:
        """What is new since the last look, of what is appended to at most a slice each.

        Args:
            grown: whether what is appended to is looked at too.
        """
        yield from self._small()
        # Judged before the events are read: an end that is told has gone over.
        told = self._judge()
        self.whole = False
        if grown:
            events, log = self._more_events(), self._more_log()
            yield from (more for more in (events, log) if more is not None)
            sizes = (len(more.data) for more in (events, log) if more is not None)
            self.whole = all(size < SLICE for size in sizes)
        if told is not None and (self.whole or not grown):
            self._told = told
            yield told
        yield from self._looks()

    def _small(self) -> Iterator[Small]:
        for name in SMALL:
            path = f"{self.run.path}/{name}"
            stamp = _stamp(path)
            if stamp == self._stamps.get(name):
                continue
            self._stamps[name] = stamp
            data = None
            with contextlib.suppress(OSError):
                data = read_small(path)
            yield Small(self.run.id, name, data)

    def _judge(self) -> Told | None:
        if time.monotonic() < self._look_at_state:
            return None
        self._look_at_state = time.monotonic() + _STATE_EVERY
        events = _stamp(self.run.events_path)
        if self.is_over and events == self._judged:
            return None  # whoever goes on with it says so there
        self._judged = events
        state = self.run.state()
        stamp = stamp_of(self.run)
        if stamp != self._kept[0]:
            self._kept = stamp, kept_moments(self.run)
        trouble = "" if state.is_over and not state.is_gone else self.run.trouble()
        goes_on = self._group.script_goes_on()
        told = Told(self.run.id, self._folder, state, trouble, self._kept[1], goes_on)
        return None if told == self._told else told

    def _more_events(self) -> More | None:
        try:
            file = RunEvents(self.run.events_path)
        except OSError:
            return None
        try:
            data = file.read(SLICE, self._events)
        finally:
            file.close()
        if not data:
            return None
        more = More(self.run.id, EVENTS, self._events, data)
        self._events += len(data)
        return more

    def _more_log(self) -> More | None:
        try:
            with os.fdopen(open_regular(self.run.log_path), "rb") as file:
                size = os.fstat(file.fileno()).st_size
                if self._log is None or size < self._log:
                    self._log = max(0, size - LOG_TAIL)
                data = os.pread(file.fileno(), SLICE, self._log)
        except OSError:
            return None
        if not data:
            return None
        more = More(self.run.id, LOG, self._log, data)
        self._log += len(data)
        return more

    def _looks(self) -> Iterator[Looked]:
        for viewer, (asked, seen) in self._viewers.items():
            path = self.run.path / "looking" / f"look-{viewer}"
            stamp = _stamp(path)
            if stamp is None or stamp == seen:
                continue
            self._viewers[viewer] = asked, stamp
            with contextlib.suppress(OSError), os.fdopen(open_regular(path), "rb") as file:
                if stamp[1] <= MOST_BYTES:
                    yield Looked(self.run.id, viewer, file.read(MOST_BYTES))

    # --- what comes for it

    def steer(self, name: str, number: int, value: float | None) -> str:
        """Hand a command to its trainer; returns why that cannot be done, empty where it is."""
        try:
            command = SteeringCommand(name)
        except ValueError:
            return "the kertui there does not know this command"
        try:
            if command is SteeringCommand.KILL:
                kill(self.run)  # here its process can be seen
            else:
                answered = partial(last_answered, self.run.events_path)
                path = self.run.control_path
                write_command(path, command, value, answered, least=number)
        except UserError as error:
            return str(error)
        except OSError as error:
            return f"cannot write control.json: {error.strerror}"
        return ""

    def ask(self, viewer: str, data: bytes) -> None:
        """Let a viewer look at something, or be known to look still."""
        folder = self.run.path / "looking"
        before = self._viewers.get(viewer)
        if before is None and len(self._viewers) >= MOST_VIEWERS:
            return
        path = folder / f"ask-{viewer}"
        with contextlib.suppress(OSError):
            if before is not None and before[0] == data and path.exists():
                os.utime(path, follow_symlinks=False)
                return
            folder.mkdir(mode=0o700, exist_ok=True)
            if not folder.is_symlink():
                with replacing(path) as file:
                    file.write(data)
        self._viewers[viewer] = data, None if before is None else before[1]

    def leave(self, viewer: str) -> None:
        """Let a viewer look no longer."""
        if self._viewers.pop(viewer, None) is not None:
            for name in (f"ask-{viewer}", f"look-{viewer}"):
                with contextlib.suppress(OSError):
                    (self.run.path / "looking" / name).unlink(missing_ok=True)

    def leave_all(self) -> None:
        """Nobody looks any longer."""
        for viewer in list(self._viewers):
            self.leave(viewer)


def _stamp(path: str | os.PathLike[str]) -> Stamp:
    try:
        status = os.lstat(path)
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
