"""One call of ``fit`` of somebody's program, as a run: what is told of it, and what is asked."""

from __future__ import annotations

import atexit
import logging
import sys
import threading
import time
import traceback
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import keras
from msgspec.structs import replace

from kertasks.errors import UserError
from kertasks.runs.advice.finding import Finding
from kertasks.runs.event_file.events import Failed, Finished, Monitor, Notice, Started, Stopped
from kertasks.runs.history import RunHistory
from kertasks.runs.steering.control_file import ControlFile
from kertasks.scripts.asking import Asking
from kertasks.scripts.fit_frames import fit_call, is_distributed
from kertasks.scripts.fit_given import FitGiven
from kertasks.scripts.script import Script
from kertasks.scripts.views.found_views import MOST_WEIGHTS, find_views
from kertasks.scripts.views.kept_rows import KeptRows
from kertasks.scripts.views.no_views import NoViews
from kertasks.scripts.watched_metric import watched_metric
from kertasks.text.error_text import described
from kertasks.text.numbers import size
from kertasks.trainer.callbacks.advice import Advice
from kertasks.trainer.callbacks.best_weights import BestWeights
from kertasks.trainer.callbacks.event_writer import EventWriter
from kertasks.trainer.callbacks.steering import Steering
from kertasks.trainer.device import device_name
from kertasks.trainer.failure import reason_of
from kertasks.trainer.machine import MachineWatch
from kertasks.trainer.process.claiming import versions
from kertasks.trainer.trained_time import TrainedTime
from kertasks.trainer.weights.held_weights import HeldEpochs, size_of
from kertasks.trainer.weights.weight_files import WeightFiles

if TYPE_CHECKING:
    from kertasks.scripts.views.found_views import Answering

# What is found is told of the run; a program's own output is its own.
logging.getLogger("kertasks.advice").addHandler(logging.NullHandler())

_BATCH_SIZE = 32
"""Keras's own, where ``fit`` is given none."""


class FollowedFit:
    """Follows one call of ``fit``. Each method is called by the hook of its name.

    Epochs of a millisecond are noted where they end, and the weights of the best one held. Another
    thread tells of them and hears whether anybody asks for something; only then do the hooks do
    more.

    Args:
        owner: the callback whose hooks these are.
        params: what Keras tells callbacks: ``epochs`` and ``steps``.
        given: what ``fit`` was given.
        script: the program it is of.
        name: what the run is called; empty for the script's own way.
        notes: its note.

    Raises:
        UserError, OSError: the run cannot be kept.
    """

    def __init__(
        self,
        owner: keras.callbacks.Callback,
        params: Mapping[str, Any],
        given: FitGiven,
        script: Script,
        name: str,
        notes: str,
    ) -> None:
        self._model = owner.model
        if is_distributed(self._model):
            raise UserError("it is distributed over several devices")
        self._epochs = max(1, int(params.get("epochs") or given.epochs))
        self._steps = params.get("steps")
        self._given = given
        self._call = fit_call(threading.get_ident())
        self._before: object = getattr(sys, "last_value", None)
        """The error that ended something earlier in this process."""

        self._end_looks = script.end_looks
        self._run, self._log = script.next_run(name, notes)
        try:
            self._make_parts(owner)
        except BaseException:
            self._log.close()
            raise

    def _make_parts(self, owner: keras.callbacks.Callback) -> None:
        log = self._log
        self._time = TrainedTime(0.0)
        self._writer = writer = EventWriter(log)
        self._monitor, self._stopping = watched_metric(self._model, self._call.callbacks, owner)
        writer.watch(self._monitor)
        self._best = BestWeights(writer, self._run.best_path, log, None, HeldEpochs())
        self._weights = WeightFiles(self._run, log, writer, self._best)
        control = ControlFile(self._run.control_path)
        self._steering = Steering(
            control,
            log,
            writer,
            self._best,
            None,
            planned=self._epochs,
            save=self._save,
            most_epochs=self._epochs,
        )
        self._watch = MachineWatch(log, lambda: self._time.seconds)
        self.asking = Asking(
            self._run, control, self._call, self._steering, writer, self._broke_off
        )
        self._noted_until = 0
        """Epochs, from 0, whose ends are only noted before this one, while nobody asks for
        anything."""

        self._over = threading.Lock()
        self._is_over = False
        self._advice: Advice | None = None
        self._rows = KeptRows(self._run.rows_path, self.tell)
        self._looks: Answering = NoViews(
            self._run.path, "the network has no layers yet: Keras makes them with the first batch"
        )
        self._knows_rows = False
        """Whether it was found out what is known of the rows, for which the network is built."""

        for callback in (writer, self._best, self._looks, self._steering):
            self._introduce(callback)

    @property
    def _callbacks(self) -> list[keras.callbacks.Callback]:
        """Those that are told of epochs, in their order."""
        advice = [] if self._advice is None else [self._advice]
        return [self._writer, *advice, self._best, self._looks, self._steering]

    def _introduce(self, callback: keras.callbacks.Callback) -> None:
        callback.set_params({"epochs": self._epochs, "steps": self._steps})
        callback.set_model(self._model)

    def _find_rows(self) -> None:
        """Have views and advice where the rows are known, once the network is built."""
        if self._knows_rows or not self._model.built:
            return
        self._knows_rows = True
        self._looks, data = find_views(
            self._model, self._given, self._run, self._writer, self._rows
        )
        self._introduce(self._looks)
        if data is None:
            return
        self._advice = advice = Advice(
            self._log,
            self._writer,
            data,
            self._given.batch_size or _BATCH_SIZE,
            RunHistory(),
            planned=lambda: self._steering.planned,
            trained=lambda: self._time.seconds,
            tells_all=True,
            ends_with_outputs=lambda: self._end_looks.is_due(self._time.seconds, advice.spent),
        )
        self._introduce(advice)
        for callback in (self._looks, advice):
            callback.on_train_begin()

    # --- hooks

    def begin(self) -> None:
        """Tell that the training begins."""
        manifest = self._run.manifest()
        backend = keras.config.backend()
        changed = replace(manifest, device=device_name(), versions=versions(backend))
        with suppress(OSError):  # a full disk: all but these two is there already
            self._run.write_manifest(changed)
        try:
            parameters: int | None = int(self._model.count_params())
        except ValueError:  # a network whose layers are not built
            parameters = None
        monitor = self._monitor
        self._log.add(
            Started(
                time.time(),
                epochs=self._epochs,
                steps=self._steps or None,
                parameters=parameters,
                device=changed.device,
                monitor=self._monitor,
                judge=None if monitor is None else Monitor(monitor.name, monitor.mode),
            )
        )
        for notice in self._given.notices:
            self.tell(notice)
        self._steering.on_pause = self._pause
        self._steering.meanwhile = self._answer_looks
        self._time.go_on()
        for callback in self._callbacks:
            callback.on_train_begin()
        self._find_rows()
        self.asking.begin()
        # An error that ends the program is printed before that, and known then.
        atexit.register(self._broke_off)

    def epoch_begins(self, epoch: int) -> None:
        """An epoch begins, counted from 0."""
        self._writer.on_epoch_begin(epoch)

    def batch_ends(self, batch: int, logs: Mapping[str, Any] | None) -> None:
        """A batch is done, of which there is something to tell or to ask. In another thread than
        the training's only the progress is told."""
        if not self.asking.is_wanted or threading.get_ident() != self._call.thread:
            self._writer.tell_progress(batch, logs)
            return
        self._begin_to_act()
        _reattach(self._model)
        self._find_rows()
        for callback in (self._writer, self._looks, self._steering):
            callback.on_train_batch_end(batch, logs)

    def validation_begins(self) -> None:
        """A validation begins: commands within it are carried out where its batches end."""
        self._steering.on_test_begin()

    def validation_batch_ends(self, batch: int) -> None:
        """A batch of a validation is done."""
        if self.asking.is_wanted and threading.get_ident() == self._call.thread:
            self._begin_to_act()
            self._steering.on_test_batch_end(batch)

    def validation_ends(self) -> None:
        """A validation is done."""
        self._steering.on_test_end()

    def epoch_ends(self, epoch: int, logs: Mapping[str, Any] | None) -> None:
        """An epoch is done, and validated."""
        may_be_noted = epoch < self._noted_until and not self.asking.is_wanted
        if may_be_noted and (self._advice is None or self._advice.note(logs)):
            if self._writer.note(epoch, logs):
                self._best.hold_within_share(self._model, epoch + 1)
            return
        if self._log.folder_gone:
            raise UserError("the run's folder is gone")
        if not self._steering.stop_requested:
            self._writer.take_as_whole()
        self._find_rows()
        for callback in self._callbacks:
            callback.on_epoch_end(epoch, logs)
        steering = self._steering
        is_idle = steering.is_quiet and not steering.stop_requested
        if is_idle and self._knows_rows:
            self._noted_until = steering.planned - 1

    def _begin_to_act(self) -> None:
        """A hook of a batch is to do what is asked: the end of its epoch must know all of it."""
        self._noted_until = 0
        self._writer.tell()

    def ends(self) -> None:
        """The training is done."""
        if not self._take_end():
            return
        try:
            self._end()
        except BaseException as error:
            self._fail(self._why(error))
            raise
        finally:
            self._close()

    def _end(self) -> None:
        self._end_threads()
        self._writer.tell()
        for callback in self._callbacks:
            callback.on_train_end()
        self._time.rest()
        if self._advice is not None:
            self._end_looks.add(self._time.seconds, self._advice.spent)
        steering = self._steering
        restored = self._restored(steering)
        held = size_of(self._model)
        if held <= MOST_WEIGHTS or steering.stop_requested:
            self._keep(restored)
        else:
            self.tell(f"its weights of {size(held)} were not kept: nobody asked for it")
        kind = Stopped if steering.stop_requested else Finished
        self._log.add(self._writer.end(kind, restored, self._time.seconds, self._alarm))

    def broken_off(self, error: BaseException | None, *, keeps: bool = True) -> None:
        """The call of ``fit`` was left.

        Args:
            error: by what; None where that is not known.
            keeps: whether the network still has the numbers it had then.
        """
        if not self._take_end():
            return
        try:
            self._end_threads()
            self._writer.tell()
            self._time.rest()
            if self._advice is not None:
                self._advice.end_early()
            if keeps and self._writer.epochs and size_of(self._model) <= MOST_WEIGHTS:
                _reattach(self._model)
                self._keep(None)
        finally:
            self._fail(self._why(error))
            self._close()

    def give_up(self, error: Exception) -> None:
        """Following it came to a mistake of ours."""
        if self._take_end():
            self._end_threads()
            self._fail(f"following it failed: {described(error)}. The training itself goes on.")
            self._close()

    def forget(self) -> None:
        """Take it that this is a copy of the process, after a fork: the run is the other's."""
        atexit.unregister(self._broke_off)

    def tell(self, notice: str) -> None:
        """Tell a person what they should know."""
        self._log.add(Notice(time.time(), notice))

    # --- parts

    @property
    def _alarm(self) -> Finding | None:
        return None if self._advice is None else self._advice.alarm

    def _take_end(self) -> bool:
        """Whether this is the first to say that it is over: hooks and the thread that watches."""
        with self._over:
            is_first, self._is_over = not self._is_over, True
        if is_first:
            atexit.unregister(self._broke_off)
        return is_first

    def _end_threads(self) -> None:
        """Let nobody ask any more, and have the rows written before the end is told."""
        self.asking.end()
        self._rows.wait()

    def _broke_off(self) -> None:
        """The call of ``fit`` is seen not to be under way any more, or the program ends: what the
        network is used for since nobody knows."""
        error = getattr(sys, "last_value", None)
        self.broken_off(None if error is self._before else error, keeps=False)

    def _fail(self, why: str) -> None:
        self._writer.tell()
        self._log.add(Failed(time.time(), why, self._time.seconds))

    def _why(self, error: BaseException | None) -> str:
        place = f"in epoch {self._writer.epochs + 1}"
        if isinstance(error, KeyboardInterrupt):
            return f"interrupted {place} (Ctrl-C)"
        if isinstance(error, SystemExit):
            return f"the script ended {place} with status {error.code or 0}"
        if error is None:
            return f"the call of fit was left {place}"
        return f"training failed {place}: {described(error)}"

    def _restored(self, steering: Steering) -> int | None:
        """Whose weights the network has now, from 1; None where they are those of the end."""
        if steering.wants_best:
            return self._best.restore(self._model)
        stopping = self._stopping
        if stopping is None or not stopping.restore_best_weights or stopping.best_weights is None:
            return None
        epoch = int(stopping.best_epoch) + 1
        return None if epoch == self._writer.epochs else epoch

    def _save(self, model: keras.Model) -> None:
        _reattach(model)
        self._weights.save(model)

    def _keep(self, restored: int | None) -> None:
        try:
            self._weights.save(self._model, restored)
        except OSError as error:
            self._say_not_kept(reason_of(error))
        except Exception as error:  # a network whose class does not say how it is written
            with suppress(OSError):
                traceback.print_exc()
            self._say_not_kept(described(error))

    def _say_not_kept(self, why: str) -> None:
        self.tell(f"the weights cannot be kept: {why}")

    def _answer_looks(self) -> None:
        self._looks.answer()

    def _pause(self, paused: bool) -> None:
        self._watch.pause(paused)
        self._time.pause(paused)

    def _close(self) -> None:
        self._watch.close()
        self._log.close()


def _reattach(model: keras.Model) -> None:
    """Give the network the numbers that the step under way has: while JAX trains, they are in an
    argument of the step alone."""
    reattach = getattr(model, "jax_state_sync", None)
    if reattach is not None:
        reattach()
