"""The Keras callback that carries out what people ask of a training, and keeps checkpoints."""

from __future__ import annotations

import contextlib
import os
import signal
import time
import traceback
from collections import deque
from collections.abc import Callable, Mapping
from types import FrameType
from typing import Any, TypeAlias

import keras

from kertasks.runs.event_file.event_log import EventLog
from kertasks.runs.event_file.events import Control, Paused, Planned, Resumed
from kertasks.runs.steering.commands import SteeringCommand, row_of
from kertasks.runs.steering.control_file import Command, ControlFile
from kertasks.text.error_text import described
from kertasks.trainer.callbacks.best_weights import BestWeights
from kertasks.trainer.callbacks.checkpoints import Checkpoints
from kertasks.trainer.callbacks.early_stopping import EarlyStopping
from kertasks.trainer.callbacks.event_writer import EventWriter
from kertasks.trainer.failure import reason_of
from kertasks.trainer.weights.checkpoint import (
    Checkpoint,
    StoppingState,
    TrainingPosition,
    restore,
    values_of,
)

LOOK_EVERY = 0.05
"""Seconds between two looks at the control file."""

_VALIDATES_ON = 0.2
"""Seconds a validation may go on after a stop, rather than leave an epoch without its numbers."""


class Refused(Exception):  # the answer to a command, never an error of the program
    """A command cannot be carried out; the text says why."""


Effect: TypeAlias = Callable[["Steering", Command], None]

EFFECTS: dict[SteeringCommand, Effect] = {}
"""What each command does. An effect that cannot be had raises ``Refused``; a number that a command
takes was found to be one that is allowed."""


def _effect(*commands: SteeringCommand) -> Callable[[Effect], Effect]:
    """Make a method of ``Steering`` the effect of commands."""

    def register(effect: Effect) -> Effect:
        EFFECTS.update(dict.fromkeys(commands, effect))
        return effect

    return register


class Steering(keras.callbacks.Callback):  # type: ignore[misc]  # keras carries no types
    """Hears commands where batches end; pauses, stops, changes the plan; saves checkpoints.

    It must come last of the callbacks: a checkpoint holds what the others know.

    Args:
        control: where commands come from.
        log: where their answers go.
        writer: knows which epochs are done and which was best.
        best: keeps the weights of the best epoch.
        checkpoints: writes them; None where no later process can go on with the training.
        planned: epochs to train in all.
        save: writes the network's files now.
        most_epochs: how many epochs whoever calls the hooks would train; None for any number.
        stopping: early stopping, if the recipe has one.
        resumed: what an earlier process left; restored once the model has its variables.

    Measured on one core: 0.4 µs a batch or epoch, 10 µs more where it looks at the file.
    """

    async_safe = True
    """``kertasks.fit`` calls it in the training's thread, where a pause holds up the training."""

    def __init__(
        self,
        control: ControlFile,
        log: EventLog,
        writer: EventWriter,
        best: BestWeights,
        checkpoints: Checkpoints | None,
        planned: int,
        save: Callable[[keras.Model], None],
        most_epochs: int | None = None,
        stopping: EarlyStopping | None = None,
        resumed: Checkpoint | None = None,
    ) -> None:
        super().__init__()
        self._control = control
        self._log = log
        self._writer = writer
        self._best = best
        self._checkpoints = checkpoints
        self._save_files = save
        self.stopping = stopping
        """Early stopping, if the recipe has one; it comes before this callback."""

        self._resumed = resumed
        self._step = resumed.position.step if resumed is not None else 0
        self._asked: deque[Command] = deque()
        self._looked = 0.0
        self._signalled = False
        self._pausing = False
        self._until: SteeringCommand | None = None
        self._validating_since: float | None = None
        self._unsaved = False
        self._most_epochs = most_epochs
        self.planned = planned
        """Epochs to train in all."""

        self.stop_requested = False
        """Whether a person (or the system, by SIGTERM) asked to stop."""

        self.on_pause: Callable[[bool], None] = lambda _paused: None
        """Told when it begins to wait and when it goes on."""

        self.meanwhile: Callable[[], None] = lambda: None
        """Called now and then while it waits."""

        self.wants_best = False
        """Whether the weights of the best epoch are to be kept instead of the last ones."""

    # --- what ``kertasks.fit`` and the run ask

    @property
    def steps_limit(self) -> int | None:
        """One step a call while a person goes batch by batch."""
        return 1 if self._until is SteeringCommand.BATCH else None

    @property
    def is_over(self) -> bool:
        """Whether there is nothing to train, before it has begun."""
        before = self._resumed
        if before is not None and before.over and self.planned <= before.planned:
            return True
        return self._writer.epochs >= self.planned and not self._step

    @property
    def is_quiet(self) -> bool:
        """Whether nothing is asked of it that is not carried out, it does not pause, and there is
        a folder to hear of commands by."""
        waits = self._asked or self._pausing or self._until is not None
        return not (waits or self._log.folder_gone)

    @property
    def position(self) -> TrainingPosition:
        """How far the training is."""
        return TrainingPosition(self._writer.epochs, self._step)

    def stop_on_signals(self) -> None:
        """Let SIGTERM and SIGINT stop the training and keep the weights, for the rest of the
        process."""

        def handle(_number: int, _frame: FrameType | None) -> None:
            self._signalled = True

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, handle)

    def look_before_training(self) -> bool:
        """Whether to stop before there is anything to train. Other commands wait until then."""
        self._hear()
        for command in list(self._asked):
            row = row_of(command.name)
            if row is not None and row.early:
                self._asked.remove(command)
                self._answer(command)
        return self.stop_requested

    def answer_commands(self) -> None:
        """Carry out what is asked while nothing is trained."""
        self._hear_and_answer()

    # --- hooks

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:  # noqa: ARG002
        """Take over from an earlier process; hear what was asked meanwhile."""
        if self._resumed is not None:
            restore(self.model, self._resumed.variables)
            self._best.go_on_from(self._resumed.best)
            if self.stopping is not None and self._resumed.stopping is not None:
                self._resumed.stopping.restore(self.stopping)
            self._resumed = None  # its arrays are not needed twice
        self._look(time.perf_counter())

    def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:  # noqa: ARG002
        """Hear commands and write a checkpoint, where it is time to, after a call of batches."""
        now = time.perf_counter()
        self._step = batch + 1
        stepping = self._until is SteeringCommand.BATCH
        if now - self._looked < LOOK_EVERY and not stepping:
            return
        self._pausing |= stepping
        self._look(now)
        if self.params.get("resumes_steps") and self._is_due(now, within_epoch=True):
            self._checkpoint()

    def on_test_begin(self, logs: Mapping[str, Any] | None = None) -> None:  # noqa: ARG002
        """Remember when a validation begins."""
        self._validating_since = time.perf_counter()

    def on_test_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:  # noqa: ARG002
        """Hear commands within a validation; end it soon after a stop."""
        now = time.perf_counter()
        if now - self._looked >= LOOK_EVERY:
            self._look(now)
        began = self._validating_since
        if self.stop_requested and began is not None and now - began > _VALIDATES_ON:
            self.model.stop_evaluating = True

    def on_test_end(self, logs: Mapping[str, Any] | None = None) -> None:  # noqa: ARG002
        """Forget the validation that is done."""
        self._validating_since = None

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:  # noqa: ARG002
        """Hear commands, save and end where it is time to, unless the epoch was broken off."""
        if self._writer.epochs != epoch + 1:
            return
        now = time.perf_counter()
        self._step = 0
        stepping = self._until is SteeringCommand.EPOCH
        ends = epoch + 1 >= self.planned
        if ends or stepping or self._unsaved or self._asked or now - self._looked >= LOOK_EVERY:
            self._pausing |= stepping
            self._look(now)
        if self.model.stop_training or epoch + 1 >= self.planned:
            self._checkpoint(over=not self.stop_requested, wait=True)
            # Else they end by themselves, and a script may ask afterwards whether it was stopped.
            if self.planned != self._most_epochs:
                self.model.stop_training = True
        elif self._unsaved or self._is_due(now, within_epoch=False):
            self._checkpoint(wait=self._unsaved)
            self._unsaved = False

    # --- commands

    def _hear(self) -> None:
        self._looked = time.perf_counter()
        self._asked.extend(self._control.new_commands())
        # Without its folder nobody could stop a trainer; a script is stopped where it was begun.
        if self._signalled or (self._log.folder_gone and self._most_epochs is None):
            self.stop_requested = True

    def _look(self, now: float) -> None:
        """Carry out what was asked, and wait while it is to pause."""
        self._hear_and_answer()
        if self._pausing and not self.stop_requested:
            self._pause(now)
        if self.stop_requested and not self.model.stop_training:
            self.model.stop_training = True
            if self._can_save and self._step:
                self._checkpoint(wait=True)

    def _hear_and_answer(self) -> None:
        self._hear()
        for command in list(self._asked):
            if not self._waits(command):
                self._asked.remove(command)
                self._answer(command)

    def _waits(self, command: Command) -> bool:
        """Whether a command is for after the validation under way: no checkpoint can be taken
        within one, and what was asked for is there when it is answered."""
        validates = self._validating_since is not None and not self._pausing
        return validates and command.name == SteeringCommand.SAVE

    def _answer(self, command: Command) -> None:
        refused = None
        try:
            self._carry_out(command)
        except Refused as reason:
            refused = str(reason)
        except Exception as error:
            # Whatever a command comes to, it is no reason to end the training.
            with contextlib.suppress(OSError):  # the log may be on a disk that is full
                traceback.print_exc()
            refused = described(error)
        self._log.add(Control(time.time(), command.number, command.name, refused))

    def _carry_out(self, command: Command) -> None:
        try:
            known = SteeringCommand(command.name)
        except ValueError:
            raise Refused("this version of the trainer does not know it") from None
        argument = known.row.argument
        if argument is not None and not argument.allows(command.value):
            raise Refused(f"{argument.name} is {argument.allowed}")
        EFFECTS[known](self, command)

    @_effect(SteeringCommand.PAUSE)
    def _begin_pause(self, _command: Command) -> None:
        if self._pausing:
            raise Refused("it is paused already")
        self._pausing = True

    @_effect(SteeringCommand.RESUME)
    def _end_pause(self, _command: Command) -> None:
        if not self._pausing and self._until is None:
            raise Refused("it is not paused")
        self._pausing, self._until = False, None

    @_effect(SteeringCommand.EPOCH, SteeringCommand.BATCH)
    def _go_on_until(self, command: Command) -> None:
        # From a pause, or to one at the end of what is under way.
        self._pausing, self._until = False, SteeringCommand(command.name)

    @_effect(SteeringCommand.LEARNING_RATE)
    def _set_learning_rate(self, command: Command) -> None:
        assert command.value is not None  # noqa: S101 - narrows the type
        try:
            self.model.optimizer.learning_rate = command.value
        except TypeError as error:
            raise Refused("the recipe's learning rate follows a schedule") from error
        self._writer.say_learning_rate(command.value, self._writer.epochs + 1)
        self._keep()

    @_effect(SteeringCommand.EPOCHS)
    def _set_planned(self, command: Command) -> None:
        assert command.value is not None  # noqa: S101 - narrows the type
        # What is done is done, and an epoch that has begun is finished.
        least = self._writer.epochs + bool(self._step)
        if self._most_epochs is not None and command.value > self._most_epochs:
            raise Refused(f"the script trains {self._most_epochs}; only fewer can be had")
        self.planned = max(int(command.value), least)
        self._log.add(Planned(time.time(), self.planned))
        if self.model is not None:
            self._keep()

    @_effect(SteeringCommand.SAVE)
    def _save_now(self, _command: Command) -> None:
        try:
            self._save_files(self.model)
        except OSError as error:
            raise Refused(f"it cannot be written: {reason_of(error)}") from error
        if not self._can_save:
            self._unsaved = True  # the checkpoint follows with the end of the epoch
        elif not self._checkpoint(wait=True):
            raise Refused("the checkpoint cannot be written")

    @_effect(SteeringCommand.STOP, SteeringCommand.STOP_BEST)
    def _request_stop(self, command: Command) -> None:
        self.stop_requested = True
        self.wants_best = command.name == SteeringCommand.STOP_BEST

    @_effect(SteeringCommand.KILL)
    def _kill_process(self, command: Command) -> None:
        self._log.add(Control(time.time(), command.number, command.name))
        self._log.flush()
        os.kill(os.getpid(), signal.SIGKILL)

    def _pause(self, began: float) -> None:
        self._until = None
        self._log.add(Paused(time.time(), self.position.epoch, self.position.step))
        if self._can_save:
            self._checkpoint()
        self.on_pause(True)
        while self._pausing and not self.stop_requested:
            time.sleep(LOOK_EVERY)
            self._hear_and_answer()
            self.meanwhile()
        self.on_pause(False)
        if not self.stop_requested:
            self._log.add(Resumed(time.time(), self.position.epoch, self.position.step))
        self._writer.leave_out(time.perf_counter() - began)

    # --- checkpoints

    @property
    def _can_save(self) -> bool:
        """Whether the state of this moment is one to go on from: validation has metrics of its
        own, and Keras's own fit cannot begin within an epoch."""
        if self._validating_since is not None:
            return False
        return not self._step or bool(self.params.get("resumes_steps"))

    def _keep(self) -> None:
        """Have a change of the numbers on disk before it is answered."""
        if self._can_save:
            self._checkpoint(wait=True)
        else:
            self._unsaved = True

    def _is_due(self, now: float, *, within_epoch: bool) -> bool:
        checkpoints = self._checkpoints
        return checkpoints is not None and checkpoints.due(now, within_epoch=within_epoch)

    def _checkpoint(self, *, over: bool = False, wait: bool = False) -> bool:
        """Save one where there are any; False where it was waited for and could not be written."""
        checkpoints = self._checkpoints
        return checkpoints is None or checkpoints.save(lambda: self._take(over=over), wait=wait)

    def _take(self, *, over: bool = False) -> Checkpoint:
        return Checkpoint(
            position=self.position,
            planned=self.planned,
            over=over,
            variables=values_of(self.model),
            best=self._best.state(),
            stopping=None if self.stopping is None else StoppingState.of(self.stopping),
        )
