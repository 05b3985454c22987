"""Starts the process that trains a group's runs; it outlives this one."""

from __future__ import annotations

import os
import subprocess
import time

from kertasks.errors import UserError
from kertasks.files import open_to_append, read_small
from kertasks.groups.folder import GroupFolder
from kertasks.processes.keras_process import keras_command
from kertasks.text.plain_text import one_line

_STARTING = 10.0
"""Seconds in which it has taken the group, on a machine that is busy with other things too."""


class RunnerNotStarted(UserError):
    """No process works for a group."""


def start_runner(group: GroupFolder, workers: int | None = None) -> subprocess.Popen[bytes]:
    """Start it; it has the group when this returns, or has ended already.

    Args:
        group: whose runs.
        workers: trainer processes at most; None for what the group says.

    Raises:
        RunnerNotStarted: the system refused to start a process, its log cannot be written, or it
            did not take the group in time, and is ended.
    """
    command = keras_command("kertasks.groups", str(group.path.absolute()))
    command += [] if workers is None else ["--workers", str(workers)]
    try:
        log = open_to_append(group.log_path)
        try:
            popen = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        finally:
            os.close(log)
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        raise RunnerNotStarted(f"cannot start the group: {error.strerror}{where}") from error
    deadline = time.monotonic() + _STARTING
    while group.runner_pid() != popen.pid and popen.poll() is None:
        if time.monotonic() > deadline:
            popen.kill()  # or it would train for a group of which nobody knows any more
            popen.wait()
            said = f"the process for group {group.id} did not begin within {_STARTING:.0f} s"
            printed = _last_printed(group)
            raise RunnerNotStarted(f"{said}: {printed}" if printed else said)
        time.sleep(0.01)
    return popen


def _last_printed(group: GroupFolder) -> str:
    try:
        lines = read_small(group.log_path).decode(errors="replace").split("\n")
    except OSError:
        return ""
    return next((text for line in reversed(lines) if (text := one_line(line))), "")
