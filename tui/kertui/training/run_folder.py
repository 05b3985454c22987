"""One run's folder: its files, its manifest and what state it is in."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from kertasks.errors import UserError
from kertui.training.atomic_file import write_text
from kertui.training.control import Ask, Command, write_command
from kertui.training.event_tail import last_answered
from kertui.training.run_state import RunState, is_younger, state_at_end, trainer_is_there

if TYPE_CHECKING:
    from kertasks.recipes.recipe import Recipe

SCHEMA = 1
"""Of ``run.json``; one more when a reader of the old one would be misled."""

_STARTING = 5.0
"""Seconds a recipe may be without a manifest: its trainer's process is being started."""

_LEFTOVERS = (".model.keras-*", ".best.keras-*", ".run.json-*", "checkpoint/.state.npz-*")
"""Unfinished files of trainers. Those of ``control.json`` are somebody's who writes it now."""


class RunIsOver(UserError):
    """A command came for a run that has ended."""

    def __init__(self, run_id: str, state: RunState) -> None:
        super().__init__(f"run {run_id} is over ({state.value}): nothing was changed")


class RunDamaged(UserError):
    """A run's folder lacks a file it must have, or holds one that cannot be read."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """``run.json``: where a run comes from. Written by its trainer as it claims the run."""

    id: str
    task: str
    recipe: str
    """The recipe's name; the whole of it is ``recipe.toml``."""

    seed: int
    created: float
    """Unix time in seconds."""

    versions: Mapping[str, str]
    """Of kertui, Python, keras, tensorflow and numpy."""

    device: str
    """Empty until the trainer has imported Keras and knows."""

    host: str
    pid: int
    process_started: float
    """When the process of that pid started, as ``process_start_time`` says: a pid alone is
    used again."""

    source: str | None = None
    """The file the recipe was read from."""

    boot: str | None = None
    """Which boot of the host it was: after the next one, pids and start times come again."""

    schema: int = field(default=SCHEMA)


@dataclass(frozen=True, slots=True)
class RunFolder:
    """A run by its folder. Holds nothing in memory: every answer is read from disk."""

    path: Path

    @property
    def id(self) -> str:
        """The folder's name, for example ``20261122-031500-xor-answer``."""
        return self.path.name

    @property
    def manifest_path(self) -> Path:
        """``run.json``."""
        return self.path / "run.json"

    @property
    def recipe_path(self) -> Path:
        """``recipe.toml``."""
        return self.path / "recipe.toml"

    @property
    def events_path(self) -> Path:
        """``events.jsonl``."""
        return self.path / "events.jsonl"

    @property
    def log_path(self) -> Path:
        """``trainer.log``: what the trainer prints, tracebacks included."""
        return self.path / "trainer.log"

    @property
    def model_path(self) -> Path:
        """``model.keras``: the network as training left it."""
        return self.path / "model.keras"

    @property
    def best_path(self) -> Path:
        """``best.keras``: the network of the best epoch."""
        return self.path / "best.keras"

    @property
    def control_path(self) -> Path:
        """``control.json``."""
        return self.path / "control.json"

    @property
    def checkpoint_path(self) -> Path:
        """``checkpoint/state.npz``: what a later process needs to go on with the training."""
        return self.path / "checkpoint" / "state.npz"

    def clear_leftovers(self) -> None:
        """Delete what a killed trainer had not renamed into its place yet. Its successor's."""
        for pattern in _LEFTOVERS:
            for path in self.path.glob(pattern):
                if path.is_dir():
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    path.unlink(missing_ok=True)

    def manifest(self) -> Manifest:
        """What the trainer wrote as it began.

        Raises:
            RunDamaged: there is none (yet), or it cannot be read.
        """
        try:
            fields = json.loads(self.manifest_path.read_bytes())
            known = {name: fields[name] for name in Manifest.__slots__ if name in fields}
            return Manifest(**known)
        except FileNotFoundError as error:
            raise RunDamaged(f"run {self.id} has no run.json: it never began") from error
        except (OSError, ValueError, TypeError) as error:
            raise RunDamaged(f"{self.manifest_path} cannot be read: {error}") from error

    def write_manifest(self, manifest: Manifest) -> None:
        """Write ``run.json``, whole."""
        fields = asdict(manifest)
        ordered = {"schema": fields.pop("schema"), **fields}
        write_text(self.manifest_path, json.dumps(ordered, indent=2, ensure_ascii=False) + "\n")

    def recipe(self) -> Recipe:
        """What is trained here.

        Raises:
            kertasks.RecipeError: ``recipe.toml`` was changed into what is no recipe.
            RunDamaged: there is no ``recipe.toml``.
        """
        from kertasks.recipes.toml_file import load_recipe

        if not self.recipe_path.is_file():
            raise RunDamaged(f"run {self.id} has no recipe.toml")
        return load_recipe(self.recipe_path)

    def write_recipe(self, recipe: Recipe, source: str | None = None) -> None:
        """Write ``recipe.toml``, whole, with a comment on where it came from."""
        from kertasks.recipes.toml_file import format_recipe

        origin = f"# from {json.dumps(source, ensure_ascii=False)}\n" if source else ""
        write_text(self.recipe_path, origin + format_recipe(recipe))

    def source(self) -> str | None:
        """The file the recipe was read from, from ``recipe.toml``'s first line."""
        try:
            with self.recipe_path.open(encoding="utf-8") as file:
                first = file.readline()
            return str(json.loads(first.removeprefix("# from "))) if "# from " in first else None
        except (OSError, ValueError):
            return None

    def state(self) -> RunState:
        """What the run is doing: its events' end first, then whether its process is there."""
        said = state_at_end(self.events_path)
        if said is not None and said.is_over:
            return said
        if self._trainer_is_there():
            return said or RunState.RUNNING
        # The end may have been written between the first look and the process's exit.
        said = state_at_end(self.events_path)
        return said if said is not None and said.is_over else RunState.LOST

    def _trainer_is_there(self) -> bool:
        try:
            manifest = self.manifest()
        except RunDamaged:
            return not self.manifest_path.exists() and is_younger(self.recipe_path, _STARTING)
        return trainer_is_there(
            manifest.host,
            manifest.pid,
            manifest.process_started,
            manifest.boot,
            self.events_path,
        )

    def ask(self, name: Ask, value: float | None = None) -> Command:
        """Ask something of the run's trainer; it answers with a ``control`` event.

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

    def write_command(self, name: Ask, value: float | None = None) -> Command:
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
