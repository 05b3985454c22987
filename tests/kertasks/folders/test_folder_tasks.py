"""Tasks of folders train, and their scripts of plain Keras give the same numbers."""

from __future__ import annotations

import ast
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest
from tests.support.picture_files import write_pictures, write_texts
from tests.support.script_arrays import arrays_of

import kertasks
from kertasks.data.folds.fold import Fold
from kertasks.folders.pictures.picture_folder import PictureFolder, PixelScaling
from kertasks.folders.texts.text_folder import TextFolder
from kertasks.own_tasks.data_task import DataTask, OwnData, read_data_task, write_data_task
from kertasks.recipes.of_fold import recipe_of_fold
from kertasks.recipes.recipe import Recipe
from kertasks.registry import find_task
from kertasks.tables.table import TextForm

RUFF = [sys.executable, "-m", "ruff"]


@pytest.fixture
def folder(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a person's tasks are kept."""
    monkeypatch.setenv("KERTUI_CACHE", str(tmp_path / "cache"))
    (home / "tasks").mkdir(parents=True)
    return home / "tasks"


def recipe_of(folder: Path, data: OwnData) -> Recipe:
    """The recipe that the task of such data suggests, for a few epochs."""
    path = folder / "mine.toml"
    write_data_task(DataTask(data), path)
    assert read_data_task(path).data == data
    recipe = find_task("mine").recipe()
    return replace(recipe, fit=replace(recipe.fit, epochs=3, early_stopping=None))


def trained(recipe: Recipe) -> dict[str, float]:
    """The metrics of the last epoch."""
    fold = recipe.data.held_out_fold
    data = find_task(recipe.task).load(recipe.data.variant, recipe.seed, fold)
    model = kertasks.build_model(recipe, data)
    held_out = data.validation
    history = kertasks.fit(
        model,
        data.train.x,
        data.train.y,
        batch_size=recipe.fit.batch_size,
        epochs=recipe.fit.epochs,
        validation_split=0.0 if held_out else recipe.fit.validation_split,
        validation_data=(held_out.x, held_out.y) if held_out else None,
        seed=recipe.seed,
        xla=False,  # which would draw Dropout its own way
    )
    return {name: values[-1] for name, values in history.history.items()}


def printed_by(recipe: Recipe, folder: Path) -> dict[str, float]:
    """The same by the script that is exported, which is formatted and without fault."""
    path = folder / "plain.py"
    path.write_text(kertasks.keras_script(recipe))
    for check in (["format", "--check", "--diff"], ["check", "--select", "E,F,I,B"]):
        done = subprocess.run(
            [*RUFF, *check, "--isolated", str(path)], capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
    done = subprocess.run(
        [sys.executable, str(path)], cwd=folder, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    (last,) = (line for line in done.stdout.splitlines() if line.startswith("last epoch: "))
    found: dict[str, float] = ast.literal_eval(last.removeprefix("last epoch: "))
    return found


@pytest.mark.training
def test_a_folder_of_pictures_trains_as_its_script_does(folder: Path) -> None:
    pictures = write_pictures(folder / "pictures", ("a b", 'o"neil', "z"))
    (pictures / "a b" / "cut.png").write_bytes((pictures / "z" / "z-00.png").read_bytes()[:-20])
    (pictures / "a b" / ".hidden.png").write_bytes((pictures / "z" / "z-00.png").read_bytes())
    data = PictureFolder("pictures", ("a b", 'o"neil', "z"), height=6, width=9, rows=36)
    recipe = recipe_of_fold(recipe_of(folder, data), Fold(2, 3))
    assert trained(recipe) == pytest.approx(printed_by(recipe, folder), abs=1e-4)


def assert_the_script_has_the_same_rows(folder: Path, data: OwnData) -> None:
    """The arrays that its lines make, beside those of the task."""
    recipe_of(folder, data)
    task = find_task("mine")
    assert task.script is not None
    script, seed = task.script(task.variants[0].name), 5
    for fold in (None, Fold(2, 3)):
        names = arrays_of(script, seed, fold)
        loaded = task.load(seed=seed, fold=fold)
        parts = {"train": loaded.train, "val": loaded.validation, "test": loaded.test}
        for part, split in parts.items():
            assert (f"x_{part}" in names) is (split is not None)
            if split is not None:
                np.testing.assert_array_equal(names[f"x_{part}"], np.asarray(split.x))
                np.testing.assert_array_equal(names[f"y_{part}"], split.y)


def test_parts_colours_and_bytes_are_the_same_in_a_script(folder: Path) -> None:
    for part, each in (("Train", 8), ("val", 3), ("test", 3)):
        write_pictures(folder / "pictures" / part, each=each)
    data = PictureFolder(
        "pictures", ("dark", "light"), 4, 4, colour=True, scaling=PixelScaling.BYTES, rows=28
    )
    assert_the_script_has_the_same_rows(folder, data)
    unknown = msgspec.structs.replace(data, classes=("dark", "gone"))
    recipe_of(folder, unknown)
    with pytest.raises(kertasks.UserError, match="the class 'gone' has no file"):
        find_task("mine").load()


@pytest.mark.parametrize("form", TextForm)
def test_the_script_of_texts_has_the_same_rows(folder: Path, form: TextForm) -> None:
    texts = write_texts(folder / "texts")
    (texts / "bad" / "latin.txt").write_bytes("ch\xe2teau".encode("latin-1"))
    (texts / "bad" / "blank.txt").write_text(" \n")
    data = TextFolder(
        "texts", ("bad", "good"), text_form=form, most_words=15, most_length=8, rows=24
    )
    assert_the_script_has_the_same_rows(folder, data)
