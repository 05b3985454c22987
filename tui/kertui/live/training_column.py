"""The right side of the workbench, and most of the following screen: starts, resumes and steers a
training and follows it live."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from enum import Enum
from functools import partial
from pathlib import Path

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.notifications import SeverityLevel
from textual.timer import Timer

from kertasks.errors import UserError
from kertasks.recipes.recipe import Recipe
from kertasks.runs.event_file.events import Control, Failed, Finished, Stopped
from kertasks.runs.folder import RunFolder
from kertasks.runs.history import RunHistory
from kertasks.runs.manifest import Origin
from kertasks.runs.state import RunState
from kertasks.runs.steering.commands import SteeringCommand
from kertasks.text.numbers import short_path
from kertui.live.ask_number import AskNumberScreen
from kertui.live.followed.followed_run import IDLE
from kertui.live.pane import LivePane
from kertui.live.steering import current_learning_rate, kill_question, number_wanted
from kertui.live.tab import TrainedBy
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


@dataclass(eq=False, slots=True)
class SentCommand:
    """A command that was asked for here and has no answer yet."""

    command: SteeringCommand
    number: int | None = None
    """Its number in the control file; None until it is written there."""

    def answer(self, history: RunHistory) -> Control | None:
        """The trainer's answer among a run's events, once it is there."""
        for control in reversed(history.controls):
            if self.number is None or control.number < self.number:
                break
            if control.number == self.number:
                return control
        return None


class TrainingColumn(Vertical):
    """A training from the word to its end, and on from there when it is resumed.

    What it is doing is what its events say, whoever asked for it: this interface, another one
    or a command line. Only what was asked here and has no answer yet is remembered here. What
    blocks runs in threads, which workers of this widget wait for.

    Args:
        service: starts and resumes trainings, and computes what the pane shows of one that is over.
    """

    DEFAULT_CSS = """
    TrainingColumn { width: 1fr; height: 1fr; }
    """

    class PhaseChanged(Message):
        """Other keys act now."""

    @dataclass
    class RunFound(Message):
        """A training was under way before this screen was opened, and is followed now."""

        run: RunFolder

    @dataclass
    class Retrained(Message):
        """A fresh network is trained on all rows, by this recipe."""

        recipe: Recipe

    def __init__(self, service: TrainingService, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._service = service
        self._begins: Phase | None = None
        """``WAITING``, ``STARTING`` or ``RESUMING``: what only this interface knows of yet."""

        self.recipe: Recipe | None = None
        """The recipe of the training shown, where it was started or opened here."""

        self._unanswered: list[SentCommand] = []
        self._patience: Timer | None = None
        self._told: tuple[object, ...] = ()

    def compose(self) -> ComposeResult:
        """Curves, and room for what went wrong."""
        yield LivePane(self._service)
        yield RunTrouble(markup=False)

    @property
    def phase(self) -> Phase:
        """What the training is doing."""
        if self._begins is not None:
            return self._begins
        state = self.pane.state
        if state is None or state.is_over:
            return Phase.IDLE
        if state is RunState.UNKNOWN:  # it can be steered as what it said last
            state = self.history.state
        return Phase.PAUSED if state is RunState.PAUSED else Phase.RUNNING

    @property
    def run(self) -> RunFolder | None:
        """The training shown; the last one when none goes on."""
        return self.pane.run

    @property
    def pane(self) -> LivePane:
        """The pane that follows the training shown."""
        return self.query_one(LivePane)

    @property
    def history(self) -> RunHistory:
        """What is known of the training shown."""
        return self.pane.history

    @property
    def can_resume(self) -> bool:
        """Whether the training shown is over with something left to train."""
        over = (RunState.STOPPED, RunState.FAILED, RunState.LOST)
        return self._can_begin_anew and self.pane.state in over

    @property
    def _can_begin_anew(self) -> bool:
        """Whether a new trainer could take the run: it is over, and its recipe says how."""
        return self.phase is Phase.IDLE and self.pane.followed.trained_by.has_recipe

    @property
    def can_retrain(self) -> bool:
        """Whether the training shown is over and says which epoch is best on rows held out."""
        best = self.history.best
        is_over = self.pane.state is not None and self._can_begin_anew
        return is_over and best.epoch is not None and best.monitor.name.startswith("val_")

    @property
    def can_extend(self) -> bool:
        """Whether the training shown is over and can be given another number of epochs."""
        finished = self.pane.state is RunState.FINISHED and self._can_begin_anew
        return (self.can_resume or finished) and self.history.epochs > 0

    def allows(self, command: SteeringCommand) -> bool:
        """Whether a command makes sense now."""
        row = command.row
        if not self.pane.followed.trained_by.has_recipe and not self._script_takes(command):
            return False
        if command is SteeringCommand.EPOCHS and self.can_extend:
            return True
        if self.phase not in _UNDER_WAY or (self.history.stopping and not row.while_stopping):
            return False
        if row.needs_best and self.history.best_epoch is None:
            return False
        return row.while_paused if self.phase is Phase.PAUSED else row.while_training

    def _script_takes(self, command: SteeringCommand) -> bool:
        """Whether a command reaches what trains a run without a recipe."""
        if self.pane.followed.trained_by.origin is not Origin.SCRIPT:
            return False
        if self.history.started is None:  # it has not come to its training, and listens to nobody
            return command is SteeringCommand.KILL
        has_rate = not self.history.epochs or current_learning_rate(self.history) is not None
        return has_rate or command is not SteeringCommand.LEARNING_RATE

    def plan(self, recipe: Recipe) -> None:
        """Show how long a training would be, and of what, while there is none yet."""
        epochs, metrics = recipe.fit.epochs, recipe.compile.metrics
        if self.run is None and metrics and isinstance(metrics[0], str):
            self.query_one(CurvesTab).metric = metrics[0]
        if epochs != self.pane.followed.planned and self.run is None and self.phase is Phase.IDLE:
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
            self._show_nothing(self.pane.followed.planned)
            self._enter(None)

    def start(self, recipe: Recipe, source: Path | None) -> None:
        """Begin to train the recipe, which was read from the source, if from any file."""
        self.recipe = recipe
        self._show_nothing(recipe.fit.epochs, "starting")
        self._enter(Phase.STARTING)
        self._start(recipe, source)

    @work(group="start")
    async def _start(self, recipe: Recipe, source: Path | None) -> None:
        try:
            run = await asyncio.to_thread(
                self._service.start, recipe, str(source) if source else None
            )
        except UserError as error:
            self.pane.clear(self.pane.followed.planned)
            self.query_one(RunTrouble).show("Training did not start", str(error))
            self._enter(None)
        else:
            self._take(run)

    @work(group="start")
    async def retrain(self) -> None:
        """Train a fresh network on all rows of the training shown, which is over, for the number of
        epochs that was best."""
        before = self.run
        if before is None:
            return
        self._enter(Phase.STARTING)
        try:
            run = await asyncio.to_thread(self._service.retrain, before)
            recipe = await asyncio.to_thread(run.recipe)
        except UserError as error:
            self._enter(None)
            self.query_one(RunTrouble).show("It was not retrained", str(error))
        else:
            self.recipe = recipe
            self._show_nothing(recipe.fit.epochs, "starting")
            self._take(run)
            self.post_message(self.Retrained(recipe))

    def show(self, run: RunFolder, state: RunState, recipe: Recipe) -> None:
        """Follow a run of the recipe that is there already, live or over."""
        self.recipe = recipe
        self._take(run, state)

    def show_without_recipe(self, run: RunFolder, state: RunState, by: TrainedBy) -> None:
        """Follow a run that no recipe trains, live or over."""
        self._take(run, state, by)

    @work(group="find")
    async def find_running(self, task: str) -> None:
        """Look for a training of the task that goes on, and follow it."""
        try:
            run = await asyncio.to_thread(self._service.find_running, task)
        except UserError as error:
            self._tell(str(error), "error")
            return
        if run is not None and self.phase is Phase.IDLE and self.run is None:
            self._take(run)
            self.post_message(self.RunFound(run))

    def _show_nothing(self, epochs: int, waiting: str = IDLE) -> None:
        self.query_one(RunTrouble).clear()
        self._unanswered.clear()
        self.pane.asked = None
        self.pane.clear(epochs, waiting)

    def _take(
        self, run: RunFolder, state: RunState = RunState.RUNNING, by: TrainedBy | None = None
    ) -> None:
        self._unanswered.clear()
        self.pane.asked = None
        self.pane.follow(run, state, by)
        self._enter(None)

    def _enter(self, begins: Phase | None) -> None:
        self._begins = begins
        self._tell_phase()

    def _tell_phase(self) -> None:
        """Tell when other keys act than before."""
        history = self.history
        keys = (history.stopping, history.best_epoch is not None, history.epochs > 0)
        now = (self.phase, self.pane.state, self.run, keys)
        if now != self._told:
            self._told = now
            self.post_message(self.PhaseChanged())

    # Steering

    def steer(self, command: SteeringCommand, first_rate: float | None) -> None:
        """Ask something of the training under way, after a dialog where a command needs one, which
        may name the learning rate that the training begins with."""
        argument, extends = command.row.argument, self.can_extend

        def send(value: float | None) -> None:
            # It may have ended, or gone on, while the person typed.
            if value is not None and command is SteeringCommand.EPOCHS and self.can_extend:
                self.resume(int(value))
            elif value is not None:
                self.send(command, value)

        def kill(confirmed: bool | None) -> None:
            if confirmed:
                self.send(command)

        if command is SteeringCommand.KILL:
            self.app.push_screen(
                kill_question(self.history, self.pane.followed.trained_by.name), kill
            )
        elif argument is not None:
            wanted = number_wanted(
                command,
                argument,
                self.history,
                extends=extends,
                first_rate=first_rate,
                script=self.pane.followed.trained_by.name,
            )
            self.app.push_screen(AskNumberScreen(wanted), send)
        else:
            self.send(command)

    def send(self, command: SteeringCommand, value: float | None = None) -> None:
        """Ask something of the training under way; its events tell what became of it.

        One of the same kind that has no answer yet is enough.
        """
        if self.run is None:
            return
        self._service.take_up(self.run)
        if all(sent.command is not command for sent in self._unanswered):
            sent = SentCommand(command)
            self._unanswered.append(sent)
            self._write(self.run, sent, value)
        self._show_pending()

    @work(group="command")
    async def _write(self, run: RunFolder, sent: SentCommand, value: float | None) -> None:
        """Write a command and wait for the answer among the events; but wait for a kill's end."""
        from kertasks.runs.steering.sending import kill

        try:
            if sent.command is SteeringCommand.KILL:
                await asyncio.to_thread(kill, run)
                self._forget(sent)
            else:
                written = await asyncio.to_thread(run.send, sent.command, value)
                sent.number = written.number
        except UserError as error:
            self._forget(sent)
            if run == self.run:
                self._warn(sent.command, str(error))
        self._take_answers()

    def _forget(self, sent: SentCommand) -> None:
        if sent in self._unanswered:
            self._unanswered.remove(sent)

    def resume(self, epochs: int | None = None) -> None:
        """Go on with the training shown, which is over, in a new process, until it has so many
        epochs in all; as planned for None."""
        run = self.run
        if run is None:
            return
        self.query_one(RunTrouble).clear()
        self._enter(Phase.RESUMING)
        self.pane.asked = SteeringCommand.RESUME
        self._patience = self.set_timer(_COMES_UP, partial(self._give_up, run))
        self._resume(run, epochs)

    @work(group="resume")
    async def _resume(self, run: RunFolder, epochs: int | None) -> None:
        try:
            await asyncio.to_thread(self._service.resume, run, epochs)
        except UserError as error:
            self._say_not_resumed(run, str(error))

    def _give_up(self, run: RunFolder) -> None:
        log = short_path(run.log_path)
        reason = f"its trainer gave no sign of life in {_COMES_UP:.0f} s; see {log}"
        self._say_not_resumed(run, reason)

    def _say_not_resumed(self, run: RunFolder, reason: str) -> None:
        if run == self.run and self._begins is Phase.RESUMING:
            self._come_up()
            self.query_one(RunTrouble).show("It was not resumed", reason)

    def _come_up(self) -> None:
        """Resuming is over, well or not."""
        if self._patience is not None:
            self._patience.stop()
            self._patience = None
        self._enter(None)
        self._show_pending()

    def _show_pending(self) -> None:
        """Let the pane say what was asked last of that which has no answer yet."""
        if self._begins is not Phase.RESUMING:
            self.pane.asked = self._unanswered[-1].command if self._unanswered else None

    def _take_answers(self) -> None:
        for sent in list(self._unanswered):
            answer = sent.answer(self.history)
            if answer is None:
                continue
            self._unanswered.remove(sent)
            done = sent.command.row.done
            if answer.refused is not None:
                self._warn(sent.command, answer.refused)
            elif done and self.run is not None:
                self._tell(done.format(folder=short_path(self.run.path)))
        self._show_pending()

    def _warn(self, command: SteeringCommand, reason: str) -> None:
        self._tell(f"{command.row.not_done}: {reason}", "warning")

    def _tell(self, text: str, severity: SeverityLevel = "information") -> None:
        self.notify(f"{text[:1].upper()}{text[1:]}", severity=severity, markup=False)

    # What the run's events say

    @on(LivePane.EventsTaken)
    def _take_events(self, event: LivePane.EventsTaken) -> None:
        event.stop()
        if event.run != self.run:
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
        if event.run != self.run:
            return
        self._take_answers()
        unanswered = [sent for sent in self._unanswered if not sent.command.row.while_stopping]
        for sent in unanswered:
            self._unanswered.remove(sent)
            # Where it did not end in good order the pane says what is wrong.
            if isinstance(event.ended, Finished | Stopped) and not sent.command.row.ends:
                self._warn(sent.command, "the training had ended")
        if self._begins is Phase.RESUMING:
            self._come_up()
        self._show_pending()
        if isinstance(event.ended, Failed) and self.pane.followed.trained_by.has_recipe:
            advice, log = advice_on(event.ended.reason), short_path(event.run.log_path)
            self.query_one(RunTrouble).advise(advice, log)
        else:
            self.query_one(RunTrouble).clear()
        self._tell_phase()
