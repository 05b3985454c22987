"""``kertasks.fit``: in a plain graph, with XLA, or as it chooses for a short or a long run."""

from __future__ import annotations

import argparse
import time
from typing import Any

import keras
from tests.benchmarks.peers.keras_networks import build
from tests.benchmarks.peers.protocol import Engine, Training, serve
from tests.benchmarks.peers.workloads import Rows, Workload

import kertasks

PATIENCE = 4
"""A run that takes so many times the seconds there are is ended early."""


class _StopAfter(keras.callbacks.Callback):  # type: ignore[misc]  # keras has no types
    """Ends the training with the first epoch that is over after so many seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._end = time.perf_counter() + seconds

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if time.perf_counter() >= self._end:
            self.model.stop_training = True


def _refuse(notice: str) -> None:
    raise RuntimeError(f"kertasks.fit did something else than was asked for: {notice}")


class _Network:
    """A model and its rows.

    Args:
        workload: which.
        rows: its rows.
        xla: the argument of ``kertasks.fit``.
    """

    def __init__(self, workload: Workload, rows: Rows, xla: bool | None) -> None:
        self._model = build(workload)
        self._settings: dict[str, Any] = {
            "batch_size": workload.batch_size,
            "xla": xla,
            "on_notice": _refuse,
        }
        self._rows = rows

    def train(self, epochs: int) -> float:
        """Train, and give the last epoch's loss."""
        return self.losses(epochs, None)[-1]

    def losses(self, epochs: int, callbacks: list[Any] | None) -> list[float]:
        """Train, and give the loss of every epoch there was."""
        history = kertasks.fit(
            self._model,
            self._rows.x,
            self._rows.y,
            epochs=epochs,
            callbacks=callbacks,
            **self._settings,
        )
        return [float(loss) for loss in history.history["loss"]]


def forced(xla: bool) -> Engine:
    """An engine that is told how to compile."""
    return lambda workload, rows: Training(_Network(workload, rows, xla).train)


def by_itself(long: bool) -> Engine:
    """An engine that is not told."""

    def prepare(workload: Workload, rows: Rows) -> Training:
        network = _Network(workload, rows, None)
        planned = workload.many_epochs if long else workload.few_epochs
        estimate = 0.0

        def first_epoch(_: int) -> float:
            return network.losses(planned, [_StopAfter(0)])[-1]

        def whole_run(budget: float) -> float:
            nonlocal estimate
            ending = [_StopAfter(budget)] if estimate * planned > PATIENCE * budget else None
            began = time.perf_counter()
            losses = network.losses(planned, ending)
            estimate = (time.perf_counter() - began) / len(losses)
            return estimate

        return Training(first_epoch, whole_run)

    return prepare


ENGINES = {
    "graph": forced(xla=False),
    "xla": forced(xla=True),
    "short": by_itself(long=False),
    "long": by_itself(long=True),
}

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("way", choices=ENGINES)
    serve(ENGINES[parser.parse_args().way])
