"""What somebody who looks costs a training, and how soon the first look comes.

The same training runs in turns with nobody and with a viewer, who is a process of its own, as an
interface is. Told are the epochs a second of each and the median of the ratios pair by pair; the
share of the time that the hook takes which answers, the first look of a tab included, which is
traced: it tells most on a machine whose pace changes; how many looks came, and the seconds from
asking to the first of them. Run it as
``python -m tests.benchmarks.looking_cost [ROUNDS] [SECONDS]``.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import keras

import kertasks
from kertasks.data.dataset import Dataset
from kertasks.recipes.recipe import Recipe
from kertasks.registry import find_task
from kertasks.runs.event_file.event_log import EventLog
from kertasks.runs.folder import RunFolder
from kertasks.runs.looking.view import ViewRequest, encode_request
from kertasks.runs.views.confusion_matrix import ConfusionRequest
from kertasks.runs.views.decision_boundary import BoundaryRequest
from kertasks.runs.views.layer_table import LayersRequest
from kertasks.trainer.callbacks.event_writer import EventWriter
from kertasks.trainer.callbacks.looks import Looks

SECONDS = 20.0
ENDLESS = 1 << 30

WORKLOADS: tuple[tuple[str, str, ViewRequest], ...] = (
    ("xor", "answer", BoundaryRequest()),
    ("xor", "answer", LayersRequest()),
    ("reuters", "book", ConfusionRequest()),
    ("digits", "convolutions", LayersRequest()),
)


class Turn(NamedTuple):
    """One training."""

    rate: float
    """Epochs a second."""

    hook: float
    """Share of the time that answering took."""

    looks: int
    first: float
    """Seconds from asking to the first look; 0 with nobody."""


class _Timed(Looks):
    """Takes the time that answering takes of the thread that trains."""

    spent = 0.0

    def answer(self) -> None:
        """Answer whoever looks, where it is time to."""
        began = time.perf_counter()
        super().answer()
        self.spent += time.perf_counter() - began


class _Clock(keras.callbacks.Callback):  # type: ignore[misc]  # keras carries no types
    """Ends a training after so long, and counts its epochs from the end of the first."""

    async_safe = True

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds, self.began, self.first, self.rate = seconds, 0.0, 0, 0.0

    def on_epoch_end(self, epoch: int, logs: object = None) -> None:
        """Take the time."""
        now = time.perf_counter()
        if not self.began:
            self.began, self.first = now, epoch
        elif now - self.began >= self.seconds:
            self.rate = (epoch - self.first) / (now - self.began)
            self.model.stop_training = True


def train(recipe: Recipe, data: Dataset, request: ViewRequest | None, seconds: float) -> Turn:
    """Train for so long, looked at or not."""
    with tempfile.TemporaryDirectory() as name:
        run = RunFolder(Path(name))
        log = EventLog(run.events_path)
        writer, clock = EventWriter(log), _Clock(seconds)
        looks = _Timed(run.path, writer, data)
        viewer = None if request is None else _look(run.path, request, seconds)
        model = kertasks.build_model(recipe, data)
        held_out = data.validation
        kertasks.fit(
            model,
            data.train.x,
            data.train.y,
            batch_size=recipe.fit.batch_size,
            epochs=ENDLESS,
            validation_data=None if held_out is None else (held_out.x, held_out.y),
            callbacks=[writer, looks, clock],
            seed=recipe.seed,
        )
        log.close()
        share = looks.spent / seconds
        if viewer is None:
            return Turn(clock.rate, share, 0, 0.0)
        count, first = viewer.communicate(timeout=60)[0].split()
        return Turn(clock.rate, share, int(count), float(first))


def _look(run: Path, request: ViewRequest, seconds: float) -> subprocess.Popen[str]:
    """A process that looks until shortly before the training ends."""
    command = [sys.executable, "-m", "tests.benchmarks.viewer", str(run)]
    return subprocess.Popen(
        [*command, encode_request(request).hex(), str(seconds)],
        stdout=subprocess.PIPE,
        text=True,
    )


def main() -> None:
    """Measure and print a table."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else SECONDS
    print(
        f"{'epochs a second':<34}{'alone':>10}{'looked at':>11}{'ratio':>8}{'hook':>8}"
        f"{'looks':>7}{'first':>8}"
    )
    for task, name, request in WORKLOADS:
        recipe = find_task(task).recipes[name]
        data = find_task(task).load(recipe.data.variant, recipe.seed)
        train(recipe, data, None, 1.0)  # so that no turn is the first
        alone: list[Turn] = []
        looked: list[Turn] = []
        for turn in range(rounds):
            for asked in (None, request) if turn % 2 else (request, None):
                found = train(recipe, data, asked, seconds)
                (alone if asked is None else looked).append(found)
        ratio = statistics.median(a.rate / b.rate for a, b in zip(alone, looked, strict=True))
        kind = request.__struct_config__.tag
        print(
            f"{f'{task} {name}, {kind}':<34}"
            f"{statistics.median(turn.rate for turn in alone):10.1f}"
            f"{statistics.median(turn.rate for turn in looked):11.1f}{ratio:8.3f}"
            f"{statistics.median(turn.hook for turn in looked):8.2%}"
            f"{statistics.median(turn.looks for turn in looked):7.0f}"
            f"{statistics.median(turn.first for turn in looked):8.3f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
