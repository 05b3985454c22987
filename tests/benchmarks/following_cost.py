"""What following costs somebody's training: Keras's own ``fit`` with ``kertasks.Run`` and without,
by turns, at about 100 and about 1,000 epochs a second.

``KERAS_BACKEND=jax python -m tests.benchmarks.following_cost [PAIRS]``: for each pace the median
ratio of an epoch's time, of what the processor gave the training's thread, and of what it gave the
process; and what begin and end of the training cost more, the files of weights included. TensorFlow
does not come to 1,000 epochs a second: it is measured at what it comes to.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

import kertasks

_WARM = 20
"""Epochs of each training that are counted to its beginning."""


@dataclass(frozen=True)
class Pace:
    """Trainings of about so many epochs a second."""

    name: str
    batches: int
    epochs: int


PACES = (Pace("slow", 10, 150), Pace("fast", 1, 1_000))
BATCH_SIZE = 64


@dataclass(frozen=True)
class Spent:
    """Seconds by the clock, of the training's thread and of the process."""

    wall: float
    thread: float
    process: float

    @classmethod
    def until_now(cls) -> Spent:
        """Since some moment."""
        return cls(time.perf_counter(), time.thread_time(), time.process_time())

    def since(self, other: Spent) -> Spent:
        """What was spent between two."""
        return Spent(
            self.wall - other.wall, self.thread - other.thread, self.process - other.process
        )


class Clock(keras.callbacks.Callback):  # type: ignore[misc]  # keras carries no types
    """Reads the clocks once it goes its pace, and after the last epoch."""

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Read them where it is time to."""
        if epoch == _WARM:
            self.warm = Spent.until_now()
        elif epoch == int(self.params["epochs"]) - 1:
            self.last = Spent.until_now()


def measure(pace: Pace, pairs: int) -> list[tuple[tuple[Spent, Spent], tuple[Spent, Spent]]]:
    """What trainings took without and with a run, pair by pair: their epochs, and their begin and
    end."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(pace.batches * BATCH_SIZE, 8)).astype("float32")
    y = (x[:, 0] > 0).astype("int32")
    model = keras.Sequential(
        [keras.Input((8,)), keras.layers.Dense(8, activation="relu"), keras.layers.Dense(1)]
    )
    # So slow a descent that nearly every epoch is the best: its weights are held each time.
    model.compile(keras.optimizers.SGD(1e-6), keras.losses.BinaryCrossentropy(from_logits=True))

    def train(*callbacks: keras.callbacks.Callback) -> tuple[Spent, Spent]:
        clock, began = Clock(), Spent.until_now()
        model.fit(
            x,
            y,
            batch_size=BATCH_SIZE,
            epochs=pace.epochs,
            verbose=0,
            callbacks=[clock, *callbacks],
        )
        whole, epochs = Spent.until_now().since(began), clock.last.since(clock.warm)
        return epochs, whole.since(epochs)

    found = []
    with tempfile.TemporaryDirectory() as home:
        train()
        train(kertasks.Run("cost", home=home))
        for turn in range(pairs):
            if turn % 2:
                plain = train()
                followed = train(kertasks.Run("cost", home=home))
            else:
                followed = train(kertasks.Run("cost", home=home))
                plain = train()
            found.append((plain, followed))
    return found


def main(pairs: int) -> None:
    """Measure every pace."""
    for pace in PACES:
        found = measure(pace, pairs)
        steady = pace.epochs - 1 - _WARM
        plain = statistics.median(plain[0].wall for plain, _ in found)
        ratios = {
            what: statistics.median(
                getattr(followed[0], what) / getattr(plain[0], what) for plain, followed in found
            )
            for what in ("wall", "thread", "process")
        }
        more = statistics.median(followed[1].thread - plain[1].thread for plain, followed in found)
        told = ", ".join(f"{what} {ratio:.3f}" for what, ratio in ratios.items())
        print(
            f"{keras.config.backend()}, {pace.batches} batches an epoch: {steady / plain:.0f} "
            f"epochs/s; ratio of {told}; begin and end {more * 1000:.0f} ms more of the thread",
            flush=True,
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
