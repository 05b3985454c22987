"""Every task's data and recipes, on the data itself."""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

import kertasks
from kertasks.data.dataset import Dataset
from kertasks.data.described.description import WordsSample
from kertasks.errors import UnknownRecipe, UnknownTask, UnknownVariant
from kertasks.kinds import Group, TaskKind
from kertasks.registry import all_tasks, find_task
from kertasks.task import Task

OFFLINE = [task for task in all_tasks() if not task.files]
OFFLINE_VARIANTS = [
    pytest.param(task, variant.name, id=f"{task.name}-{variant.name}")
    for task in OFFLINE
    for variant in task.variants
]


def same(first: Dataset, second: Dataset) -> bool:
    """Whether two datasets hold the same arrays, bit for bit."""
    ours, theirs = first.splits(), second.splits()
    return ours.keys() == theirs.keys() and all(
        np.array_equal(getattr(ours[name], part), getattr(theirs[name], part))
        and getattr(ours[name], part).dtype == getattr(theirs[name], part).dtype
        for name in ours
        for part in ("x", "y")
    )


def test_listing_the_tasks_imports_neither_numpy_nor_keras_nor_sklearn() -> None:
    script = (
        "import sys, kertasks; tasks = kertasks.all_tasks();"
        "import kertasks.data.sources.data_files, kertasks.data.described.description;"
        "heavy = {'numpy', 'keras', 'tensorflow', 'sklearn', 'scipy', 'urllib.request'};"
        "print(len(tasks), sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout.split(" ", 1) == [str(len(all_tasks())), "[]\n"], done.stderr


def test_all_nine_tasks_are_there_grouped_in_the_order_to_show() -> None:
    assert [task.name for task in all_tasks()] == [
        *("threshold", "xor", "square"),
        *("imdb", "reuters"),
        *("boston", "diabetes", "breast-cancer"),
        "digits",
    ]
    groups = [list(Group).index(task.group) for task in all_tasks()]
    assert all(before <= after for before, after in pairwise(groups))


def test_the_recipes_that_were_asked_for_are_there() -> None:
    assert list(find_task("threshold").recipes) == [
        *("as asked", "as asked, 5 epochs", "as asked, grid", "answer")
    ]
    assert list(find_task("square").recipes) == ["as asked", "answer", "tanh"]
    assert list(find_task("xor").recipes) == ["as asked", "as asked, four rows", "answer"]
    assert list(find_task("imdb").recipes) == ["book", "retrain to the best epoch"]
    assert list(find_task("boston").recipes) == ["book", "book fold", "as asked"]
    assert {"book", "as asked", "second layer 4", "one hidden layer"} <= set(
        find_task("reuters").recipes
    )


@pytest.mark.parametrize("task", all_tasks(), ids=lambda task: task.name)
def test_a_tasks_recipes_belong_to_it_and_name_its_variants(task: Task) -> None:
    assert task.recipe() is task.recipes[task.default_recipe]
    for name, recipe in task.recipes.items():
        assert task.recipe(name) is recipe
        assert (recipe.task, recipe.name) == (task.name, name)
        assert recipe.data.variant == task.variant(recipe.data.variant).name or (
            recipe.data.variant is None
        )
        assert 0 < len(recipe.summary) <= 60
        assert recipe.compile.metrics


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownTask, match="did you mean 'xor'"):
        kertasks.find_task("xorr")
    with pytest.raises(UnknownRecipe, match="did you mean 'answer'"):
        find_task("xor").recipe("anser")
    with pytest.raises(UnknownVariant, match="did you mean 'four rows'"):
        find_task("xor").load("for rows")


@pytest.mark.parametrize(("task", "variant"), OFFLINE_VARIANTS)
def test_the_same_seed_gives_the_same_arrays_bit_for_bit(task: Task, variant: str) -> None:
    assert same(task.load(variant, seed=3), task.load(variant, seed=3))


@pytest.mark.parametrize(
    ("name", "variant"),
    [("threshold", "noisy"), ("square", "10 000"), ("xor", "40 000 rows"), ("digits", None)],
)
def test_another_seed_draws_other_rows(name: str, variant: str | None) -> None:
    task = find_task(name)
    assert not same(task.load(variant, seed=1), task.load(variant, seed=2))


@pytest.mark.parametrize(("task", "variant"), OFFLINE_VARIANTS)
def test_a_dataset_agrees_with_its_task_and_its_shape(task: Task, variant: str) -> None:
    data = task.load(variant)
    assert (data.task, data.variant, data.kind, data.unit) == (
        *(task.name, variant, task.kind, task.unit),
    )
    assert (data.shape.classes == 0) == (task.kind is TaskKind.REGRESSION)
    for split in data.splits().values():
        assert split.x.shape[1:] == data.shape.input_shape
        assert split.y.shape[1:] == data.shape.target_shape
        assert (str(split.x.dtype), str(split.y.dtype)) == (
            *(data.shape.input_dtype, data.shape.target_dtype),
        )
        assert len(split.x) == len(split.y) == split.rows
        assert split.x.dtype in (np.float32, np.uint8)
    if data.feature_names:
        assert len(data.feature_names) == len(data.feature_units) == data.input_shape[0]


def rows_of(data: Dataset) -> dict[str, int]:
    return {name: split.rows for name, split in data.splits().items()}


def test_threshold_is_decided_by_y_alone() -> None:
    task = find_task("threshold")
    corners = task.load("corners").train
    assert corners.x.tolist() == [[0, 0], [1, 0], [0, 1], [1, 1]]
    assert corners.y.tolist() == [0, 0, 1, 1]
    grid = task.load("grid").train
    assert grid.rows == 2_000
    assert grid.x.max(axis=0).tolist() == [999, 1]
    noisy = task.load("noisy")
    assert rows_of(noisy) == {"train": 1_000, "test": 100}
    for split in noisy.splits().values():
        assert np.array_equal(split.y, split.x[:, 1] > 0.5)
    assert not set(map(bytes, noisy.train.x)) & set(map(bytes, noisy.splits()["test"].x))


def test_square_is_x_times_x() -> None:
    task = find_task("square")
    assert task.load("21 points").train.x[:, 0].tolist() == list(range(-10, 11))
    drawn = task.load("10 000")
    assert rows_of(drawn) == {"train": 8_000, "validation": 2_000, "test": 1_000}
    for split in drawn.splits().values():
        assert np.array_equal(split.y, split.x[:, 0] ** 2)
        assert split.x.min() >= -50
        assert split.x.max() < 50


def test_xor_is_one_of_two() -> None:
    task = find_task("xor")
    assert rows_of(task.load("four rows")) == {"train": 4}
    drawn = task.load("40 000 rows")
    assert rows_of(drawn) == {"train": 32_000, "validation": 8_000, "test": 10}
    for split in drawn.splits().values():
        assert np.array_equal(split.y, split.x[:, 0] != split.x[:, 1])


def test_digits_are_the_same_pictures_in_both_ranges() -> None:
    task = find_task("digits")
    grey, whole = task.load("0 to 1"), task.load("0 to 16")
    assert grey.shape.input_shape == whole.shape.input_shape == (8, 8, 1)
    assert (grey.shape.input_dtype, whole.shape.input_dtype) == ("float32", "uint8")
    assert np.array_equal(grey.train.x * 16, whole.train.x)
    assert rows_of(whole) == {"train": 1_437, "test": 360}


@pytest.mark.parametrize("name", ["digits", "breast-cancer"])
def test_a_test_split_has_the_classes_in_the_same_shares(name: str) -> None:
    data = find_task(name).load()
    assert data.test is not None
    train, test = (np.bincount(split.y) / split.rows for split in (data.train, data.test))
    assert np.abs(train - test).max() < 0.01


@pytest.mark.parametrize("name", ["diabetes", "breast-cancer"])
def test_features_are_scaled_with_the_training_rows_alone(name: str) -> None:
    data = find_task(name).load("standardised")
    assert_standardised_by_training_rows(data)


def assert_standardised_by_training_rows(data: Dataset) -> None:
    assert data.test is not None
    assert np.allclose(data.train.x.mean(axis=0), 0, atol=1e-5)
    assert np.allclose(data.train.x.std(axis=0), 1, atol=1e-5)
    for name, split in data.splits().items():
        if name != "train":
            assert np.abs(split.x.mean(axis=0)).max() > 0.01


def test_breast_cancer_in_its_own_units_is_the_same_data() -> None:
    task = find_task("breast-cancer")
    own, scaled = task.load("own units"), task.load("standardised")
    assert scaled.feature_scale is not None
    assert np.allclose(
        scaled.feature_scale.to_own_unit(np.asarray(scaled.train.x)), own.train.x, rtol=1e-2
    )
    assert own.train.x.max() == 4254


def test_boston_folds_hold_out_each_row_once_and_scale_by_their_own_rows(
    genuine_data: Path,
) -> None:
    task = find_task("boston")
    whole = task.load("standardised")
    assert rows_of(whole) == {"train": 404, "test": 102}
    assert_standardised_by_training_rows(whole)
    assert whole.feature_scale is not None
    held_out = []
    scales = []
    for number in range(1, 5):
        fold = task.load(f"fold {number}")
        assert rows_of(fold) == {"train": 303, "validation": 101, "test": 102}
        assert_standardised_by_training_rows(fold)
        assert fold.validation is not None
        assert fold.feature_scale is not None
        held_out.append(fold.validation.y)
        scales.append(tuple(fold.feature_scale.mean))
    assert np.array_equal(np.concatenate(held_out), whole.train.y)
    assert len(set(scales)) == 4


def test_boston_with_a_scaled_target_knows_its_own_unit(genuine_data: Path) -> None:
    task = find_task("boston")
    scaled, own = task.load("scaled target"), task.load("standardised")
    assert scaled.target_scale is not None
    assert scaled.target_scale.scale == pytest.approx(9.199, abs=0.001)
    assert np.allclose(scaled.target_scale.to_own_unit(scaled.train.y), own.train.y, atol=1e-4)
    assert abs(scaled.train.y.mean()) < 1e-5
    assert scaled.unit == own.unit == "$1,000"


def test_reuters_splits_right_and_the_wrong_way_round(genuine_data: Path) -> None:
    task = find_task("reuters")
    right, swapped = task.load("one-hot labels"), task.load("split the wrong way round")
    assert rows_of(right) == {"train": 7_982, "validation": 1_000, "test": 2_246}
    assert rows_of(swapped) == {"train": 1_000, "validation": 7_982, "test": 2_246}
    assert right.validation is not None
    assert np.array_equal(right.validation.x, swapped.train.x)
    integers = task.load("integer labels")
    assert np.array_equal(right.train.y.argmax(axis=1), integers.train.y)
    assert right.shape.target_shape == (46,)
    assert integers.shape.target_shape == ()
    assert right.train.x.dtype == np.uint8


def test_imdb_holds_out_the_first_rows_and_keeps_one_byte_a_cell(genuine_data: Path) -> None:
    import keras

    from kertasks.data.sources.keras_datasets import call_keras, load_reviews

    task = find_task("imdb")
    data = task.load("multi-hot")
    assert rows_of(data) == {"train": 15_000, "validation": 10_000, "test": 25_000}
    assert data.train.x.dtype == np.uint8
    assert data.train.x.nbytes == 15_000 * 10_000
    assert data.validation is not None
    assert data.test is not None
    kerass = call_keras(keras.datasets.imdb.load_data, num_words=10_000)
    for (texts, labels), reviews in zip(kerass, load_reviews(10_000), strict=True):
        assert np.array_equal(reviews.labels, labels)
        assert len(reviews.texts) == len(texts)
        assert all(reviews.texts[row].tolist() == text for row, text in enumerate(texts))
    (texts, labels), (test_texts, test_labels) = kerass
    assert set(np.flatnonzero(data.validation.x[7])) == set(texts[7])
    assert set(np.flatnonzero(data.train.x[0])) == set(texts[10_000])
    assert np.array_equal(data.train.y, labels[10_000:])
    assert set(np.flatnonzero(data.test.x[-1])) == set(test_texts[-1])
    assert np.array_equal(data.test.y, test_labels)
    assert data.sample is not None
    decoded = data.sample(data.validation, 0)
    assert decoded.label == "positive"
    assert isinstance(decoded, WordsSample)
    assert decoded.text.startswith(
        "‹start› this film was just brilliant casting location scenery story direction"
    )
