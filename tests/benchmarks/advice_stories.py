"""The six beginners' problems: as asked, checked, mended by tried fixes, trained, and the result.

Each recipe that does not learn as it was asked for is checked and mended, as ``kertui check --fix``
does it; what came of it is trained whole from five seeds (as asked, from one), and asked of rows it
has not seen where there are any. A training ends after 25 seconds. Run it as
``python -m tests.benchmarks.advice_stories [SEEDS] [SECONDS] [TASK…]``; reuters and boston need
Keras's data files.
"""

from __future__ import annotations

import statistics
import sys
import warnings
from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

import keras
import numpy as np

import kertasks
from kertasks.advice.fixes.mending import mend
from kertasks.advice.recipe_advice import advise_recipe
from kertasks.advice.watch import Watch
from kertasks.data.dataset import Dataset
from kertasks.models.build import build_model
from kertasks.recipes.changes import with_changes
from kertasks.recipes.recipe import Recipe
from kertasks.registry import find_task
from kertasks.runs.advice.fix_report import FixTried, Mended
from kertasks.text.numbers import number

SEEDS, SECONDS = 5, 4.0

LONGEST = 25.0
"""Seconds of a whole training; some have been asked for hours."""


class Story(NamedTuple):
    """One problem."""

    task: str
    recipe: str
    measure: Callable[[keras.Model, Dataset], float]
    what: str
    """That is measured."""


def main(seeds: int, seconds: float, tasks: list[str]) -> None:
    """Print a table of what each became, a line a story."""
    print("| recipe | found | changed | as asked | mended |\n|---|---|---|---|---|")
    for story in STORIES:
        if tasks and story.task not in tasks:
            continue
        recipe = find_task(story.task).recipes[story.recipe]
        data = load(recipe)
        found = [one for one in advise_recipe(recipe, data) if one.is_alarm]
        changes = mended(recipe, data, found, seconds)
        mended_recipe = with_changes(recipe, changes)
        before = result(story, recipe, 0)
        after = [result(story, mended_recipe, seed) for seed in range(seeds)]
        codes = ", ".join(f"`{one.code}`" for one in found)
        changed = ", ".join(f"`{change}`" for change in changes)
        print(
            f"| {story.task} {story.recipe} | {codes} | {changed} | {number(before, 3)} | "
            f"{story.what}: {told(after)} |",
            flush=True,
        )


def mended(recipe: Recipe, data: Dataset, found: list[Any], seconds: float) -> tuple[str, ...]:
    """What helped, tried on one seed."""
    changes: tuple[str, ...] = ()
    for step in mend(recipe, data, found, seconds, (0,)):
        if isinstance(step, FixTried):
            print(f"tried {', '.join(step.tried.patch)}: {step.tried}", file=sys.stderr)
        if isinstance(step, Mended):
            changes = step.changes
    return changes


def load(recipe: Recipe) -> Dataset:
    """The data a recipe is trained on."""
    return find_task(recipe.task).load(recipe.data.variant, seed=recipe.seed)


def result(story: Story, recipe: Recipe, seed: int) -> float:
    """Train a recipe whole from a seed, and measure it."""
    recipe = replace(recipe, seed=seed)
    data, fit = load(recipe), recipe.fit
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = build_model(recipe, data)
    kertasks.fit(
        model,
        data.train.x,
        data.train.y,
        batch_size=fit.batch_size,
        epochs=fit.epochs,
        validation_split=fit.validation_split,
        callbacks=[Watch(LONGEST, with_compiling=True)],
        seed=seed,
    )
    return story.measure(model, data)


def told(results: list[float]) -> str:
    """All of them, and the one in the middle."""
    each = ", ".join(number(one, 3) for one in results)
    return f"{number(statistics.median(results), 3)} ({each})"


def rows_right(model: keras.Model, data: Dataset) -> float:
    """How many rows of the truth table are right."""
    del data
    table = find_task("xor").load("four rows", seed=0).train
    said = np.asarray(kertasks.predict(model, table.x)).reshape(-1) > 0.5
    return float((said == table.y.reshape(-1)).sum())


def share_of_noisy(model: keras.Model, data: Dataset) -> float:
    """Share right of a hundred fresh points around the corners."""
    del data
    test = find_task("threshold").load("noisy", seed=0).test
    assert test is not None
    said = np.asarray(kertasks.predict(model, test.x)).reshape(-1) > 0.5
    return float((said == test.y).mean())


def error_of_squares(model: keras.Model, data: Dataset) -> float:
    """Mean absolute error between -10 and 10, halves too."""
    del data
    x = np.linspace(-10, 10, 41, dtype="float32")[:, None]
    return float(np.abs(np.asarray(kertasks.predict(model, x)) - x**2).mean())


def share_of_test(model: keras.Model, data: Dataset) -> float:
    """Share right of the rows of the test."""
    assert data.test is not None
    said = np.asarray(kertasks.predict(model, data.test.x)).argmax(-1)
    labels = data.test.y.argmax(-1) if data.test.y.ndim > 1 else data.test.y
    return float((said == labels).mean())


def dollars(model: keras.Model, data: Dataset) -> float:
    """Mean absolute error of the test's prices."""
    assert data.test is not None
    said = np.asarray(kertasks.predict(model, data.test.x)).reshape(-1)
    own, true = (data.target_in_own_unit(one) for one in (said, data.test.y.reshape(-1)))
    return float(1_000 * np.abs(own - true).mean())


STORIES = (
    Story("xor", "as asked", rows_right, "rows right of 4"),
    Story("xor", "as asked, four rows", rows_right, "rows right of 4"),
    Story("threshold", "as asked", share_of_noisy, "right of 100 noisy points"),
    Story("threshold", "as asked, 5 epochs", share_of_noisy, "right of 100 noisy points"),
    Story("threshold", "as asked, grid", share_of_noisy, "right of 100 noisy points"),
    Story("square", "as asked", error_of_squares, "mean error between -10 and 10"),
    Story("reuters", "as asked", share_of_test, "right of the test"),
    Story("boston", "as asked", dollars, "mean error of the test in dollars"),
)


if __name__ == "__main__":
    given = sys.argv[1:]
    main(
        int(given[0]) if given else SEEDS,
        float(given[1]) if len(given) > 1 else SECONDS,
        given[2:],
    )
