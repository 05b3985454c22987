"""Runs the trials of a program, a process each, as ``kertui run`` starts it."""

from __future__ import annotations

import contextlib
import signal
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from kertasks.errors import UserError
from kertasks.groups.folder import GroupFolder, Refusal
from kertasks.groups.machines import ThisMachine
from kertasks.groups.note import Subject, write_note
from kertasks.groups.record import Member
from kertasks.groups.roster import Roster
from kertasks.groups.script_sweep.asked import ScriptSweep
from kertasks.groups.script_sweep.consent import require_consent, require_same
from kertasks.groups.script_sweep.diaries import diary_path, outcome_of
from kertasks.groups.script_sweep.plan import PlannedStart
from kertasks.groups.steered_runs import SteeredRuns
from kertasks.processes.script_process import ScriptProcess
from kertasks.processes.trainer_process import RequestFailed
from kertasks.runs.home.store import RunStore
from kertasks.scripts.diary import Diary, ScriptEnded, append_end

_LOOK_EVERY = 0.1


class ScriptWork:
    """Starts a program for one trial after another.

    A program that was started goes on though this process is killed; the next one waits for it. One
    that was killed itself is started again, from its beginning.

    Args:
        group: whose.
        asked: what was asked.
        roster: its runs.
        steered: those that are under way.

    Raises:
        MayNotStart: the program is not to be started for this group; the group says so.
    """

    refused = False

    def __init__(
        self, group: GroupFolder, asked: ScriptSweep, roster: Roster, steered: SteeredRuns
    ) -> None:
        self._group = group
        self._asked = asked
        self._roster = roster
        self._steered = steered
        write_note(group, Subject.GPUS, "")  # what the runner before told
        self._machine = ThisMachine(partial(write_note, group, Subject.GPUS))
        try:
            require_consent(group, asked)
        except UserError as error:
            self._refuse(error)
            raise
        for key in roster.states():
            self._close(key)  # where the last runner did not come to it

    def most(self, workers: int | None) -> int:
        """One a GPU, or one a core, as memory allows."""
        return self._machine.most(workers)

    def worker(self, number: int, is_wanted: Callable[[], bool]) -> ScriptWorker:  # noqa: ARG002
        """A worker for one program at a time."""
        return ScriptWorker(self, self._machine.environment(number))

    def has_ended(self, planned: PlannedStart) -> bool:
        """Whether the program said how it ended."""
        return outcome_of(self._group, planned.key) is not None

    def close(self) -> None:
        """There is nothing to let go of."""

    def run(self, planned: PlannedStart, environment: Mapping[str, str]) -> None:
        """Run the program to its end.

        Args:
            planned: which trial of it.
            environment: that it gets besides this process's.

        Raises:
            RequestFailed: it cannot be started, or not any more.
        """
        path = diary_path(self._group, planned.key)
        earlier = Diary(path)
        if earlier.is_kept:  # an earlier runner started it
            self._follow(planned, earlier, lambda: earlier.is_kept)
        outcome = outcome_of(self._group, planned.key)
        if (outcome is None or not outcome.is_over) and not self._steered.stopping:
            process = self._start(planned, path, environment)
            diary = Diary(path)
            self._follow(planned, diary, lambda: process.status is None)
            if diary.ended is None:
                append_end(path, _how_it_ended(process.status or 0))
            outcome = outcome_of(self._group, planned.key)
        if self._steered.stopping and outcome is not None and outcome.ended.status:
            path.unlink(missing_ok=True)  # it may have failed for it was stopped: once more
        self._close(planned.key)

    def _close(self, key: str) -> None:
        """Write down that no run will take the place of a program's last one, where it ended."""
        outcome, run = outcome_of(self._group, key), self._roster.run(key)
        if outcome is not None and run is not None and not outcome.ended.status:
            self._roster.put(Member(key, run.id))

    def _start(
        self, planned: PlannedStart, path: Path, environment: Mapping[str, str]
    ) -> ScriptProcess:
        asked = self._asked
        try:
            require_same(asked)
            path.parent.mkdir(mode=0o700, exist_ok=True)
            path.unlink(missing_ok=True)
            return ScriptProcess.start(
                RunStore(self._group.path.parents[1]),
                Path(asked.script),
                planned.words,
                name=f"{planned.key}, fit",
                folder=Path(asked.folder),
                diary=path.absolute(),
                environment=environment,
            )
        except (UserError, OSError) as error:
            self._refuse(error)
            raise RequestFailed(str(error), type(error).__name__) from error

    def _follow(self, planned: PlannedStart, diary: Diary, goes_on: Callable[[], bool]) -> None:
        """Pass on to each run of the program what is asked of the group, until it ends."""
        with contextlib.ExitStack() as watching:
            while True:
                is_last = not goes_on()  # before the look: what is written then is all there is
                for run in list(diary.read())[-1:]:
                    member = Member(planned.key, run, is_open=True)
                    self._roster.put(member)
                    watching.close()
                    watching.enter_context(self._steered.watched(self._group.run(member)))
                if is_last:
                    return
                time.sleep(_LOOK_EVERY)

    def _refuse(self, error: Exception) -> None:
        self._group.refuse(Refusal(str(error), is_wrong_recipe=False))


class ScriptWorker:
    """Has a device for one program at a time; there is nothing else to hold between two of them.

    Args:
        work: whose programs.
        environment: that each gets besides this process's.
    """

    gone = False

    def __init__(self, work: ScriptWork, environment: Mapping[str, str]) -> None:
        self._work = work
        self._environment = environment

    def train(self, planned: PlannedStart) -> None:
        """Run a program to its end, as the work says, on this device."""
        self._work.run(planned, self._environment)

    def close(self) -> None:
        """There is nothing to let go of."""


def _how_it_ended(status: int) -> ScriptEnded:
    """The end of a program that did not say it: it left without a word, or was killed.

    Args:
        status: as a shell says it.
    """
    number = status - 128
    if number > 0:
        with contextlib.suppress(ValueError):
            return ScriptEnded(status, f"was killed ({signal.Signals(number).name})")
    return ScriptEnded(status or 1, f"ended at once, with status {status}")
