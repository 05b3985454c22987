"""Starts and stops the training of the workbench, in threads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import partial
from pathlib import Path

from textual.message import Message
from textual.screen import Screen

from kertasks.errors import UserError
from kertasks.recipes.recipe import Recipe
from kertui.training.run_folder import RunDamaged, RunFolder
from kertui.training.service import TrainingService

_NEWEST = 30
"""Runs looked at for one that still goes on."""


class Phase(Enum):
    """What the workbench's training is doing."""

    IDLE = "idle"
    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"


class RunKeeper:
    """The run the workbench shows: asked for, under way, asked to stop, over."""

    @dataclass
    class RunStarted(Message):
        """A trainer has the recipe."""

        run: RunFolder
        found: bool = False
        """It was started before this screen was opened."""

    @dataclass
    class StartRefused(Message):
        """No training could be started."""

        reason: UserError

    @dataclass
    class StopRefused(Message):
        """The trainer could not be asked to stop."""

        reason: UserError

    def __init__(self, screen: Screen[None], service: TrainingService) -> None:
        self._screen = screen
        self._service = service
        self.phase = Phase.IDLE
        self.run: RunFolder | None = None

    def start(self, recipe: Recipe, source: Path | None) -> None:
        """Train the recipe; ``RunStarted`` or ``StartRefused`` answers."""
        self.phase = Phase.STARTING
        self._work("start", partial(self._start, recipe, source))

    def stop(self) -> None:
        """Ask the trainer to stop and keep the weights; the run's events tell when it did."""
        if self.run is not None:
            self.phase = Phase.STOPPING
            self._work("stop", partial(self._stop, self.run))

    def find_running(self, task: str) -> None:
        """Look for a training of this task that goes on; ``RunStarted`` tells of one."""
        self._work("find", partial(self._find_running, task))

    def follow(self, run: RunFolder) -> None:
        """This run is the one now."""
        self.run = run
        self.phase = Phase.RUNNING

    def ended(self) -> None:
        """The run is over."""
        self.phase = Phase.IDLE

    def _work(self, group: str, work: Callable[[], None]) -> None:
        self._screen.run_worker(work, name=group, group=group, thread=True)

    def _start(self, recipe: Recipe, source: Path | None) -> None:
        try:
            run = self._service.start(recipe, str(source) if source else None)
        except UserError as error:
            self._screen.post_message(self.StartRefused(error))
        else:
            self._screen.post_message(self.RunStarted(run))

    def _stop(self, run: RunFolder) -> None:
        try:
            self._service.stop(run)
        except UserError as error:
            self._screen.post_message(self.StopRefused(error))

    def _find_running(self, task: str) -> None:
        for run in self._service.store.runs()[:_NEWEST]:
            try:
                same = run.manifest().task == task
            except RunDamaged:
                continue
            if same and not run.state().is_over:
                self._screen.post_message(self.RunStarted(run, found=True))
                return
