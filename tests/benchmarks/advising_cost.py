"""What findings cost a training that is told what is wrong with it.

Each training runs for so long with the callback that looks. Told are the epochs a second, the share
of the time that the callback took, the last look left out, which comes after the training; and how
many milliseconds the first look took, the one in the middle by length, and the last. Run it as
``python -m tests.benchmarks.advising_cost [SECONDS]``.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import kertasks
from kertasks.advice.running_advice import Depth
from kertasks.registry import find_task
from kertasks.runs.event_file.event_log import EventLog
from kertasks.runs.folder import RunFolder
from kertasks.runs.history import RunHistory
from kertasks.trainer.callbacks.advice import Advice
from kertasks.trainer.callbacks.event_writer import EventWriter
from kertasks.views.split_choice import data_of_run

SECONDS = 20.0
ENDLESS = 1 << 30

WORKLOADS = (
    ("xor", "answer"),
    ("boston", "book"),
    ("reuters", "book"),
    ("digits", "convolutions"),
)


class _Timed(Advice):
    """Takes the time of its hooks, and ends the training after so long."""

    def __init__(self, seconds: float, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.seconds = seconds
        self.began = self.ended = time.perf_counter()
        self.hooks = 0.0
        self.epochs = 0
        self.looks: list[float] = []

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        super().on_train_begin(logs)
        self.began = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        began = time.perf_counter()
        super().on_epoch_end(epoch, logs)
        self.ended = time.perf_counter()
        self.hooks += self.ended - began
        self.epochs += 1
        if self.ended - self.began >= self.seconds:
            self.model.stop_training = True

    def _look(self, depth: Depth, *, is_last: bool = False) -> None:
        began = time.perf_counter()
        super()._look(depth, is_last=is_last)
        self.looks.append(time.perf_counter() - began)


def train(task: str, name: str, seconds: float) -> _Timed:
    """Train a recipe for so long; what the callback measured."""
    recipe = find_task(task).recipes[name]
    data = data_of_run(find_task(task).load(recipe.data.variant, recipe.seed), recipe)
    held_out = data.held_out
    with tempfile.TemporaryDirectory() as folder:
        log = EventLog(RunFolder(Path(folder)).events_path)
        writer = EventWriter(log)
        advice = _Timed(
            seconds,
            log,
            writer,
            data,
            recipe.fit.batch_size,
            RunHistory(),
            lambda: ENDLESS,
            time.perf_counter,
        )
        model = kertasks.build_model(recipe, data)
        kertasks.fit(
            model,
            data.train.x,
            data.train.y,
            batch_size=recipe.fit.batch_size,
            epochs=ENDLESS,
            validation_data=None if held_out is None else (held_out.x, held_out.y),
            callbacks=[writer, advice],
            seed=recipe.seed,
        )
        log.close()
    return advice


def main() -> None:
    """Measure and print a table."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS
    columns = ("epochs/s", "share", "looks", "first ms", "median ms", "last ms")
    print(f"{f'{seconds:.0f} s of training':<24}", *(f"{word:>10}" for word in columns))
    train("xor", "answer", 1.0)  # a trainer has looked at a tiny network before its run, too
    for task, name in WORKLOADS:
        found = train(task, name, seconds)
        took = found.ended - found.began
        first, *_, last = found.looks
        middle = statistics.median(found.looks)
        print(
            f"{f'{task} {name}':<24}",
            f"{found.epochs / took:10.1f}",
            f"{found.hooks / took:10.2%}",
            f"{len(found.looks):10d}",
            *(f"{1000 * one:10.1f}" for one in (first, middle, last)),
            flush=True,
        )


if __name__ == "__main__":
    main()
