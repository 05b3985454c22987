"""Trains the runs of a group in several trainer processes at once, on this machine or on others.

A thread of this process feeds each trainer one run after another, so that Keras is imported once
in each and a program compiled for one fold is there for the next. A trainer that is killed is
replaced, and its run goes on from its checkpoint, in whichever trainer is free. This process may be
killed at any moment: the next runner goes on with what is left. Where trainers are had is no
concern of this module (``kertasks.groups.machines``).

How many threads TensorFlow uses in each is left as it is in a run by itself: in how many parts a
product is summed up depends on it, and with it the last bits of its numbers.
"""

from __future__ import annotations

import contextlib
import signal
import threading
import time
import traceback
from collections import deque
from collections.abc import Iterator
from types import FrameType

from kertasks.errors import UserError
from kertasks.groups.first_check import refusal_of
from kertasks.groups.folder import COMMANDS, GroupFolder, Refusal
from kertasks.groups.machines import Machines, ThisMachine, Trainer
from kertasks.groups.plan import PlannedRun
from kertasks.groups.planning import plan_of
from kertasks.groups.record import GroupRecord, Member
from kertasks.processes.trainer_process import RequestFailed, TrainerGone
from kertasks.runs.commands import SteeringCommand
from kertasks.runs.control_file import ControlFile, last_number
from kertasks.runs.folder import RunFolder
from kertasks.runs.history import RunHistory
from kertasks.runs.state import RunState
from kertasks.runs.store import RunStore

TRIES = 3
"""How often a run is begun or gone on with whose trainer is killed each time."""

_LOOK_EVERY = 0.1


class Runner:
    """Works for one group until all its runs are over, or it is told to stop.

    Args:
        group: whose runs.
        workers: trainer processes at most; None for what the group says, else as many as the
            machines are made for.

    Raises:
        HasItsRunner: another process works for it.
        GroupDamaged, kertasks.RecipeError: what was asked cannot be read.
    """

    def __init__(
        self,
        group: GroupFolder,
        workers: int | None = None,
    ) -> None:
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
        self._machines = self._machines_of(record)
        most = self._machines.most(workers or record.workers)
        self._workers = max(1, min(most, self._plan.at_once))
        self._tries: dict[tuple[str, int | None], int] = {}
        """How often each run was begun or gone on with, by its key and the epochs of its rung."""

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
        self._machines.close()
        return not self._refused and not self._stopping and self._plan.end()

    def _machines_of(self, record: GroupRecord) -> Machines:
        """Where the runs are trained.

        Raises:
            kertasks.UserError: they cannot be trained there; the group says so.
        """
        if record.on is None:
            return ThisMachine()
        from kertasks.groups.ray.ray_machines import RayMachines

        try:
            return RayMachines(record.on, record.task)
        except UserError as error:
            self._group.refuse(Refusal(str(error), is_wrong_recipe=False))
            raise

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
        """Give a trainer one run after another; take another one where it is gone. No run waits
        for a trainer in the hands of a thread that has none: another may have one."""
        trainer: Trainer | None = None
        try:
            while self._wait_for_work():
                if trainer is None or trainer.gone:
                    trainer = self._machines.trainer(self._has_work)
                planned = None if trainer is None else self._next()
                if trainer is None or planned is None:
                    continue
                is_over = True
                try:
                    is_over = self._train(planned, trainer)
                except Exception:
                    traceback.print_exc()
                finally:
                    self._let_go(planned, is_over=is_over)
        except TrainerGone as gone:
            print(gone, flush=True)
        finally:
            if trainer is not None:
                trainer.close()

    def _wait_for_work(self) -> bool:
        """Wait until there is a run to train; False when no more will come."""
        with self._changed:
            while not self._has_work():
                if self._stopping or self._refused:
                    return False
                if not self._pausing and not self._busy:
                    return False
                self._changed.wait(_LOOK_EVERY)
            return True

    def _has_work(self) -> bool:
        """Whether a run waits to be trained now."""
        with self._changed:
            is_held = self._stopping or self._refused or self._pausing
            return bool(self._waiting) and not is_held

    def _next(self) -> PlannedRun | None:
        """The next run to train; None where none waits now."""
        with self._changed:
            if not self._has_work():
                return None
            self._busy += 1
            return self._waiting.popleft()

    def _let_go(self, planned: PlannedRun, *, is_over: bool) -> None:
        """A thread has done with a run: it is over, or waits for the next trainer that is free,
        before all others."""
        with self._changed:
            self._busy -= 1
            # What was stopped with the group is not over: the next runner goes on with it.
            if not (self._stopping or self._refused):
                if is_over:
                    member = self._members.get(planned.key)
                    state = RunState.LOST if member is None else self._group.run(member).state()
                    self._waiting.extend(self._plan.over(planned.key, state))
                else:
                    self._waiting.appendleft(planned)
            self._changed.notify_all()

    def _train(self, planned: PlannedRun, trainer: Trainer) -> bool:
        """Train a run; whether it is over, and not to be gone on with by another trainer."""
        try:
            self._train_in(trainer, planned)
        except RequestFailed as refused:
            print(f"{planned.key}: {refused}", flush=True)
        except TrainerGone as gone:
            print(f"{planned.key}: {gone}", flush=True)
            with self._changed:
                step = planned.key, planned.epochs
                self._tries[step] = tries = self._tries.get(step, 0) + 1
            return tries >= TRIES or self._has_ended(planned)
        return True

    def _train_in(self, trainer: Trainer, planned: PlannedRun) -> None:
        """Train a run to its end in a trainer. One that was begun goes on from its checkpoint; one
        that a trainer of an earlier runner has still is waited for.

        Raises:
            RequestFailed: the trainer may not train it.
            TrainerGone: the trainer was killed, or its machine was.
        """
        if not self._may_be_trained(trainer):
            return
        run = self._folder(planned)
        self._wait_for_others(run)
        epochs = _more_epochs(run, planned)
        is_done = run.state() is RunState.FINISHED and epochs is None
        if is_done or self._stopping:
            return
        resumes = run.has_manifest
        trainer.request("train", run=str(run.path.absolute()), resumes=resumes, epochs=epochs)
        with self._watched(run):
            trainer.wait_until_over()

    def _has_ended(self, planned: PlannedRun) -> bool:
        """Whether a run's trainer wrote an end before it was gone, of all that it was to train."""
        member = self._members.get(planned.key)
        if member is None:
            return False
        run = self._group.run(member)
        state = run.state()
        return state.is_over and not state.is_gone and _more_epochs(run, planned) is None

    def _may_be_trained(self, trainer: Trainer) -> bool:
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
            refusal = refusal_of(trainer, self._plan.candidates)
            if refusal is not None:
                self._group.refuse(refusal)
                self._refused = True
            is_right = refusal is None
        finally:
            with self._changed:
                self._checking, self._is_right = False, is_right
                self._changed.notify_all()
        return is_right

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


def _more_epochs(run: RunFolder, planned: PlannedRun) -> int | None:
    """To train in all, where that is not what the run's recipe says, or what it was begun with."""
    before = RunHistory.read(run.events_path).planned if run.has_manifest else None
    if before is None:
        return planned.epochs
    wanted = planned.epochs or planned.recipe.fit.epochs
    return wanted if wanted > before else None
