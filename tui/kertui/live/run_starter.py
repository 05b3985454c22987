"""Starts, resumes and finds trainings in threads, which only post messages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

from textual.message import Message
from textual.widget import Widget

from kertasks.errors import UserError
from kertasks.recipes.recipe import Recipe
from kertasks.registry import find_task
from kertasks.runs.folder import RunDamaged, RunFolder
from kertui.service.training_service import TrainingService

_NEWEST = 30
"""Runs looked at for one that still goes on."""


class RunStarter:
    """Asks the service, which blocks.

    Args:
        widget: whose thread workers ask, and who gets the messages.
    """

    @dataclass
    class Started(Message):
        """A trainer has the run."""

        run: RunFolder

    @dataclass
    class Found(Message):
        """A training of the task goes on."""

        run: RunFolder

    @dataclass
    class NotStarted(Message):
        """There is no run."""

        reason: UserError

    @dataclass
    class NotResumed(Message):
        """The run is over, as it was."""

        run: RunFolder
        reason: UserError

    def __init__(self, widget: Widget) -> None:
        self._widget = widget

    def start(self, service: TrainingService, recipe: Recipe, source: Path | None) -> None:
        """Train a recipe; a ``Started`` or ``NotStarted`` answers."""
        self._work("start", partial(self._start, service, recipe, source))

    def resume(self, service: TrainingService, run: RunFolder, epochs: int | None) -> None:
        """Go on with a run; its events tell when it does, a ``NotResumed`` when it cannot."""
        self._work("resume", partial(self._resume, service, run, epochs))

    def find(self, service: TrainingService, task: str) -> None:
        """Look for a training of the task that goes on; a ``Found`` tells of one."""
        self._work("find", partial(self._find, service, task))

    def _work(self, group: str, work: Callable[[], None]) -> None:
        self._widget.run_worker(work, name=group, group=group, thread=True)

    def _start(self, service: TrainingService, recipe: Recipe, source: Path | None) -> None:
        from kertasks.data.sources.data_files import require

        try:
            # A run that cannot even begin is no run: nothing of it is to be kept.
            for name in find_task(recipe.task).files:
                require(name)
            run = service.start(recipe, str(source) if source else None)
        except UserError as error:
            self._widget.post_message(self.NotStarted(error))
        else:
            self._widget.post_message(self.Started(run))

    def _resume(self, service: TrainingService, run: RunFolder, epochs: int | None) -> None:
        try:
            service.resume(run, epochs)
        except UserError as error:
            self._widget.post_message(self.NotResumed(run, error))

    def _find(self, service: TrainingService, task: str) -> None:
        for run in islice(service.store.newest_first(), _NEWEST):
            try:
                same = run.manifest().task == task
            except RunDamaged:
                continue
            if same and not run.state().is_over:
                self._widget.post_message(self.Found(run))
                return
