"""``--on-end COMMAND``: has a command carried out when a run is over.

A small process waits for the end, whoever trains the run and whatever becomes of this one: the
terminal may be closed, and a trainer that was killed could not call anybody. The command is the
person's own words, from the command line alone; it is handed over by a pipe, which no list of
processes shows, and nothing of a run's folder is ever carried out.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import time

import click

from kertasks.runs.folder import RunFolder
from kertui.cli.progress.following import CtrlC

WAITED_FOR = 10.0
"""Seconds that ``kertui train`` waits for the command when the run is over; it goes on without."""

_LOOK_EVERY = 0.05


class OnEnd:
    """A process that waits for a run's end and then carries out a command.

    Args:
        run: the run; one that goes on.
        command: for ``sh -c``.

    Raises:
        OSError: no process could be started.
    """

    def __init__(self, run: RunFolder, command: str) -> None:
        self._run = run
        watcher = [sys.executable, "-P", "-m", "kertui.cli.telling.end_watcher"]
        self._process = subprocess.Popen(
            watcher,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        request = {"run": str(run.path.absolute()), "command": command}
        assert self._process.stdin is not None  # noqa: S101 - narrows the type
        with contextlib.suppress(BrokenPipeError):  # it has ended already, which ``wait`` tells
            self._process.stdin.write(json.dumps(request).encode())
            self._process.stdin.close()

    @property
    def pid(self) -> int:
        """The number of the process that waits."""
        return self._process.pid

    def wait(self, pressed: CtrlC) -> None:
        """Wait for the command of a run that is over, ``WAITED_FOR`` seconds or until Ctrl-C is
        pressed; say on stderr what a person should know of it."""
        until, presses = time.monotonic() + WAITED_FOR, pressed.count
        while (status := self._process.poll()) is None:
            if time.monotonic() > until or pressed.count > presses:
                _say("the command of --on-end goes on by itself")
                return
            pressed.wait(_LOOK_EVERY)
        if status:
            log = f"kertui logs {self._run.id} has its words"
            _say(f"the command of --on-end ended with status {status}; {log}")


def start_on_end(run: RunFolder, command: str | None) -> OnEnd | None:
    """Have a command carried out at a run's end; nothing for None. What keeps it from that is said
    on stderr: no reason to end a run that has begun."""
    if command is None:
        return None
    try:
        return OnEnd(run, command)
    except OSError as error:
        _say(f"--on-end cannot be carried out: {error.strerror or error}")
        return None


def _say(text: str) -> None:
    with contextlib.suppress(OSError):  # nobody there is no reason to fail
        click.echo(f"note: {text}", err=True)
