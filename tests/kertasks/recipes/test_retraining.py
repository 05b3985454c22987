"""The recipe of a retraining, and runs of which there is none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.support.run_folders import write_run

from kertasks.recipes.recipe import DataSettings, EarlyStopping
from kertasks.recipes.retraining import NotToRetrain, retraining_of
from kertasks.recipes.toml_file import parse_recipe
from kertasks.runs.history import RunHistory
from kertasks.runs.home.store import RunStore


def test_it_trains_on_all_rows_for_the_best_epochs_number_of_epochs(tmp_path: Path) -> None:
    run = write_run(RunStore(tmp_path), "imdb", "book", epochs=20)
    best = RunHistory.read(run.events_path).best_epoch
    assert best is not None
    assert best < 20
    found, before = retraining_of(run), run.recipe()
    assert found.fit.epochs == best
    assert found.data == DataSettings(before.data.variant, train_on_validation=True)
    assert (found.layers, found.compile, found.seed) == (before.layers, before.compile, before.seed)
    assert found.name == "book, retrained"
    again = run
    again.write_recipe(found, retrained_from=run.id)
    assert again.recipe() == found
    assert again.retrained_from() == run.id
    assert again.source() is None
    assert retraining_of(again).name == "book, retrained"


def test_nothing_is_held_out_and_nothing_stops_it_early(tmp_path: Path) -> None:
    run = write_run(RunStore(tmp_path), "square", "answer", epochs=6)
    recipe = run.recipe()
    fit = replace(recipe.fit, validation_split=0.3, early_stopping=EarlyStopping(patience=1))
    run.write_recipe(replace(recipe, fit=fit), "/somewhere/a recipe.toml")
    assert run.source() == "/somewhere/a recipe.toml"
    found = retraining_of(run)
    assert (found.fit.validation_split, found.fit.early_stopping) == (0.0, None)


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"held_out": False}, "held no rows out"),
        ({"end": "", "trainer": True}, "is running"),
        ({"epochs": 0}, "no best epoch"),
    ],
)
def test_a_run_that_does_not_say_for_how_long_is_not_retrained(
    tmp_path: Path, settings: dict[str, bool | str | int], why: str
) -> None:
    run = write_run(RunStore(tmp_path), "xor", "answer", **{"epochs": 5, **settings})  # type: ignore[arg-type]
    with pytest.raises(NotToRetrain, match=why):
        retraining_of(run)


def test_a_recipe_says_it_in_a_key_that_may_be_left_out() -> None:
    text = """
task = "xor"
name = "a"
[data]
train_on_validation = {}
[[layers]]
class = "Dense"
units = 1
[compile]
optimizer = "Adam"
loss = "mse"
"""
    assert parse_recipe(text.format("true")).data.train_on_validation
    assert not parse_recipe(text.replace("train_on_validation = {}", "")).data.train_on_validation
    with pytest.raises(Exception, match="true or false"):
        parse_recipe(text.format("3"))
