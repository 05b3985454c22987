"""The task of a run as the run was trained on it, whatever has become of it. No NumPy."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from msgspec.structs import replace

from kertasks.export.script.script_data import ScriptData
from kertasks.files import read_small
from kertasks.folders.texts.text_folder import TextFolder, of_table
from kertasks.own_tasks.data_kinds import kind_of_statistics
from kertasks.own_tasks.data_task import read_data_task
from kertasks.own_tasks.kept_tasks import file_of
from kertasks.own_tasks.task_of_data import VARIANT, task_of
from kertasks.registry import find_task
from kertasks.runs.folder import RunFolder
from kertasks.runs.run_errors import RunDamaged
from kertasks.tables.table import Table
from kertasks.task import Task


@dataclass(frozen=True, slots=True)
class TrainedTask:
    """A task as a run was trained on it."""

    task: Task
    differs: bool = False
    """Whether the task of that name says something else by now."""


def trained_task(run: RunFolder, name: str) -> TrainedTask:
    """The task of a run; of data of a person's own with what the run keeps of it.

    Where the data lies is said by the task of now: a person may have moved it.

    Args:
        run: the run.
        name: of the task, as the run's recipe has it.

    Raises:
        UnknownTask, TaskIsBroken: there is no such task any more.
        RunDamaged: what the run keeps cannot be read.
    """
    now, path = find_task(name), file_of(name)
    try:
        kept = read_small(run.statistics_path)
        said = read_data_task(path)
    except FileNotFoundError:  # it is no task of data, or the run keeps nothing of it
        return TrainedTask(now)
    except OSError as error:
        raise RunDamaged(f"{run.statistics_path} cannot be read: {error.strerror}") from error
    try:
        data = kind_of_statistics(kept).data_of(kept)
    except ValueError as error:
        raise RunDamaged(f"{run.statistics_path} cannot be read: {error}") from error
    if isinstance(data, Table) and isinstance(said.data, TextFolder):
        data = of_table(data, said.data)
    if type(data) is type(said.data):
        data = replace(data, path=said.data.path)
    then = task_of(path, replace(said, data=data))
    scripts = [_said(task.script(VARIANT)) for task in (now, then) if task.script is not None]
    return TrainedTask(then, scripts[0] != scripts[1])


def _said(script: ScriptData) -> tuple[ScriptData, list[str]]:
    """What a script says, without what it is made of: that knows of a file's hash, too."""
    return dataclasses.replace(script, scalings=()), script.lines(validates=True)
