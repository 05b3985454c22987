"""Recipes fitted to data of every form and kind: Keras builds them, and they train."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import kertasks
from kertasks.data.dataset import Dataset
from kertasks.data.splits import Split
from kertasks.kinds import TaskKind
from kertasks.recipes.validation import validate
from kertasks.templates.data_facts import DataFacts, InputForm
from kertasks.templates.fitted_recipes import recipes_for

VOCABULARY = 40
EVERY = [
    (InputForm.COLUMNS, (1,), TaskKind.BINARY),
    (InputForm.COLUMNS, (30,), TaskKind.MULTICLASS),
    (InputForm.WORDS, (50,), TaskKind.REGRESSION),
    (InputForm.SEQUENCE, (12,), TaskKind.BINARY),
    (InputForm.PICTURE, (3, 5, 3), TaskKind.REGRESSION),
    (InputForm.PICTURE, (65, 40, 1), TaskKind.MULTICLASS),
    (InputForm.SERIES, (2, 1), TaskKind.BINARY),
]
SHAPES = {form: shape for form, shape, _ in EVERY}


def facts_of(
    form: InputForm, shape: tuple[int, ...], kind: TaskKind = TaskKind.BINARY, rows: int = 150
) -> DataFacts:
    classes = {TaskKind.BINARY: 2, TaskKind.MULTICLASS: 4, TaskKind.REGRESSION: 0}[kind]
    vocabulary = VOCABULARY if form is InputForm.SEQUENCE else 0
    return DataFacts(kind, form, shape, rows, classes, vocabulary)


def rows_for(facts: DataFacts, rows: int = 12) -> Dataset:
    random = np.random.default_rng(0)
    x = random.normal(size=(rows, *facts.shape)).astype(np.float32)
    if facts.form is InputForm.SEQUENCE:
        x = random.integers(0, facts.vocabulary, (rows, *facts.shape)).astype(np.int32)
    y = (np.arange(rows) % max(1, facts.classes)).astype(np.int32)
    names = tuple(map(str, range(facts.classes)))
    return Dataset(train=Split(x, y), class_names=names, kind=facts.kind)


@pytest.mark.parametrize(("form", "shape", "kind"), EVERY)
def test_keras_builds_every_one_and_it_answers_as_the_kind_asks(
    form: InputForm, shape: tuple[int, ...], kind: TaskKind
) -> None:
    facts = facts_of(form, shape, kind)
    data = rows_for(facts)
    for recipe in recipes_for("own", facts):
        model = kertasks.build_model(recipe, data)
        units = {TaskKind.BINARY: 1, TaskKind.MULTICLASS: 4, TaskKind.REGRESSION: 1}[kind]
        assert model.output_shape == (None, units), recipe.name
        assert model.count_params() < 2_000_000, recipe.name


@pytest.mark.parametrize("form", InputForm)
def test_names_are_short_unlike_each_other_and_said_in_a_line(form: InputForm) -> None:
    recipes = recipes_for("own", facts_of(form, SHAPES[form]))
    assert len({recipe.name for recipe in recipes}) == len(recipes) >= 4
    assert all(0 < len(recipe.summary) <= 60 for recipe in recipes)
    assert {recipe.task for recipe in recipes} == {"own"}
    assert all(recipe.fit.validation_split == 0.2 for recipe in recipes)
    assert [problem for recipe in recipes for problem in validate(recipe)] == []


@pytest.mark.parametrize("rows", [1, 8, 150, 5_000, 1_000_000, 50_000_000])
def test_epochs_and_batches_go_by_the_rows(rows: int) -> None:
    (first, *_) = recipes_for("own", facts_of(InputForm.COLUMNS, (20,), rows=rows))
    steps = -(-int(rows * 0.8 + 1) // first.fit.batch_size)
    assert 1 <= first.fit.batch_size <= 4096
    assert first.fit.epochs * steps >= 100
    stopping = first.fit.early_stopping
    assert stopping is not None
    assert 0 < stopping.patience < first.fit.epochs


def test_an_unscaled_number_and_data_with_its_own_validation_are_taken_as_they_are() -> None:
    facts = facts_of(InputForm.COLUMNS, (20,), TaskKind.REGRESSION)
    (scaled, *_) = recipes_for("own", facts)
    (unscaled, *_) = recipes_for("own", replace(facts, target_scaled=False))
    assert scaled.compile.optimizer.class_name == "Adam"
    assert unscaled.compile.optimizer.class_name == "Lamb"
    (held_out, *_) = recipes_for("own", replace(facts, brings_validation=True))
    assert held_out.fit.validation_split == 0


@pytest.mark.training
def test_a_number_of_hundreds_of_thousands_is_learned_as_it_is() -> None:
    random = np.random.default_rng(0)
    x = random.normal(size=(400, 5)).astype(np.float32)
    y = (300_000 + 80_000 * x[:, 0] + 20_000 * np.abs(x[:, 1])).astype(np.float32)
    facts = DataFacts(TaskKind.REGRESSION, InputForm.COLUMNS, (5,), 400, target_scaled=False)
    (recipe, *_) = recipes_for("own", facts)
    model = kertasks.build_model(recipe, Dataset(train=Split(x, y), kind=facts.kind))
    kertasks.fit(model, x, y, batch_size=recipe.fit.batch_size, epochs=100, seed=0)
    error = np.abs(kertasks.predict(model, x)[:, 0] - y).mean()
    assert error < 0.25 * np.abs(y - y.mean()).mean()
