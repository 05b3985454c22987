"""The right side of the workbench: starts and stops a training and follows it live."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import partial
from pathlib import Path

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message

from kertasks.errors import UserError
from kertasks.recipes.recipe import Recipe
from kertasks.registry import find_task
from kertui.formatting import short_path
from kertui.training.control import Ask
from kertui.training.events import Failed
from kertui.training.run_folder import RunDamaged, RunFolder
from kertui.training.service import TrainingService
from kertui.widgets.live_pane import LivePane
from kertui.widgets.run_trouble import RunTrouble, advice_on

_NEWEST = 30
"""Runs looked at for one that still goes on."""


class Phase(Enum):
    """What the training is doing, as far as keys depend on it."""

    IDLE = "idle"
    WAITING = "waiting"
    """Asked for, but the recipe is still being judged."""

    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"


class TrainingColumn(Vertical):
    """A training from the word to its end: asked for, under way, asked to stop, over.

    What blocks runs in threads, which only post messages.
    """

    DEFAULT_CSS = """
    TrainingColumn { width: 1fr; height: 1fr; }
    """

    @dataclass
    class PhaseChanged(Message):
        """Other keys act now."""

        phase: Phase

    @dataclass
    class RunFound(Message):
        """A training was under way before this screen was opened, and is followed now."""

        run: RunFolder

    @dataclass
    class _Started(Message):
        run: RunFolder
        found: bool = False

    @dataclass
    class _StartRefused(Message):
        reason: UserError

    @dataclass
    class _StopRefused(Message):
        reason: UserError

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._phase = Phase.IDLE
        self._run: RunFolder | None = None
        self._planned = 0

    def compose(self) -> ComposeResult:
        """Curves, and room for what went wrong."""
        yield LivePane()
        yield RunTrouble(markup=False)

    @property
    def phase(self) -> Phase:
        """What the training is doing."""
        return self._phase

    @property
    def run(self) -> RunFolder | None:
        """The training shown; the last one when none goes on."""
        return self._run

    @property
    def pane(self) -> LivePane:
        """The curves."""
        return self.query_one(LivePane)

    def plan(self, recipe: Recipe) -> None:
        """Show how long a training would be, and of what, while there is none yet."""
        epochs, metrics = recipe.fit.epochs, recipe.compile.metrics
        if self._run is None and metrics and isinstance(metrics[0], str):
            self.pane.metric = metrics[0]
        if epochs != self._planned and self._run is None and self._phase is Phase.IDLE:
            self._planned = epochs
            self.pane.clear(epochs)

    def wait_for_check(self, epochs: int) -> None:
        """The start is asked for; the recipe is still being judged."""
        self.query_one(RunTrouble).clear()
        self.pane.clear(epochs, "starts as soon as Keras is here")
        self._enter(Phase.WAITING)

    def cancel_wait(self) -> None:
        """The recipe cannot be trained, or became another one while it was being judged."""
        if self._phase is Phase.WAITING:
            self._run = None
            self.pane.clear(self._planned)
            self._enter(Phase.IDLE)

    def start(self, service: TrainingService, recipe: Recipe, source: Path | None) -> None:
        """Train the recipe."""
        self.query_one(RunTrouble).clear()
        self._planned = recipe.fit.epochs
        self.pane.clear(self._planned, "starting")
        self._enter(Phase.STARTING)
        self._work("start", partial(self._start, service, recipe, source))

    def stop(self) -> None:
        """Ask the trainer to stop and keep the weights; the run's events tell when it did."""
        if self._run is not None and self._phase is Phase.RUNNING:
            self._enter(Phase.STOPPING)
            self._work("stop", partial(self._stop, self._run))

    def find_running(self, service: TrainingService, task: str) -> None:
        """Look for a training of the task that goes on, and follow it."""
        self._work("find", partial(self._find_running, service, task))

    def _enter(self, phase: Phase) -> None:
        self._phase = phase
        self.post_message(self.PhaseChanged(phase))

    def _work(self, group: str, work: Callable[[], None]) -> None:
        self.run_worker(work, name=group, group=group, thread=True)

    def _start(self, service: TrainingService, recipe: Recipe, source: Path | None) -> None:
        from kertasks.data.files import require

        try:
            # A run that cannot even begin is no run: nothing of it is to be kept.
            for name in find_task(recipe.task).files:
                require(name)
            run = service.start(recipe, str(source) if source else None)
        except UserError as error:
            self.post_message(self._StartRefused(error))
        else:
            self.post_message(self._Started(run))

    def _stop(self, run: RunFolder) -> None:
        try:
            run.ask(Ask.STOP)
        except UserError as error:
            self.post_message(self._StopRefused(error))

    def _find_running(self, service: TrainingService, task: str) -> None:
        for run in service.store.runs()[:_NEWEST]:
            try:
                same = run.manifest().task == task
            except RunDamaged:
                continue
            if same and not run.state().is_over:
                self.post_message(self._Started(run, found=True))
                return

    @on(_Started)
    def _follow(self, event: _Started) -> None:
        event.stop()
        if event.found and (self._phase is not Phase.IDLE or self._run is not None):
            return
        self._run = event.run
        self.pane.follow(event.run)
        self._enter(Phase.RUNNING)
        if event.found:
            self.post_message(self.RunFound(event.run))

    @on(_StartRefused)
    def _tell_start_refusal(self, event: _StartRefused) -> None:
        event.stop()
        self.pane.clear(self._planned)
        self.query_one(RunTrouble).show("Training did not start", str(event.reason))
        self._enter(Phase.IDLE)

    @on(_StopRefused)
    def _tell_stop_refusal(self, event: _StopRefused) -> None:
        event.stop()
        self.query_one(RunTrouble).show("The training could not be stopped", str(event.reason))
        self._enter(Phase.RUNNING)

    @on(LivePane.RunEnded)
    def _take_end(self, event: LivePane.RunEnded) -> None:
        if event.run != self._run:
            return
        if isinstance(event.ended, Failed) or event.ended is None:
            reason = event.ended.reason if event.ended is not None else "the trainer is gone"
            self.query_one(RunTrouble).advise(advice_on(reason), short_path(event.run.log_path))
        self._enter(Phase.IDLE)
