"""One run's folder: its files, its manifest and what state it is in."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from kertasks.files import open_regular, read_small, write_text
from kertasks.runs.event_file.event_reader import last_answered
from kertasks.runs.event_file.spool import deliver, spooled
from kertasks.runs.manifest import Manifest, Origin, format_manifest, parse_manifest
from kertasks.runs.mirrors.mirror_note import IsMirrored, read_note
from kertasks.runs.recipe_comments import Told, origin_comments, told_origin
from kertasks.runs.run_errors import (
    HasNoRecipe,
    NeverBegan,
    OnlyRead,
    RunDamaged,
    RunIsOver,
    only_read,
)
from kertasks.runs.signs.lives import sees_process_of, state_of
from kertasks.runs.signs.process import process_is_there
from kertasks.runs.state import RunState
from kertasks.runs.steering.commands import SteeringCommand
from kertasks.runs.steering.control_file import Command, write_command
from kertasks.text.numbers import short_path

if TYPE_CHECKING:
    from kertasks.keras_catalog.catalog import Catalog
    from kertasks.recipes.recipe import Recipe

_LEAST_FREE = 16_384
"""Bytes on the disk: with less a trainer can write neither weights nor, soon, events."""

_LEFTOVERS = (
    ".model.keras-*", ".best.keras-*", ".run.json-*", "checkpoint/.state.npz-*", "epochs/.*.npy-*"
)  # fmt: skip
"""Unfinished files of trainers. Those of ``control.json`` are somebody's who writes it now."""

_APPENDED_TO = ("events.jsonl", "trainer.log", "checkpoint", "epochs", "looking")
"""What a trainer writes in; other files it replaces."""


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
        """The file the recipe was read from."""
        return told_origin(self.recipe_path, Told.SOURCE)

    def retrained_from(self) -> str | None:
        """The id of the run whose best epoch this one is trained for."""
        return told_origin(self.recipe_path, Told.RETRAINED_FROM)

    def group(self) -> str | None:
        """The id of the group that the run was made for."""
        return told_origin(self.recipe_path, Told.GROUP)

    def state(self) -> RunState:
        """Find what the run is doing, by its events' end, else by whether its trainer lives."""
        return state_of(self)

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


def _cannot_read(path: Path, error: Exception) -> RunDamaged:
    said = error.strerror if isinstance(error, OSError) else error
    return RunDamaged(f"{path} cannot be read: {said}")
