"""The facts of a dataset, against figures known from elsewhere."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from kertasks.data.dataset import Dataset
from kertasks.data.described.describing import describe, row_hashes
from kertasks.data.described.description import (
    SCHEMA,
    ColumnsSample,
    CurvePicture,
    Description,
    ImageSample,
    ScatterPicture,
    SplitFacts,
    WordsSample,
    from_json,
    to_json,
)
from kertasks.data.splits import Split
from kertasks.kinds import BaselineMethod, TaskKind
from kertasks.registry import all_tasks, find_task
from kertasks.task import Task

OFFLINE = [
    pytest.param(task, variant.name, id=f"{task.name}-{variant.name}")
    for task in all_tasks()
    if not task.files
    for variant in task.variants
]


def described(name: str, variant: str | None = None) -> Description:
    task = find_task(name)
    return describe(task, task.load(variant))


def split_of(description: Description, name: str) -> SplitFacts:
    return next(facts for facts in description.splits if facts.name == name)


@pytest.mark.parametrize(("task", "variant"), OFFLINE)
def test_a_description_goes_through_json(task: Task, variant: str) -> None:
    description = describe(task, task.load(variant))
    assert from_json(json.loads(json.dumps(to_json(description)))) == description
    assert describe(task, task.load(variant)) == description


def test_a_description_of_another_schema_is_refused() -> None:
    plain = to_json(described("xor"))
    with pytest.raises(ValueError, match="schema"):
        from_json(plain | {"schema": SCHEMA + 1})
    with pytest.raises(ValueError, match="not a description"):
        from_json({"schema": SCHEMA})


def test_xor_has_four_rows_and_a_coin_for_a_baseline() -> None:
    xor = described("xor")
    train = split_of(xor, "train")
    assert (train.rows, train.distinct_rows, train.class_rows) == (4, 4, (2, 2))
    assert [(f.name, f.minimum, f.maximum) for f in xor.features] == [("a", 0, 1), ("b", 0, 1)]
    assert xor.baseline is not None
    assert (xor.baseline.name, xor.baseline.value) == ("majority", 0.5)
    assert isinstance(xor.picture, ScatterPicture)
    assert len(xor.picture.x) == 4
    assert [sample.label for sample in xor.samples] == ["0", "1", "0", "1"]


def test_every_validation_row_of_the_drawn_xor_is_also_a_training_row() -> None:
    xor = described("xor", "40 000 rows")
    assert split_of(xor, "train").distinct_rows == 4
    assert split_of(xor, "validation").rows == xor.validation_rows_in_training == 8_000
    assert isinstance(xor.picture, ScatterPicture)
    assert len(xor.picture.x) == 4


def test_logistic_regression_classifies_all_of_threshold() -> None:
    for variant in ("corners", "grid"):
        baseline = described("threshold", variant).baseline
        assert baseline is not None
        assert (baseline.name, baseline.value) == ("logistic regression", 1.0)
    grid = described("threshold", "grid")
    assert [feature.maximum for feature in grid.features] == [999, 1]
    assert isinstance(grid.picture, ScatterPicture)
    assert 100 <= len(grid.picture.x) <= 300
    assert set(grid.picture.classes) == {0, 1}


def test_a_line_through_the_squares_is_their_mean() -> None:
    square = described("square", "21 points")
    assert square.target is not None
    assert square.target.mean == pytest.approx(36.67, abs=0.01)
    assert square.target.standard_deviation**2 == pytest.approx(1_068.22, abs=0.01)
    assert isinstance(square.picture, CurvePicture)
    assert square.picture.x == tuple(range(-10, 11))
    drawn = described("square", "10 000").picture
    assert isinstance(drawn, CurvePicture)
    assert len(drawn.x) <= 300
    assert list(drawn.x) == sorted(drawn.x)


def test_digits_are_shown_as_pictures_one_of_each() -> None:
    digits = described("digits")
    assert [sample.label for sample in digits.samples] == [str(digit) for digit in range(10)]
    for sample in digits.samples:
        assert isinstance(sample, ImageSample)
        assert np.shape(sample.pixels) == (8, 8)
        assert 0 <= np.min(sample.pixels) < np.max(sample.pixels) <= 1
    assert [feature.name for feature in digits.features] == ["all"]
    assert digits.samples == described("digits", "0 to 16").samples


def test_scaled_features_are_told_in_their_own_units_too() -> None:
    diabetes = described("diabetes")
    assert {feature.unit for feature in diabetes.features} == {"SD"}
    age = diabetes.own_features[0]
    assert (age.name, age.unit) == ("age", "years")
    assert age.minimum == pytest.approx(19)
    assert age.maximum == pytest.approx(79)
    sample = diabetes.samples[0]
    assert isinstance(sample, ColumnsSample)
    assert sample.columns[0] == ("age", "52 years")
    assert diabetes.target is not None
    assert (diabetes.target.minimum, diabetes.target.maximum) == (25, 346)


def test_the_facts_of_boston(genuine_data: Path) -> None:
    boston = described("boston")
    assert [(facts.name, facts.rows) for facts in boston.splits] == [("train", 404), ("test", 102)]
    assert boston.target is not None
    assert boston.target.unit == "$1,000"
    assert boston.target.standard_deviation == pytest.approx(9.199, abs=0.001)
    assert isinstance(boston.samples[0], ColumnsSample)
    assert boston.samples[0].label == "price $15,200"
    assert dict(boston.samples[0].columns)["large lots"] == "0 % of land"
    scaled = described("boston", "scaled target")
    assert scaled.target is not None
    assert scaled.target.mean == pytest.approx(boston.target.mean, abs=1e-4)
    assert scaled.samples == boston.samples
    assert scaled.baseline is not None
    assert boston.baseline is not None
    assert scaled.baseline.value == pytest.approx(boston.baseline.value, abs=1e-4)


def test_the_facts_of_reuters(genuine_data: Path) -> None:
    reuters = described("reuters")
    assert len(reuters.class_names) == 46
    assert sum(split_of(reuters, "train").class_rows) == 7_982
    assert reuters.class_names[np.argmax(split_of(reuters, "train").class_rows)] == "earn"
    (shuffled,) = reuters.other_baselines
    assert 0.178 <= shuffled.value <= 0.194
    assert (
        reuters.validation_rows_in_training
        == described("reuters", "integer labels").validation_rows_in_training
    )
    sample = reuters.samples[0]
    assert isinstance(sample, WordsSample)
    assert "german banking authorities" in sample.text


def test_the_facts_of_imdb(genuine_data: Path) -> None:
    task = find_task("imdb")
    data = task.load()
    imdb = describe(task, data)
    assert imdb.feature_count == 10_000
    assert split_of(imdb, "test").class_rows == (12_500, 12_500)
    assert split_of(imdb, "train").bytes == 15_000 * (10_000 + 4)
    assert imdb.features[0].mean == pytest.approx(data.train.x.mean(dtype=np.float64))
    known = {
        row.tobytes() for row in np.column_stack([data.train.x, data.train.y.astype(np.uint8)])
    }
    assert split_of(imdb, "train").distinct_rows == len(known)
    assert data.validation is not None
    assert imdb.validation_rows_in_training == sum(
        row.tobytes() + bytes([label]) in known
        for row, label in zip(data.validation.x, data.validation.y, strict=True)
    )


def test_rows_are_compared_by_value_and_target() -> None:
    x = np.array([[0.0, 1.0], [-0.0, 1.0], [0.0, 1.0], [2.0, 1.0]], dtype=np.float32)
    y = np.array([0, 0, 1, 0], dtype=np.int32)
    first, negative_zero, other_target, other_value = row_hashes(Split(x, y))
    assert first == negative_zero
    assert len({first, other_target, other_value}) == 3


def test_a_baseline_of_a_dataset_without_a_test_split_is_scored_on_what_is_held_out() -> None:
    split = Split(np.zeros((4, 1), dtype=np.float32), np.array([0, 1, 1, 1], dtype=np.int32))
    held_out = Split(np.zeros((2, 1), dtype=np.float32), np.array([0, 1], dtype=np.int32))
    data = Dataset(
        task="xor",
        variant="four rows",
        seed=0,
        kind=TaskKind.BINARY,
        train=split,
        validation=held_out,
        test=None,
        feature_names=("a",),
        class_names=("0", "1"),
        baseline_methods=(BaselineMethod.MAJORITY,),
    )
    baseline = describe(find_task("xor"), data).baseline
    assert baseline is not None
    assert baseline.value == 0.5


def test_medians_are_those_of_the_training_rows_in_each_feature_s_own_unit() -> None:
    found = described("diabetes")
    data = find_task("diabetes").load()
    assert data.feature_scale is not None
    own = data.feature_scale.to_own_unit(np.asarray(data.train.x))
    assert [facts.median for facts in found.own_features] == np.median(own, axis=0).tolist()
    assert described("digits").features[0].median is None
