"""Finds the tasks: every module in ``kertasks/tasks`` that defines ``TASK``."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from kertasks import tasks
from kertasks.errors import UnknownTask
from kertasks.kinds import Group
from kertasks.task import Task


@cache
def all_tasks() -> tuple[Task, ...]:
    """Every task, grouped in the order of ``Group`` and by each file's ``ORDER``, then name.

    Imports neither Keras nor NumPy.
    """
    found: list[tuple[int, int, str, Task]] = []
    groups = list(Group)
    for info in pkgutil.iter_modules(tasks.__path__):
        if info.name.startswith("_"):
            continue
        module = importlib.import_module(f"{tasks.__name__}.{info.name}")
        task: Task = module.TASK
        order: int = getattr(module, "ORDER", 100)
        found.append((groups.index(task.group), order, task.name, task))
    return tuple(task for *_, task in sorted(found, key=lambda entry: entry[:3]))


def find_task(name: str) -> Task:
    """The task of that name.

    Raises:
        UnknownTask: naming the nearest spelling and what is allowed.
    """
    for task in all_tasks():
        if task.name == name:
            return task
    raise UnknownTask(name, [task.name for task in all_tasks()])
