"""A sweep as a study of Optuna's, for Optuna's own tools: in SQLite in the group's folder, or in a
database that a person named.

It is written after what the runs say, a trial once it and those before it are over. Nothing here is
read to decide what is trained.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import optuna
from sqlalchemy.engine import make_url

from kertasks.groups.folder import GroupFolder
from kertasks.groups.note import Subject, write_note
from kertasks.groups.own_word import has_mark
from kertasks.groups.sweep.search import Mode, Told, direction_of, frozen
from kertasks.groups.sweep.searched import Searched
from kertasks.groups.sweep.storage import PASSWORD, StorageRefused, read_address, require_driver
from kertasks.text.error_text import why
from kertasks.text.numbers import short_path
from kertasks.text.plain_text import one_line

STUDY = "sweep"
"""The name of the study in a file of its own; in a database it has the group's."""

_TRY_AGAIN = 30.0
"""Seconds until it is tried again to write what could not be written: each try may take some."""

_POSTGRESQL: dict[str, Any] = {
    "pool_pre_ping": True,
    # The runner hears nothing meanwhile that is asked of its group.
    "connect_args": {
        "connect_timeout": 5,  # s
        "tcp_user_timeout": 10_000,  # ms
        "application_name": "kertui",
    },
}


class Study:
    """Writes the study of one sweep, and goes on where an earlier process ended. What cannot be
    written is told, tried again later, and no reason to fail.

    Args:
        group: whose.
        asked: what was asked.
    """

    def __init__(self, group: GroupFolder, asked: Searched) -> None:
        self._group = group
        self._dimensions = asked.dimensions
        self._address = asked.storage
        self._may_be_told = asked.storage is None or has_mark(group, asked)
        self._storage: optuna.storages.RDBStorage | None = None
        self._study: optuna.Study | None = None
        self._written = 0
        self._not_before = 0.0

    def require(self) -> None:
        """See that the database can be written in, where a person named one.

        Raises:
            StorageRefused: it cannot; says why.
        """
        if self._address is None:
            return
        try:
            self._open_storage()
        except StorageRefused:
            raise
        except Exception as error:
            raise StorageRefused(self._why_not(error)) from error

    def write(self, trials: Sequence[Told], mode: Mode, *, last: bool = False) -> None:
        """Write the trials that are not there yet.

        Args:
            trials: all that are over, up to the first that is not.
            mode: whether a value is to become small or large.
            last: whether it is not tried again.
        """
        behind = self._study is None or len(trials) > self._written
        if not (behind and trials) or (time.monotonic() < self._not_before and not last):
            return
        try:
            study = self._open(mode)
            for told in trials[self._written :]:
                study.add_trial(frozen(self._dimensions, told))
                self._written += 1
        except Exception as error:  # as where the disk is full, or the database is gone
            self._study = None  # how much of it is there is read again
            self._not_before = time.monotonic() + _TRY_AGAIN
            write_note(self._group, Subject.STUDY, self._why_not(error))
        else:
            write_note(self._group, Subject.STUDY, "")

    def _open(self, mode: Mode) -> optuna.Study:
        if self._study is None:
            study = optuna.create_study(
                storage=self._open_storage(),
                study_name=STUDY if self._address is None else self._group.id,
                direction=direction_of(mode),
                load_if_exists=True,
            )
            self._written = len(study.get_trials(deepcopy=False))
            self._study = study
        return self._study

    def _open_storage(self) -> optuna.storages.RDBStorage:
        """Open it, and make its tables where it is new.

        Raises:
            StorageRefused: the address is none, or nobody here asked for it.
            Exception: whatever the database's library raises.
        """
        if self._storage is not None:
            return self._storage
        if self._address is None:
            path = self._group.study_path.absolute()
            self._storage = optuna.storages.RDBStorage(f"sqlite:///{path}")
            return self._storage
        address, _ = read_address(self._address)
        if not self._may_be_told:
            raise StorageRefused(
                f"{self._group.id} says that its study is written to {address}, and no command "
                "of yours on this machine asked for that: it is not. kertui sweep --storage "
                "begins a sweep of your own."
            )
        require_driver()
        url = make_url(address).set(drivername="postgresql+psycopg")
        self._storage = optuna.storages.RDBStorage(
            url.render_as_string(hide_password=False), engine_kwargs=_POSTGRESQL
        )
        return self._storage

    def _why_not(self, error: Exception) -> str:
        if isinstance(error, StorageRefused):
            return str(error)
        cause = getattr(error, "orig", None) or error.__cause__ or error
        cause = getattr(cause, "orig", None) or cause
        reason = why(cause) or type(cause).__name__
        if "password" in reason:
            reason += f"; it is taken from {PASSWORD}, or from ~/.pgpass"
        where = self._address or short_path(self._group.study_path)
        return f"the study cannot be written to {where}: {one_line(reason, 400)}"
