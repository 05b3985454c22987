"""The folds of one table train on one program, whatever they are called, and of a row more."""

from __future__ import annotations

import keras
import pytest

import kertasks
from kertasks.data.folds.fold import Fold
from kertasks.fitting.rows.feeds import room_for
from kertasks.recipes.changes import with_changes
from kertasks.recipes.of_fold import recipe_of_fold
from kertasks.registry import find_task

pytestmark = pytest.mark.training


def test_the_second_fold_finds_what_the_first_compiled() -> None:
    task = find_task("diabetes")
    recipe = with_changes(task.recipes["line"], ["fit.batch_size=1"])
    told: list[float | None] = []
    rows = []
    for fold in (Fold(1, 3), Fold(3, 3)):
        keras.utils.clear_session()
        data = task.load(None, 0, fold)
        assert data.validation is not None
        rows.append(data.train.rows)
        model = kertasks.build_model(recipe_of_fold(recipe, fold), data)
        held_out = (data.validation.x, data.validation.y)
        history = kertasks.fit(
            model, data.train.x, data.train.y, batch_size=1, validation_data=held_out,
            on_compile=told.append,
        )  # fmt: skip
        assert history.params["xla"]
    assert rows == [235, 236]
    assert len(told) == 2  # once begun, once done


def test_room_is_a_sixteenth_at_most() -> None:
    assert [room_for(rows) for rows in (1, 31, 101, 303, 304)] == [1, 31, 104, 304, 304]
    assert all(rows <= room_for(rows) <= rows * 17 / 16 for rows in range(1, 5_000))
