"""Keeps the weights of the best epoch while training goes on, at a small share of its time."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras

from kertasks.runs.event_log import EventLog
from kertasks.trainer.callbacks.event_writer import EventWriter
from kertasks.trainer.checkpoint import BestState
from kertasks.trainer.failure import WriteTrouble

_SHARE = 10
"""Keeping may take one part in so many of the time: an epoch of 0.2 ms that improves, as
each does while a small network learns, would otherwise cost twice as much."""

_WRITE_EVERY = 15.0
"""Seconds between two writes of ``best.keras`` during training, should it be killed."""


class BestWeights(keras.callbacks.Callback):  # type: ignore[misc]  # keras carries no types
    """Holds a copy of the weights of the best epoch, or of the best one there was time for.

    Args:
        writer: decides which epoch is the best; comes before this in the callbacks.
        path: ``best.keras``.
        log: told when it cannot be written.
    """

    def __init__(self, writer: EventWriter, path: Path, log: EventLog) -> None:
        super().__init__()
        self._writer = writer
        self._path = path
        self._weights: list[Any] | None = None
        self._began = time.perf_counter()
        self._spent = 0.0
        self._write_not_before = time.perf_counter() + _WRITE_EVERY
        self._trouble = WriteTrouble(log)
        self.epoch: int | None = None
        """The epoch whose weights are held, from 1."""

    def state(self) -> BestState:
        """What a checkpoint needs of it and of the writer."""
        writer = self._writer
        return BestState(
            epoch=writer.best.epoch,
            loss=writer.best.loss,
            metrics=dict(writer.best.metrics) or None,
            kept=self.epoch,
            weights=list(self._weights or []),
        )

    def go_on_from(self, state: BestState) -> None:
        """Hold the weights an earlier process held."""
        self._weights = list(state.weights) or None
        self.epoch = state.kept

    def restore(self, model: keras.Model) -> int | None:
        """Give the model the weights of the best epoch, and say which that is, from 1.

        None where there is none yet: the model keeps what it has.
        """
        if self._model_is_best:
            return self._writer.best.epoch
        if self._weights is not None:
            model.set_weights(self._weights)
        return self.epoch

    @property
    def _model_is_best(self) -> bool:
        """Whether the model's own weights are those of the best epoch, or there is none yet."""
        writer = self._writer
        return writer.best.epoch is None or (
            writer.best.epoch == writer.epochs and not writer.within_epoch
        )

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:  # noqa: ARG002
        """Begin to count the time of which copies may take a share."""
        self._began = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:  # noqa: ARG002
        """Copy the weights when the epoch is the best so far and earlier copies are paid for."""
        if self._writer.best.epoch != epoch + 1:
            return
        began = time.perf_counter()
        if self._spent * _SHARE > began - self._began:
            return
        self._weights = self.model.get_weights()
        self.epoch = epoch + 1
        now = time.perf_counter()
        self._spent += now - began
        if now >= self._write_not_before:
            with self._trouble.told(f"{self._path} cannot be written", "Training goes on."):
                save_model(self.model, self._path)
            took = time.perf_counter() - now
            self._write_not_before = now + max(_WRITE_EVERY, _SHARE * took)

    def save(self, model: keras.Model) -> None:
        """Write ``best.keras``; the model has the weights it had before, afterwards.

        Raises:
            OSError: it cannot be written.
        """
        if self._model_is_best or self._weights is None:
            self.epoch = self._writer.best.epoch
            save_model(model, self._path)
            return
        last = model.get_weights()
        model.set_weights(self._weights)
        try:
            save_model(model, self._path)
        finally:
            model.set_weights(last)


def save_model(model: keras.Model, path: Path) -> None:
    """Write the model whole, by rename, readable by its owner only.

    Raises:
        OSError: the folder is gone or the disk is full; nothing half stays behind.
    """
    with tempfile.TemporaryDirectory(prefix=f".{path.name}-", dir=path.parent) as folder:
        beside = Path(folder) / path.name
        model.save(beside)
        beside.replace(path)
