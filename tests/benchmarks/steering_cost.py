"""What hearing commands and writing checkpoints cost a training, and how soon a command acts.

The same networks are trained in turns without and with them, in one process: epochs a second,
and their ratio pair by pair. Then commands are sent to a training at random moments, and the
time to their answer is taken. Run it as ``python -m tests.benchmarks.steering_cost [ROUNDS]``.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import keras

import kertasks
from kertasks.data.dataset import Dataset
from kertasks.recipes.recipe import Recipe
from kertasks.registry import find_task
from kertasks.runs.event_file.event_log import EventLog
from kertasks.runs.event_file.event_reader import EventReader
from kertasks.runs.event_file.events import Checkpointed, Control
from kertasks.runs.steering.commands import SteeringCommand
from kertasks.runs.steering.control_file import ControlFile, write_command
from kertasks.trainer.callbacks.best_weights import BestWeights
from kertasks.trainer.callbacks.checkpoints import Checkpoints
from kertasks.trainer.callbacks.event_writer import EventWriter
from kertasks.trainer.callbacks.steering import Steering

SECONDS = 22.0
"""Of a turn: each has some of the checkpoints that come every few seconds."""

WORKLOADS = (("xor", "answer"), ("digits", "convolutions"))
ENDLESS = 1 << 30


class _Timer(keras.callbacks.Callback):  # type: ignore[misc]  # keras carries no types
    """Ends a training after so long, and counts its epochs."""

    async_safe = True

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds
        self.began = 0.0
        self.rate = 0.0

    def on_epoch_end(self, epoch: int, logs: object = None) -> None:
        now = time.perf_counter()
        if not self.began:  # the first epochs find their pace
            self.began, self.first = now, epoch
        elif now - self.began >= self.seconds:
            self.rate = (epoch - self.first) / (now - self.began)
            self.model.stop_training = True


class Trained:
    """One training with a writer, and with steering if that is asked for."""

    def __init__(self, folder: Path, recipe: Recipe, data: Dataset, *, steered: bool) -> None:
        self.folder = folder
        self.log = EventLog(folder / "events.jsonl")
        self.recipe, self.data = recipe, data
        writer = EventWriter(self.log)
        best = BestWeights(writer, folder / "best.keras", self.log)
        self.callbacks: list[Any] = [writer, best]
        self.checkpoints = Checkpoints(folder / "checkpoint" / "state.npz", self.log)
        if steered:
            control = ControlFile(folder / "control.json")
            self.callbacks.append(
                Steering(
                    control, self.log, writer, best, self.checkpoints, ENDLESS, lambda _model: None
                )
            )

    def fit(self, *more: keras.callbacks.Callback) -> None:
        model = kertasks.build_model(self.recipe, self.data)
        train, validation = self.data.train, self.data.validation
        kertasks.fit(
            model,
            train.x,
            train.y,
            batch_size=self.recipe.fit.batch_size,
            epochs=ENDLESS,
            validation_data=None if validation is None else (validation.x, validation.y),
            callbacks=[*self.callbacks, *more],
        )
        self.checkpoints.close()
        self.log.close()


def rate(recipe: Recipe, data: Dataset, *, steered: bool) -> tuple[float, int]:
    """Epochs a second, and how many checkpoints were written."""
    timer = _Timer(SECONDS)
    with tempfile.TemporaryDirectory() as folder:
        Trained(Path(folder), recipe, data, steered=steered).fit(timer)
        events = EventReader(Path(folder) / "events.jsonl").read_all()
    return timer.rate, sum(isinstance(event, Checkpointed) for event in events)


def answers(recipe: Recipe, data: Dataset, count: int) -> list[float]:
    """Seconds from writing a command to its answer's being in the events file."""
    found: list[float] = []
    moments = random.Random(0)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        training = Trained(folder, recipe, data, steered=True)

        def ask() -> None:
            reader = EventReader(folder / "events.jsonl")
            while not reader.read():
                time.sleep(0.05)
            time.sleep(3.0)
            for number in range(count):
                time.sleep(moments.uniform(0.05, 0.2))
                reader.read_all()
                began = time.perf_counter()
                value = 0.001 * (1 + number % 2)
                write_command(folder / "control.json", SteeringCommand.LEARNING_RATE, value)
                while not any(isinstance(event, Control) for event in reader.read_all()):
                    time.sleep(0.002)
                found.append(time.perf_counter() - began)
            write_command(folder / "control.json", SteeringCommand.STOP)

        asking = threading.Thread(target=ask)
        asking.start()
        training.fit()
        asking.join()
    return found


def main() -> None:
    """Measure and print two tables."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    print(f"{'epochs a second':<24}{'without':>10}{'with':>10}{'ratio':>8}{'checkpoints':>13}")
    loaded = []
    for task, name in WORKLOADS:
        recipe = find_task(task).recipes[name]
        data = find_task(task).load(recipe.data.variant, recipe.seed)
        loaded.append((f"{task} {name}", recipe, data))
        without, with_, ratios, written = [], [], [], []
        for _ in range(rounds):
            plain, _ = rate(recipe, data, steered=False)
            steered, checkpoints = rate(recipe, data, steered=True)
            without.append(plain)
            with_.append(steered)
            ratios.append(plain / steered)
            written.append(checkpoints)
        print(
            f"{task + ' ' + name:<24}{statistics.median(without):10.1f}"
            f"{statistics.median(with_):10.1f}{statistics.median(ratios):8.3f}"
            f"{statistics.median(written):13.0f}",
            flush=True,
        )
    print(f"\n{'seconds to an answer':<24}{'median':>10}{'99 %':>10}{'worst':>10}")
    for label, recipe, data in loaded:
        took = sorted(answers(recipe, data, 40 * rounds))
        late = took[int(0.99 * (len(took) - 1))]
        print(f"{label:<24}{statistics.median(took):10.3f}{late:10.3f}{took[-1]:10.3f}", flush=True)


if __name__ == "__main__":
    main()
