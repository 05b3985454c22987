"""Plain graph or XLA? Milliseconds a step of small networks, one for each kind of layer and size.

Run by hand, on a machine with nothing else to do::

    python -m tests.benchmarks.forms_by_layer [--quick] [--csv FILE] [PART OF A NAME ...]

Each network trains on random rows in three ways that take turns in one process: ``model.fit`` with
``steps_per_execution=32``, ``kertasks.fit`` in a plain graph and with XLA. Of each way the quickest
epoch of all rounds counts, so that other work on the machine matters little. The last columns say
what ``kertasks.fit`` chooses when it is not told, and mark a choice that is more than 10 % slower
than the better of its two forms, or slower than ``model.fit``. This table is what
``kertasks.fitting.programs.form`` was decided by.
"""

from __future__ import annotations

import argparse
import csv
import gc
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import layers as kl
from numpy.typing import NDArray
from tests.benchmarks.epoch_clock import EpochClock

import kertasks
from kertasks.fitting.programs import program_store

CLASSES = 10

Layers = Callable[[], Sequence[Any]]


@dataclass(frozen=True)
class Network:
    """One line of the table: rows of a shape, some layers, and a softmax over classes."""

    name: str
    shape: tuple[int, ...]
    batch_size: int
    layers: Layers
    words: int = 0
    """Rows are numbers of so many words instead of floats."""

    classes: int = CLASSES
    optimizer: Callable[[], Any] = keras.optimizers.Adam

    def make(self, **settings: Any) -> keras.Model:
        """The compiled model."""
        top = [kl.Dense(self.classes, activation="softmax")]
        model = keras.Sequential([keras.Input(self.shape), *self.layers(), *top])
        model.compile(
            self.optimizer(),
            loss="sparse_categorical_crossentropy",
            metrics=["accuracy"],
            **settings,
        )
        return model

    def rows(self, steps: int) -> tuple[NDArray[Any], NDArray[Any]]:
        """Random rows and labels of so many whole batches."""
        random = np.random.default_rng(0)
        size = (steps * self.batch_size, *self.shape)
        x: NDArray[Any]
        if self.words:
            x = random.integers(self.words, size=size, dtype=np.int32)
        else:
            x = random.random(size, np.float32)
        return x, random.integers(self.classes, size=len(x), dtype=np.int32)


def _dense(units: int, batch_size: int) -> Network:
    return Network(
        f"Dense {units}, batch {batch_size}",
        (min(units, 64),),
        batch_size,
        lambda: [kl.Dense(units, "relu"), kl.Dense(units, "relu")],
    )


def _images(name: str, side: int, channels: int, layers: Layers, batch_size: int = 32) -> Network:
    label = f"{name}, {side}x{side}x{channels}"
    if batch_size != 32:
        label += f", batch {batch_size}"
    return Network(label, (side, side, channels), batch_size, lambda: [*layers(), kl.Flatten()])


def _filters(*filters: int) -> Layers:
    """Convolutions of 3x3 one after the other."""
    return lambda: [kl.Conv2D(count, 3, padding="same", activation="relu") for count in filters]


def _sequence(
    name: str, steps: int, features: int, layers: Layers, batch_size: int = 32
) -> Network:
    label = f"{name}, {steps}x{features}"
    if batch_size != 32:
        label += f", batch {batch_size}"
    return Network(label, (steps, features), batch_size, layers)


def _words(name: str, words: int, length: int, layers: Layers) -> Network:
    return Network(f"{name}, {length} of {words:,} words", (length,), 32, layers, words=words)


def _flat(layers: Layers) -> Layers:
    return lambda: [*layers(), kl.Flatten()]


class _SelfAttention(kl.Layer):  # type: ignore[misc]  # keras has no types
    """``MultiHeadAttention`` or ``Attention`` of a sequence to itself."""

    def __init__(self, attention: Any) -> None:
        super().__init__()
        self.attention = attention

    def build(self, shape: Any) -> None:
        if isinstance(self.attention, kl.MultiHeadAttention):
            self.attention.build(shape, shape)

    def call(self, inputs: Any) -> Any:
        if isinstance(self.attention, kl.MultiHeadAttention):
            return self.attention(inputs, inputs)
        return self.attention([inputs, inputs])


NETWORKS = [
    *(_dense(units, size) for units in (8, 64, 256, 1024, 4096) for size in (1, 32, 256)),
    Network("20 x Dense 16", (16,), 32, lambda: [kl.Dense(16, "relu") for _ in range(20)]),
    Network("softmax of 10,000", (64,), 32, lambda: [kl.Dense(32, "relu")], classes=10_000),
    *(
        Network(
            f"2 x Dense 64, {name}",
            (64,),
            32,
            lambda: [kl.Dense(64, "relu"), kl.Dense(64, "relu")],
            optimizer=optimizer,
        )
        for name, optimizer in {
            "RMSprop": keras.optimizers.RMSprop,
            "SGD with momentum": lambda: keras.optimizers.SGD(0.01, momentum=0.9),
        }.items()
    ),
    Network(
        "Dense 64 with Dropout",
        (64,),
        32,
        lambda: [kl.Dense(64, "relu"), kl.Dropout(0.5), kl.Dense(64, "relu"), kl.Dropout(0.5)],
    ),
    Network(
        "Dense 256 with Dropout, batch 256",
        (64,),
        256,
        lambda: [kl.Dense(256, "relu"), kl.Dropout(0.5), kl.Dense(256, "relu"), kl.Dropout(0.5)],
    ),
    Network(
        "Dense 64 with BatchNormalization",
        (64,),
        32,
        lambda: [kl.Dense(64), kl.BatchNormalization(), kl.ReLU(), kl.Dense(64, "relu")],
    ),
    Network(
        "Dense 64 with LayerNormalization",
        (64,),
        32,
        lambda: [kl.Dense(64), kl.LayerNormalization(), kl.ReLU(), kl.Dense(64, "relu")],
    ),
    _sequence("Conv1D 8", 32, 4, _flat(lambda: [kl.Conv1D(8, 3, activation="relu")])),
    _sequence("Conv1D 64", 128, 16, _flat(lambda: [kl.Conv1D(64, 5, activation="relu")])),
    _images("Conv2D 4", 8, 1, _filters(4), batch_size=1),
    _images("Conv2D 4", 8, 1, _filters(4)),
    _images("Conv2D 16, 32", 8, 1, _filters(16, 32), batch_size=1),
    _images("Conv2D 16, 32", 8, 1, _filters(16, 32)),
    _images("Conv2D 64, 64", 8, 16, _filters(64, 64)),
    _images("Conv2D 8", 28, 1, _filters(8)),
    _images("Conv2D 32", 32, 3, _filters(32)),
    _images("Conv2D 1x1 16", 16, 16, lambda: [kl.Conv2D(16, 1, activation="relu")]),
    _images(
        "SeparableConv2D 16",
        16,
        8,
        lambda: [kl.SeparableConv2D(16, 3, padding="same", activation="relu")],
    ),
    _images("DepthwiseConv2D", 16, 8, lambda: [kl.DepthwiseConv2D(3, padding="same")]),
    _images(
        "Conv2DTranspose 8",
        8,
        8,
        lambda: [kl.Conv2DTranspose(8, 3, strides=2, padding="same", activation="relu")],
    ),
    Network(
        "Conv3D 8, 8x8x8x1",
        (8, 8, 8, 1),
        32,
        lambda: [kl.Conv3D(8, 3, padding="same", activation="relu"), kl.Flatten()],
    ),
    _images("MaxPooling2D", 16, 8, lambda: [kl.MaxPooling2D()]),
    _images("MaxPooling2D", 32, 16, lambda: [kl.MaxPooling2D()]),
    _images("AveragePooling2D", 16, 8, lambda: [kl.AveragePooling2D(2)]),
    _images("UpSampling2D", 8, 4, lambda: [kl.UpSampling2D()]),
    _images(
        "BatchNormalization", 16, 8, lambda: [kl.BatchNormalization(), kl.GlobalAveragePooling2D()]
    ),
    _sequence("MaxPooling1D", 64, 8, _flat(lambda: [kl.MaxPooling1D()])),
    _sequence("LSTM 8", 10, 4, lambda: [kl.LSTM(8)]),
    _sequence("LSTM 32", 40, 8, lambda: [kl.LSTM(32)]),
    _sequence("LSTM 32", 40, 8, lambda: [kl.LSTM(32)], batch_size=1),
    _sequence("LSTM 128", 100, 16, lambda: [kl.LSTM(128)]),
    _sequence("GRU 32", 40, 8, lambda: [kl.GRU(32)]),
    _sequence("SimpleRNN 32", 40, 8, lambda: [kl.SimpleRNN(32)]),
    _sequence("Bidirectional LSTM 32", 40, 8, lambda: [kl.Bidirectional(kl.LSTM(32))]),
    _sequence("LSTM 32, 32", 40, 8, lambda: [kl.LSTM(32, return_sequences=True), kl.LSTM(32)]),
    _sequence("TimeDistributed Dense 16", 20, 8, _flat(lambda: [kl.TimeDistributed(kl.Dense(16))])),
    Network(
        "ConvLSTM2D 4, 5x8x8x1",
        (5, 8, 8, 1),
        32,
        lambda: [kl.ConvLSTM2D(4, 3, padding="same"), kl.Flatten()],
    ),
    _words("Embedding 8", 100, 20, lambda: [kl.Embedding(100, 8), kl.GlobalAveragePooling1D()]),
    _words(
        "Embedding 32", 10_000, 100, lambda: [kl.Embedding(10_000, 32), kl.GlobalAveragePooling1D()]
    ),
    _words("Embedding 32, LSTM 32", 10_000, 40, lambda: [kl.Embedding(10_000, 32), kl.LSTM(32)]),
    _words(
        "Embedding 32, Conv1D 32",
        10_000,
        100,
        lambda: [
            kl.Embedding(10_000, 32),
            kl.Conv1D(32, 5, activation="relu"),
            kl.GlobalMaxPooling1D(),
        ],
    ),
    _sequence(
        "MultiHeadAttention 2 x 8",
        20,
        16,
        lambda: [_SelfAttention(kl.MultiHeadAttention(2, 8)), kl.GlobalAveragePooling1D()],
    ),
    _sequence(
        "MultiHeadAttention 4 x 32",
        64,
        64,
        lambda: [_SelfAttention(kl.MultiHeadAttention(4, 32)), kl.GlobalAveragePooling1D()],
    ),
    _sequence(
        "Attention", 20, 16, lambda: [_SelfAttention(kl.Attention()), kl.GlobalAveragePooling1D()]
    ),
]

WAYS = ("keras", "graph", "xla")

FEWEST_STEPS, MOST_STEPS = 32, 512
"""Steps of an epoch: whole executions of ``model.fit``, and long enough that what an epoch costs
by itself does not count."""


class Measurement:
    """One network trained in the three ways, by turns."""

    def __init__(self, network: Network, epoch_seconds: float) -> None:
        self._network = network
        self._epoch_seconds = epoch_seconds
        self._keras = network.make(steps_per_execution=32)
        self._ours = network.make()
        self._x, self._y = network.rows(FEWEST_STEPS)
        self._steps_of = dict.fromkeys(WAYS, FEWEST_STEPS)
        self.compiling: dict[str, float] = {"graph": 0.0, "xla": 0.0}
        """Seconds, tracing included."""

        self._train("graph", epochs=1)
        probe = min(self._train("graph", epochs=2)) / FEWEST_STEPS
        self._steps = max(FEWEST_STEPS, _power_of_two(MOST_STEPS, epoch_seconds / probe))
        self._x, self._y = network.rows(self._steps)
        self._steps_of = dict.fromkeys(WAYS, self._steps)
        self._steps_of["xla"] = 1  # it may take seconds, which the first step of a call tells
        first = min(self._train("xla", epochs=2))
        self._steps_of["xla"] = _power_of_two(self._steps, 2 * epoch_seconds / first)
        self._train("keras", epochs=1)
        self._best = dict.fromkeys(WAYS, float("inf"))

    def round(self) -> None:
        """A turn of each way."""
        for way in WAYS:
            seconds = [min(self._train(way, epochs=1))]
            while sum(seconds) < 2 * self._epoch_seconds and len(seconds) < 5:
                seconds += self._train(way, epochs=2)
            self._best[way] = min(self._best[way], min(seconds) / self._steps_of[way])

    def row(self) -> dict[str, str]:
        """The line of the table."""
        ms = {way: 1e3 * seconds for way, seconds in self._best.items()}
        chosen = "xla" if self._chosen() else "graph"
        late = ms[chosen] / min(ms["graph"], ms["xla"])
        marks = [f"{late:.2f} x the better"] if late > 1.1 else []
        if ms[chosen] > ms["keras"]:
            marks.append("slower than model.fit")
        return {
            "network": self._network.name,
            "weights": f"{self._ours.count_params()}",
            "model.fit, ms a step": f"{ms['keras']:.3f}",
            "graph, ms": f"{ms['graph']:.4f}",
            "XLA, ms": f"{ms['xla']:.4f}",
            "graph/XLA": f"{ms['graph'] / ms['xla']:.2f}",
            "graph compiles, s": f"{self.compiling['graph']:.2f}",
            "XLA compiles, s": f"{self.compiling['xla']:.2f}",
            "chosen": chosen,
            "mark": "; ".join(marks),
        }

    def _chosen(self) -> bool:
        data = self._x, self._y
        size = self._network.batch_size
        history = kertasks.fit(self._ours, *data, batch_size=size, epochs=1, steps_per_epoch=1)
        return bool(history.params["xla"])

    def _train(self, way: str, epochs: int) -> list[float]:
        """Seconds of each epoch."""
        clock = EpochClock()
        settings: dict[str, Any] = {
            "batch_size": self._network.batch_size,
            "epochs": epochs,
            "verbose": 0,
            "callbacks": [clock],
        }
        if way == "keras":
            self._keras.fit(self._x, self._y, **settings)
            return clock.seconds

        def compiled(seconds: float | None) -> None:
            self.compiling[way] += seconds or 0.0

        def refuse(notice: str) -> None:
            raise RuntimeError(f"{self._network.name}: {notice}")

        kertasks.fit(
            self._ours,
            self._x,
            self._y,
            xla=way == "xla",
            steps_per_epoch=self._steps_of[way],
            on_compile=compiled,
            on_notice=refuse,
            **settings,
        )
        return clock.seconds


def _power_of_two(most: int, limit: float) -> int:
    """The largest power of two that is at most ``most``, one too, and at most ``limit``.

    At least 1. Epochs of so many steps never run out of rows.
    """
    steps = most
    while steps > max(1.0, limit):
        steps //= 2
    return steps


def measure(network: Network, rounds: int, epoch_seconds: float) -> dict[str, str]:
    """The line of one network."""
    measurement = Measurement(network, epoch_seconds)
    for _ in range(rounds):
        measurement.round()
    row = measurement.row()
    program_store.STORE.forget()
    keras.utils.clear_session()
    gc.collect()
    return row


def main() -> None:
    """Print the table as Markdown, and write it as CSV where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds")
    parser.add_argument("--csv", type=Path, help="also write the lines here as they come")
    parser.add_argument("names", nargs="*", help="parts of names; all if none is given")
    arguments = parser.parse_args()
    rounds, epoch_seconds = (2, 0.05) if arguments.quick else (4, 0.2)
    file = arguments.csv.open("w", newline="") if arguments.csv else None
    lines = 0
    began = time.perf_counter()
    for network in NETWORKS:
        if arguments.names and not any(part in network.name for part in arguments.names):
            continue
        row = measure(network, rounds, epoch_seconds)
        if not lines:
            print("| " + " | ".join(row) + " |\n|" + "---|" * len(row))
        print("| " + " | ".join(row.values()) + " |", flush=True)
        if file is not None:
            table = csv.DictWriter(file, list(row))
            if not lines:
                table.writeheader()
            table.writerow(row)
            file.flush()
        lines += 1
    print(f"{time.perf_counter() - began:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
