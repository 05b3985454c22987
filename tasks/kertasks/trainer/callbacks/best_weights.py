"""Keeps the weights of the best epoch while training goes on."""

from __future__ import annotations

import contextlib
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras

from kertasks.runs.event_file.event_log import EventLog
from kertasks.runs.weights_file import WeightsEpoch, say_epoch
from kertasks.trainer.callbacks.early_stopping import EarlyStopping
from kertasks.trainer.callbacks.event_writer import EventWriter
from kertasks.trainer.failure import WriteTrouble
from kertasks.trainer.weights.checkpoint import BestState
from kertasks.trainer.weights.held_weights import Arrays, HeldEpochs, HeldWeights

_SHARE = 10
"""Writing may take one part in so many of the time."""

_HELD_SHARE = 200
"""Holding weights within a share takes one part in so many of the time."""

_HELD_AGAIN = 0.005
"""Seconds after which they are held again in any case."""

_WRITE_EVERY = 15.0
"""Seconds between two writes of ``best.keras`` during training, should it be killed."""


class BestWeights(keras.callbacks.Callback):  # type: ignore[misc]  # keras carries no types
    """Holds a copy of the weights of the best epoch.

    Args:
        writer: decides which epoch is the best; comes before this in the callbacks.
        path: ``best.keras``.
        log: told when it cannot be written.
        stopping: early stopping, if the recipe has one; comes before this too. Where it keeps the
            best weights itself, they are not copied once more.
        epochs: holds the weights of an epoch for others too.
    """

    def __init__(
        self,
        writer: EventWriter,
        path: Path,
        log: EventLog,
        stopping: EarlyStopping | None = None,
        epochs: HeldEpochs | None = None,
    ) -> None:
        super().__init__()
        self._writer = writer
        self._epochs = epochs or HeldEpochs()
        self._path = path
        self._stopping = stopping
        self._held: HeldWeights | None = None
        self._arrays: Arrays | None = None
        self._hold_not_before = 0.0
        self.has_passed_over = False
        """Whether the weights of a best epoch were not held, for the next one came too soon."""

        self._write_not_before = time.perf_counter() + _WRITE_EVERY
        self._trouble = WriteTrouble(log)
        self.epoch: int | None = None
        """The epoch whose weights are held, from 1: the best one, or where one was passed over one
        up to ``_HELD_AGAIN`` seconds before it."""

    def state(self) -> BestState:
        """What a checkpoint needs of it and of the writer."""
        writer = self._writer
        return BestState(
            epoch=writer.best.epoch,
            metrics=dict(writer.best.metrics) or None,
            kept=self.epoch,
            weights=self._weights or [],
        )

    def go_on_from(self, state: BestState) -> None:
        """Hold the weights an earlier process held."""
        self._held, self._arrays = None, list(state.weights) or None
        self.epoch = state.kept

    @property
    def _weights(self) -> Arrays | None:
        """The weights that are held; None where there is no best epoch."""
        if self._arrays is None and self._held is not None:
            self._arrays = self._held.arrays()
        return self._arrays

    def restore(self, model: keras.Model) -> int | None:
        """Give the model the weights of the best epoch, and say which that is, from 1.

        None where there is none: the model keeps what it has.
        """
        weights = self._weights
        if weights is None:
            return None
        model.set_weights(weights)
        return self.epoch

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:  # noqa: ARG002
        """Hold the weights when the epoch is the best so far."""
        if self._writer.best.epoch == epoch + 1:
            self.hold(self.model, epoch + 1)

    def hold_within_share(self, model: keras.Model, epoch: int) -> None:
        """Hold them as ``hold`` does, unless it did so just before.

        Where each epoch takes a millisecond and is better than the one before, holding each would
        take some percent of the time. So it is done for as many of them as 0.5 % are enough for,
        and once in 5 ms at least; where an epoch takes 200 times as long as holding, for each.
        """
        now = time.perf_counter()
        if now < self._hold_not_before:
            self.has_passed_over = True
            return
        self.hold(model, epoch)
        took = time.perf_counter() - now
        self._hold_not_before = now + min(_HELD_SHARE * took, _HELD_AGAIN)

    def hold(self, model: keras.Model, epoch: int) -> None:
        """Hold the weights that the model has after an epoch, from 1, which is the best so far."""
        stopping = self._stopping
        if stopping is not None and stopping.restored_epoch == epoch:
            self._held, self._arrays = None, stopping.best_weights
        else:
            self._held, self._arrays = self._epochs.of(model, epoch), None
        self.epoch = epoch
        now = time.perf_counter()
        if now >= self._write_not_before:
            self._write(model)
            took = time.perf_counter() - now
            self._write_not_before = now + max(_WRITE_EVERY, _SHARE * took)

    @property
    def _of(self) -> WeightsEpoch:
        best = self._writer.best
        return WeightsEpoch(self.epoch or 0, 0, best.metrics if best.epoch == self.epoch else {})

    def save(self, model: keras.Model) -> WriteTrouble:
        """Write ``best.keras``, or take it away where there is no best epoch; the model has the
        weights it had before, afterwards. Returns what trouble there was."""
        weights = self._weights
        if weights is None:
            with contextlib.suppress(OSError):  # of an epoch that was trained anew
                self._path.unlink(missing_ok=True)
            return self._trouble
        last = model.get_weights()
        model.set_weights(weights)
        try:
            self._write(model)
        finally:
            model.set_weights(last)
        return self._trouble

    def _write(self, model: keras.Model) -> None:
        self._trouble.write(
            self._path.parent,
            self._path,
            lambda path: save_model(model, path, self._of),
            f"{self._path.name} cannot be written",
            "Training goes on.",
        )


def save_model(model: keras.Model, path: Path, of: WeightsEpoch | None = None) -> None:
    """Write the model whole, by rename, readable by its owner only.

    Args:
        model: what to write.
        path: where to.
        of: the moment of the training whose weights they are, which the file is to say.

    Raises:
        OSError: the folder is gone or the disk is full; nothing half stays behind.
    """
    with tempfile.TemporaryDirectory(prefix=f".{path.name}-", dir=path.parent) as folder:
        beside = Path(folder) / path.name
        try:
            model.save(beside)
        except RuntimeError as error:
            if "errno = " in str(error):  # as h5py says it where closing a file fails
                raise OSError(str(error)) from error
            raise
        if of is not None:
            say_epoch(beside, of)
        beside.chmod(0o600)  # a script may make files for everybody
        beside.replace(path)
