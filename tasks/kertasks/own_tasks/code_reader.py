"""Has a process run code that defines a task, and keeps what it tells in the cache."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import msgspec

from kertasks.files import open_to_append, read_small, write_text
from kertasks.own_tasks.reading_process import Answer, arguments_for
from kertasks.own_tasks.task_code import READING, TaskCode, TaskFile, stamp_of
from kertasks.records import learn
from kertasks.text.numbers import short_path
from kertasks.user_folders import cache_dir, default_home

_SCHEMA = 1
"""Raised when what is kept changes its form."""

_LONGEST = 30.0
"""Seconds that code may take to be read: to import Keras takes 15 on a slow machine."""

_MISTAKE_KEPT = 30.0
"""Seconds that a mistake is not looked for again: what it is due to may lie outside of the file."""

_LARGEST_LOG = 1 << 20


@dataclass(frozen=True, slots=True)
class ReadTask:
    """What came of code, and the state of its file then."""

    answer: Answer
    stamp: str
    file: Path | None


class _Kept(msgspec.Struct, frozen=True):
    """What came of running code, as the cache has it."""

    schema: int
    stamp: str
    at: float
    answer: Answer
    hung: bool = False

    def holds(self, stamp: str) -> bool:
        """Whether it would come of it now."""
        if (self.schema, self.stamp) != (_SCHEMA, stamp):
            return False
        return (
            self.answer.told is not None or self.hung or 0 <= time.time() - self.at < _MISTAKE_KEPT
        )


learn(_Kept)


def read_task(code: TaskCode) -> ReadTask:
    """What the cache has of code, or else a process that runs it says."""
    kept = _read_kept(code)
    file = _file_of(code, None if kept is None else kept.answer)
    stamp = stamp_of(file)
    if kept is None or not kept.holds(stamp):
        answer, hung = _run_in_process(code)
        file = _file_of(code, answer)
        # Of a file, as it was before it was run: it may have been written since.
        stamp = stamp if isinstance(code, TaskFile) else stamp_of(file)
        kept = _Kept(_SCHEMA, stamp, time.time(), answer, hung)
        _keep(code, kept)
    return ReadTask(kept.answer, stamp, file)


def _file_of(code: TaskCode, answer: Answer | None) -> Path | None:
    if isinstance(code, TaskFile):
        return code.path
    told = None if answer is None else answer.told
    return Path(told.path) if told is not None and told.path else None


def _run_in_process(code: TaskCode) -> tuple[Answer, bool]:
    """What a process says that runs the code, and whether it had to be ended."""
    command = [sys.executable, "-P", "-m", "kertasks.own_tasks.reading_process"]
    try:
        process = subprocess.Popen(
            [*command, *arguments_for(code)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"TF_CPP_MIN_LOG_LEVEL": "3", **os.environ, READING: "1"},
            start_new_session=True,  # so that all it starts can be ended with it
        )
    except OSError as error:
        return Answer(why=f"{code.place}: no process can be started ({error.strerror})"), False
    with process:
        try:
            said, _ = process.communicate(timeout=_LONGEST)
        except subprocess.TimeoutExpired:
            why = f"still runs after {_LONGEST:.0f} s: load data in the loader, not above it"
            return Answer(why=f"{code.place}: {why}"), True
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(process.pid, signal.SIGKILL)
    try:
        answer = msgspec.json.decode(said, type=Answer)
    except msgspec.DecodeError:
        return Answer(why=f"{code.place}: {_how_it_ended(process.returncode)}"), False
    if answer.traceback:
        where = _log(code, answer.traceback)
        answer = msgspec.structs.replace(answer, why=answer.why + where, traceback="")
    return answer, False


def _how_it_ended(status: int) -> str:
    if status < 0:
        return f"ends Python while it is read ({signal.Signals(-status).name})"
    return f"ends Python while it is read (exit status {status})"


def _log(code: TaskCode, text: str) -> str:
    """Write a traceback into the log in the home, and return where that is, to be said."""
    path = default_home() / "task-files.log"
    stamp = time.strftime("%Y-%m-%d %H:%M:%S %z")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(open_to_append(path), "a", encoding="utf-8", errors="replace") as file:
            if path.stat().st_size > _LARGEST_LOG:
                file.truncate(0)
            file.write(f"--- {stamp} {code.place}\n{text}\n")
    except OSError:
        return ""
    return f" (the traceback is in {short_path(path)})"


def _kept_path(code: TaskCode) -> Path:
    key = json.dumps([*arguments_for(code), sys.prefix])
    return cache_dir() / "task-files" / f"{hashlib.sha256(key.encode()).hexdigest()[:20]}.json"


def _read_kept(code: TaskCode) -> _Kept | None:
    try:
        return msgspec.json.decode(read_small(_kept_path(code)), type=_Kept)
    except (OSError, msgspec.DecodeError):
        return None


def _keep(code: TaskCode, kept: _Kept) -> None:
    path = _kept_path(code)
    with contextlib.suppress(OSError):  # then it is run again by the next process
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_text(path, msgspec.json.encode(kept).decode())
