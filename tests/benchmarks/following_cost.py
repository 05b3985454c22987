"""What following costs somebody's training, rows kept and advice given: Keras's own ``fit``, in
which ``kertasks.Run`` is among the callbacks for some epochs and not for others, by chance, at
about 100 and 1,000 epochs a second.

``KERAS_BACKEND=jax python -m tests.benchmarks.following_cost``: for each pace the median time of an
epoch without, and its ratio with, by the clock, of the training's thread and of the process; and
what begin and end of the training cost, the files of weights included. TensorFlow does not come to
1,000 epochs a second: it is measured at what it comes to.
"""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

import kertasks

_BLOCK = 8
"""Epochs in a row with a run or without; the first two of them are not counted."""

BATCH_SIZE = 64


@dataclass(frozen=True)
class Pace:
    """A training of so many batches an epoch."""

    batches: int
    epochs: int


PACES = {
    "jax": (Pace(40, 1_500), Pace(2, 10_000)),
    "tensorflow": (Pace(1, 1_200),),
}


def clocks() -> tuple[int, int, int]:
    """Nanoseconds by the clock, of this thread and of the process."""
    return time.perf_counter_ns(), time.thread_time_ns(), time.process_time_ns()


class Turns(keras.callbacks.Callback):  # type: ignore[misc]  # keras carries no types
    """Takes the run out of the callbacks and back again.

    Args:
        run: the run.
    """

    def __init__(self, run: kertasks.Run) -> None:
        super().__init__()
        self.all = keras.callbacks.CallbackList([self, run], add_history=True)
        self._run = run
        self._rng = np.random.default_rng(5)
        self._is_with = True
        self._before = clocks()
        self.spent: dict[bool, list[tuple[int, ...]]] = {False: [], True: []}

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Count what the epoch took; at the end of a block, and of all, draw the next one."""
        now = clocks()
        if epoch % _BLOCK > 1:
            spent = tuple(b - a for a, b in zip(self._before, now, strict=True))
            self.spent[self._is_with].append(spent)
        is_last = epoch + 2 >= int(self.params["epochs"])
        if epoch and (epoch % _BLOCK == 0 or is_last):
            there = self._run in self.all.callbacks
            self._is_with = is_last or bool(self._rng.integers(2))
            if there and not self._is_with:
                self.all.callbacks.remove(self._run)
            elif self._is_with and not there:
                self.all.callbacks.append(self._run)
        self._before = clocks()


def measure(pace: Pace) -> None:
    """Print what following costs at a pace."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(pace.batches * BATCH_SIZE, 8)).astype("float32")
    y = (x[:, 0] > 0).astype("int32")
    model = keras.Sequential(
        [keras.Input((8,)), keras.layers.Dense(8, activation="relu"), keras.layers.Dense(1)]
    )
    # So slow a descent that nearly every epoch is the best.
    model.compile(keras.optimizers.SGD(1e-6), keras.losses.BinaryCrossentropy(from_logits=True))

    def fit(epochs: int, callbacks: Any) -> float:
        """Train; seconds of the thread."""
        began = time.thread_time()
        model.fit(x, y, batch_size=BATCH_SIZE, epochs=epochs, verbose=0, callbacks=callbacks)
        return time.thread_time() - began

    with tempfile.TemporaryDirectory() as home:
        turns = Turns(run := kertasks.Run("cost", home=home, data=(x, y)))
        turns.all.set_model(model)
        turns.all.set_params({"epochs": pace.epochs, "steps": pace.batches, "verbose": 0})
        fit(pace.epochs, turns.all)
        ends = [fit(2, [run]) - fit(2, None) for _ in range(9)]
    plain, followed = (np.median(turns.spent[one], axis=0) for one in (False, True))
    ratios = ", ".join(
        f"{what} {ratio:.3f}"
        for what, ratio in zip(("wall", "thread", "process"), followed / plain, strict=True)
    )
    print(
        f"{keras.config.backend()}, {pace.batches} batches an epoch of {plain[0] / 1e6:.2f} ms, "
        f"{plain[1] / 1e6:.2f} of the thread: ratio of {ratios}; begin and end "
        f"{np.median(ends) * 1000:.0f} ms of the thread",
        flush=True,
    )


if __name__ == "__main__":
    for one in PACES[keras.config.backend()]:
        measure(one)
