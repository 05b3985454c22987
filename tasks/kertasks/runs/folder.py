"""One run's folder: its files, its manifest and what state it is in."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import platform
import shutil
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from kertasks.errors import UserError
from kertasks.files import read_small, write_text
from kertasks.runs.commands import SteeringCommand
from kertasks.runs.control_file import Command, write_command
from kertasks.runs.event_reader import last_answered
from kertasks.runs.manifest import Manifest, format_manifest, parse_manifest
from kertasks.runs.spool import deliver, spooled
from kertasks.runs.state import (
    HEARTBEAT_GONE,
    RunState,
    boot_id,
    is_removed,
    is_younger,
    process_is_there,
    state_at_end,
)

if TYPE_CHECKING:
    from kertasks.recipes.recipe import Recipe

_STARTING = 5.0
"""Seconds a recipe may be without a manifest: its trainer's process is being started."""

_LEFTOVERS = (".model.keras-*", ".best.keras-*", ".run.json-*", "checkpoint/.state.npz-*")
"""Unfinished files of trainers. Those of ``control.json`` are somebody's who writes it now."""

_APPENDED_TO = ("events.jsonl", "trainer.log", "checkpoint")
"""What a trainer writes in; other files it replaces."""


class RunIsOver(UserError):
    """A command came for a run that has ended."""

    def __init__(self, run_id: str, state: RunState) -> None:
        super().__init__(f"run {run_id} is over ({state.value}): nothing was changed")


class RunDamaged(UserError):
    """A run's folder lacks a file it must have, or holds one that cannot be read."""


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
    def control_path(self) -> Path:
        """The path of ``control.json``, which holds the commands to the trainer."""
        return self.path / "control.json"

    @property
    def checkpoint_path(self) -> Path:
        """The path of ``checkpoint/state.npz``, from which a later process goes on."""
        return self.path / "checkpoint" / "state.npz"

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

    def recipe(self) -> Recipe:
        """Read what is trained here.

        Raises:
            kertasks.RecipeError: ``recipe.toml`` was changed into what is no recipe.
            RunDamaged: there is no ``recipe.toml``, or it cannot be read.
        """
        from kertasks.recipes.toml_file import parse_recipe

        try:
            text = read_small(self.recipe_path).decode("utf-8-sig")
        except FileNotFoundError as error:
            raise RunDamaged(f"run {self.id} has no recipe.toml") from error
        except (OSError, UnicodeDecodeError) as error:
            raise _cannot_read(self.recipe_path, error) from error
        return parse_recipe(text, str(self.recipe_path))

    def write_recipe(self, recipe: Recipe, source: str | None = None) -> None:
        """Write ``recipe.toml``, whole, with a comment on where it came from."""
        from kertasks.recipes.toml_file import format_recipe

        origin = f"# from {json.dumps(source, ensure_ascii=False)}\n" if source else ""
        write_text(self.recipe_path, origin + format_recipe(recipe))

    def source(self) -> str | None:
        """The file the recipe was read from, from ``recipe.toml``'s first line."""
        try:
            first = read_small(self.recipe_path).decode().partition("\n")[0]
            return str(json.loads(first.removeprefix("# from "))) if "# from " in first else None
        except (OSError, ValueError):
            return None

    def state(self) -> RunState:
        """Find what the run is doing, by its events' end, else by whether its process is there."""
        said = state_at_end(self.events_path)
        if said is not None and said.is_over:
            return said
        if self._trainer_is_there():
            return said or RunState.RUNNING
        # The end may have been written between the first look and the process's exit.
        said = state_at_end(self.events_path)
        if said is not None and said.is_over:
            return said
        return RunState.REMOVED if is_removed(self.path) else RunState.LOST

    def _trainer_is_there(self) -> bool:
        """Whether the trainer lives: by its process on this host, by its heartbeat elsewhere."""
        try:
            manifest = self.manifest()
        except NeverBegan:
            return is_younger(self.recipe_path, _STARTING)
        except RunDamaged:
            return False
        if manifest.host != platform.node():
            return is_younger(self.events_path, HEARTBEAT_GONE)
        is_same_boot = manifest.boot == boot_id()
        return is_same_boot and process_is_there(manifest.pid, manifest.process_started)

    def why_not_writable(self) -> str:
        """Why nobody can write in the folder now, as its file system says; empty where it does not
        say so."""
        try:
            system = os.statvfs(self.path)
        except OSError:
            return ""
        if system.f_flag & os.ST_RDONLY:
            return os.strerror(errno.EROFS)
        free = system.f_bavail if os.geteuid() else system.f_bfree
        return "" if free else os.strerror(errno.ENOSPC)

    def send(self, name: SteeringCommand, value: float | None = None) -> Command:
        """Send a command to the run's trainer; it answers with a ``control`` event.

        Args:
            name: what.
            value: a learning rate or a number of epochs, for what takes one.

        Raises:
            RunIsOver: there is no trainer any more.
            TooManyWait: its trainer does not answer.
            RunDamaged: the folder is gone or cannot be written in.
        """
        state = self.state()
        if state.is_over:
            raise RunIsOver(self.id, state)
        return self.write_command(name, value)

    def write_command(self, name: SteeringCommand, value: float | None = None) -> Command:
        """Write a command whatever the run's state is.

        Raises:
            TooManyWait: the run's trainer does not answer.
            RunDamaged: the folder is gone or cannot be written in.
        """
        try:
            answered = partial(last_answered, self.events_path)
            return write_command(self.control_path, name, value, answered)
        except OSError as error:
            raise RunDamaged(f"cannot write {self.control_path}: {error.strerror}") from error


def _cannot_read(path: Path, error: Exception) -> RunDamaged:
    said = error.strerror if isinstance(error, OSError) else error
    return RunDamaged(f"{path} cannot be read: {said}")
