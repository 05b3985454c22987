"""Hands the network over to whoever looks at it, where another backend than TensorFlow trains: by a
file in the run's folder, of which another process computes what is looked at."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import keras

from kertasks.runs.looking.look_files import Viewers, handed_path
from kertasks.runs.looking.view import Look
from kertasks.runs.weights_file import WeightsEpoch
from kertasks.text.error_text import described
from kertasks.trainer.callbacks.best_weights import save_model
from kertasks.trainer.callbacks.event_writer import EventWriter

_LOOK_EVERY = 0.1
"""Seconds between two looks for whoever looks."""

_HAND_EVERY = 0.5
"""Seconds between two files for the same viewers."""

_SHARE = 0.015
"""Of the time that writing them may take. The first one, for which a person waits, is beside it: it
has Keras import for 2 s what the files at the end of the training would import."""


class HandedNetwork(keras.callbacks.Callback):  # type: ignore[misc]  # keras carries no types
    """Writes the network, as it is, where epochs and batches end and somebody looks.

    Args:
        run: the run's folder.
        writer: knows which epochs are done; comes before this.
        wait_for_rows: called before the first one: it is of no use without its rows.
    """

    def __init__(self, run: Path, writer: EventWriter, wait_for_rows: Callable[[], None]) -> None:
        super().__init__()
        self._viewers = Viewers(run)
        self._path = handed_path(run)
        self._writer = writer
        self._wait_for_rows = wait_for_rows
        self._looked = 0.0
        self._not_before = 0.0
        self._handed: WeightsEpoch | None = None
        """Whose weights the file has."""

        self._why_not = ""

    def on_train_batch_end(self, batch: int, logs: object = None) -> None:  # noqa: ARG002
        """Answer within an epoch; after its last batch, its end follows at once."""
        if self._writer.within_epoch:
            self.answer()

    def on_epoch_end(self, epoch: int, logs: object = None) -> None:  # noqa: ARG002
        """Answer after an epoch."""
        self.answer()

    def on_train_end(self, logs: object = None) -> None:  # noqa: ARG002
        """Nobody is answered after this: the files of weights are there soon."""
        with suppress(OSError):
            self._path.unlink(missing_ok=True)
        self._viewers.close()

    def answer(self) -> None:
        """Answer whoever looks, where it is time to and there is something new."""
        now = time.perf_counter()
        if now - self._looked < _LOOK_EVERY:
            return
        self._looked = now
        asked = self._viewers.look()
        if not asked:
            return
        of = WeightsEpoch(self._writer.epochs, self._writer.step)
        is_due = of != self._handed and now >= self._not_before
        if is_due:
            self._hand_over(of)
        for one in asked:
            if one.is_new or is_due:
                of = self._handed or of
                look = Look(
                    one.request,
                    of.epoch,
                    of.step,
                    why_not=self._why_not,
                    from_files=not self._why_not,
                )
                self._viewers.answer(one, look)

    def _hand_over(self, of: WeightsEpoch) -> None:
        is_first = self._handed is None
        if is_first:
            self._wait_for_rows()
        began = time.perf_counter()
        self._handed, self._why_not = of, ""
        try:
            save_model(self.model, self._path, of)
        except Exception as error:  # a class that does not say how it is written; a full disk
            self._why_not = f"the network cannot be written to be looked at: {described(error)}"
        took = time.perf_counter() - began
        share = 0.0 if is_first else took / _SHARE
        self._not_before = began + max(_HAND_EVERY, share)
