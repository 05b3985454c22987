"""What keeping the weights of earlier epochs costs a training.

The same network is trained in turns without and with it, in one process, as a trainer trains it:
with its events, the weights of the best epoch, checkpoints and commands. Told are, for all epochs
together, the time that passed and the processor's time of the thread that trains; of this, what the
hook takes that keeps, which tells most on a machine that is busy with other things; and how long
the end waits for what is not written by then. Run it as
``python -m tests.benchmarks.keeping_cost [ROUNDS] [EPOCHS]``.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

import keras

import kertasks
from kertasks.data.dataset import Dataset
from kertasks.recipes.recipe import Recipe
from kertasks.registry import find_task
from kertasks.runs.event_file.event_log import EventLog
from kertasks.runs.looking.kept_epochs import kept_files
from kertasks.runs.steering.control_file import ControlFile
from kertasks.trainer.callbacks.best_weights import BestWeights
from kertasks.trainer.callbacks.checkpoints import Checkpoints
from kertasks.trainer.callbacks.event_writer import EventWriter
from kertasks.trainer.callbacks.kept_weights import KeptWeights
from kertasks.trainer.callbacks.steering import Steering
from kertasks.trainer.weights.held_weights import HeldEpochs

KEEP = 200


class _Clock(keras.callbacks.Callback):  # type: ignore[misc]  # keras carries no types
    """The seconds from the end of the first epoch, which compiles, to that of the last, and those
    of them in which this thread had the processor."""

    async_safe = True
    began = worked_before = took = worked = 0.0

    def on_epoch_end(self, epoch: int, logs: object = None) -> None:
        """Take the times."""
        now, worked = time.perf_counter(), time.thread_time()
        self.took, self.worked = now - self.began, worked - self.worked_before
        if not epoch:
            self.began, self.worked_before = now, worked


class _Timed(KeptWeights):
    """Takes the processor's time that keeping takes of the thread that trains."""

    spent = 0.0

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Keep the epoch, where it is one to keep."""
        began = time.thread_time()
        super().on_epoch_end(epoch, logs)
        self.spent += time.thread_time() - began


class Turn(NamedTuple):
    """One training, in seconds."""

    passed: float
    """From the end of the first epoch to that of the last."""

    worked: float
    """Of them those in which the thread that trains had the processor."""

    hook: float
    """Of these, those in the hook that keeps; the clock's own time is in them."""

    end: float
    """That the end waits for what is not written by then."""

    files: int


def train(recipe: Recipe, data: Dataset, epochs: int, keep: int) -> Turn:
    """Train once."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        log, held, clock = EventLog(folder / "events.jsonl"), HeldEpochs(), _Clock()
        writer = EventWriter(log)
        best = BestWeights(writer, folder / "best.keras", log, None, held)
        kept = _Timed(folder / "epochs", keep, writer, held, log)
        checkpoints = Checkpoints(folder / "checkpoint" / "state.npz", log)
        control = ControlFile(folder / "control.json")
        steering = Steering(control, log, writer, best, checkpoints, epochs, lambda _model: None)
        model = kertasks.build_model(recipe, data)
        validation = data.validation
        kertasks.fit(
            model,
            data.train.x,
            data.train.y,
            batch_size=recipe.fit.batch_size,
            epochs=epochs,
            validation_data=None if validation is None else (validation.x, validation.y),
            callbacks=[writer, best, kept, steering, clock],
            seed=recipe.seed,
        )
        began = time.perf_counter()
        kept.end()
        ended = time.perf_counter() - began
        checkpoints.close()
        log.close()
        files = len(kept_files(folder / "epochs"))
        return Turn(clock.took, clock.worked, kept.spent, ended, files)


def main() -> None:
    """Measure and print a table."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    epochs = int(sys.argv[2]) if len(sys.argv) > 2 else 5000
    recipe = find_task("xor").recipes["answer"]
    data = find_task("xor").load(recipe.data.variant, recipe.seed)
    train(recipe, data, 200, KEEP)  # so that no turn is the first
    found: dict[int, list[Turn]] = {0: [], KEEP: []}
    for turn in range(rounds):
        for keep in (0, KEEP) if turn % 2 else (KEEP, 0):
            found[keep].append(train(recipe, data, epochs, keep))
    print(f"xor answer, {epochs} epochs, {rounds} rounds")
    for place, what in enumerate(("time that passed", "processor's time")):
        seconds = {keep: [turn[place] for turn in turns] for keep, turns in found.items()}
        with_it, without = seconds[KEEP], seconds[0]
        ratio = statistics.median(a / b for a, b in zip(with_it, without, strict=True))
        print(f"{what}: the median of {rounds} pairs with / without is {ratio:.4f}")
        for keep, took in seconds.items():
            middle = statistics.median(took)
            print(f"  --keep {keep:<4} median {middle:7.3f} s  best {min(took):7.3f} s")
    hook = {keep: statistics.median(turn.hook for turn in turns) for keep, turns in found.items()}
    worked = statistics.median(turn.worked for turn in found[0])
    share = (hook[KEEP] - hook[0]) / worked
    print(
        f"the hook that keeps: {1000 * (hook[KEEP] - hook[0]):.1f} ms, {share:.2%} of the epochs'"
    )
    ends = statistics.median(turn.end for turn in found[KEEP])
    print(f"{found[KEEP][0].files} files, the end waits {1000 * ends:.0f} ms for them")


if __name__ == "__main__":
    main()
