"""The process behind ``--on-end``: waits until a run is over, then carries out a command.

It is started by ``kertui.cli.telling.on_end`` and gets on its standard input, as one JSON object,
the run's folder and the command. Of a script that trains several runs, one after another, it
carries the command out for each. Measured: 21 MB, and 0.1 % of a core while it waits.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
import traceback
from dataclasses import replace
from pathlib import Path

from kertasks.files import open_to_append
from kertasks.runs.event_file.event_log import EventLog
from kertasks.runs.event_file.event_reader import events_backwards
from kertasks.runs.event_file.events import Notice
from kertasks.runs.folder import RunFolder
from kertasks.runs.home.listing import summary_in_list
from kertasks.runs.home.summary import RunSummary, summarise
from kertasks.runs.manifest import Origin
from kertasks.runs.run_errors import RunDamaged
from kertasks.runs.signs.process import process_is_there
from kertasks.runs.state import RunState
from kertasks.text.json_numbers import plain
from kertui.cli.of_runs.runs import describe
from kertui.service.run_group import LaterRuns

LOOK_EVERY = 0.5
"""Seconds between two looks at a run."""

_COMPARED = 5.0
"""Seconds a trainer may take after the end to score what its run is compared with."""

_LOCKED = 10.0
"""Seconds for which the lock on a run's events is waited for, to write a notice there."""


def main() -> int:
    """Wait and carry out; return the exit status of the command for the run that was asked for, as
    a shell has it."""
    # Not ignored, which the command would inherit.
    signal.signal(signal.SIGHUP, lambda *_: None)
    request = json.load(sys.stdin)
    run = RunFolder(Path(request["run"]))
    try:
        return EndWatcher(run, request["command"]).watch()
    except Exception:
        _log_error(run)
        return 1


class EndWatcher:
    """Carries out a command at the end of a run, and of those that the same script trains after it.

    Args:
        run: the first run.
        command: for ``sh -c``.
    """

    def __init__(self, run: RunFolder, command: str) -> None:
        self._first = run
        self._command = command
        self._later = LaterRuns(run)
        self._known: dict[RunFolder, RunSummary | None] = {run: summarise(run)}
        """What was known of each run that is not over when it was first looked at."""

        self._statuses: dict[RunFolder, int] = {}

    def watch(self) -> int:
        """Return when no run and no command goes on; the exit status of the first run's."""
        at_work = []
        while True:
            goes_on = self._later.may_come()  # asked before the look at what began until then
            self._known |= {run: summarise(run) for run in self._later.read()}
            for run in list(self._known):
                state = run.state()
                if state.is_over:
                    known = self._known.pop(run)
                    # In a thread: a command may take as long as the next run.
                    thread = threading.Thread(target=self._carry_out, args=(run, state, known))
                    thread.start()
                    at_work.append(thread)
            if not (self._known or goes_on):
                break
            time.sleep(LOOK_EVERY)
        for thread in at_work:
            thread.join()
        return self._statuses.get(self._first, 1)

    def _carry_out(self, run: RunFolder, state: RunState, known: RunSummary | None) -> None:
        try:
            self._call(run, state, known)
        except Exception:
            _log_error(run)

    def _call(self, run: RunFolder, state: RunState, known: RunSummary | None) -> None:
        _wait_for_baselines(run)
        summary = summary_in_list(run)
        if state is RunState.REMOVED and known is not None:
            summary = replace(known, state=state)
        said = {} if summary is None else plain(describe(summary))
        status = call(run, self._command, json.dumps(said, allow_nan=False) + "\n")
        self._statuses[run] = status
        if status:
            _note(run, f"the command of --on-end ended with status {status}; the log has its words")


def call(run: RunFolder, command: str, said: str) -> int:
    """Carry out a command, with a text on its standard input and the run's folder as
    ``KERTUI_RUN``; what it prints goes to the run's log, where that can be written. Return its exit
    status as a shell has it."""
    try:
        log = open_to_append(run.log_path)
    except OSError:
        log = os.open(os.devnull, os.O_WRONLY)
    try:
        _say(log, "the command of --on-end begins")
        shell = subprocess.Popen(  # noqa: S602 - the person's own words, from their command line
            command,
            shell=True,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            env={**os.environ, "KERTUI_RUN": str(run.path)},
        )
        shell.communicate(said.encode())
        status = 128 - shell.returncode if shell.returncode < 0 else shell.returncode
        _say(log, f"the command of --on-end ended with status {status}")
    finally:
        os.close(log)
    return status


def _wait_for_baselines(run: RunFolder) -> None:
    until = time.monotonic() + _COMPARED
    with contextlib.suppress(RunDamaged):
        of = run.manifest()
        while of.origin is Origin.RECIPE and time.monotonic() < until:
            ended = not process_is_there(of.pid, of.process_started)
            if ended or run.baselines_path.exists():
                return
            time.sleep(LOOK_EVERY / 5)


def _log_error(run: RunFolder) -> None:
    with contextlib.suppress(OSError), os.fdopen(open_to_append(run.log_path), "a") as log:
        traceback.print_exc(file=log)


def _say(log: int, text: str) -> None:
    with contextlib.suppress(OSError):  # a full disk
        os.write(log, f"kertui: {text}\n".encode())


def _note(run: RunFolder, text: str) -> None:
    """Tell it in the run's events, where nobody else writes them.

    It is dated as the last event is: a run is no longer for it, nor heard of again."""
    until = time.monotonic() + _LOCKED
    last = next(events_backwards(run.events_path), None)
    while last is not None and time.monotonic() < until:
        try:
            log = EventLog(run.events_path)
        except BlockingIOError:  # its trainer has not let go of it yet, or another has it
            time.sleep(LOOK_EVERY)
        except OSError:
            return
        else:
            log.add(Notice(last.t, text))
            log.close()
            return


if __name__ == "__main__":
    sys.exit(main())
