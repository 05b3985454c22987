"""What a run is doing, from its events' end and from whether its trainer lives."""

from __future__ import annotations

import errno
import math
import platform
import time
from pathlib import Path
from typing import Protocol

from kertasks.runs.event_file.event_reader import events_backwards
from kertasks.runs.event_file.events import Epoch, Started
from kertasks.runs.manifest import Manifest, Origin
from kertasks.runs.mirrors.mirror_note import read_note
from kertasks.runs.run_errors import NeverBegan, RunDamaged
from kertasks.runs.signs.heartbeat import is_fresh, is_heard, is_locked
from kertasks.runs.signs.process import boot_id, is_removed, pid_namespace, process_is_there
from kertasks.runs.state import RunState, state_at_end

_STARTING = 5.0
"""Seconds a recipe may be without a manifest: its trainer's process is being started."""

_GROWS = 60.0
"""Seconds that a file may stay as it is and still counts as growing; or ``_EPOCHS_LATE`` times what
its last epoch took, where that is longer."""

_EPOCHS_LATE = 3

_NO_MANIFEST = (errno.EFBIG, errno.EINVAL)
"""What is there is no ``run.json``; other errors keep one from being seen."""


class RunSigns(Protocol):
    """What a run's state is told by: its ``RunFolder``."""

    @property
    def path(self) -> Path:
        """The run's folder."""

    @property
    def events_path(self) -> Path:
        """The file of the events that its trainer wrote."""

    @property
    def recipe_path(self) -> Path:
        """The file of the recipe that is trained."""

    @property
    def origin(self) -> Origin:
        """Whether a recipe, a script or something else trains it."""

    def manifest(self) -> Manifest:
        """What its trainer wrote as it began; ``RunDamaged`` where there is none to read."""


def state_of(run: RunSigns) -> RunState:
    """Find what the run is doing, by its events' end, else by whether its trainer lives."""
    said = state_at_end(run.events_path)
    if said is not None and said.is_over:
        return said
    note = read_note(run.path)
    if note is not None:  # no process, lock or heartbeat of this host says anything of it
        return (said or RunState.RUNNING) if note.state.goes_on else note.state
    if run.origin is Origin.FILE:
        return _state_of_log(run)
    lives = _trainer_lives(run)
    if lives:
        return said or RunState.RUNNING
    # The end may have been written between the first look and the process's exit.
    said = state_at_end(run.events_path)
    if said is not None and said.is_over:
        return said
    if is_removed(run.path):
        return RunState.REMOVED
    return RunState.UNKNOWN if lives is None else RunState.LOST


def _state_of_log(run: RunSigns) -> RunState:
    """What is known of a run that is read from a file: whether it is followed, and grows."""
    if is_removed(run.path):
        return RunState.REMOVED
    followed = is_locked(run.events_path)
    if followed is None:  # a network file system without locks
        followed = _trainer_lives(run)
    return RunState.RUNNING if followed and _grows(run) else RunState.SILENT


def _grows(run: RunSigns) -> bool:
    """Whether the latest of a log is no older than epochs usually take."""
    for event in events_backwards(run.events_path):
        if isinstance(event, Epoch | Started):
            seconds = event.seconds if isinstance(event, Epoch) else math.nan
            usual = seconds if math.isfinite(seconds) else 0.0
            return time.time() - event.t < max(_GROWS, _EPOCHS_LATE * usual)
    return True


def _trainer_lives(run: RunSigns) -> bool | None:
    """Whether the trainer lives: by its process where that can be seen, else by its lock and
    its heartbeat; None where neither tells (yet)."""
    try:
        manifest = run.manifest()
    except NeverBegan:
        return is_fresh(run.recipe_path, _STARTING)
    except RunDamaged as error:
        cause = error.__cause__
        if not isinstance(cause, OSError) or cause.errno in _NO_MANIFEST:
            return False
        return is_locked(run.events_path) or None
    if sees_process_of(manifest):
        return process_is_there(manifest.pid, manifest.process_started)
    if manifest.boot is None and boot_id() and manifest.host == platform.node():
        return False  # no trainer of this host leaves that out
    locked = is_locked(run.events_path)
    if locked:
        return True
    if locked is False and manifest.boot is not None and manifest.boot == boot_id():
        return False  # of a container on this kernel, which knows all locks
    heard = is_heard(run.events_path)
    if heard is None and manifest.host == platform.node():
        return False  # this host was started anew, until another one of its name is heard
    return heard


def sees_process_of(manifest: Manifest) -> bool:
    """Whether the pid in a manifest is its trainer's, and is the same process here: on the same
    boot of the same host, and in the same container."""
    if manifest.machine is not None or manifest.boot != boot_id():
        return False
    if manifest.pid_namespace is None:
        return manifest.host == platform.node()
    return manifest.pid_namespace == pid_namespace()
