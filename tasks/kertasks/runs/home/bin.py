"""Deleted runs: whole folders under ``<home>/bin/``, until a person empties it."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import stat
from pathlib import Path

from kertasks.errors import UserError
from kertasks.runs.event_file.spool import move_spool, remove_spool
from kertasks.runs.folder import RunFolder
from kertasks.runs.home.store import RunsListing, RunStore, list_runs
from kertasks.runs.manifest import Origin
from kertasks.runs.run_errors import RunDamaged
from kertasks.runs.state import RunState


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
        """List every deleted run, the newest first, whenever it was deleted.

        Raises:
            HomeNotReadable: the bin cannot be listed.
        """
        return self.listing().runs

    def listing(self) -> RunsListing:
        """List every deleted run, as ``runs``, and what else lies among them.

        Raises:
            HomeNotReadable: the bin cannot be listed.
        """
        return list_runs(self.path)

    def delete(self, run: RunFolder) -> None:
        """Move a run into the bin.

        Raises:
            RunGoesOn: it is still trained.
            IsMirrored: it is another host's.
            BinTrouble: it cannot be moved.
        """
        run.require_own()
        _require_over(run)
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise BinTrouble(f"cannot make {self.path}: {error.strerror}") from error
        place = self.path / run.id
        _move(run.path, place)
        move_spool(run.path, place)

    def restore(self, id: str) -> RunFolder:
        """Move a run of this id back.

        Raises:
            NotInBin: there is no such run.
            BinTrouble: it cannot be moved.
        """
        if not os.path.lexists(self.path / id):
            raise NotInBin(f"{id} is not in {self.path} any more")
        run = RunFolder(self._store.runs_path / id)
        _move(self.path / id, run.path)
        move_spool(self.path / id, run.path)
        return run

    def empty(self) -> list[str]:
        """Remove every deleted run for good; returns their ids.

        Raises:
            BinTrouble: a folder cannot be removed; those before it are gone.
        """
        listing = self.listing()
        paths = [*(run.path for run in listing.runs), *listing.odd]
        for path in paths:
            try:
                if stat.S_ISDIR(path.lstat().st_mode):
                    shutil.rmtree(path)
                else:
                    path.unlink()
                remove_spool(path)
                came_from = self._store.runs_path / path.name
                if not os.path.lexists(came_from):  # whose spool could not be moved with it
                    remove_spool(came_from)
            except OSError as error:
                raise BinTrouble(f"cannot remove {path}: {error.strerror}") from error
        return [path.name for path in paths]


def _require_over(run: RunFolder) -> None:
    """See that no trainer is known to write in a run.

    Raises:
        RunGoesOn: one does, or may do so where it cannot be seen.
    """
    state = run.state()
    if state.goes_on and run.origin is not Origin.FILE:  # who only follows a file notices
        raise RunGoesOn(f"{run.id} is being trained: stop it first, then delete it")
    if state is RunState.UNKNOWN:
        with contextlib.suppress(RunDamaged):  # whose trainer nobody could find
            raise RunGoesOn(
                f"whether {run.id} is still trained on {run.manifest().trained_on} cannot be told "
                "from here yet: stop it, or wait two minutes for a sign of life"
            )


def _move(source: Path, target: Path) -> None:
    try:
        # A rename would replace an empty folder of that name without a word.
        if os.path.lexists(target):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
        source.rename(target)
    except OSError as error:
        raise BinTrouble(f"cannot move {source} to {target.parent}: {error.strerror}") from error
