"""Writes ``model.keras`` and ``best.keras``, and does not let go of the weights before they are
somewhere."""

from __future__ import annotations

import time
from collections.abc import Callable

import keras

from kertasks.runs.event_file.event_log import EventLog
from kertasks.runs.event_file.events import Notice
from kertasks.runs.folder import RunFolder
from kertasks.runs.weights_file import WeightsEpoch
from kertasks.trainer.callbacks.best_weights import BestWeights, save_model
from kertasks.trainer.callbacks.event_writer import EventWriter
from kertasks.trainer.failure import WriteTrouble

_TRY_EVERY = 1.0
"""Seconds between two tries."""

_HOLDS = 600.0
"""Seconds for which weights that can be written nowhere are held in memory."""

_TRIES_AGAIN = 5.0
"""Seconds for which it is tried to write in their place weights that are in the spool."""


class WeightFiles:
    """The files of weights of one run.

    Args:
        run: whose.
        log: told what trouble there is.
        writer: knows which epochs are done.
        best: holds the weights of the best one.
    """

    def __init__(
        self, run: RunFolder, log: EventLog, writer: EventWriter, best: BestWeights
    ) -> None:
        self._run = run
        self._log = log
        self._writer = writer
        self._best = best
        self._trouble = WriteTrouble(log)
        self._said: set[str] = set()

    def save(self, model: keras.Model, restored: int | None = None) -> None:
        """Write both files; the second one where there is a best epoch.

        Args:
            model: the network.
            restored: the epoch, from 1, whose weights it was given; None where it has those that
                training came to.

        Raises:
            OSError: one of them can be written nowhere.
        """
        of = self._moment(restored)
        self._trouble.write(
            self._run.path,
            self._run.model_path,
            lambda path: save_model(model, path, of),
            "model.keras cannot be written",
            "The weights are held in memory until there is room.",
        )
        trouble = self._trouble
        if self._writer.epochs:
            found = self._best.save(model)
            trouble = trouble if trouble.lasts else found
        if trouble.lasts and trouble.error is not None:
            raise trouble.error
        best = self._writer.best
        last = self._writer.last
        if self._writer.epochs and best.epoch is None:
            # A training of one's own may measure nothing of that name.
            if last is None or best.monitor.name in last.metrics:
                self._say(f"there is no best epoch: {best.monitor.name} was never a finite number")
        elif self._best.epoch != best.epoch:
            why = f"an earlier version of kertui did not keep those of the best one, {best.epoch}"
            if self._best.has_passed_over:
                why = f"the best one, {best.epoch}, came milliseconds later, and was not held"
            self._say(f"best.keras has the weights of epoch {self._best.epoch}: {why}")

    def keep(self, model: keras.Model, restored: int | None, meanwhile: Callable[[], None]) -> None:
        """Write both files; where they can be written nowhere, hold the weights in memory until
        there is room.

        Args:
            model: the network.
            restored: as for ``save``.
            meanwhile: called now and then while there is none.

        Raises:
            OSError: there was none for ``_HOLDS`` seconds, or the run's folder is gone.
        """
        until = time.monotonic() + _HOLDS
        while True:
            try:
                self.save(model, restored)
            except OSError:
                if time.monotonic() > until or self._log.folder_gone:
                    raise
            else:
                return
            meanwhile()
            time.sleep(_TRY_EVERY)

    def try_again(self, model: keras.Model, restored: int | None) -> None:
        """Try for some seconds to write in its place what is in the spool."""
        until = time.monotonic() + _TRIES_AGAIN
        while self._trouble.spooled and time.monotonic() < until:
            time.sleep(_TRY_EVERY)
            self.save(model, restored)

    def _moment(self, restored: int | None) -> WeightsEpoch:
        """The moment of the training whose weights the model has."""
        writer = self._writer
        if restored is not None:
            known = writer.best.metrics if restored == writer.best.epoch else {}
            return WeightsEpoch(restored, 0, known)
        known = writer.last.metrics if writer.last is not None and not writer.step else {}
        return WeightsEpoch(writer.epochs, writer.step, known)

    def _say(self, text: str) -> None:
        if text not in self._said:
            self._said.add(text)
            self._log.add(Notice(time.time(), text))
