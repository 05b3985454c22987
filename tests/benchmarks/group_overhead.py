"""What a group costs over its runs: the same folds trained by one trainer with and without one.

    python -m tests.benchmarks.group_overhead [ROUNDS] [EPOCHS] [TASK]

By turns, each in fresh processes: the four folds of the task's first recipe are given to one
trainer one after another, and then by a group with one worker. Told are the seconds of both, from
the start of the first process to the end of the last run, of each pair their ratio, and the median
ratio. Both import Keras once; what XLA compiles is kept from a first pair that does not count.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from kertasks.groups.cross_validation.asked import CrossValidation
from kertasks.groups.folder import GroupState
from kertasks.groups.store import GroupStore
from kertasks.processes.trainer_process import TrainerProcess
from kertasks.recipes.changes import with_changes
from kertasks.recipes.of_fold import recipe_of_fold
from kertasks.recipes.recipe import Recipe
from kertasks.registry import find_task
from kertasks.runs.home.store import RunStore
from kertasks.runs.state import RunState
from kertasks.user_folders import cache_dir
from kertui.service.group_process import start_runner

FOLDS = CrossValidation(4)


def by_itself(home: Path, recipe: Recipe) -> float:
    """Seconds of the folds, given to one trainer one after another."""
    began = time.perf_counter()
    store = RunStore(home)
    trainer = TrainerProcess.spawn(cache_dir(), stays=True)
    runs = []
    for fold in FOLDS.parts:
        runs.append(run := store.create(recipe_of_fold(recipe, fold)))
        trainer.request("train", run=str(run.path.absolute()), resumes=False, epochs=None)
        trainer.wait_until_over()
    taken = time.perf_counter() - began
    trainer.close()
    assert all(run.state() is RunState.FINISHED for run in runs)
    return taken


def in_group(home: Path, recipe: Recipe) -> float:
    """Seconds of the same as a group with one worker."""
    began = time.perf_counter()
    group = GroupStore(home).create(recipe, FOLDS, FOLDS.words)
    start_runner(group, workers=1).wait()
    taken = time.perf_counter() - began
    assert group.state() is GroupState.FINISHED, group.log_path.read_text()
    return taken


def main() -> None:
    """Measure and print."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    epochs = int(sys.argv[2]) if len(sys.argv) > 2 else 500
    task = find_task(sys.argv[3] if len(sys.argv) > 3 else "boston")
    recipe = task.recipes[task.default_recipe]
    recipe = with_changes(recipe, [f"fit.epochs={epochs}", "fit.batch_size=1"])
    ratios = []
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        os.environ["KERTUI_CACHE"] = str(home / "cache")
        for number in range(rounds + 1):
            # By turns also which of the two is first.
            alone = by_itself(home, recipe) if number % 2 else 0.0
            grouped = in_group(home, recipe)
            alone = alone or by_itself(home, recipe)
            if number:
                ratios.append(grouped / alone)
                print(
                    f"by itself {alone:6.2f} s   in a group {grouped:6.2f} s   "
                    f"ratio {ratios[-1]:.3f}",
                    flush=True,
                )
    print(f"median ratio {statistics.median(ratios):.3f}")


if __name__ == "__main__":
    main()
