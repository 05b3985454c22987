"""Every form of recipe builds for its data and trains, and its script, run as it is, prints the
same; so do those of networks of our own."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from tests.support.networks import DROPS, IN_ORDER, MADE_UP, STOPS, dense, on_diabetes

import kertasks
from kertasks.data.dataset import Dataset
from kertasks.data.folds.fold import Fold
from kertasks.export.script.writing import write_script
from kertasks.keras_catalog.catalog import Catalog
from kertasks.recipes.changes import with_changes
from kertasks.recipes.of_fold import recipe_of_fold
from kertasks.recipes.recipe import INPUT, Layer, Recipe
from kertasks.registry import all_tasks, find_task

pytestmark = pytest.mark.training

TOLERANCE = 1e-4
ROWS = 64
LEARNING_RATES = {1: 0.003, 3: 0.0005}


@dataclass(frozen=True)
class Case:
    """A recipe, the learning rates it gets while it trains, and how it is compiled."""

    recipe: Recipe
    learning_rates: Mapping[int, float] = field(default_factory=dict)
    xla: bool = False


def few_epochs(recipe: Recipe) -> Recipe:
    """Two epochs, the second in another order; of tasks with files, whose rows are many, the
    default recipe alone, the others one.

    The networks that take 63 steps of RMSprop an epoch on newswires get one: after two, a
    last bit in the weights they begin with moves the validation loss by 0.003.
    """
    task = find_task(recipe.task)
    is_long = task.name == "reuters" and recipe.fit.batch_size == 128
    is_one_of_many = bool(task.files) and recipe != task.recipe()
    return with_changes(recipe, [f"fit.epochs={1 if is_long or is_one_of_many else 2}"])


def of_each_form(recipes: Iterable[Recipe]) -> list[Recipe]:
    """The first of those that differ in nothing but how many layers of a kind they have, how many
    units these have, and how many epochs they are trained, which are few here anyway."""
    found: dict[object, Recipe] = {}
    for recipe in recipes:
        kinds = {
            str(replace(layer, arguments={**layer.arguments, "units": 0}))
            for layer in recipe.layers
        }
        settings = replace(recipe.fit, epochs=1, batch_size=1)
        rest = replace(recipe, layers=(), fit=settings, name="", summary="", seed=0)
        found.setdefault((frozenset(kinds), rest), recipe)
    return list(found.values())


def start_running(scripts: dict[Path, str]) -> subprocess.Popen[str]:
    for path, text in scripts.items():
        path.write_text(text)
    return subprocess.Popen(
        [sys.executable, "-m", "tests.support.run_scripts", *map(str, scripts)],
        cwd=Path(__file__).parents[4],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )


def printed(script: Path) -> dict[str, Any]:
    """The results a script printed, by the words before the colon."""
    lines = script.with_suffix(".txt").read_text().splitlines()
    starts = ("last epoch: ", "test: ", "mean absolute error")
    results = (line.partition(": ") for line in lines if line.startswith(starts))
    return {what: ast.literal_eval(numbers) for what, _, numbers in results}


def expected(case: Case, data: Dataset) -> dict[str, Any]:
    """The same from kertasks."""
    recipe, callbacks = case.recipe, []
    model = kertasks.build_model(recipe, data)
    fit, validation, stopping = recipe.fit, data.validation, recipe.fit.early_stopping
    if case.learning_rates:
        callbacks.append(keras.callbacks.LearningRateScheduler(case.learning_rates.get))
    if stopping is not None:
        callbacks.append(keras.callbacks.EarlyStopping(**asdict(stopping)))
    history = kertasks.fit(
        model,
        data.train.x,
        data.train.y,
        batch_size=fit.batch_size,
        epochs=fit.epochs,
        validation_split=0.0 if validation else fit.validation_split,
        validation_data=(validation.x, validation.y) if validation else None,
        shuffle=fit.shuffle,
        callbacks=callbacks,
        seed=recipe.seed,
        xla=case.xla,
    )
    assert history.params["xla"] is case.xla
    assert stopping is None or len(history.epoch) < fit.epochs
    trained = {n: v for n, v in history.history.items() if not n.startswith("val_")}
    assert len(trained) == 1 + len(recipe.compile.metrics) + bool(case.learning_rates)
    assert np.isfinite(trained["loss"]).all()
    given = model(np.asarray(data.train.x[:ROWS]))
    assert given.shape[1:] == (data.shape.target_shape or (outputs(data),))
    found: dict[str, Any] = {
        "last epoch": {name: values[-1] for name, values in history.history.items()}
    }
    test = data.test
    if test is None:
        return found
    found["test"] = kertasks.evaluate(model, test.x, test.y, return_dict=True)
    if data.unit and (data.target_scale is not None or "mae" not in found["test"]):
        errors = kertasks.predict(model, test.x).reshape(-1).astype("float64") - test.y
        scale = data.target_scale.scale if data.target_scale else 1.0
        found[f"mean absolute error in {data.unit}"] = scale * float(abs(errors).mean())
    return found


def outputs(data: Dataset) -> int:
    return data.shape.classes if data.shape.classes > 2 else 1


def assert_scripts_get_the_same(cases: list[Case], catalog: Catalog, folder: Path) -> None:
    scripts = {
        folder / f"script_{number}.py": write_script(
            case.recipe, catalog, learning_rates=case.learning_rates, xla=case.xla
        )
        for number, case in enumerate(cases)
    }
    running = start_running(scripts)
    loaded: dict[tuple[str, str | None, int, Fold | None], Dataset] = {}
    wanted = []
    for case in cases:
        recipe = case.recipe
        fold = recipe.data.held_out_fold
        key = (recipe.task, recipe.data.variant, recipe.seed, fold)
        if key not in loaded:
            loaded = {key: find_task(recipe.task).load(recipe.data.variant, recipe.seed, fold)}
        wanted.append(expected(case, loaded[key]))
    said, _ = running.communicate()
    assert running.returncode == 0, said[-3000:]
    for case, script, results in zip(cases, scripts, wanted, strict=True):
        got, which = printed(script), f"{case.recipe.task} {case.recipe.name}"
        assert got.keys() == results.keys(), which
        for what, numbers in results.items():
            assert got[what] == pytest.approx(numbers, rel=TOLERANCE, abs=TOLERANCE), which


def test_every_recipe_without_files(catalog: Catalog, tmp_path: Path) -> None:
    recipes = of_each_form(r for t in all_tasks() if not t.files for r in t.recipes.values())
    cases = [Case(few_epochs(recipe)) for recipe in recipes]
    of_fold = recipe_of_fold(find_task("diabetes").recipes["small"], Fold(2, 4))
    cases.append(Case(few_epochs(of_fold)))
    assert_scripts_get_the_same(cases, catalog, tmp_path)


@pytest.mark.long
def test_every_recipe_with_files(genuine_data: Path, catalog: Catalog, tmp_path: Path) -> None:
    recipes = of_each_form(r for t in all_tasks() if t.files for r in t.recipes.values())
    cases = [Case(few_epochs(recipe)) for recipe in recipes]
    # Of a scaled target, of classes as numbers and as places of a 1, of rows the task holds out.
    cases += [
        Case(with_changes(recipe_of_fold(find_task(task).recipes[name], fold), ["fit.epochs=1"]))
        for task, name, fold in (
            ("boston", "as asked", Fold(3, 4)),
            ("reuters", "book", Fold(1, 3)),
            ("imdb", "book", Fold(2, 3)),
            ("xor", "as asked", Fold(1, 3, repeat=2)),
        )
    ]
    assert_scripts_get_the_same(cases, catalog, tmp_path)


def on_a_base(path: Path) -> Recipe:
    """The layers of a saved network, some of which were frozen, up to one inside of it."""
    layers = keras.layers
    inner = keras.Sequential([keras.Input((10,)), layers.Dense(6, "relu")], name="inner")
    inner.trainable = False
    rest = [layers.BatchNormalization(), layers.Dense(4, "relu", name="last"), layers.Dense(2)]
    keras.Sequential([keras.Input((10,)), inner, *rest]).save(path)
    return on_diabetes(
        "base",
        Layer("GaussianNoise", {"stddev": 0.1}),
        Layer(
            "Pretrained", {"file": str(path), "until": "last", "trainable": True}, name="x_train"
        ),
        Layer("Pretrained", {"file": str(path), "until": "inner"}, inputs=(INPUT,), name="frozen"),
        Layer("Concatenate", inputs=("x_train", "frozen")),
        dense(1),
    )


@pytest.mark.long
def test_networks_and_settings_no_task_has(catalog: Catalog, tmp_path: Path) -> None:
    cases = [Case(recipe) for recipe in MADE_UP]
    changed = with_changes(IN_ORDER, ["fit.epochs=5"])
    cases += [Case(changed, LEARNING_RATES), Case(STOPS, LEARNING_RATES)]
    # XLA draws Dropout otherwise, and the same in both.
    cases.append(Case(DROPS, xla=True))
    cases.append(Case(on_a_base(tmp_path / "base.keras")))
    assert_scripts_get_the_same(cases, catalog, tmp_path)
