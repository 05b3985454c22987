"""A person's own tasks of data as files of the home: kept, found again, deleted."""

from __future__ import annotations

import contextlib
from pathlib import Path

from msgspec.structs import replace

from kertasks.errors import UserError
from kertasks.own_tasks.data_task import (
    DataTask,
    DataTaskError,
    data_path,
    name_for,
    read_data_task,
    write_data_task,
)
from kertasks.user_folders import own_tasks_dir

DELETED = "deleted"
"""The folder of the tasks' folder that deleted ones are moved to."""


class NotKept(UserError):
    """A task's file cannot be written or moved."""


def file_of(name: str) -> Path:
    """Where the home keeps the task of that name, if it does."""
    return own_tasks_dir() / f"{name}.toml"


def keep(task: DataTask, taken: frozenset[str], name: str | None = None) -> Path:
    """The file of the home that says this task: one that is there already, or a new one.

    Args:
        task: its data's path is absolute, so that it is found from there.
        taken: names that are no more free, besides those of the files there.
        name: of the new one; None for one made of the data's.

    Raises:
        NotKept: it cannot be written, or the name is not free.
    """
    path = place_of(task, taken, name)
    if not path.exists():
        write(task, path)
    return path


def place_of(task: DataTask, taken: frozenset[str], name: str | None = None) -> Path:
    """The file of the home that says this task, or that it would be kept in; nothing is written.

    Args:
        task: as of ``keep``, as are the others.
        taken: names that are no more free.
        name: of a new one.

    Raises:
        NotKept: the name is not free.
    """
    folder = own_tasks_dir()
    files = sorted(folder.glob("[!.]*.toml"))
    for path in files:
        with contextlib.suppress(DataTaskError):
            if read_absolute(path) == task:
                return path
    names = taken | {path.stem for path in files}
    if name in names:
        raise NotKept(f"there is a task {name} already; another name is allowed")
    return folder / f"{name or name_for(Path(task.data.path), names)}.toml"


def write(task: DataTask, path: Path) -> None:
    """Write a task's file, the data's path relative where the data lies beside it or below.

    Args:
        task: its data's path is absolute.
        path: of the file.

    Raises:
        NotKept: it cannot be written.
    """
    with contextlib.suppress(ValueError):  # the data lies elsewhere
        relative = Path(task.data.path).relative_to(path.absolute().parent)
        task = replace(task, data=replace(task.data, path=relative.as_posix()))
    try:
        write_data_task(task, path)
    except OSError as error:
        why = (error.strerror or type(error).__name__).lower()
        raise NotKept(f"{path} cannot be written: {why}") from error


def read_absolute(path: Path) -> DataTask:
    """What a task's file says, with the data's path absolute.

    Raises:
        DataTaskError: as ``read_data_task``.
    """
    task = read_data_task(path)
    data = str(data_path(path.absolute(), task))
    return replace(task, data=replace(task.data, path=data))


def delete(path: Path) -> Path:
    """Move a task's file among the deleted ones; gives where it is now.

    Raises:
        NotKept: it cannot be moved.
    """
    folder = path.parent / DELETED
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        there = frozenset(file.stem for file in folder.glob("*.toml"))
        number, place = 2, folder / path.name
        while place.stem in there:
            place, number = folder / f"{path.stem}-{number}.toml", number + 1
        path.rename(place)
    except OSError as error:
        why = (error.strerror or type(error).__name__).lower()
        raise NotKept(f"{path} cannot be moved to {folder}: {why}") from error
    return place
