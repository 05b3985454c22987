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
    """Every task, in the order of ``Group``, then by its ``order`` and its name.

    Imports neither Keras nor NumPy.
    """
    found: list[Task] = [
        importlib.import_module(f"{tasks.__name__}.{info.name}").TASK
        for info in pkgutil.iter_modules(tasks.__path__)
        if not info.name.startswith("_")
    ]
    groups = list(Group)
    return tuple(sorted(found, key=lambda task: (groups.index(task.group), task.order, task.name)))


def find_task(name: str) -> Task:
    """The task of that name.

    Raises:
        UnknownTask: naming the nearest spelling and what is allowed.
    """
    known = {task.name: task for task in all_tasks()}
    if name not in known:
        raise UnknownTask(name, list(known))
    return known[name]
