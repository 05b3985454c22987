"""Asks where a task's file is to be written, for example beside its data."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from kertasks.errors import UserError
from kertasks.own_tasks.data_task import DataTask
from kertasks.own_tasks.kept_tasks import write
from kertui.dialogs.ask_path import (
    AlreadyThere,
    AskPathScreen,
    Mistake,
    not_written,
    toml_target,
)


class SaveTaskScreen(AskPathScreen[tuple[DataTask, Path]]):
    """Write a task of data. Gives the task and the file's path, or None.

    Args:
        path: what is proposed.
        task: what is written; its data's path is absolute.
    """

    def __init__(self, path: str, task: DataTask) -> None:
        super().__init__("Save the task", "save", "writing", path)
        self._of_data = task

    def try_path(
        self, path: Path, confirmed: Path | None, wanted: Callable[[], bool]
    ) -> tuple[DataTask, Path] | Mistake | AlreadyThere:
        """Write it; a file that is already there only after asking."""
        try:
            target = toml_target(path, confirmed)
            if not isinstance(target, Path):
                return target
            path = target
            if wanted():
                write(self._of_data, path)
        except OSError as error:
            return not_written(path, error)
        except UserError as error:
            return Mistake(str(error))
        return self._of_data, path
