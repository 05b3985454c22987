"""Fixes of recipes, tried by training; small trainings of a fraction of a second."""

from __future__ import annotations

import math

import pytest

from kertasks.advice.fixes import try_recipe_fix
from kertasks.advice.fixes.mending import mend
from kertasks.advice.fixes.recipe_trials import RecipeTrials
from kertasks.advice.recipe_advice import advise_recipe
from kertasks.data.dataset import Dataset
from kertasks.recipes.changes import with_changes
from kertasks.recipes.json_form import from_json
from kertasks.recipes.recipe import Recipe
from kertasks.registry import find_task
from kertasks.runs.advice.finding import Fault, Finding, Severity
from kertasks.runs.advice.fix_report import FixTried, Mended, Trying

pytestmark = pytest.mark.training

ADAM = "compile.optimizer={ class = 'Adam', learning_rate = 0.05 }"
LONG = 20.0
"""Seconds in which all epochs are trained on any machine."""


def loaded(task: str, name: str, *changes: str) -> tuple[Recipe, Dataset]:
    found = find_task(task)
    recipe = with_changes(found.recipes[name], changes)
    return recipe, found.load(recipe.data.variant, seed=recipe.seed)


def finding(*patch: str) -> Finding:
    return Finding(
        code="asked-for", fault=Fault.LAYERS, severity=Severity.WARNING, sentence="", patch=patch
    )


def test_classes_are_measured_by_accuracy_on_each_seed() -> None:
    recipe, data = loaded("threshold", "answer", "layers.0.activation=softmax", ADAM)
    found = try_recipe_fix(recipe, data, finding("layers.0.activation=sigmoid"), LONG, (3, 4))
    assert (found.metric, found.rows, found.unit) == ("accuracy", "training", "")
    assert found.before == pytest.approx((0.5, 0.5), abs=0.05)
    assert min(found.after) > 0.9
    assert found.helps


def test_a_trial_that_cannot_help_any_more_ends() -> None:
    recipe, data = loaded("threshold", "answer", "fit.epochs=2")
    same = ("compile.metrics=[]",)
    found = RecipeTrials(data, LONG).compare(recipe, finding(*same), same, (0, 1, 2))
    assert found.before == found.after
    assert len(found.after) == 2


def test_what_is_wrong_besides_is_mended_with_it_where_it_does_not_help_alone() -> None:
    recipe, data = loaded("threshold", "answer", "layers.0.activation=softmax", ADAM)
    found = try_recipe_fix(recipe, data, finding("compile.metrics=[]"), LONG, (0,))
    assert found.helps
    assert found.patch == ("compile.metrics=[]", "layers.0.activation=sigmoid")


def test_numbers_are_measured_by_what_they_explain_on_the_rows_held_out() -> None:
    recipe, data = loaded("square", "tanh", "fit.epochs=300", "fit.validation_split=0.2")
    found = try_recipe_fix(recipe, data, finding("compile.optimizer=Adam"), LONG, (0,))
    assert (found.metric, found.rows) == ("R²", "validation")


def test_what_cannot_be_trained_has_no_number() -> None:
    recipe, data = loaded("threshold", "answer", "layers.0.units=3", "fit.epochs=5")
    found = try_recipe_fix(recipe, data, finding("layers.0.units=1"), LONG, (0,))
    assert math.isnan(found.before[0])
    assert found.helps
    trials = RecipeTrials(data, LONG)
    worse = trials.compare(
        with_changes(recipe, ["layers.0.units=1"]),
        finding("layers.0.units=3"),
        ("layers.0.units=3",),
        (0,),
    )
    assert math.isnan(worse.after[0])
    assert not worse.helps


def test_a_recipe_with_two_faults_is_mended() -> None:
    # With a batch of all rows an epoch is one step.
    changes = ("layers.0.activation=softmax", "fit.batch_size=1000", "fit.epochs=1", ADAM)
    recipe, data = loaded("threshold", "answer", *changes)
    found = advise_recipe(recipe, data)
    told = list(mend(recipe, data, found, 2.0, (0,)))
    mended = told[-1]
    assert isinstance(mended, Mended)
    assert isinstance(told[0], Trying)
    assert "layers.0.activation=sigmoid" in mended.changes
    assert any(change.startswith("fit.epochs=") for change in mended.changes)
    assert from_json(mended.recipe) == with_changes(recipe, mended.changes)
    assert mended.whole is not None
    assert mended.whole.helps
    first = next(one for one in told if isinstance(one, FixTried))
    assert from_json(first.recipe) == recipe
    assert first.finding.code == found[0].code


def test_what_is_sound_stays_as_it_is() -> None:
    recipe, data = loaded("threshold", "answer")
    (mended,) = mend(recipe, data, advise_recipe(recipe, data), LONG, (0,))
    assert isinstance(mended, Mended)
    assert (mended.changes, mended.whole) == ((), None)
    assert from_json(mended.recipe) == recipe
