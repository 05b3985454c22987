"""What a sweep of a program was asked for, and the processes that each of its trials is made of."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kertasks.groups.sweep.searched import Searched
from kertasks.recipes.changes import Change
from kertasks.recipes.recipe_errors import RecipeError


class ScriptSweep(Searched, frozen=True, tag="script sweep", kw_only=True):
    """A sweep of a program's arguments; a trial is one start of it, or one for each seed."""

    script: str
    """Its file, with the whole path."""

    digest: str
    """The SHA-256 of the file, as hexadecimal digits: another program is not started."""

    folder: str
    """The folder it is started in, with the whole path."""

    arguments: tuple[str, ...] = ()
    """What it is given in every trial, after what is varied."""

    seed_argument: str | None = None
    """The argument that says the seed, without dashes or with them; None where it has none."""

    def __post_init__(self) -> None:
        written = (self.script, self.folder, *self.arguments, self.seed_argument or "seed")
        if not all(map(str.isprintable, written)):
            raise ValueError("what is started cannot be printed")

    @property
    def file(self) -> str:
        """The name of its file: ``train.py``."""
        return Path(self.script).name

    @property
    def parts(self) -> tuple[ScriptPart, ...]:
        """The starts of a trial, in their order."""
        return tuple(ScriptPart(self, seed) for seed in range(self.seeds))


@dataclass(frozen=True, slots=True)
class ScriptPart:
    """One start of the program in each trial."""

    sweep: ScriptSweep
    number: int
    """From 0; the first has the sweep's own seed."""

    @property
    def seed(self) -> int:
        """What it is told, where the program takes a seed."""
        return self.sweep.seed + self.number

    def key(self, trial: int) -> str:
        """What the start of a trial is called: ``"trial 3, seed 2"``."""
        return f"trial {trial}, seed {self.seed}" if self.sweep.seeds > 1 else f"trial {trial}"

    def words(self, values: Sequence[str]) -> tuple[str, ...]:
        """The arguments that the program is given.

        Args:
            values: of the trial, one for each dimension.
        """
        said: list[str] = []
        for dimension, value in zip(self.sweep.dimensions, values, strict=True):
            said += argument(dimension.path, value)
        if self.sweep.seed_argument is not None:
            said += argument(self.sweep.seed_argument, str(self.seed))
        return (*said, *self.sweep.arguments)


def argument(name: str, value: str) -> tuple[str, str]:
    """An argument as a program is given it: ``--lr 0.1``; a name that has dashes is as it is.

    Args:
        name: of it.
        value: as ``--arg`` has it; without the quotes of one that is quoted.
    """
    return name if name.startswith("-") else f"--{name}", _plain(name, value)


def _plain(name: str, text: str) -> str:
    if text[:1] not in ("'", '"'):
        return text
    try:
        found = Change(name, text, adds=False).value()
    except RecipeError:
        return text
    return found if isinstance(found, str) else text


def run_command(script: str, words: Sequence[str]) -> str:
    """The command that starts a program by itself, as it is typed in a shell."""
    return shlex.join(["kertui", "run", script, *words])
