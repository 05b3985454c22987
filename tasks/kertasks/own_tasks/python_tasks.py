"""The tasks that a person's own code defines: files in folders they named, and entry points.

What is listed of a task was told by a process that ran its code (``reading_process``), and is kept
in the cache until the code's file changes. The code is run in a process that loads data, then.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kertasks.data.folds.fold import Fold
from kertasks.errors import UserError
from kertasks.export.script.script_data import ScriptData
from kertasks.own_tasks.found_tasks import BrokenTask, OwnTask
from kertasks.own_tasks.task_code import (
    GROUP,
    READING,
    TaskCode,
    TaskEntryPoint,
    TaskFile,
    require_own,
    run_task_code,
    stamp_of,
    what_went_wrong,
)
from kertasks.task import Task

if TYPE_CHECKING:
    from kertasks.own_tasks.code_reader import ReadTask

_AT_ONCE = 4
"""Files that are read at the same time."""


class TaskCodeFailed(UserError):
    """Code that defined a task does so no more."""


class PythonTasks:
    """Finds tasks in code, and runs code again only once its file has changed. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: dict[TaskCode, tuple[ReadTask, OwnTask | BrokenTask]] = {}
        self._entries: tuple[str, tuple[TaskEntryPoint, ...]] = ("", ())

    def find(self, folders: Iterable[Path]) -> list[OwnTask | BrokenTask]:
        """Every task that a file in the folders or an entry point defines, and what is wrong with
        those that define none.

        Args:
            folders: whose files ``*.py`` are read, but not those whose name begins with a dot or
                an underscore. The first one need not be there.
        """
        if READING in os.environ:
            return []
        with self._lock:
            codes: list[TaskCode] = []
            broken: list[OwnTask | BrokenTask] = []
            for place, folder in enumerate(folders):
                if place or folder.exists():
                    why = _why_not_read(folder)
                    if why:
                        broken.append(BrokenTask(folder.name, folder, why))
                    else:
                        codes += map(TaskFile, sorted(folder.glob("[!._]*.py")))
            codes += self._entry_points()
            self._read(list(dict.fromkeys(codes)))
            return [*broken, *(self._seen[code][1] for code in dict.fromkeys(codes))]

    def _entry_points(self) -> tuple[TaskEntryPoint, ...]:
        stamp = "".join(stamp_of(Path(folder)) for folder in sys.path)
        if stamp != self._entries[0]:
            self._entries = stamp, tuple(dict.fromkeys(_entry_points_on(sys.path)))
        return self._entries[1]

    def _read(self, codes: Sequence[TaskCode]) -> None:
        new = [code for code in codes if not self._is_known(code)]
        if not new:
            return
        # Not needed before the first paint of who has no such files.
        from concurrent.futures import ThreadPoolExecutor

        from kertasks.own_tasks.code_reader import read_task

        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for code, read in zip(new, pool.map(read_task, new), strict=True):
                self._seen[code] = read, _found(code, read)

    def _is_known(self, code: TaskCode) -> bool:
        seen = self._seen.get(code)
        return seen is not None and seen[0].stamp == stamp_of(seen[0].file)


def _why_not_read(folder: Path) -> str:
    try:
        require_own(folder)
        if not folder.is_dir():
            return f"{folder} is no folder of task files"
        next(folder.iterdir(), None)
    except UserError as error:
        return str(error)
    except OSError as error:
        return f"the task files in {folder} cannot be read: {(error.strerror or 'unknown').lower()}"
    return ""


def _entry_points_on(folders: Sequence[str]) -> Iterator[TaskEntryPoint]:
    """The entry points of installed packages. ``importlib.metadata`` would parse those of every
    package, which takes longer than the first screen may."""
    for folder in folders:
        for path in sorted(Path(folder).glob("*.*-info/entry_points.txt")):
            with contextlib.suppress(OSError, ValueError):
                if f"[{GROUP}]" in path.read_text(encoding="utf-8"):
                    from importlib.metadata import Distribution

                    found = Distribution.at(path.parent).entry_points.select(group=GROUP)
                    yield from (TaskEntryPoint(one.name, one.value) for one in found)


def _found(code: TaskCode, read: ReadTask) -> OwnTask | BrokenTask:
    path, answer = read.file or Path(code.place), read.answer
    if answer.told is None:
        return BrokenTask(code.name, path, answer.why)
    defined = _Defined(code)
    try:
        return OwnTask(answer.told.task(defined.load, defined.load_fold, defined.script), path)
    except UserError as error:
        return BrokenTask(code.name, path, str(error))


class _Defined:
    """The task that code defines, once somebody needs more of it than was told.

    Args:
        code: that is run, in this process, when data is loaded.
    """

    def __init__(self, code: TaskCode) -> None:
        self._code = code
        self._lock = threading.Lock()
        self._task: Task | None = None
        self._stamp = ""

    def load(self, variant: str, seed: int) -> Any:
        """The data, as the task's own loader gives it."""
        return self._run().loader(variant, seed)

    def load_fold(self, variant: str, seed: int, fold: Fold) -> Any:
        """The data of a fold, as the task's own fold loader gives it."""
        load_fold = self._run().fold_loader
        if load_fold is None:
            raise TaskCodeFailed(f"{self._code.place}: its task has no fold_loader any more")
        return load_fold(variant, seed, fold)

    def script(self, variant: str) -> ScriptData:
        """The data as a script, as the task's own function writes it."""
        script = self._run().script
        if script is None:
            raise TaskCodeFailed(f"{self._code.place}: its task has no script any more")
        return script(variant)

    def _run(self) -> Task:
        with self._lock:
            # A package is imported once by a process, whatever becomes of its files.
            stamp = stamp_of(self._code.path) if isinstance(self._code, TaskFile) else ""
            if self._task is None or self._stamp != stamp:
                try:
                    found = run_task_code(self._code).found
                except UserError:
                    raise
                except (Exception, SystemExit) as error:
                    raise TaskCodeFailed(what_went_wrong(error, self._code)) from error
                if not isinstance(found, Task):
                    raise TaskCodeFailed(f"{self._code.place}: TASK is no task any more")
                self._task, self._stamp = found, stamp
            return self._task
