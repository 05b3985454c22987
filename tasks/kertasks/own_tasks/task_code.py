"""Code that defines a task: a person's file, or an entry point of an installed package.

A file is run only where nobody else may have written it: it belongs to the person or to the
system, and neither it nor its folder may be written by others, as ssh asks of its keys.
"""

from __future__ import annotations

import grp
import os
import pwd
import stat
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from kertasks.errors import UserError
from kertasks.files import open_regular
from kertasks.text.plain_text import one_line

GROUP = "kertui.tasks"
"""The entry points of packages that bring tasks."""

ATTRIBUTE = "TASK"
"""What a module must define."""

READING = "KERTUI_READS_A_TASK"
"""Environment variable of a process that runs code to see which task it defines: for that code
there are no tasks of a person's own, or it would be run again for its own sake."""

_LARGEST = 16 << 20
"""Bytes of a file; what is larger is no code that somebody wrote."""


class UnsafeTaskFile(UserError):
    """A file is not run: others may have written it, or it cannot be read."""


class NoTaskInIt(UserError):
    """A module defines no task."""


@dataclass(frozen=True, slots=True)
class TaskFile:
    """A file of Python in a folder that the person named."""

    path: Path

    @property
    def name(self) -> str:
        """What it is called until its task is known."""
        return self.path.stem

    @property
    def place(self) -> str:
        """Where it is, in a word for sentences."""
        return self.path.name


@dataclass(frozen=True, slots=True)
class TaskEntryPoint:
    """An entry point of an installed package."""

    name: str
    value: str
    """``package.module`` or ``package.module:TASK``."""

    @property
    def place(self) -> str:
        """Where it is, in a word for sentences."""
        return f"the entry point {self.name} = {self.value}"


TaskCode = TaskFile | TaskEntryPoint


def stamp_of(path: Path | None) -> str:
    """What changes when a file does, or who may write it; empty where there is none."""
    try:
        status = None if path is None else path.stat()
    except (OSError, ValueError):
        status = None
    if status is None:
        return ""
    return f"{status.st_ino}-{status.st_size}-{status.st_mtime_ns}-{status.st_ctime_ns};"


@dataclass(frozen=True, slots=True)
class DefinedTask:
    """What code defines as its task, whatever that is."""

    found: object
    path: Path | None
    """The file the code is in, where there is one."""

    digest: str
    """Of the file's content; another one, once that is."""


def run_task_code(code: TaskCode) -> DefinedTask:
    """Run code that defines a task, and give what it defines.

    Raises:
        UnsafeTaskFile: somebody else may have written the file.
        NoTaskInIt: it defines none.
        Exception: whatever the code itself raises; SystemExit too.
    """
    if isinstance(code, TaskFile):
        content = _read_safely(code.path)
        module = _run(code.path, content)
        return DefinedTask(_task_of(module, code.place), code.path, _digest(content))
    from importlib.metadata import EntryPoint  # takes long to import

    found = EntryPoint(code.name, code.value, GROUP).load()
    file = getattr(sys.modules.get(code.value.partition(":")[0].strip()), "__file__", None)
    path = Path(file) if file else None
    digest = _digest(path.read_bytes()) if path is not None and path.is_file() else ""
    task = _task_of(found, code.place) if isinstance(found, ModuleType) else found
    return DefinedTask(task, path, digest)


def what_went_wrong(error: BaseException, code: TaskCode) -> str:
    """An error of code that was run, in a sentence with the line of its file."""
    import traceback  # not needed to list tasks, as hashlib is not

    if isinstance(error, SystemExit):
        return f"{code.place}: it calls exit({error.code!r}) while it is read"
    file = str(code.path.absolute()) if isinstance(code, TaskFile) else ""
    lines = [
        one.lineno for one in traceback.extract_tb(error.__traceback__) if one.filename == file
    ]
    if isinstance(error, SyntaxError) and error.filename == file:
        lines = [error.lineno]
    where = f" in line {lines[-1]}" if lines else ""
    reason = error.msg if isinstance(error, SyntaxError) else str(error)
    return f"{code.place}: {type(error).__name__}{where}: {one_line(reason)}".rstrip(": ")


def _task_of(module: ModuleType, place: str) -> object:
    if not hasattr(module, ATTRIBUTE):
        raise NoTaskInIt(f"{place} defines no {ATTRIBUTE}")
    return getattr(module, ATTRIBUTE)


def _run(path: Path, content: bytes) -> ModuleType:
    # What was judged is what is run: the file is not opened a second time.
    name = f"kertui_task_{_digest(os.fsencode(path.absolute()))}"
    module = ModuleType(name)
    module.__file__ = str(path.absolute())
    sys.modules[name] = module  # where dataclasses, among others, look for their names
    try:
        exec(compile(content, module.__file__, "exec"), module.__dict__)  # noqa: S102
    except BaseException:
        sys.modules.pop(name, None)
        raise
    return module


def _digest(content: bytes) -> str:
    from hashlib import blake2b

    return blake2b(content, digest_size=16).hexdigest()


def _read_safely(path: Path) -> bytes:
    try:
        require_own(path.parent)
        with os.fdopen(open_regular(path), "rb") as file:
            _require_own(path, os.fstat(file.fileno()))
            content = file.read(_LARGEST + 1)
    except OSError as error:
        why = (error.strerror or "unknown").lower()
        raise UnsafeTaskFile(f"{path.name} cannot be read: {why}") from error
    if len(content) > _LARGEST:
        raise UnsafeTaskFile(f"{path.name} is larger than {_LARGEST >> 20} MB")
    return content


def require_own(folder: Path) -> None:
    """See that nobody else may put files into a folder.

    Raises:
        UnsafeTaskFile: others may; saying who, and what mends it.
        OSError: it is not there, or is no folder.
    """
    real = folder.resolve(strict=True)
    _require_own(folder, real.stat())
    for above in real.parents:  # whoever may rename a folder may put another in its place
        status = above.stat()
        if not status.st_mode & stat.S_ISVTX:
            _require_own(above, status)


def _require_own(path: Path, status: os.stat_result) -> None:
    if status.st_uid not in (0, os.geteuid()):
        raise UnsafeTaskFile(
            f"{path.name or path} is not run: it belongs to {_user(status.st_uid)}, and code of "
            "others is run only from a copy of your own"
        )
    writers = _writers(status)
    if writers:
        raise UnsafeTaskFile(
            f"{path.name or path} is not run: {writers} may write it; chmod go-w {path} mends that"
        )


def _writers(status: os.stat_result) -> str:
    """Who else may write it; empty where nobody may. A group that is the person's alone, as many
    systems give everybody one, is nobody else."""
    if status.st_mode & stat.S_ISVTX and stat.S_ISDIR(status.st_mode):
        return ""  # as in /tmp: others may add files, which are judged one by one
    if status.st_mode & stat.S_IWOTH:
        return "everybody"
    if not status.st_mode & stat.S_IWGRP or status.st_gid == 0:
        return ""
    try:
        of_group, user = grp.getgrgid(status.st_gid), pwd.getpwuid(os.geteuid())
    except KeyError:
        return f"the group {status.st_gid}"
    is_own = user.pw_gid == status.st_gid and of_group.gr_name == user.pw_name
    if is_own and not {*of_group.gr_mem} - {user.pw_name}:
        return ""
    return f"the group {of_group.gr_name}"


def _user(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
