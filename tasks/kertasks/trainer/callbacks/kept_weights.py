"""Keeps the weights of some epochs, to look back at."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import keras

from kertasks.runs.event_file.event_log import EventLog
from kertasks.runs.event_file.events import Notice
from kertasks.runs.looking.kept_epochs import is_kept, kept_files, kept_path, most_files, stride_at
from kertasks.trainer.callbacks.event_writer import EventWriter
from kertasks.trainer.failure import reason_of
from kertasks.trainer.weights.epoch_file import most_beside, write_epoch
from kertasks.trainer.weights.held_weights import HeldEpochs, HeldWeights, size_of

_SHARE = 200
"""Writing may take one part in so many of the processor's time while the training goes on."""

_TRY_EVERY = 1.0
"""Seconds between two tries where a file cannot be written."""


class KeptWeights(keras.callbacks.Callback):  # type: ignore[misc]  # keras carries no types
    """Holds the weights of the epochs that ``kertasks.runs.looking.kept_epochs`` says, and has a
    thread write them to files, the coarsest epochs first.

    What is thinned out before it is written is never written. Epochs of an earlier process that
    come out otherwise now, or that the run ends before, are deleted.

    Args:
        folder: the run's ``epochs``.
        keep: how many epochs a person wants at most.
        writer: knows which epochs are done; comes before this in the callbacks.
        held: holds the weights of an epoch, for others too.
        log: told when a file cannot be written; flushed before one is.
    """

    def __init__(
        self, folder: Path, keep: int, writer: EventWriter, held: HeldEpochs, log: EventLog
    ) -> None:
        super().__init__()
        self._folder = folder
        self._keep = keep
        self._writer = writer
        self._held = held
        self._log = log
        self._files = 0
        self._stride = 1
        self._told = False
        """Whether the person knows that a file cannot be written."""

        self._lock = threading.Lock()
        """Of all that follows."""

        self._pending: dict[int, HeldWeights] = {}
        self._there: set[int] = set()
        """Epochs that have a file."""

        self._earlier: set[int] = set()
        """Those of them that an earlier process trained and this one has not yet."""

        self._something = threading.Event()
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:  # noqa: ARG002
        """Find how many can be kept, and which an earlier process kept."""
        done = self._writer.epochs
        size = size_of(self.model) + most_beside(len(self.model.weights))
        self._files = most_files(self._keep, size)
        self._there = set(kept_files(self._folder))
        self._earlier = {epoch for epoch in self._there if epoch > done}
        if self._files:
            self._stride = stride_at(max((done, *self._there)), self._files)
            self._thread = threading.Thread(target=self._work, name="kept-weights", daemon=True)
            self._thread.start()

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:  # noqa: ARG002
        """Hold the weights where the epoch is one to keep."""
        number = epoch + 1
        if self._writer.epochs != number:
            return
        if self._earlier:
            self._compare(number)
        if not self._files or not is_kept(number, self._stride):
            return
        stride = max(self._stride, stride_at(number, self._files))
        if stride != self._stride:
            with self._lock:
                self._stride = stride
                for thinned in [one for one in self._pending if not is_kept(one, stride)]:
                    del self._pending[thinned]
        if is_kept(number, stride):
            held = self._held.of(self.model, number)
            with self._lock:
                self._pending[number] = held
        self._something.set()

    def end(self) -> None:
        """Write what is held, and delete what lies beyond the run's last epoch."""
        self._delete({epoch for epoch in self._earlier if epoch > self._writer.epochs})
        self.close()

    def close(self) -> None:
        """Write what is held, and end the thread."""
        self._ending.set()
        self._something.set()
        if self._thread is not None:
            self._thread.join()

    def write_held(self) -> None:
        """Write what is held now, in any thread: a trainer that goes on from a checkpoint does not
        come by those epochs again."""
        with self._lock:
            held = list(self._pending.items())
        with suppress(OSError):  # the other thread tells, and tries again
            for epoch, weights in held:
                self._write(epoch, weights)

    def _compare(self, number: int) -> None:
        """Take an epoch that was trained anew; where it came out otherwise, what an earlier process
        kept of it and of all that follow is of another history."""
        if self._writer.replays:
            self._earlier.discard(number)
        else:
            self._delete({epoch for epoch in self._earlier if epoch >= number})
            with self._lock:
                done = max((number, *self._there))
            self._stride = stride_at(done, self._files) if self._files else 0

    def _delete(self, epochs: set[int]) -> None:
        with self._lock:
            self._earlier -= epochs
            self._there -= epochs
        self._unlink(epochs)

    def _unlink(self, epochs: set[int]) -> None:
        for epoch in epochs:
            with suppress(OSError):
                kept_path(self._folder, epoch).unlink(missing_ok=True)

    # --- in the thread

    def _work(self) -> None:
        while True:
            self._something.wait()
            self._something.clear()
            while (found := self._next()) is not None:
                self._log.flush()  # so that no epoch is ahead of the events
                began = time.thread_time()
                try:
                    self._write(*found)
                except OSError as error:
                    self._say(error)
                    if self._ending.is_set():
                        return
                    self._ending.wait(_TRY_EVERY)
                else:
                    self._told = False
                self._ending.wait(_SHARE * (time.thread_time() - began))
            self._thin()
            if self._ending.is_set():
                return

    def _next(self) -> tuple[int, HeldWeights] | None:
        """The held epoch that will be kept for the longest time; it stays held."""
        with self._lock:
            if not self._pending:
                return None
            epoch = max(self._pending, key=lambda one: (one == 1, one & -one, -one))
            return epoch, self._pending[epoch]

    def _write(self, epoch: int, held: HeldWeights) -> None:
        self._folder.mkdir(mode=0o700, exist_ok=True)
        write_epoch(kept_path(self._folder, epoch), held.arrays())
        with self._lock:
            self._there.add(epoch)
            if self._pending.get(epoch) is held:
                del self._pending[epoch]
        self._thin()

    def _thin(self) -> None:
        """Delete the files that are too many now."""
        with self._lock:
            thinned = {epoch for epoch in self._there if not is_kept(epoch, self._stride)}
            self._there -= thinned
        self._unlink(thinned)

    def _say(self, error: OSError) -> None:
        if not self._told:
            text = f"{reason_of(error)}: no weights of earlier epochs can be kept in the run's"
            self._log.add(Notice(time.time(), f"{text} folder. Training goes on."))
        self._told = True
