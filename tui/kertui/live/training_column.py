"""The right side of the workbench: starts, resumes and steers a training and follows it live."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import partial
from pathlib import Path

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.timer import Timer

from kertasks.errors import UserError
from kertasks.recipes.recipe import Recipe
from kertasks.runs.commands import Ask
from kertasks.runs.events import Failed, Finished, Stopped
from kertasks.runs.folder import RunFolder
from kertasks.runs.history import RunHistory
from kertasks.runs.state import RunState
from kertasks.text.numbers import short_path
from kertui.live.pane import LivePane
from kertui.live.run_commands import RunCommands, not_done
from kertui.live.run_starter import RunStarter
from kertui.live.tabs.curves import CurvesTab
from kertui.live.trouble import RunTrouble, advice_on
from kertui.service.training_service import TrainingService

_COMES_UP = 120.0
"""Seconds a trainer may take to say that it resumes: it may have Keras to import first."""


class Phase(Enum):
    """What the training is doing, as far as keys depend on it."""

    IDLE = "idle"
    """There is none, or it is over."""

    WAITING = "waiting"
    """Asked for, but the recipe is still being judged."""

    STARTING = "starting"
    RESUMING = "resuming"
    """Over, and given to a new trainer that has not said a word yet."""

    RUNNING = "running"
    PAUSED = "paused"


_UNDER_WAY = (Phase.RUNNING, Phase.PAUSED)


class TrainingColumn(Vertical):
    """A training from the word to its end, and on from there when it is resumed.

    What it is doing is what its events say, whoever asked for it: this interface, another one
    or a command line. Only what was asked here and has no answer yet is remembered here. What
    blocks runs in threads, which only post messages.
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

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._begins: Phase | None = None
        """``WAITING``, ``STARTING`` or ``RESUMING``: what only this interface knows of yet."""

        self._run: RunFolder | None = None
        self._planned = 0
        self._recipe: Recipe | None = None
        self._starter = RunStarter(self)
        self._commands = RunCommands(self)
        self._patience: Timer | None = None
        self._told: tuple[object, ...] = ()

    def compose(self) -> ComposeResult:
        """Curves, and room for what went wrong."""
        yield LivePane()
        yield RunTrouble(markup=False)

    @property
    def phase(self) -> Phase:
        """What the training is doing."""
        if self._begins is not None:
            return self._begins
        state = self.pane.state
        if self._run is None or state is None or state.is_over:
            return Phase.IDLE
        return Phase.PAUSED if state is RunState.PAUSED else Phase.RUNNING

    @property
    def run(self) -> RunFolder | None:
        """The training shown; the last one when none goes on."""
        return self._run

    @property
    def recipe(self) -> Recipe | None:
        """The recipe of the training shown, where it was started or opened here."""
        return self._recipe

    @property
    def pane(self) -> LivePane:
        """The curves."""
        return self.query_one(LivePane)

    @property
    def history(self) -> RunHistory:
        """What is known of the training shown."""
        return self.pane.history

    @property
    def can_resume(self) -> bool:
        """Whether the training shown is over with something left to train."""
        over = (RunState.STOPPED, RunState.FAILED, RunState.LOST)
        return self.phase is Phase.IDLE and self._run is not None and self.pane.state in over

    @property
    def can_extend(self) -> bool:
        """Whether the training shown is over and can be given another number of epochs."""
        finished = self.pane.state is RunState.FINISHED and self.phase is Phase.IDLE
        return (self.can_resume or finished) and self.history.epochs > 0

    def allows(self, name: Ask) -> bool:
        """Whether a command makes sense now."""
        phase = self.phase
        if name is Ask.KILL:
            return phase in _UNDER_WAY
        if phase not in _UNDER_WAY or self.history.stopping:
            return False
        if name is Ask.PAUSE:
            return phase is Phase.RUNNING
        if name is Ask.RESUME:
            return phase is Phase.PAUSED
        return name is not Ask.STOP_BEST or self.history.best_epoch is not None

    def plan(self, recipe: Recipe) -> None:
        """Show how long a training would be, and of what, while there is none yet."""
        epochs, metrics = recipe.fit.epochs, recipe.compile.metrics
        if self._run is None and metrics and isinstance(metrics[0], str):
            self.query_one(CurvesTab).metric = metrics[0]
        if epochs != self._planned and self._run is None and self.phase is Phase.IDLE:
            self._planned = epochs
            self.pane.clear(epochs)

    def forget_trouble(self) -> None:
        """Another recipe is there: what helps against the failure of an old one is of the past."""
        self.query_one(RunTrouble).clear()

    # Starting and finding

    def wait_for_check(self, epochs: int) -> None:
        """The start is asked for; the recipe is still being judged."""
        self._show_nothing(epochs, "starts as soon as Keras is here")
        self._enter(Phase.WAITING)

    def cancel_wait(self) -> None:
        """The recipe cannot be trained, or became another one while it was being judged."""
        if self.phase is Phase.WAITING:
            self._show_nothing(self._planned)
            self._enter(None)

    def start(self, service: TrainingService, recipe: Recipe, source: Path | None) -> None:
        """Train the recipe."""
        self._planned = recipe.fit.epochs
        self._recipe = recipe
        self._show_nothing(self._planned, "starting")
        self._enter(Phase.STARTING)
        self._starter.start(service, recipe, source)

    def show(self, run: RunFolder, state: RunState, recipe: Recipe) -> None:
        """Follow a run of the recipe that is there already, live or over."""
        self._recipe = recipe
        self._take(run, state)

    def find_running(self, service: TrainingService, task: str) -> None:
        """Look for a training of the task that goes on, and follow it."""
        self._starter.find(service, task)

    def _show_nothing(self, epochs: int, waiting: str | None = None) -> None:
        self.query_one(RunTrouble).clear()
        self._run = None
        self._commands.forget()
        self.pane.asked = None
        if waiting is None:
            self.pane.clear(epochs)
        else:
            self.pane.clear(epochs, waiting)

    def _take(self, run: RunFolder, state: RunState = RunState.RUNNING) -> None:
        self._run = run
        self._commands.forget()
        self.pane.asked = None
        self.pane.follow(run, state)
        self._enter(None)

    def _enter(self, begins: Phase | None) -> None:
        self._begins = begins
        self._tell_phase()

    def _tell_phase(self) -> None:
        """Tell when other keys act than before."""
        history = self.history
        keys = (history.stopping, history.best_epoch is not None, history.epochs > 0)
        now = (self.phase, self.pane.state, self._run, keys)
        if now != self._told:
            self._told = now
            self.post_message(self.PhaseChanged(self.phase))

    @on(RunStarter.Started)
    def _follow(self, event: RunStarter.Started) -> None:
        event.stop()
        self._take(event.run)

    @on(RunStarter.Found)
    def _follow_found(self, event: RunStarter.Found) -> None:
        event.stop()
        if self.phase is Phase.IDLE and self._run is None:
            self._take(event.run)
            self.post_message(self.RunFound(event.run))

    @on(RunStarter.NotStarted)
    def _tell_start_refusal(self, event: RunStarter.NotStarted) -> None:
        event.stop()
        self.pane.clear(self._planned)
        self.query_one(RunTrouble).show("Training did not start", str(event.reason))
        self._enter(None)

    # Steering

    def ask(self, service: TrainingService, name: Ask, value: float | None = None) -> None:
        """Ask something of the training under way; its events tell what became of it."""
        if self._run is not None:
            service.take_up(self._run)
            self._commands.ask(self._run, name, value)
            self.pane.asked = self._commands.latest

    def resume(self, service: TrainingService, epochs: int | None = None) -> None:
        """Go on with the training shown, which is over, in a new process.

        Args:
            service: starts it.
            epochs: to train in all; as planned for None.
        """
        run = self._run
        if run is None:
            return
        self.query_one(RunTrouble).clear()
        self._enter(Phase.RESUMING)
        self.pane.asked = Ask.RESUME
        self._patience = self.set_timer(_COMES_UP, partial(self._give_up, run))
        self._starter.resume(service, run, epochs)

    def _give_up(self, run: RunFolder) -> None:
        log = short_path(run.log_path)
        gone = UserError(f"its trainer gave no sign of life in {_COMES_UP:.0f} s; see {log}")
        self.post_message(RunStarter.NotResumed(run, gone))

    @on(RunStarter.NotResumed)
    def _tell_resume_refusal(self, event: RunStarter.NotResumed) -> None:
        event.stop()
        if event.run == self._run and self._begins is Phase.RESUMING:
            self._come_up()
            self.query_one(RunTrouble).show("It was not resumed", str(event.reason))

    def _come_up(self) -> None:
        """Resuming is over, well or not."""
        if self._patience is not None:
            self._patience.stop()
            self._patience = None
        self.pane.asked = self._commands.latest
        self._enter(None)

    @on(RunCommands.Asked)
    def _await_answer(self, event: RunCommands.Asked) -> None:
        event.stop()
        self._commands.written(event)
        self._take_answers()

    @on(RunCommands.NotAsked)
    def _tell_not_asked(self, event: RunCommands.NotAsked) -> None:
        event.stop()
        self._commands.close(event.asking)
        if event.run == self._run:
            self._warn(event.asking.name, str(event.reason))
            self._take_answers()

    @on(RunCommands.Killed)
    def _take_kill(self, event: RunCommands.Killed) -> None:
        event.stop()
        self._commands.close(event.asking)
        self._take_answers()

    def _take_answers(self) -> None:
        for answer in self._commands.take_answers(self.history):
            if answer.refused is not None:
                self._warn(answer.command, answer.refused)
            elif answer.command == Ask.SAVE and self._run is not None:
                where = short_path(self._run.path)
                self.notify(f"Saved model.keras and a checkpoint in {where}", markup=False)
        if self._begins is not Phase.RESUMING:
            self.pane.asked = self._commands.latest

    def _warn(self, name: str, reason: str) -> None:
        self.notify(not_done(name, reason), severity="warning", markup=False)

    # What the run's events say

    @on(LivePane.EventsTaken)
    def _take_events(self, event: LivePane.EventsTaken) -> None:
        event.stop()
        if event.run != self._run:
            return
        state = self.pane.state
        if state is not None and not state.is_over:
            # Resumed here or by somebody else: what was said of its end is of the past.
            if self._begins is Phase.RESUMING:
                self._come_up()
            self.query_one(RunTrouble).clear()
        self._take_answers()
        self._tell_phase()

    @on(LivePane.RunEnded)
    def _take_end(self, event: LivePane.RunEnded) -> None:
        if event.run != self._run:
            return
        self._take_answers()
        unanswered = self._commands.take_end()
        if isinstance(event.ended, Finished | Stopped):  # else the pane says what is wrong
            for name in unanswered:
                if name not in (Ask.STOP, Ask.STOP_BEST):
                    self._warn(name, "the training had ended")
        if self._begins is Phase.RESUMING:
            self._come_up()
        self.pane.asked = self._commands.latest
        if isinstance(event.ended, Failed):
            advice, log = advice_on(event.ended.reason), short_path(event.run.log_path)
            self.query_one(RunTrouble).advise(advice, log)
        else:
            self.query_one(RunTrouble).clear()
        self._tell_phase()
