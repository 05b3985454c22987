"""Advice about the recipes of kertui's own tasks: their stories by name, and no false alarm."""

from __future__ import annotations

from pathlib import Path

import pytest

from kertasks.advice.recipe_advice import advise_recipe
from kertasks.recipes.changes import with_changes
from kertasks.recipes.recipe import Recipe
from kertasks.registry import all_tasks, find_task
from kertasks.runs.advice.finding import Finding

pytestmark = pytest.mark.training

SOUND = {
    "threshold": ["answer"],
    "xor": ["answer"],
    "square": ["answer", "tanh"],
    "diabetes": ["small", "line"],
    "breast-cancer": ["small"],
    "digits": ["dense", "convolutions"],
}
SOUND_OF_FILES = {
    "boston": ["book", "book fold"],
    "reuters": ["book", "book, integer labels"],
    "imdb": ["book"],
}
STORIES = {
    ("threshold", "as asked"): "statistics-have-not-moved",
    ("threshold", "as asked, 5 epochs"): "statistics-have-not-moved",
    ("threshold", "as asked, grid"): "statistics-have-not-moved",
    ("xor", "as asked"): "narrower-than-the-answer",
    ("xor", "as asked, four rows"): "narrower-than-the-answer",
    ("square", "as asked"): "a-line-for-a-curve",
    ("breast-cancer", "not scaled"): "unscaled-inputs",
}
STORIES_OF_FILES = {
    ("boston", "as asked"): "scaled-target",
    ("reuters", "as asked"): "validation-larger-than-training",
    ("reuters", "second layer 4"): "narrower-than-the-answer",
}


def found_in(recipe: Recipe) -> list[Finding]:
    data = find_task(recipe.task).load(recipe.data.variant, seed=recipe.seed)
    return advise_recipe(recipe, data)


def alarms(task: str, name: str) -> list[str]:
    found = found_in(find_task(task).recipes[name])
    return [f"{task} {name}: {one.sentence}" for one in found if one.is_alarm]


def tell_nothing(recipes: dict[str, list[str]]) -> None:
    for task, names in recipes.items():
        for name in names:
            assert alarms(task, name) == []


def test_every_answer_and_book_is_among_what_works() -> None:
    works = {
        (task, name)
        for recipes in (SOUND, SOUND_OF_FILES)
        for task in recipes
        for name in recipes[task]
    }
    there = {(task.name, name) for task in all_tasks() for name in task.recipes}
    assert {one for one in there if one[1].startswith(("answer", "book"))} <= works


def test_nothing_is_said_of_what_works() -> None:
    tell_nothing(SOUND)


def test_nothing_is_said_of_the_book(genuine_data: Path) -> None:
    tell_nothing(SOUND_OF_FILES)


def tell(stories: dict[tuple[str, str], str]) -> None:
    for (task, name), code in stories.items():
        told = [one.code for one in found_in(find_task(task).recipes[name]) if one.is_alarm]
        assert code in told[:3], (task, name, told)


def test_each_story_is_told_by_its_name() -> None:
    tell(STORIES)


def test_each_story_of_real_data_is_told_by_its_name(genuine_data: Path) -> None:
    tell(STORIES_OF_FILES)


def test_what_a_patch_changes_is_no_longer_said() -> None:
    recipe = find_task("xor").recipes["as asked, four rows"]
    narrow = next(one for one in found_in(recipe) if one.code == "narrower-than-the-answer")
    assert narrow.patch == ("layers.0.units=8", "layers.1.units=8", "layers.2.units=8")
    mended = with_changes(recipe, narrow.patch)
    assert [one.code for one in found_in(mended) if one.is_alarm] == []


def test_a_recipe_that_keras_refuses_gets_the_reason() -> None:
    recipe = with_changes(find_task("xor").recipes["answer"], ["layers.0.units=0"])
    (finding,) = [one for one in found_in(recipe) if one.is_alarm]
    assert finding.code == "check-layer"
    assert finding.sentence.startswith("layers.0.units: found 0")
    unwatched = with_changes(
        find_task("xor").recipes["answer"], ["fit.early_stopping.monitor=val_loss"]
    )
    assert "check-monitor" in [one.code for one in found_in(unwatched)]


def test_the_rows_of_the_test_are_looked_at() -> None:
    recipe = find_task("xor").recipes["as asked"]
    found = {one.code: one for one in found_in(recipe)}
    # Ten rows of four that are trained on too; where there are only four that is no alarm.
    assert not found["test-rows-trained-on"].is_alarm
    assert found["few-test-rows"].numbers["rows"] == 10


def test_what_a_recipe_watches_is_looked_at() -> None:
    watching = ["fit.early_stopping.monitor=accuracy", "fit.early_stopping.mode=min"]
    recipe = with_changes(find_task("xor").recipes["answer"], watching)
    assert "stops-at-the-worst" in [one.code for one in found_in(recipe)]
