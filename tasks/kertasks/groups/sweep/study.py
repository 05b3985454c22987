"""A sweep as a study of Optuna's, in SQLite in the group's folder: for Optuna's own tools.

It is written after what the runs say, a trial once it and those before it are over. Nothing here is
read to decide what is trained.
"""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from pathlib import Path

import optuna

from kertasks.groups.sweep.dimension import Dimension
from kertasks.groups.sweep.search import Mode, Told, direction_of, frozen

STUDY = "sweep"
"""The name of the study in its file."""


class StudyFile:
    """Writes the study of one sweep. What goes wrong is printed, and is no reason to fail.

    Args:
        path: of the file; it goes on where an earlier process ended.
        dimensions: what is varied.
        mode: whether a value is to become small or large.
    """

    def __init__(self, path: Path, dimensions: Sequence[Dimension], mode: Mode) -> None:
        self._path = path
        self._dimensions = dimensions
        self._mode = mode
        self._study: optuna.Study | None = None
        self._failed = False
        self._written = 0

    def write(self, trials: Sequence[Told]) -> None:
        """Write the trials that are not there yet.

        Args:
            trials: all that are over, up to the first that is not.
        """
        if self._failed or len(trials) == self._written:
            return
        try:
            study = self._open()
            for told in trials[self._written :]:
                study.add_trial(frozen(self._dimensions, told))
                self._written += 1
        except Exception:
            self._failed = True  # as where the disk is full
            traceback.print_exc()

    def _open(self) -> optuna.Study:
        if self._study is None:
            storage = optuna.storages.RDBStorage(f"sqlite:///{self._path.absolute()}")
            self._study = optuna.create_study(
                storage=storage,
                study_name=STUDY,
                direction=direction_of(self._mode),
                load_if_exists=True,
            )
            self._written = len(self._study.get_trials(deepcopy=False))
        return self._study
