"""Trains the runs of a group, several at once, on this machine or on others.

A thread of this process feeds each trainer one run after another, so that Keras is imported once
in each and a program compiled for one fold is there for the next. A trainer that is killed is
replaced, and its run goes on from its checkpoint, in whichever trainer is free. This process may be
killed at any moment: the next runner goes on with what is left. What a run is and how it is
trained is no concern of this module: a recipe in a trainer (``kertasks.groups.recipe_runs``), or a
person's own program in a process of its own (``kertasks.groups.script_sweep``).

How many threads TensorFlow uses in each is left as it is in a run by itself: in how many parts a
product is summed up depends on it, and with it the last bits of its numbers.
"""

from __future__ import annotations

import signal
import threading
import time
import traceback
from collections import deque
from types import FrameType
from typing import Any

from kertasks.groups.folder import COMMANDS, GroupFolder
from kertasks.groups.plan import Planned, Worker
from kertasks.groups.planning import plan_of, work_of
from kertasks.groups.roster import Roster
from kertasks.groups.steered_runs import SteeredRuns
from kertasks.processes.trainer_process import RequestFailed, TrainerGone
from kertasks.runs.state import RunState
from kertasks.runs.steering.commands import SteeringCommand
from kertasks.runs.steering.control_file import ControlFile, last_number, write_command

TRIES = 3
"""How often a run is begun or gone on with whose trainer is killed each time."""

_LOOK_EVERY = 0.1


class Runner:
    """Works for one group until all its runs are over, or it is told to stop.

    Args:
        group: whose runs.
        workers: how many are trained at once at most; None for what the group says, else as many
            as the machines are made for.

    Raises:
        HasItsRunner: another process works for it.
        GroupDamaged, kertasks.RecipeError: what was asked cannot be read.
        kertasks.UserError: its runs cannot be trained where they are to be, or may not be.
    """

    def __init__(
        self,
        group: GroupFolder,
        workers: int | None = None,
    ) -> None:
        self._lock = group.lock()
        group.refusal_path.unlink(missing_ok=True)
        record = group.record()
        if group.is_asked_to_pause:  # the runner before this one; who starts a new one goes on
            write_command(group.control_path, SteeringCommand.RESUME)
        self._control = ControlFile(group.control_path, last_number(group.control_path))
        self._roster = Roster(group)
        self._steered = SteeredRuns()
        self._plan = plan_of(group)
        self._work = work_of(group, self._plan, self._roster, self._steered)
        over = (RunState.FINISHED, RunState.FAILED)
        states = self._roster.states()
        self._waiting: deque[Planned] = deque(
            self._plan.begin({key: state for key, state in states.items() if state in over})
        )
        most = self._work.most(workers or record.workers)
        self._workers = max(1, min(most, self._plan.at_once))
        self._tries: dict[tuple[str, int | None], int] = {}
        """How often each run was begun or gone on with, by its key and the epochs of its rung."""

        self._changed = threading.Condition()
        self._busy = 0
        self._signalled = False

    def work(self) -> bool:
        """Train; whether all that was planned is finished."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop_on_signal)
        threads = [
            threading.Thread(
                target=self._feed, args=[number], name=f"trainer {number}", daemon=True
            )
            for number in range(self._workers)
        ]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            self._hear()
            self._steered.pass_on()
            self._plan.keep()
            time.sleep(_LOOK_EVERY)
        self._work.close()
        return not self._is_ending and self._plan.end()

    def _stop_on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._signalled = True  # the main thread looks at it in a moment

    def _hear(self) -> None:
        names = [
            command.name for command in self._control.new_commands() if command.name in COMMANDS
        ]
        if self._signalled and self._steered.asked is not SteeringCommand.STOP:
            names.append(SteeringCommand.STOP)
        for name in names:
            with self._changed:
                self._steered.ask(SteeringCommand(name))
                self._changed.notify_all()

    @property
    def _is_ending(self) -> bool:
        """Whether no run is begun any more."""
        return self._steered.stopping or self._signalled or self._work.refused

    # --- the threads, a run at a time each

    def _feed(self, number: int) -> None:
        """Train one run after another; take another trainer where it is gone. No run waits
        for a trainer in the hands of a thread that has none: another may have one.

        Args:
            number: of the thread, from 0.
        """
        worker: Worker[Any] | None = None
        try:
            while self._wait_for_work():
                if worker is None or worker.gone:
                    worker = self._work.worker(number, self._has_work)
                planned = None if worker is None else self._next()
                if worker is None or planned is None:
                    continue
                is_over = True
                try:
                    is_over = self._train(planned, worker)
                except Exception:
                    traceback.print_exc()
                finally:
                    self._let_go(planned, is_over=is_over)
        except TrainerGone as gone:
            print(gone, flush=True)
        finally:
            if worker is not None:
                worker.close()

    def _wait_for_work(self) -> bool:
        """Wait until there is a run to train; False when no more will come."""
        with self._changed:
            while not self._has_work():
                if self._is_ending:
                    return False
                if not (self._waiting or self._busy):
                    return False
                self._changed.wait(_LOOK_EVERY)
            return True

    def _has_work(self) -> bool:
        """Whether a run waits to be trained now."""
        with self._changed:
            return bool(self._waiting) and not (self._is_ending or self._steered.pausing)

    def _next(self) -> Planned | None:
        """The next run to train; None where none waits now."""
        with self._changed:
            if not self._has_work():
                return None
            self._busy += 1
            return self._waiting.popleft()

    def _let_go(self, planned: Planned, *, is_over: bool) -> None:
        """A thread has done with a run: it is over, or waits for the next trainer that is free,
        before all others."""
        with self._changed:
            self._busy -= 1
            # What was stopped with the group is not over: the next runner goes on with it.
            if not self._is_ending:
                if is_over:
                    state = self._roster.state(planned.key)
                    self._waiting.extend(self._plan.over(planned.key, state))
                else:
                    self._waiting.appendleft(planned)
            self._changed.notify_all()

    def _train(self, planned: Planned, worker: Worker[Any]) -> bool:
        """Train a run; whether it is over, and not to be gone on with by another trainer."""
        try:
            worker.train(planned)
        except RequestFailed as refused:
            print(f"{planned.key}: {refused}", flush=True)
        except TrainerGone as gone:
            print(f"{planned.key}: {gone}", flush=True)
            with self._changed:
                step = planned.key, planned.epochs
                self._tries[step] = tries = self._tries.get(step, 0) + 1
            return tries >= TRIES or self._work.has_ended(planned)
        return True
