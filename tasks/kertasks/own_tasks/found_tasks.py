"""The tasks of a person's own, found in folders; what is wrong with a file is told, not raised."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from kertasks.errors import UserError
from kertasks.task import Task


@dataclass(frozen=True, slots=True)
class BrokenTask:
    """A file that was to be a task and is none."""

    name: str
    """Of the file, without what follows its last dot."""

    path: Path
    why: str
    """A sentence."""


@dataclass(frozen=True, slots=True)
class OwnTask:
    """A task, and the file that says it."""

    task: Task
    path: Path

    @property
    def name(self) -> str:
        """What a person types."""
        return self.task.name


@dataclass(frozen=True, slots=True)
class _Seen:
    """What came of a file, and the state of it and of its data then."""

    found: OwnTask | BrokenTask
    stamp: str
    data: Path | None
    data_stamp: str


class OwnTasks:
    """Finds the tasks of data in folders, and reads a file again only once it has changed.

    A task is the same object for as long as its file and its data are the same.
    """

    def __init__(self) -> None:
        self._seen: dict[Path, _Seen] = {}

    def find(self, folders: Iterable[Path]) -> Iterator[OwnTask | BrokenTask]:
        """Every task in the folders, and every file that is none, by name in each folder."""
        for folder in folders:
            for path in sorted(folder.glob("[!.]*.toml")):
                yield self._of(path)

    def _of(self, path: Path) -> OwnTask | BrokenTask:
        seen, stamp = self._seen.get(path), _stamp(path)
        if seen is None or (stamp, _stamp(seen.data)) != (seen.stamp, seen.data_stamp):
            seen = self._seen[path] = _read(path, stamp)
        return seen.found


def _read(path: Path, stamp: str) -> _Seen:
    # Not needed before the first paint of who has no such files.
    from kertasks.own_tasks.data_task import NAME, DataTaskError, data_path, read_data_task
    from kertasks.own_tasks.task_of_data import task_of

    try:
        if NAME.fullmatch(path.stem) is None:
            raise DataTaskError(
                path, "its name has to be of a to z, 0 to 9, hyphens and underscores"
            )
        task = read_data_task(path)
    except UserError as error:
        return _Seen(BrokenTask(path.stem, path, str(error)), stamp, None, "")
    data = data_path(path, task)
    data_stamp = _stamp(data)
    own = OwnTask(task_of(path, task, version=stamp + data_stamp), path)
    return _Seen(own, stamp, data, data_stamp)


_MOST_FOLDERS = 1_000
"""In a person's folder that are looked at, whenever its tasks are listed."""


def _stamp(path: Path | None) -> str:
    """What changes when a file does, or when one comes into a folder or those in it, or goes; empty
    where there is none."""
    if path is None:
        return ""
    try:
        status = path.stat()
        stamp = _state(status)
        if stat.S_ISDIR(status.st_mode):
            inside = islice(_folders_in(path, deep=2), _MOST_FOLDERS)
            stamp = hashlib.sha256((stamp + "".join(inside)).encode()).hexdigest() + ";"
    except (OSError, ValueError):
        return ""
    return stamp


def _state(status: os.stat_result) -> str:
    return f"{status.st_ino}-{status.st_size}-{status.st_mtime_ns};"


def _folders_in(path: Path, deep: int) -> Iterator[str]:
    with os.scandir(path) as entries:
        # A folder of many files is not looked through: it has no folders of classes in it.
        for entry in islice(entries, _MOST_FOLDERS):
            if entry.is_dir(follow_symlinks=False):
                yield _state(entry.stat(follow_symlinks=False))
                if deep > 1:
                    yield from _folders_in(Path(entry.path), deep - 1)
