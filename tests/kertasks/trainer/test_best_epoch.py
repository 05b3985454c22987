"""The best epoch means one thing: the file, the numbers that are shown and the result agree."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import keras
import pytest
from tests.kertasks.trainer.test_run import trained

from kertasks.errors import UserError
from kertasks.export.formats import Export, format_named
from kertasks.recipes.changes import with_changes
from kertasks.recipes.recipe import Recipe
from kertasks.registry import find_task
from kertasks.runs.event_file.events import Failed, Finished, Notice
from kertasks.runs.history import RunHistory
from kertasks.runs.home.summary import summarise
from kertasks.runs.weights_file import read_epoch
from kertui.live.outcome import outcome

pytestmark = pytest.mark.training

STOPPING = "fit.early_stopping"


def recipe_of(task: str, name: str | None, changes: list[str]) -> Recipe:
    found = find_task(task)
    return with_changes(found.recipes[name or found.default_recipe], changes)


def held_out(recipe: Recipe) -> tuple[Any, Any]:
    data = find_task(recipe.task).load(recipe.data.variant, seed=recipe.seed)
    if data.validation is not None:
        return data.validation.x, data.validation.y
    rows = math.floor(data.train.rows * (1 - recipe.fit.validation_split))
    return data.train.x[rows:], data.train.y[rows:]


def measured(path: Path, rows: tuple[Any, Any], batch_size: int) -> dict[str, float]:
    model = keras.models.load_model(path)
    found = model.evaluate(*rows, verbose=0, return_dict=True, batch_size=batch_size)
    return {f"val_{name}": value for name, value in found.items()}


@pytest.mark.parametrize(
    ("task", "name", "changes"),
    [
        (
            "breast-cancer",
            None,
            ["fit.epochs=60", f"{STOPPING}.monitor=val_accuracy", f"{STOPPING}.patience=60"],
        ),
        ("breast-cancer", None, ["fit.epochs=60", "compile.optimizer.learning_rate=0.05"]),
        (
            "threshold",
            "answer",
            [
                "fit.epochs=12",
                "fit.validation_split=0.3",
                "compile.optimizer.learning_rate=0.8",
                "compile.metrics=['Recall']",
                f"{STOPPING}.monitor=val_Recall",
                f"{STOPPING}.patience=3",
            ],
        ),
        (
            "diabetes",
            None,
            [
                "fit.epochs=25",
                f"{STOPPING}.monitor=val_mae",
                f"{STOPPING}.min_delta=2.5",
                f"{STOPPING}.patience=30",
            ],
        ),
        (
            "digits",
            "dense",
            [
                "fit.epochs=6",
                "compile.optimizer.learning_rate=0.03",
                "compile.metrics=['accuracy', 'SparseTopKCategoricalAccuracy']",
                f"{STOPPING}.monitor=val_loss",
                f"{STOPPING}.mode=max",
                f"{STOPPING}.restore_best_weights=false",
            ],
        ),
    ],
    ids=["accuracy", "no early stopping", "a name as written", "min_delta", "mode"],
)
def test_the_file_of_the_best_epoch_gives_the_numbers_that_are_shown(
    tmp_path: Path, task: str, name: str | None, changes: list[str]
) -> None:
    recipe = recipe_of(task, name, changes)
    run, events = trained(tmp_path, recipe)
    ended, history = events[-1], RunHistory.read(run.events_path)
    assert isinstance(ended, Finished), ended
    assert ended.best is not None
    of = read_epoch(run.best_path)
    summary = summarise(run)
    assert of is not None
    assert summary is not None
    assert of.epoch == ended.best_epoch == history.best_epoch == summary.best_epoch
    stopping, monitor = recipe.fit.early_stopping, history.best.monitor
    assert monitor.name == (stopping.monitor if stopping else "val_loss")
    shown = {n: value for n, value in ended.best.items() if n.startswith("val_")}
    rows = held_out(recipe)
    found = measured(run.best_path, rows, recipe.fit.batch_size)
    assert {n: found[n] for n in shown} == pytest.approx(shown, rel=1e-5, abs=1e-6)
    exported = tmp_path / "best.keras"
    said = format_named("best-model").write(Export(run, exported, False, pytest.fail))
    assert said.startswith(f"epoch {of.epoch}, ")
    assert measured(exported, rows, recipe.fit.batch_size) == found

    kept = read_epoch(run.model_path)
    assert kept is not None
    restores = stopping is not None and stopping.restore_best_weights
    assert kept.epoch == (of.epoch if restores else ended.epochs)
    assert (ended.restored_epoch or ended.epochs) == kept.epoch
    told = outcome(history, run.state(), "x")
    assert told is not None
    assert f"of epoch {kept.epoch}" in told.head


def test_where_no_loss_is_a_number_there_is_no_best_epoch(tmp_path: Path) -> None:
    changes = ["fit.epochs=5", "compile.optimizer.learning_rate=1e30"]
    run, events = trained(tmp_path, recipe_of("breast-cancer", None, changes))
    ended, history = events[-1], RunHistory.read(run.events_path)
    assert isinstance(ended, Finished)
    assert (ended.best_epoch, history.best_epoch) == (None, None)
    assert not run.best_path.exists()
    assert any("there is no best epoch" in e.text for e in events if isinstance(e, Notice))
    said = outcome(history, run.state(), "x")
    assert said is not None
    assert said.head == f"not finite since epoch {ended.not_finite_since}"
    assert "no best epoch: val_loss was never a finite number" in said.facts
    with pytest.raises(UserError, match="has no best epoch: val_loss was never a finite number"):
        format_named("best-model").write(Export(run, tmp_path / "b.keras", False, pytest.fail))
    assert not (tmp_path / "b.keras").exists()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            ["compile.metrics=['Precision']", f"{STOPPING}.monitor=val_precision"],
            "there is no metric val_precision; did you mean val_Precision? There are loss, ",
        ),
        (
            ["compile.metrics=['TruePositives']", f"{STOPPING}.monitor=val_TruePositives"],
            'val_TruePositives is better when it is small or large; allowed: "min" or "max"',
        ),
    ],
)
def test_what_cannot_be_watched_is_said_before_the_first_epoch(
    tmp_path: Path, changes: list[str], said: str
) -> None:
    _, events = trained(tmp_path, recipe_of("breast-cancer", None, changes))
    (ended,) = (event for event in events if not isinstance(event, Notice))
    assert isinstance(ended, Failed)
    assert said in ended.reason
