"""Trains the runs of a group on this machine, in several trainer processes at once.

A thread of this process feeds each trainer one run after another, so that Keras is imported once
in each and a program compiled for one fold is there for the next. A trainer that is killed is
replaced, and its run goes on from its checkpoint. This process may be killed at any moment: its
trainers finish the runs they have, and the next runner goes on with what is left.

How many threads TensorFlow uses in each is left as it is in a run by itself: in how many parts a
product is summed up depends on it, and with it the last bits of its numbers.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
import traceback
from collections import deque
from collections.abc import Iterator
from types import FrameType

import msgspec

from kertasks.errors import UserError
from kertasks.groups.folder import COMMANDS, GroupFolder, Refusal
from kertasks.groups.plan import PlannedRun
from kertasks.groups.planning import plan_of
from kertasks.groups.record import Member
from kertasks.models.check import ModelCheck
from kertasks.models.messages import BuildError
from kertasks.processes.free_memory import free_memory
from kertasks.processes.trainer_process import RequestFailed, TrainerGone, TrainerProcess
from kertasks.recipes.json_form import to_json
from kertasks.runs.commands import SteeringCommand
from kertasks.runs.control_file import ControlFile, last_number
from kertasks.runs.folder import RunFolder
from kertasks.runs.history import RunHistory
from kertasks.runs.state import RunState
from kertasks.runs.store import RunStore
from kertasks.user_folders import cache_dir

TRIES = 3
"""How often a run is begun or gone on with whose trainer is killed each time."""

_TRAINER_BYTES = 800_000_000
"""Of memory that a trainer of a small network takes: Keras, TensorFlow and what was compiled."""

_LOOK_EVERY = 0.1


class Runner:
    """Works for one group until all its runs are over, or it is told to stop.

    Args:
        group: whose runs.
        workers: trainer processes at most; None for what the group says, else one a core. There
            are no more than find memory.

    Raises:
        HasItsRunner: another process works for it.
        GroupDamaged, kertasks.RecipeError: what was asked cannot be read.
    """

    def __init__(self, group: GroupFolder, workers: int | None = None) -> None:
        self._group = group
        self._lock = group.lock()
        group.refusal_path.unlink(missing_ok=True)
        record = group.record()
        self._plan = plan_of(group)
        self._control = ControlFile(group.control_path, last_number(group.control_path))
        self._members = {member.key: member for member in group.members()}
        states = {key: group.run(member).state() for key, member in self._members.items()}
        over = (RunState.FINISHED, RunState.FAILED)
        self._waiting = deque(
            self._plan.begin({key: state for key, state in states.items() if state in over})
        )
        wanted = workers or record.workers or _cores()
        self._workers = max(1, min(wanted, self._plan.at_once, free_memory() // _TRAINER_BYTES))
        self._changed = threading.Condition()
        self._busy = 0
        self._under_way: set[RunFolder] = set()
        self._stopping = self._pausing = False
        self._asked: SteeringCommand | None = None
        """What was asked of the group last."""

        self._told: set[RunFolder] = set()
        """The runs it was asked of since."""

        self._is_right = bool(self._members)
        """Whether it is known that its runs can be trained: one was."""

        self._checking = False
        self._refused = False

    def work(self) -> bool:
        """Train; whether all that was planned is finished."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop_on_signal)
        threads = [
            threading.Thread(target=self._feed, name=f"trainer {number}", daemon=True)
            for number in range(1, self._workers + 1)
        ]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            self._hear()
            self._pass_on()
            self._plan.keep()
            time.sleep(_LOOK_EVERY)
        return not self._refused and not self._stopping and self._plan.end()

    # --- what is asked of the group is asked of its runs

    def _stop_on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping = True  # the main thread looks at it in a moment

    def _hear(self) -> None:
        names = [
            command.name for command in self._control.new_commands() if command.name in COMMANDS
        ]
        if self._stopping and self._asked is not SteeringCommand.STOP:  # by a signal
            names.append(SteeringCommand.STOP)
        for name in names:
            with self._changed:
                self._asked, self._told = SteeringCommand(name), set()
                self._stopping |= name == SteeringCommand.STOP
                self._pausing = name == SteeringCommand.PAUSE
                self._changed.notify_all()

    def _pass_on(self) -> None:
        """Ask each run that is under way what it was not asked yet."""
        if self._asked is None:
            return
        with self._changed:
            new = self._under_way - self._told
        for run in new:
            self._told.add(run)
            if self._asked is SteeringCommand.RESUME and run.state() is not RunState.PAUSED:
                continue  # nobody paused it
            with contextlib.suppress(UserError):  # it is over, or its folder is gone
                run.send(self._asked)

    # --- the threads, a trainer each

    def _feed(self) -> None:
        """Give a trainer one run after another."""
        process: TrainerProcess | None = None
        try:
            while (planned := self._next()) is not None:
                try:
                    process = self._train(planned, process)
                except Exception:
                    traceback.print_exc()
                finally:
                    self._is_over(planned)
        finally:
            if process is not None:
                process.close()

    def _next(self) -> PlannedRun | None:
        """The next run to train; None when no more will come."""
        with self._changed:
            while True:
                if self._stopping or self._refused:
                    return None
                if not self._pausing:
                    if self._waiting:
                        self._busy += 1
                        return self._waiting.popleft()
                    if not self._busy:
                        return None
                self._changed.wait(_LOOK_EVERY)

    def _is_over(self, planned: PlannedRun) -> None:
        with self._changed:
            self._busy -= 1
            # What was stopped with the group is not over: the next runner goes on with it.
            if not (self._stopping or self._refused):
                member = self._members.get(planned.key)
                state = RunState.LOST if member is None else self._group.run(member).state()
                self._waiting.extend(self._plan.over(planned.key, state))
            self._changed.notify_all()

    def _train(self, planned: PlannedRun, process: TrainerProcess | None) -> TrainerProcess | None:
        """Train a run to its end, again where its trainer is killed; returns the trainer that can
        take the next one."""
        for _ in range(TRIES):
            try:
                if process is None or process.gone:
                    process = TrainerProcess.spawn(cache_dir(), stays=True)
                self._train_in(process, planned)
            except RequestFailed as refused:
                print(f"{planned.key}: {refused}", flush=True)
            except TrainerGone as gone:
                print(f"{planned.key}: {gone}", flush=True)
                process = None
                if not self._has_ended(planned):
                    continue
            return process
        return None

    def _train_in(self, process: TrainerProcess, planned: PlannedRun) -> None:
        """Train a run to its end in a trainer. One that was begun goes on from its checkpoint; one
        that a trainer of an earlier runner has still is waited for.

        Raises:
            RequestFailed: the trainer may not train it.
            TrainerGone: the trainer was killed, or none could be started.
        """
        if not self._may_be_trained(process):
            return
        run = self._folder(planned)
        self._wait_for_others(run)
        epochs = _more_epochs(run, planned)
        is_done = run.state() is RunState.FINISHED and epochs is None
        if is_done or self._stopping:
            return
        resumes = run.has_manifest
        process.request("train", run=str(run.path.absolute()), resumes=resumes, epochs=epochs)
        with self._watched(run):
            process.wait_until_over()

    def _has_ended(self, planned: PlannedRun) -> bool:
        """Whether a run's trainer wrote an end before it was gone."""
        member = self._members.get(planned.key)
        state = None if member is None else self._group.run(member).state()
        return state is not None and state.is_over and not state.is_gone

    def _may_be_trained(self, process: TrainerProcess) -> bool:
        """Whether the runs of the group can be trained: one trainer asks Keras, before there is
        any run, and the others wait for what comes of it."""
        with self._changed:
            while self._checking and not (self._is_right or self._refused):
                self._changed.wait(_LOOK_EVERY)
            if self._is_right or self._refused:
                return self._is_right
            self._checking = True
        is_right = False
        try:
            refusal = self._refusal(process)
            if refusal is not None:
                self._group.refuse(refusal)
                self._refused = True
            is_right = refusal is None
        finally:
            with self._changed:
                self._checking, self._is_right = False, is_right
                self._changed.notify_all()
        return is_right

    def _refusal(self, process: TrainerProcess) -> Refusal | None:
        """Why Keras takes none of the runs that all could begin with; None where it takes one, or
        there are different reasons, which each run tells by itself.

        Raises:
            TrainerGone: the trainer was killed.
        """
        refusal: Refusal | None = None
        for candidate in self._plan.candidates:
            found = _refusal_of(process, candidate)
            if found is None or (refusal is not None and found != refusal):
                return None
            refusal = found
        return refusal

    def _folder(self, planned: PlannedRun) -> RunFolder:
        """The run's folder, made where it has none or lost it."""
        with self._changed:
            member = self._members.get(planned.key)
            run = None if member is None else self._group.run(member)
            if run is None or run.state() is RunState.REMOVED:
                store = RunStore(self._group.path.parents[1])
                run = store.create(planned.recipe, group=self._group.id)
            elif member == Member(planned.key, run.id, planned.epochs):
                return run
            member = Member(planned.key, run.id, planned.epochs)
            self._group.add_member(member)
            self._members[planned.key] = member
            return run

    def _wait_for_others(self, run: RunFolder) -> None:
        """Wait while another process trains the run, that an earlier runner started."""
        if run.has_manifest and not run.state().is_over:
            with self._watched(run):
                while not run.state().is_over:
                    time.sleep(_LOOK_EVERY)

    @contextlib.contextmanager
    def _watched(self, run: RunFolder) -> Iterator[None]:
        """What is asked of the group is asked of the run meanwhile."""
        with self._changed:
            self._under_way.add(run)
        try:
            yield
        finally:
            with self._changed:
                self._under_way.discard(run)
                self._told.discard(run)  # with the next trainer it is asked anew


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _refusal_of(process: TrainerProcess, planned: PlannedRun) -> Refusal | None:
    try:
        recipe = to_json(planned.recipe)
        answer = process.request("check", recipe=recipe, then_train=True)
    except RequestFailed as error:
        return Refusal(str(error), is_wrong_recipe=error.error_class == "CannotFold")
    found = msgspec.convert(answer, ModelCheck)
    if not found.errors:
        return None
    first, *more = found.errors
    return Refusal(str(BuildError(first.path, first.reason, *more)), is_wrong_recipe=True)


def _more_epochs(run: RunFolder, planned: PlannedRun) -> int | None:
    """To train in all, where that is not what the run's recipe says, or what it was begun with."""
    before = RunHistory.read(run.events_path).planned if run.has_manifest else None
    if before is None:
        return planned.epochs
    wanted = planned.epochs or planned.recipe.fit.epochs
    return wanted if wanted > before else None
