"""Finds the tasks: every module in ``kertasks/tasks`` that defines ``TASK``, and a person's own."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from kertasks import tasks
from kertasks.errors import UnknownTask, UserError
from kertasks.kinds import Group
from kertasks.own_tasks.found_tasks import BrokenTask, OwnTasks
from kertasks.own_tasks.python_tasks import PythonTasks
from kertasks.task import Task
from kertasks.user_folders import own_tasks_dir, task_file_folders

_own_tasks = OwnTasks()
_python_tasks = PythonTasks()


class TaskIsBroken(UserError):
    """The file of a task that was named is none."""


@cache
def built_in_tasks() -> tuple[Task, ...]:
    """The tasks of kertasks itself, in the order of ``all_tasks``."""
    return _in_order(
        importlib.import_module(f"{tasks.__name__}.{info.name}").TASK
        for info in pkgutil.iter_modules(tasks.__path__)
        if not info.name.startswith("_")
    )


def all_tasks() -> tuple[Task, ...]:
    """Every task, in the order of ``Group``, then by its ``order`` and its name.

    A person's own are looked for at each call. Imports neither Keras nor NumPy.
    """
    return _look()[0]


def broken_tasks() -> tuple[BrokenTask, ...]:
    """The files of a person's own tasks of which something is wrong, by name."""
    return _look()[1]


def _look() -> tuple[tuple[Task, ...], tuple[BrokenTask, ...]]:
    named = {task.name: task for task in built_in_tasks()}
    paths: dict[str, Path] = {}
    broken: list[BrokenTask] = []
    for own in (*_own_tasks.find([own_tasks_dir()]), *_python_tasks.find(task_file_folders())):
        if isinstance(own, BrokenTask):
            broken.append(own)
        elif own.name in named:
            who = f"{paths[own.name]} has" if own.name in paths else "kertui has"
            why = f"{own.path.name}: {who} a task of that name, {own.name}; another is allowed"
            broken.append(BrokenTask(own.path.stem, own.path, why))
        else:
            named[own.name], paths[own.name] = own.task, own.path
    return _in_order(named.values()), tuple(broken)


def _in_order(found: Iterable[Task]) -> tuple[Task, ...]:
    groups = list(Group)
    return tuple(sorted(found, key=lambda task: (groups.index(task.group), task.order, task.name)))


def find_task(name: str) -> Task:
    """The task of that name.

    Raises:
        UnknownTask: naming the nearest spelling and what is allowed.
        TaskIsBroken: it is a person's own, and something is wrong with its file.
    """
    found, broken = _look()
    known = {task.name: task for task in found}
    if name not in known:
        for own in broken:
            if own.name == name:
                raise TaskIsBroken(own.why)
        raise UnknownTask(name, list(known))
    return known[name]
