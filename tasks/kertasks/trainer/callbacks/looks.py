"""The Keras callback that computes what somebody looks at, while the network is trained."""

from __future__ import annotations

import time
import traceback
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import keras

from kertasks.data.dataset import Dataset
from kertasks.runs.folder import RunFolder
from kertasks.runs.looking.look_files import Asked, Viewers
from kertasks.runs.looking.view import DoesNotApply, Look
from kertasks.runs.weights_file import WeightsEpoch
from kertasks.text.error_text import described
from kertasks.trainer.callbacks.event_writer import EventWriter
from kertasks.views.layers.updates import with_updates
from kertasks.views.table import look

_LOOK_EVERY = 0.025
"""Seconds between two looks for whoever looks."""

_ANSWER_EVERY = 0.25
"""Seconds between two answers to the same request."""

_SHARE = 0.015
"""Of the time that answers may take, so that all that looking costs stays below 3 %: the first
look of a tab, which is traced for 0.1 to 0.3 s, and the first one to a request, for which a person
waits, come beside it (``tests.benchmarks.looking_cost``)."""


class Looks(keras.callbacks.Callback):  # type: ignore[misc]  # keras carries no types
    """Answers viewers where epochs and batches end, at a small share of the training's time.

    It changes nothing of the network, its metrics or its seeds. Measured on one core: 0.2 µs an
    epoch, 2 µs more where it looks for viewers, at most every ``_LOOK_EVERY`` seconds.

    Args:
        run: the run's folder.
        writer: knows which epochs are done; comes before this.
        data: what the network is trained and tested on, validation rows included.
    """

    async_safe = True
    """``kertasks.fit`` calls it in the training's thread, where the weights stand still."""

    def __init__(self, run: Path, writer: EventWriter, data: Dataset) -> None:
        super().__init__()
        self._viewers = Viewers(run)
        self._epochs = RunFolder(run).epochs_path
        self._writer = writer
        self._data = data
        self._looked = 0.0
        self._not_before = 0.0
        self._traced: set[type[Any]] = set()

    def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:  # noqa: ARG002
        """Answer within a long epoch; after its last batch, its end follows at once."""
        if self._writer.within_epoch:
            self.answer()

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:  # noqa: ARG002
        """Answer with the weights of the epoch."""
        self.answer()

    def on_train_end(self, logs: Mapping[str, Any] | None = None) -> None:  # noqa: ARG002
        """Nobody is answered after this: the files of weights are there soon."""
        self._viewers.close()

    def answer(self) -> None:
        """Answer whoever looks, where it is time to."""
        now = time.perf_counter()
        if now - self._looked < _LOOK_EVERY:
            return
        self._looked = now
        for asked in self._viewers.look():
            if asked.is_new or now >= self._not_before:
                self._answer(asked)

    def _answer(self, asked: Asked) -> None:
        began, kind = time.perf_counter(), type(asked.request)
        self._viewers.answer(asked, self._look(asked))
        took = time.perf_counter() - began
        if kind not in self._traced:  # most of it was TensorFlow's tracing, which is done with
            self._traced.add(kind)
            took = 0.0
        self._not_before = max(self._not_before, began + max(_ANSWER_EVERY, took / _SHARE))

    def _look(self, asked: Asked) -> Look:
        request, writer = asked.request, self._writer
        record, why_not = None, ""
        try:
            record = look(self.model, self._data, request)
            of = WeightsEpoch(writer.epochs, writer.step)
            record = with_updates(record, self.model, self._epochs, of)
        except DoesNotApply as reason:
            why_not = str(reason)
        except Exception as error:  # what cannot be drawn is no reason to end a training
            with suppress(OSError):
                traceback.print_exc()
            why_not = f"it cannot be computed: {described(error)}"
        return Look(request, writer.epochs, writer.step, record, why_not)
