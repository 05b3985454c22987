"""One run's folder: its files, its manifest and what state it is in."""

from __future__ import annotations

import contextlib
import errno
import json
import math
import os
import platform
import shutil
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from kertasks.errors import UserError
from kertasks.files import open_regular, read_small, write_text
from kertasks.runs.commands import SteeringCommand
from kertasks.runs.control_file import Command, write_command
from kertasks.runs.event_reader import events_backwards, last_answered
from kertasks.runs.events import Epoch, Started
from kertasks.runs.manifest import Manifest, Origin, format_manifest, parse_manifest
from kertasks.runs.mirrors.mirror_note import IsMirrored, read_note
from kertasks.runs.spool import deliver, spooled
from kertasks.runs.state import (
    RunState,
    boot_id,
    is_fresh,
    is_heard,
    is_locked,
    is_removed,
    pid_namespace,
    process_is_there,
    state_at_end,
)
from kertasks.text.numbers import short_path

if TYPE_CHECKING:
    from kertasks.keras_catalog.catalog import Catalog
    from kertasks.recipes.recipe import Recipe

_STARTING = 5.0
"""Seconds a recipe may be without a manifest: its trainer's process is being started."""

_GROWS = 60.0
"""Seconds that a file may stay as it is and still counts as growing; or ``_EPOCHS_LATE`` times what
its last epoch took, where that is longer."""

_EPOCHS_LATE = 3

_NO_MANIFEST = (errno.EFBIG, errno.EINVAL)
"""What is there is no ``run.json``; other errors keep one from being seen."""

_LEAST_FREE = 16_384
"""Bytes on the disk: with less a trainer can write neither weights nor, soon, events."""

_LEFTOVERS = (
    ".model.keras-*", ".best.keras-*", ".run.json-*", "checkpoint/.state.npz-*", "epochs/.*.npy-*"
)  # fmt: skip
"""Unfinished files of trainers. Those of ``control.json`` are somebody's who writes it now."""

_FROM, _RETRAINED_FROM, _GROUP = "# from ", "# retrained from ", "# of group "
"""Comments at the top of ``recipe.toml``, before a JSON string."""

_APPENDED_TO = ("events.jsonl", "trainer.log", "checkpoint", "epochs", "looking")
"""What a trainer writes in; other files it replaces."""


class RunIsOver(UserError):
    """A command came for a run that has ended."""

    def __init__(self, run_id: str, state: RunState) -> None:
        super().__init__(f"run {run_id} is over ({state.value}): nothing was changed")


class RunDamaged(UserError):
    """A run's folder lacks a file it must have, or holds one that cannot be read."""


class HasNoRecipe(UserError):
    """A run was trained by no recipe: by a person's own script, or by something whose file is
    followed."""


class OnlyRead(UserError):
    """A command came for a run that something else trains, whose file is only read here."""


def only_read(what: str, file: str) -> str:
    """Why nothing can be asked of a run that is read from a file.

    Args:
        what: how the run is called.
        file: what it is read from.
    """
    return f"{what} is only read, from {file}: what writes that file has to be asked itself"


class NeverBegan(RunDamaged):
    """A run has no manifest (yet)."""


@dataclass(frozen=True, slots=True)
class RunFolder:
    """A run by its folder. It holds nothing in memory: every answer is read from disk."""

    path: Path

    @property
    def id(self) -> str:
        """The folder's name, for example ``20261122-031500-xor-answer``."""
        return self.path.name

    @property
    def manifest_path(self) -> Path:
        """The path of ``run.json``, which says where the run comes from."""
        return self.path / "run.json"

    @property
    def recipe_path(self) -> Path:
        """The path of ``recipe.toml``, which says what is trained."""
        return self.path / "recipe.toml"

    @property
    def events_path(self) -> Path:
        """The path of ``events.jsonl``, which says what happens in the training."""
        return self.path / "events.jsonl"

    @property
    def log_path(self) -> Path:
        """The path of ``trainer.log``, which has what the trainer prints, tracebacks included."""
        return self.path / "trainer.log"

    @property
    def model_path(self) -> Path:
        """The path of ``model.keras``, the network as training left it."""
        return self.path / "model.keras"

    @property
    def best_path(self) -> Path:
        """The path of ``best.keras``, the network of the best epoch."""
        return self.path / "best.keras"

    @property
    def baselines_path(self) -> Path:
        """The path of ``baselines.json``, which says what to compare the run with."""
        return self.path / "baselines.json"

    @property
    def statistics_path(self) -> Path:
        """The path of ``statistics.json``, which has how data of a person's own was understood, and
        what was learned of its training rows to encode a row; not there of other data."""
        return self.path / "statistics.json"

    @property
    def rows_path(self) -> Path:
        """The path of ``rows.npz``, which has the rows that a person's script trains on."""
        return self.path / "rows.npz"

    @property
    def control_path(self) -> Path:
        """The path of ``control.json``, which holds the commands to the trainer."""
        return self.path / "control.json"

    @property
    def checkpoint_path(self) -> Path:
        """The path of ``checkpoint/state.npz``, from which a later process goes on."""
        return self.path / "checkpoint" / "state.npz"

    @property
    def epochs_path(self) -> Path:
        """The path of ``epochs``, the folder of the weights of earlier epochs."""
        return self.path / "epochs"

    def where(self, path: Path) -> Path:
        """Where a file of the run is: in its place, or in the spool, should its trainer not have
        been able to write it there.

        Args:
            path: its place.
        """
        return spooled(self.path, path.name) or path

    def take_from_spool(self) -> None:
        """Bring the files into this folder that a trainer could not write here. Only its successor
        may do so.

        Raises:
            OSError: the folder cannot be written in.
        """
        places = (self.model_path, self.best_path, self.checkpoint_path)
        deliver(self.path, {path.name: path for path in places})

    def clear_leftovers(self) -> None:
        """Delete what a killed trainer left half done. Only its successor may do so."""
        for pattern in _LEFTOVERS:
            for path in self.path.glob(pattern):
                if path.is_dir():
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    path.unlink(missing_ok=True)

    def require_own_files(self) -> None:
        """See that a trainer would write in this folder only, whoever it came from.

        Raises:
            RunDamaged: a link leads elsewhere.
        """
        for name in _APPENDED_TO:
            path = self.path / name
            if path.is_symlink():
                raise RunDamaged(f"{path} is a link: a trainer would write where it leads")

    def manifest(self) -> Manifest:
        """Read what the trainer wrote as it began.

        Raises:
            NeverBegan: there is none (yet).
            RunDamaged: it cannot be read, or a field is not what it must be.
        """
        try:
            return parse_manifest(read_small(self.manifest_path))
        except FileNotFoundError as error:
            raise NeverBegan(f"run {self.id} has no run.json: it never began") from error
        except (OSError, ValueError) as error:
            raise _cannot_read(self.manifest_path, error) from error

    @property
    def mirrored_from(self) -> str | None:
        """The host that trains it, where this folder is a copy that follows the one there."""
        note = read_note(self.path)
        return None if note is None else note.host

    @property
    def address(self) -> str:
        """How a command on this host takes it: by its id, with its host's name where it is
        another's."""
        host = self.mirrored_from
        return self.id if host is None else f"{host}:{self.id}"

    def shown(self, path: Path) -> str:
        """Where a file of the run is, for people; with its host's name where that is another.

        Args:
            path: its place, or the run's folder.
        """
        note = read_note(self.path)
        if note is None:
            return short_path(path if path == self.path else self.where(path))
        return f"{note.host}:{Path(note.folder) / path.relative_to(self.path)}"

    def require_own(self) -> None:
        """See that this is the run itself, not what is followed of it here.

        Raises:
            IsMirrored: it is another host's.
        """
        if host := self.mirrored_from:
            raise IsMirrored(host, f"run {self.id}")

    @property
    def origin(self) -> Origin:
        """What trains it, as far as its manifest can be read."""
        with contextlib.suppress(RunDamaged):
            return self.manifest().origin
        return Origin.RECIPE

    @property
    def has_manifest(self) -> bool:
        """Whether a trainer took the run: there is a ``run.json``, be it damaged."""
        try:
            self.manifest_path.lstat()
        except FileNotFoundError:
            return False
        except OSError:
            return True  # a folder that cannot be looked into is somebody's run
        return True

    def created(self) -> float:
        """When it began, Unix time in seconds; without a manifest, when its recipe was written."""
        try:
            return self.manifest().created
        except RunDamaged:
            for path in (self.recipe_path, self.path):
                with contextlib.suppress(OSError):
                    return path.stat().st_mtime
            return 0.0

    def write_manifest(self, manifest: Manifest) -> None:
        """Replace ``run.json`` as a whole."""
        write_text(self.manifest_path, format_manifest(manifest))

    def recipe(self, catalog: Catalog | None = None) -> Recipe:
        """Read what is trained here.

        Args:
            catalog: Keras's classes; with it, layers and their arguments are judged too.

        Raises:
            kertasks.RecipeError: ``recipe.toml`` was changed into what is no recipe.
            HasNoRecipe: it was trained by none.
            RunDamaged: there is no ``recipe.toml``, or it cannot be read.
        """
        from kertasks.recipes.toml_file import parse_recipe

        try:
            text = read_small(self.recipe_path).decode("utf-8-sig")
        except FileNotFoundError as error:
            if self.origin is not Origin.RECIPE:
                text = f"run {self.id} has no recipe: {self.manifest().task} trained it"
                raise HasNoRecipe(text) from error
            raise RunDamaged(f"run {self.id} has no recipe.toml") from error
        except (OSError, UnicodeDecodeError) as error:
            raise _cannot_read(self.recipe_path, error) from error
        return parse_recipe(text, str(self.recipe_path), catalog)

    def require_recipe(self, cannot: str, instead: str) -> None:
        """See that a recipe says how to train the run, for what needs one.

        Args:
            cannot: what cannot be done without, as in "run x *cannot be resumed*".
            instead: what a person can do instead, with ``{by}`` for the script or the file.

        Raises:
            HasNoRecipe: it was trained by none.
        """
        with contextlib.suppress(RunDamaged):
            found = self.manifest()
            if found.origin is not Origin.RECIPE:
                why = f"{found.task} trained it, no recipe. {instead.format(by=found.task)}"
                if found.origin is Origin.FILE:
                    why = f"it is only read, from {found.task}, which has no more than its numbers"
                raise HasNoRecipe(f"run {self.id} {cannot}: {why}")

    def require_steered(self) -> None:
        """See that a trainer would take a command.

        Raises:
            OnlyRead: it is read from a file that something else writes.
        """
        with contextlib.suppress(RunDamaged):
            found = self.manifest()
            if found.origin is Origin.FILE:
                raise OnlyRead(only_read(f"run {self.id}", found.task))

    def write_recipe(
        self,
        recipe: Recipe,
        source: str | None = None,
        retrained_from: str | None = None,
        group: str | None = None,
    ) -> None:
        """Write ``recipe.toml``, whole, with comments on where it came from."""
        from kertasks.recipes.toml_file import format_recipe

        said = origin_comments(source, retrained_from, group)
        write_text(self.recipe_path, said + format_recipe(recipe))

    def source(self) -> str | None:
        """The file the recipe was read from, from the comments that ``recipe.toml`` begins with."""
        return self._origin(_FROM)

    def retrained_from(self) -> str | None:
        """The id of the run whose best epoch this one is trained for, from these comments."""
        return self._origin(_RETRAINED_FROM)

    def group(self) -> str | None:
        """The id of the group that the run was made for, from these comments."""
        return self._origin(_GROUP)

    def _origin(self, words: str) -> str | None:
        try:
            for line in read_small(self.recipe_path).decode().split("\n", 3)[:3]:
                if line.startswith(words):
                    return str(json.loads(line.removeprefix(words)))
        except (OSError, ValueError):
            pass
        return None

    def state(self) -> RunState:
        """Find what the run is doing, by its events' end, else by whether its trainer lives."""
        said = state_at_end(self.events_path)
        if said is not None and said.is_over:
            return said
        note = read_note(self.path)
        if note is not None:  # no process, lock or heartbeat of this host says anything of it
            return (said or RunState.RUNNING) if note.state.goes_on else note.state
        if self.origin is Origin.FILE:
            return self._state_of_log()
        lives = self._trainer_lives()
        if lives:
            return said or RunState.RUNNING
        # The end may have been written between the first look and the process's exit.
        said = state_at_end(self.events_path)
        if said is not None and said.is_over:
            return said
        if is_removed(self.path):
            return RunState.REMOVED
        return RunState.UNKNOWN if lives is None else RunState.LOST

    def _state_of_log(self) -> RunState:
        """What is known of a run that is read from a file: whether it is followed, and grows."""
        if is_removed(self.path):
            return RunState.REMOVED
        followed = is_locked(self.events_path)
        if followed is None:  # a network file system without locks
            followed = self._trainer_lives()
        return RunState.RUNNING if followed and self._grows() else RunState.SILENT

    def _grows(self) -> bool:
        """Whether the latest of a log is no older than epochs usually take."""
        for event in events_backwards(self.events_path):
            if isinstance(event, Epoch | Started):
                seconds = event.seconds if isinstance(event, Epoch) else math.nan
                usual = seconds if math.isfinite(seconds) else 0.0
                return time.time() - event.t < max(_GROWS, _EPOCHS_LATE * usual)
        return True

    def _trainer_lives(self) -> bool | None:
        """Whether the trainer lives: by its process where that can be seen, else by its lock and
        its heartbeat; None where neither tells (yet)."""
        try:
            manifest = self.manifest()
        except NeverBegan:
            return is_fresh(self.recipe_path, _STARTING)
        except RunDamaged as error:
            cause = error.__cause__
            if not isinstance(cause, OSError) or cause.errno in _NO_MANIFEST:
                return False
            return is_locked(self.events_path) or None
        if sees_process_of(manifest):
            return process_is_there(manifest.pid, manifest.process_started)
        if manifest.boot is None and boot_id() and manifest.host == platform.node():
            return False  # no trainer of this host leaves that out
        locked = is_locked(self.events_path)
        if locked:
            return True
        if locked is False and manifest.boot is not None and manifest.boot == boot_id():
            return False  # of a container on this kernel, which knows all locks
        heard = is_heard(self.events_path)
        if heard is None and manifest.host == platform.node():
            return False  # this host was started anew, until another one of its name is heard
        return heard

    def require_events(self) -> None:
        """See that the events can be read, for whom their absence would be something else.

        Raises:
            RunDamaged: they are there and cannot be read.
        """
        try:
            os.close(open_regular(self.events_path))
        except FileNotFoundError:
            pass
        except OSError as error:
            raise _cannot_read(self.events_path, error) from error

    def trouble(self) -> str:
        """What keeps the events from being read here, or a trainer from writing them now, such as
        a full disk; empty where nothing speaks against it."""
        note = read_note(self.path)
        if note is not None:
            return note.trouble
        flags = os.O_WRONLY | os.O_APPEND | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_NOCTTY
        doing, why = "read", ""
        try:
            os.close(open_regular(self.events_path))
            doing = "write"
            os.close(os.open(self.events_path, flags))
            disk = os.statvfs(self.path)
            if disk.f_bavail * disk.f_frsize < _LEAST_FREE:
                why = os.strerror(errno.ENOSPC)
        except FileNotFoundError:
            return ""
        except OSError as error:
            why = error.strerror or type(error).__name__
        return f"cannot {doing} {self.events_path.name}: {why}" if why else ""

    def send(self, name: SteeringCommand, value: float | None = None) -> Command:
        """Send a command to the run's trainer; it answers with a ``control`` event.

        Args:
            name: what.
            value: a learning rate or a number of epochs, for what takes one.

        Raises:
            OnlyRead: it has none.
            RunIsOver: there is no trainer any more.
            TooManyWait: its trainer does not answer.
            FileIsLocked: another process writes a command and does not come to an end.
            RunDamaged: the folder is gone or cannot be written in.
        """
        self.require_steered()
        state = self.state()
        if state.is_over:
            raise RunIsOver(self.id, state)
        return self.write_command(name, value)

    def write_command(self, name: SteeringCommand, value: float | None = None) -> Command:
        """Write a command whatever the run's state is.

        Raises:
            TooManyWait: the run's trainer does not answer.
            FileIsLocked: another process writes a command and does not come to an end.
            RunDamaged: the folder is gone or cannot be written in.
        """
        try:
            answered = partial(last_answered, self.events_path)
            return write_command(self.control_path, name, value, answered)
        except OSError as error:
            why = f"cannot write {self.control_path}: {error.strerror}"
            raise RunDamaged(f"{why}{self._other_way_to_end()}") from error

    def _other_way_to_end(self) -> str:
        """How the trainer is ended where no command reaches it; empty where that is not known."""
        with contextlib.suppress(RunDamaged):
            found = self.manifest()
            if (
                self.mirrored_from is None
                and sees_process_of(found)
                and process_is_there(found.pid, found.process_started)
            ):
                return f"; `kill {found.pid}` ends the training and keeps its weights"
        return ""


def origin_comments(
    source: str | None = None, retrained_from: str | None = None, group: str | None = None
) -> str:
    """The comments that a ``recipe.toml`` begins with, a line for each that is said.

    Args:
        source: the file the recipe was read from.
        retrained_from: the id of the run whose best epoch it is trained for.
        group: the id of the group it was made for.
    """
    origins = {_FROM: source, _RETRAINED_FROM: retrained_from, _GROUP: group}
    return "".join(
        f"{words}{json.dumps(origin, ensure_ascii=False)}\n"
        for words, origin in origins.items()
        if origin
    )


def sees_process_of(manifest: Manifest) -> bool:
    """Whether the pid in a manifest is its trainer's, and is the same process here: on the same
    boot of the same host, and in the same container."""
    if manifest.machine is not None or manifest.boot != boot_id():
        return False
    if manifest.pid_namespace is None:
        return manifest.host == platform.node()
    return manifest.pid_namespace == pid_namespace()


def _cannot_read(path: Path, error: Exception) -> RunDamaged:
    said = error.strerror if isinstance(error, OSError) else error
    return RunDamaged(f"{path} cannot be read: {said}")
