"""Deleted runs: whole folders under ``<home>/bin/``, until a person empties it."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

from kertasks.errors import UserError
from kertasks.runs.folder import RunFolder
from kertasks.runs.store import RunStore, runs_in


class RunGoesOn(UserError):
    """A run cannot be deleted while it is trained."""


class BinTrouble(UserError):
    """A run could not be moved into the bin or out of it, or the bin not emptied."""


class NotInBin(BinTrouble):
    """A run was brought back, or removed for good, by somebody else."""


class RunBin:
    """Holds the deleted runs of a store. Moving is a rename: no folder is ever half here."""

    def __init__(self, store: RunStore) -> None:
        self._store = store

    @property
    def path(self) -> Path:
        """The folder that holds the deleted runs."""
        return self._store.home / "bin"

    def runs(self) -> list[RunFolder]:
        """List every deleted run, the newest first, whenever it was deleted."""
        return runs_in(self.path)

    def delete(self, run: RunFolder) -> None:
        """Move a run into the bin.

        Raises:
            RunGoesOn: it is still trained.
            BinTrouble: it cannot be moved.
        """
        if not run.state().is_over:
            raise RunGoesOn(f"{run.id} is being trained: stop it first, then delete it")
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise BinTrouble(f"cannot make {self.path}: {error.strerror}") from error
        _move(run.path, self.path / run.id)

    def restore(self, id: str) -> RunFolder:
        """Move a run of this id back.

        Raises:
            NotInBin: there is no such run.
            BinTrouble: it cannot be moved.
        """
        if not (self.path / id).exists():
            raise NotInBin(f"{id} is not in {self.path} any more")
        run = RunFolder(self._store.runs_path / id)
        _move(self.path / id, run.path)
        return run

    def empty(self) -> list[str]:
        """Remove every deleted run for good; returns their ids.

        Raises:
            BinTrouble: a folder cannot be removed; those before it are gone.
        """
        runs = self.runs()
        for run in runs:
            try:
                shutil.rmtree(run.path)
            except OSError as error:
                raise BinTrouble(f"cannot remove {run.path}: {error.strerror}") from error
        return [run.id for run in runs]


def _move(source: Path, target: Path) -> None:
    try:
        # A rename would replace an empty folder of that name without a word.
        if target.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
        source.rename(target)
    except OSError as error:
        raise BinTrouble(f"cannot move {source} to {target.parent}: {error.strerror}") from error
