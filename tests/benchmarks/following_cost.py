"""What following costs somebody's training: Keras's own ``fit`` with ``kertasks.Run`` and without,
by turns, at about 100 and about 1,000 epochs a second.

``KERAS_BACKEND=jax python -m tests.benchmarks.following_cost [PAIRS]``: one line a pace with the
median ratio of the times, of the processor's times of the training's thread, and of the process.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

import kertasks


@dataclass(frozen=True)
class Pace:
    """A training of about so many epochs a second."""

    name: str
    rows: int
    batch_size: int
    epochs: int


PACES = (
    Pace("slow: 40 batches an epoch", 2_560, 64, 600),
    Pace("fast: one batch an epoch", 64, 64, 6_000),
)


@dataclass(frozen=True)
class Spent:
    """Seconds that one training took."""

    wall: float
    thread: float
    process: float


def spent(train: Callable[[], Any]) -> Spent:
    """Train, and say what it took."""
    began = time.perf_counter(), time.thread_time(), time.process_time()
    train()
    return Spent(
        time.perf_counter() - began[0],
        time.thread_time() - began[1],
        time.process_time() - began[2],
    )


def measure(pace: Pace, pairs: int) -> tuple[list[Spent], list[Spent]]:
    """What trainings took without and with a run, pair by pair."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(pace.rows, 8)).astype("float32")
    y = (x[:, 0] > 0).astype("int32")
    model = keras.Sequential(
        [keras.Input((8,)), keras.layers.Dense(8, activation="relu"), keras.layers.Dense(1)]
    )
    # So slow a descent that every epoch is the best: its weights are held each time.
    model.compile(keras.optimizers.SGD(1e-5), keras.losses.BinaryCrossentropy(from_logits=True))

    def train(*callbacks: keras.callbacks.Callback) -> None:
        model.fit(
            x,
            y,
            batch_size=pace.batch_size,
            epochs=pace.epochs,
            verbose=0,
            callbacks=list(callbacks),
        )

    plain: list[Spent] = []
    with_run: list[Spent] = []
    with tempfile.TemporaryDirectory() as home:

        def followed() -> None:
            train(kertasks.Run("cost", home=home, data=(x, y)))

        train()
        followed()
        for turn in range(pairs):
            both = [(plain, train), (with_run, followed)]
            for times, one in both if turn % 2 else both[::-1]:
                times.append(spent(one))
    return plain, with_run


def main(pairs: int) -> None:
    """Measure every pace."""
    for pace in PACES:
        plain, with_run = measure(pace, pairs)
        rate = pace.epochs / statistics.median(one.wall for one in plain)
        ratios = {
            what: statistics.median(
                getattr(new, what) / getattr(old, what)
                for old, new in zip(plain, with_run, strict=True)
            )
            for what in ("wall", "thread", "process")
        }
        told = ", ".join(f"{what} {ratio:.3f}" for what, ratio in ratios.items())
        print(f"{keras.config.backend()}, {pace.name}: {rate:.0f} epochs/s; ratio of {told}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
