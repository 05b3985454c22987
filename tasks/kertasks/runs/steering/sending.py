"""Sends a command to a run and waits for what becomes of it. Blocks: never in the interface."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator

from kertasks.errors import UserError
from kertasks.runs.event_file.event_reader import EventReader
from kertasks.runs.event_file.events import Control, Event, Failed, Finished, Stopped
from kertasks.runs.folder import RunFolder
from kertasks.runs.run_errors import NeverBegan, RunIsOver
from kertasks.runs.signs.heartbeat import HEARTBEAT_GONE
from kertasks.runs.signs.lives import sees_process_of
from kertasks.runs.signs.process import is_trainer_of, process_is_there
from kertasks.runs.state import RunState
from kertasks.runs.steering.commands import SteeringCommand

_LOOK_EVERY = 0.02
_STATE_EVERY = 1.0


class Refused(UserError):
    """The trainer could not do what it was asked; its reason."""


def send_and_wait(
    run: RunFolder,
    command: SteeringCommand,
    value: float | None = None,
    *,
    seconds: float,
    until: tuple[type[Event], ...] = (Control,),
) -> tuple[bool, Event | None]:
    """Send a command, and wait for the answer and for what comes of it.

    Args:
        run: the run.
        command: what is asked.
        value: for what takes one.
        seconds: to wait at most.
        until: the kinds of event to wait for; the answer itself unless others are named.

    Returns:
        Whether it was answered in time (the trainer may compile, load data or be in a long
        step), and the event that was waited for, if it came in time.

    Raises:
        RunIsOver: the run has ended, before or meanwhile, without carrying it out.
        Refused: the trainer cannot do it.
        RunDamaged: the run's folder is gone or cannot be written in.
    """
    reader = EventReader.at_end(run.events_path)
    number = run.send(command, value).number
    answered, awaited = False, None
    for event in events_for(run, reader, seconds):
        if isinstance(event, Control):
            if event.number != number:
                continue
            if event.refused is not None:
                raise Refused(f"run {run.id} did not {command.row.verb}: {event.refused}")
            answered = True
        if isinstance(event, until):
            awaited = event
        # What follows from a command may be told before its answer.
        if answered and awaited is not None:
            break
        if isinstance(event, Finished | Stopped | Failed) and not answered:
            raise RunIsOver(run.id, run.state())
    return answered, awaited


def events_for(run: RunFolder, reader: EventReader, seconds: float) -> Iterator[Event]:
    """The events of a run as they are told, for so many seconds.

    Raises:
        RunIsOver: the run has no trainer any more.
    """
    deadline = time.monotonic() + seconds
    look_at_state = time.monotonic() + _STATE_EVERY
    while time.monotonic() < deadline:
        yield from reader.read()
        if time.monotonic() >= look_at_state:
            look_at_state = time.monotonic() + _STATE_EVERY
            if (state := run.state()).is_over:
                yield from reader.read()  # its last words
                raise RunIsOver(run.id, state)
        time.sleep(_LOOK_EVERY)


def kill(run: RunFolder, seconds: float = 10.0) -> None:
    """End a run's trainer at once, without another word; wait until it is gone.

    Where its process can be seen it is killed; on another host or in another container its trainer
    is asked to do it itself.

    Raises:
        OnlyRead: it is read from a file that something else writes.
        RunIsOver: there is no trainer any more.
        RunDamaged: its folder is gone or cannot be written in.
        NotKilled: it is still there, or the process its manifest names does not train it.
    """
    run.require_steered()
    state = run.state()
    if state.is_over:
        raise RunIsOver(run.id, state)
    try:
        manifest = run.manifest()
    except NeverBegan as error:
        raise NotKilled(f"run {run.id} is only being started: ask again in a moment") from error
    if run.mirrored_from is not None or not sees_process_of(manifest):
        run.send(SteeringCommand.KILL)
    elif process_is_there(manifest.pid, manifest.process_started):
        try:
            if not is_trainer_of(manifest.pid, run.events_path, run.log_path):
                raise NotKilled(
                    f"process {manifest.pid}, which {run.manifest_path} names, does not train "
                    f"run {run.id}: it was not killed"
                )
            os.kill(manifest.pid, signal.SIGKILL)
        except PermissionError as error:
            raise NotKilled(f"run {run.id} is another user's process") from error
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if (state := run.state()).is_gone:
            return
        time.sleep(_LOOK_EVERY)
    still = f"run {run.id} on {manifest.trained_on} is still there after {seconds:.0f} s"
    if state is RunState.UNKNOWN:
        still = (
            f"run {run.id} was asked to end at once; whether its trainer on {manifest.trained_on} "
            "has done so cannot be told from here"
        )
    raise NotKilled(still)


def watch(run: RunFolder) -> RunState:
    """The run's state, watched for two minutes at most where it cannot be told at once."""
    deadline = time.monotonic() + HEARTBEAT_GONE + _STATE_EVERY
    while (state := run.state()) is RunState.UNKNOWN and time.monotonic() < deadline:
        time.sleep(_STATE_EVERY)
    return state


class NotKilled(UserError):
    """A trainer is still there."""
