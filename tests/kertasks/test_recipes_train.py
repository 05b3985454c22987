"""No number of a recipe depends on how many epochs are planned; some learn what they should.

That each of them builds for its data and trains is asserted where its script is run.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

import kertasks
from kertasks.data.dataset import Dataset
from kertasks.data.splits import Split
from kertasks.recipes.recipe import Recipe
from kertasks.registry import all_tasks, find_task

MANY_ROWS = 600
EVERY = [
    pytest.param(recipe, id=f"{task.name}-{name}")
    for task in all_tasks()
    for name, recipe in task.recipes.items()
    if not task.files
]
FROM_FILES = [task for task in all_tasks() if task.files]


class StopAfter(keras.callbacks.Callback):  # type: ignore[misc]  # Keras carries no types
    """Ends a training after so many epochs."""

    def __init__(self, epochs: int) -> None:
        super().__init__()
        self._epochs = epochs

    def on_epoch_end(self, epoch: int, logs: object = None) -> None:
        self.model.stop_training = epoch + 1 >= self._epochs


def first_epochs(recipe: Recipe, data: Dataset, epochs: int) -> tuple[Any, list[Any]]:
    """What the first two of so many epochs give, and the weights after them.

    Whether XLA compiles is not planned either: of each task one recipe trains in the form that is
    chosen for it. The others train as graphs, which XLA does not have to compile for seconds.
    """
    model = kertasks.build_model(recipe, data)
    history = kertasks.fit(
        model,
        data.train.x[:MANY_ROWS],
        data.train.y[:MANY_ROWS],
        batch_size=recipe.fit.batch_size,
        epochs=epochs,
        validation_split=0.2,
        shuffle=recipe.fit.shuffle,
        callbacks=[StopAfter(2)],
        seed=recipe.seed,
        xla=None if recipe == find_task(recipe.task).recipe() else False,
    )
    return history.history, model.get_weights()


def assert_the_plan_changes_no_number(recipe: Recipe, data: Dataset) -> None:
    few, weights = first_epochs(recipe, data, epochs=2)
    many, same = first_epochs(recipe, data, epochs=50_000)
    assert few == many
    for one, other in zip(weights, same, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.training
@pytest.mark.parametrize("recipe", EVERY)
def test_the_number_of_epochs_changes_no_number(recipe: Recipe) -> None:
    data = find_task(recipe.task).load(recipe.data.variant, recipe.seed)
    assert_the_plan_changes_no_number(recipe, data)


@pytest.mark.training
@pytest.mark.parametrize("name", [task.name for task in FROM_FILES])
def test_the_number_of_epochs_changes_no_number_on_files(genuine_data: Path, name: str) -> None:
    task = find_task(name)
    recipe = next(iter(task.recipes.values()))
    assert_the_plan_changes_no_number(recipe, task.load(recipe.data.variant, recipe.seed))


def accuracy_of(
    recipe: Recipe, split: Split, epochs: int | None = None, xla: bool | None = None
) -> float:
    data = find_task(recipe.task).load(recipe.data.variant, recipe.seed)
    model = kertasks.build_model(recipe, data)
    kertasks.fit(
        model,
        data.train.x,
        data.train.y,
        batch_size=recipe.fit.batch_size,
        epochs=epochs or recipe.fit.epochs,
        seed=recipe.seed,
        xla=xla,
    )
    return float(model.evaluate(split.x, split.y, verbose=0, return_dict=True)["accuracy"])


@pytest.mark.training
def test_digits_are_learned_by_convolutions() -> None:
    task = find_task("digits")
    test = task.load().test
    assert test is not None
    assert accuracy_of(task.recipe("convolutions"), test, epochs=8) > 0.95


@pytest.mark.training
@pytest.mark.parametrize("xla", [True, False])
def test_the_answer_to_xor_gets_all_four_rows_right(xla: bool) -> None:
    task = find_task("xor")
    recipe = task.recipe("answer")
    assert accuracy_of(recipe, task.load(recipe.data.variant).train, xla=xla) == 1


@pytest.mark.training
def test_the_attempt_at_threshold_does_not_learn_and_the_answer_does() -> None:
    task = find_task("threshold")
    attempt = task.recipe("as asked")
    assert accuracy_of(attempt, task.load(attempt.data.variant).train) < 1
    fresh = task.load("noisy").test
    assert fresh is not None
    assert accuracy_of(task.recipe("answer"), fresh, epochs=60) > 0.9


IMDB = """
import re, resource
from pathlib import Path
import psutil, tensorflow
began = psutil.Process().memory_info().rss
import kertasks
task = kertasks.find_task("imdb")
recipe = task.recipes["book"]
data = task.load(recipe.data.variant, recipe.seed)
model = kertasks.build_model(recipe, data)
held_out = (data.validation.x, data.validation.y)
kertasks.fit(
    model, data.train.x, data.train.y, batch_size=512, epochs=2, validation_data=held_out
)
kertasks.evaluate(model, data.test.x, data.test.y, batch_size=512)
status = Path("/proc/self/status")
if status.exists():  # what getrusage says on Linux, its parent's memory may be in
    peak = int(re.search("VmHWM:\\s*(\\d+)", status.read_text())[1]) * 1024
else:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(began, peak)
"""


@pytest.mark.training
def test_imdb_never_lies_written_out_in_memory(genuine_data: Path) -> None:
    script = [sys.executable, "-c", IMDB]
    done = subprocess.run(script, capture_output=True, text=True, check=True)
    began, peak = map(int, done.stdout.split())
    assert peak - began < 500e6, "its 50,000 rows alone would be that, a byte a cell"
