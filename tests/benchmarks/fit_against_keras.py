"""How much faster ``kertasks.fit`` is than ``model.fit``: side by side, in one process.

Run by hand, on a machine with nothing else to do::

    python -m tests.benchmarks.fit_against_keras [--quick] [WORKLOAD ...]

For each workload, one after the other on the same rows and the same initial weights (imdb's rows
are float32 for ``model.fit``, as a beginner makes them, and as its task loads them for
``kertasks.fit``; validation is 5,000 rows):

- steady state: milliseconds an epoch once everything is compiled, the median of several
  rounds in which the two take turns;
- the whole run with compilation, measured for ``kertasks.fit``; for ``model.fit`` it is the
  steady epoch times the epochs plus its own first epoch, because the real thing takes hours.

The floor is what the arithmetic and the bytes of an epoch cost on this machine by themselves: a
plain NumPy product of the same size and a copy of the same bytes.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray
from tests.benchmarks.steady_epochs import seconds, seconds_an_epoch

import kertasks
from kertasks.data.multi_hot import MultiHotRows
from kertasks.fitting.programs import program_store


@dataclass(frozen=True)
class Workload:
    """One line of the table."""

    name: str
    recipe: tuple[str, str]
    rows: int
    batch_size: int
    validation_rows: int
    epochs: int
    runs: int = 1
    """How many such runs the whole is (folds)."""

    floats_for_keras: bool = False
    """``model.fit`` gets the rows, and a model for rows, of float32."""


WORKLOADS = [
    Workload("xor answer", ("xor", "answer"), 4, 1, 0, 1_000),
    Workload("square answer", ("square", "answer"), 8_000, 256, 2_000, 15_000),
    Workload("boston fold", ("boston", "book"), 303, 1, 101, 500, runs=4),
    Workload("imdb book", ("imdb", "book"), 15_000, 512, 5_000, 20, floats_for_keras=True),
]


@dataclass(frozen=True)
class Data:
    """Rows of a workload and how to make its model."""

    x: Any
    y: NDArray[Any]
    validation: tuple[Any, NDArray[Any]] | None
    make: Callable[[], keras.Model]

    def with_floats(self, make: Callable[[], keras.Model]) -> Data:
        """The same rows as float32."""
        held_out = self.validation
        validation = (held_out[0].astype("float32"), held_out[1]) if held_out else None
        return Data(self.x.astype("float32"), self.y, validation, make)


def load(workload: Workload) -> tuple[Data, Data]:
    """The workload's rows and model, from kertasks's own task and recipe; and those for Keras."""
    task = kertasks.find_task(workload.recipe[0])
    recipe = task.recipes[workload.recipe[1]]
    data = task.load(recipe.data.variant, seed=recipe.seed)
    x, y = data.train.x, data.train.y
    rows, held_out = workload.rows, workload.validation_rows
    validation = None
    if held_out and data.validation is not None:
        validation = (data.validation.x[:held_out], data.validation.y[:held_out])
    elif held_out:
        validation = (x[-held_out:], y[-held_out:])
    ours = Data(x[:rows], y[:rows], validation, lambda: kertasks.build_model(recipe, data))
    if not workload.floats_for_keras:
        return ours, ours
    one_float = replace(data.train, x=x[:1].astype("float32"), y=y[:1])
    floats = replace(data, train=one_float)
    return ours, ours.with_floats(lambda: kertasks.build_model(recipe, floats))


def floor_milliseconds(workload: Workload, data: Data, model: keras.Model) -> float:
    """What bytes moved and arithmetic done cost by themselves, an epoch.

    One copy of the rows in their own dtype, and for each weight and training row three products
    (forward, and two backward), for each validation row one.

    Of rows kept as the numbers of their ones, a row of the kernel is read for each one instead,
    twice in training; and in each step the kernel, its gradient and what the optimizer keeps of it
    are read and written.
    """
    if isinstance(data.x, MultiHotRows):
        kernel = model.trainable_variables[0].numpy()
        held_out = data.validation[0].numbers if data.validation else data.x.numbers[:0]
        training = min(seconds(lambda: kernel.take(data.x.numbers, axis=0)) for _ in range(5))
        validating = min(seconds(lambda: kernel.take(held_out, axis=0)) for _ in range(5))
        steps = -(-workload.rows // workload.batch_size)
        copies = 4 * min(seconds(kernel.copy) for _ in range(50))  # 4 read and 3 or 4 written
        return 1e3 * (2 * training + validating + steps * copies)
    weights = sum(int(np.prod(v.shape)) for v in model.trainable_variables)
    width = max(1, weights // 16)
    left = np.random.default_rng(0).random((256, width), "float32")
    right = np.random.default_rng(1).random((width, 16), "float32")
    product = min(seconds(lambda: left @ right) for _ in range(9)) / 256
    passes = 3 * len(data.x) + (len(data.validation[0]) if data.validation else 0)
    moved = min(seconds(data.x.copy) for _ in range(3))
    return 1e3 * (moved + passes * product)


def measure(workload: Workload, quick: bool) -> list[str]:
    """One row of the table."""
    data, for_keras = load(workload)
    settings: dict[str, Any] = {
        "batch_size": workload.batch_size,
        "validation_data": data.validation,
        "verbose": 0,
    }
    kerass, ours = for_keras.make(), data.make()

    def train(way: str, count: int) -> None:
        arguments = {**settings, "epochs": count}
        if way == "keras":
            arguments["validation_data"] = for_keras.validation
            kerass.fit(for_keras.x, for_keras.y, **arguments)
        else:
            kertasks.fit(ours, data.x, data.y, xla=way == "xla", **arguments)

    keras_first = seconds(lambda: train("keras", 1))
    counts = {"keras": 2 if quick else 4}
    for way in ("graph", "xla"):
        train(way, 1)  # compiles
        few = counts["keras"]
        estimate = seconds(partial(train, way, few)) / few
        counts[way] = max(few, int((0.3 if quick else 2.0) / estimate))
    rounds: dict[str, list[float]] = {way: [] for way in counts}
    for _ in range(3 if quick else 5):
        for way, count in counts.items():
            rounds[way].append(seconds_an_epoch(partial(train, way), count))
    steady = {way: 1e3 * statistics.median(times) for way, times in rounds.items()}

    program_store.STORE.forget()
    phases: list[float | None] = []

    def whole() -> None:
        for _ in range(workload.runs):
            kertasks.fit(
                data.make(), data.x, data.y, epochs=epochs, on_compile=phases.append, **settings
            )

    epochs = max(2, workload.epochs // (10 if quick else 1))
    our_whole = seconds(whole)
    compiling = sum(phase for phase in phases if phase is not None)
    keras_whole = workload.runs * (keras_first + epochs * steady["keras"] / 1e3)
    best = min(steady["graph"], steady["xla"])
    return [
        workload.name,
        f"{steady['keras']:.1f}",
        f"{steady['graph']:.2f}",
        f"{steady['xla']:.2f}",
        f"{steady['keras'] / best:.0f} x",
        f"{workload.runs} x {epochs}" if workload.runs > 1 else f"{epochs}",
        f"{keras_whole:.0f}",
        f"{our_whole:.1f} ({compiling:.1f})",
        f"{keras_whole / our_whole:.0f} x",
        f"{floor_milliseconds(workload, data, ours):.2f}",
    ]


HEADINGS = [
    "workload",
    "model.fit, ms an epoch",
    "graph, ms",
    "XLA, ms",
    "steady ratio",
    "epochs",
    "model.fit whole, s",
    "kertasks.fit whole (compiling), s",
    "whole ratio",
    "floor, ms an epoch",
]


def main() -> None:
    """Print the table as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few rounds, a tenth of the epochs")
    parser.add_argument("workloads", nargs="*", help="first words of names; all if none is given")
    arguments = parser.parse_args()
    print("| " + " | ".join(HEADINGS) + " |")
    print("|" + "---|" * len(HEADINGS))
    for workload in WORKLOADS:
        if arguments.workloads and workload.name.split()[0] not in arguments.workloads:
            continue
        print("| " + " | ".join(measure(workload, arguments.quick)) + " |", flush=True)


if __name__ == "__main__":
    main()
