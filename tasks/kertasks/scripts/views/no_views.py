"""The answer to whoever looks at a training of which nothing can be computed."""

from __future__ import annotations

import time
from pathlib import Path

import keras

from kertasks.runs.looking.look_files import Viewers
from kertasks.runs.looking.view import Look

_LOOK_EVERY = 0.1
"""Seconds between two looks for whoever looks."""


class NoViews(keras.callbacks.Callback):  # type: ignore[misc]  # keras carries no types
    """Tells every viewer why there is nothing to see.

    Args:
        run: the run's folder.
        why_not: in words.
    """

    def __init__(self, run: Path, why_not: str) -> None:
        super().__init__()
        self._viewers = Viewers(run)
        self._why_not = why_not
        self._looked = 0.0

    def on_train_batch_end(self, batch: int, logs: object = None) -> None:  # noqa: ARG002
        """Answer within an epoch."""
        self.answer()

    def on_epoch_end(self, epoch: int, logs: object = None) -> None:  # noqa: ARG002
        """Answer after an epoch."""
        self.answer()

    def on_train_end(self, logs: object = None) -> None:  # noqa: ARG002
        """Nobody is answered after this."""
        self._viewers.close()

    def answer(self) -> None:
        """Answer whoever looks and was not answered yet."""
        now = time.perf_counter()
        if now - self._looked < _LOOK_EVERY:
            return
        self._looked = now
        for asked in self._viewers.look():
            if asked.is_new:
                self._viewers.answer(asked, Look(asked.request, 0, 0, None, self._why_not))
