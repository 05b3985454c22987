"""How long advice takes: each task's first recipe, before training and with a short one.

What Keras loads the first time it computes counts in the first line alone; its recipe comes twice.
Run it as ``python -m tests.benchmarks.advice_time [SECONDS]``; tasks whose files are missing are
left out.
"""

from __future__ import annotations

import sys
import time

from kertasks.advice.recipe_advice import advise_recipe
from kertasks.data.sources.data_files import path_of
from kertasks.registry import all_tasks

SECONDS = 10.0


def main(seconds: float) -> None:
    """Print a line a task."""
    tasks = [task for task in all_tasks() if all(path_of(name).exists() for name in task.files)]
    for task in (tasks[0], *tasks):
        recipe = task.recipes[task.default_recipe]
        data = task.load(recipe.data.variant, seed=recipe.seed)
        took = []
        for training in (0.0, seconds):
            began = time.perf_counter()
            advise_recipe(recipe, data, training)
            took.append(time.perf_counter() - began)
        print(
            f"{task.name} {recipe.name}: {data.train.x.shape}, {took[0]:.2f} s, with a training "
            f"of {seconds:g} s {took[1]:.1f} s",
            flush=True,
        )


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS)
