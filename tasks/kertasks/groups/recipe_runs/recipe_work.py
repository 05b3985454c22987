"""Trains the runs of a group that are made of recipes, in trainers that have Keras already."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from functools import partial

from kertasks.errors import UserError
from kertasks.groups.folder import GroupFolder, Refusal
from kertasks.groups.machines import Machines, ThisMachine, Trainer
from kertasks.groups.note import Subject, write_note
from kertasks.groups.own_word import has_mark
from kertasks.groups.plan import PlannedRun
from kertasks.groups.recipe_runs.first_check import refusal_of
from kertasks.groups.record import GroupRecord, Member
from kertasks.groups.roster import Roster
from kertasks.groups.steered_runs import SteeredRuns
from kertasks.groups.sweep.asked import Sweep
from kertasks.groups.sweep.judging import why_not_ranked
from kertasks.models.check import ToldMetrics
from kertasks.runs.folder import RunFolder
from kertasks.runs.history import RunHistory
from kertasks.runs.home.store import RunStore
from kertasks.runs.state import RunState

_LOOK_EVERY = 0.1


class MayNotJoin(UserError):
    """A group names a cluster that is not joined for it."""


class RecipeWork:
    """Trains runs of recipes. A run that was begun goes on from its checkpoint.

    Args:
        group: whose.
        record: what it was asked for.
        roster: its runs.
        steered: those that are under way.
        candidates: those of which Keras must take one, or the group is refused; asked for once.

    Raises:
        kertasks.UserError: they cannot be trained where they are to be; the group says so.
    """

    def __init__(
        self,
        group: GroupFolder,
        record: GroupRecord,
        roster: Roster,
        steered: SteeredRuns,
        candidates: Callable[[], Sequence[PlannedRun]],
    ) -> None:
        self._group = group
        self._roster = roster
        self._steered = steered
        self._candidates = candidates
        self._is_ranked, self._judge = isinstance(record.asked, Sweep), record.judge
        self._machines = _machines_of(group, record)
        self._changed = threading.Condition()
        self._is_right = bool(roster)
        """Whether it is known that its runs can be trained: one was."""

        self._checking = False
        self.refused = False
        """Whether Keras takes none of its runs."""

    def most(self, workers: int | None) -> int:
        """How many runs can be trained at once."""
        return self._machines.most(workers)

    def worker(self, number: int, is_wanted: Callable[[], bool]) -> RecipeWorker | None:
        """A trainer.

        Raises:
            TrainerGone: none can be started.
        """
        trainer = self._machines.trainer(number, is_wanted)
        return None if trainer is None else RecipeWorker(self, trainer)

    def close(self) -> None:
        """Need no more trainers."""
        self._machines.close()

    def has_ended(self, planned: PlannedRun) -> bool:
        """Whether a run's trainer wrote an end before it was gone, of all that it was to train."""
        run = self._roster.run(planned.key)
        if run is None:
            return False
        state = run.state()
        return state.is_over and not state.is_gone and _more_epochs(run, planned) is None

    def train(self, planned: PlannedRun, trainer: Trainer) -> None:
        """Train a run to its end in a trainer. One that a trainer of an earlier runner has still is
        waited for.

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
        if is_done or self._steered.stopping:
            return
        resumes = run.has_manifest
        trainer.request("train", run=str(run.path.absolute()), resumes=resumes, epochs=epochs)
        with self._steered.watched(run):
            trainer.wait_until_over()

    def _may_be_trained(self, trainer: Trainer) -> bool:
        """Whether the runs of the group can be trained: one trainer asks Keras, before there is
        any run, and the others wait for what comes of it."""
        with self._changed:
            while self._checking and not (self._is_right or self.refused):
                self._changed.wait(_LOOK_EVERY)
            if self._is_right or self.refused:
                return self._is_right
            self._checking = True
        is_right = False
        try:
            refusal = refusal_of(trainer, self._candidates(), self._why_not_ranked)
            if refusal is not None:
                self._group.refuse(refusal)
                self.refused = True
            is_right = refusal is None
        finally:
            with self._changed:
                self._checking, self._is_right = False, is_right
                self._changed.notify_all()
        return is_right

    def _why_not_ranked(self, told: ToldMetrics) -> str:
        """Why runs that tell of such metrics cannot be ranked, where they are to be."""
        return why_not_ranked(told, self._judge) if self._is_ranked else ""

    def _folder(self, planned: PlannedRun) -> RunFolder:
        """The run's folder, made where it has none or lost it."""
        run = self._roster.run(planned.key)
        if run is None or run.state() is RunState.REMOVED:
            store = RunStore(self._group.path.parents[1])
            run = store.create(planned.recipe, group=self._group.id)
        self._roster.put(Member(planned.key, run.id, planned.epochs))
        return run

    def _wait_for_others(self, run: RunFolder) -> None:
        """Wait while another process trains the run, that an earlier runner started."""
        if run.has_manifest and not run.state().is_over:
            with self._steered.watched(run):
                while not run.state().is_over:
                    time.sleep(_LOOK_EVERY)


class RecipeWorker:
    """One trainer, that trains one run after another.

    Args:
        work: whose runs.
        trainer: it.
    """

    def __init__(self, work: RecipeWork, trainer: Trainer) -> None:
        self._work = work
        self._trainer = trainer

    @property
    def gone(self) -> bool:
        """Whether it answers no more."""
        return self._trainer.gone

    def train(self, planned: PlannedRun) -> None:
        """Train a run to its end, as the work says, in this trainer."""
        self._work.train(planned, self._trainer)

    def close(self) -> None:
        """Let go of it."""
        self._trainer.close()


def _machines_of(group: GroupFolder, record: GroupRecord) -> Machines:
    """Where the runs are trained.

    Raises:
        kertasks.UserError: they cannot be trained there; the group says so.
    """
    write_note(group, Subject.GPUS, "")  # what the runner before told
    if record.on is None:
        return ThisMachine(partial(write_note, group, Subject.GPUS))
    try:
        if record.on.address is not None and not has_mark(group, record.on):
            raise MayNotJoin(
                f"{group.id} says that it is trained on the cluster {record.on.address}, and no "
                "command of yours on this machine asked for that: it is not joined. kertui "
                "cross-validate and kertui sweep, with --on, begin a group of your own."
            )
        from kertasks.groups.ray.ray_machines import RayMachines

        return RayMachines(record.on, record.task)
    except UserError as error:
        group.refuse(Refusal(str(error), is_wrong_recipe=False))
        raise


def _more_epochs(run: RunFolder, planned: PlannedRun) -> int | None:
    """To train in all, where that is not what the run's recipe says, or what it was begun with."""
    before = RunHistory.read(run.events_path).planned if run.has_manifest else None
    if before is None:
        return planned.epochs
    wanted = planned.epochs or planned.recipe.fit.epochs
    return wanted if wanted > before else None
