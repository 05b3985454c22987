"""Folds are scikit-learn's, and nothing of a held-out row is known to those that train."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.model_selection import (
    GroupKFold,
    KFold,
    StratifiedKFold,
    TimeSeriesSplit,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from kertasks.data.dataset import Dataset
from kertasks.data.described.samples import WordsSampler
from kertasks.data.folds.fold import Fold
from kertasks.data.folds.folding import CannotFold, fold_places, folded
from kertasks.data.multi_hot import multi_hot, pack_texts
from kertasks.data.splits import FeatureScale, Split
from kertasks.kinds import TaskKind
from kertasks.registry import find_task
from kertasks.tables.loading import load as load_table
from kertasks.tables.table import Column, Role, SplitChoice, SplitWay, Table

ROWS = 40
CLASSES = np.arange(ROWS) % 2
GROUPS = np.arange(ROWS) // 4


def drawn(repeat: int = 1) -> dict[str, Any]:
    return {"shuffle": True, "random_state": np.random.RandomState([7, repeat])}


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ({}, KFold(4, **drawn()).split(CLASSES)),
        ({"classes": ("a", "b")}, StratifiedKFold(4, **drawn()).split(CLASSES, CLASSES)),
        ({"groups": GROUPS}, GroupKFold(4, **drawn()).split(CLASSES, groups=GROUPS)),
        ({"by_time": True}, TimeSeriesSplit(4).split(CLASSES)),
    ],
)
def test_folds_are_those_of_scikit_learn(by: dict[str, Any], expected: Any) -> None:
    held_out = []
    for number, (train, test) in enumerate(expected, start=1):
        places = fold_places(Fold(number, 4), CLASSES, 7, **by)
        assert places.train.tolist() == train.tolist()
        assert places.held_out.tolist() == test.tolist()
        held_out += places.held_out.tolist()
    everything = range(8, ROWS) if "by_time" in by else range(ROWS)
    assert sorted(held_out) == [*everything]


def test_another_repeat_divides_the_rows_in_another_way() -> None:
    first, second = (fold_places(Fold(1, 4, repeat), CLASSES, 7) for repeat in (1, 2))
    assert first.held_out.tolist() != second.held_out.tolist()


@pytest.mark.parametrize(
    ("labels", "by", "said"),
    [
        ([1, 2, 3], {}, "4 folds of 3 rows cannot be made"),
        ([0] * 9 + [1] * 3, {"classes": ("no", "yes")}, "the class yes has 3 rows"),
        ([0] * 9, {"groups": np.arange(9) % 3}, "4 folds of 3 groups of rows cannot be made"),
        ([0, 1, 2, 3], {"by_time": True}, "4 folds of 4 rows cannot be made"),
    ],
)
def test_too_few_rows_are_refused(labels: list[int], by: dict[str, Any], said: str) -> None:
    with pytest.raises(CannotFold, match=said):
        fold_places(Fold(1, 4), np.array(labels), 0, **by)


def test_rows_by_time_have_no_second_repeat() -> None:
    with pytest.raises(CannotFold, match="in one way only"):
        fold_places(Fold(1, 4, 2), CLASSES, 0, by_time=True)


def test_the_scale_of_a_fold_is_that_of_a_pipeline_fitted_to_the_other_folds() -> None:
    task, seed = find_task("diabetes"), 3
    raw = task.loader("standardised", seed)
    parts = KFold(4, shuffle=True, random_state=np.random.RandomState([seed, 1])).split(raw.train.x)
    for number, (train, held_out) in enumerate(parts, start=1):
        data = task.load(None, seed, Fold(number, 4))
        pipeline = make_pipeline(StandardScaler()).fit(np.asarray(raw.train.x)[train])
        assert raw.test is not None
        assert data.test is not None
        assert data.validation is not None
        rows = np.asarray(raw.train.x)
        pairs = [(rows[train], data.train), (rows[held_out], data.validation)]
        for own, split in [*pairs, (np.asarray(raw.test.x), data.test)]:
            assert np.array_equal(pipeline.transform(own).astype(np.float32), split.x)
        assert np.array_equal(data.validation.y, raw.train.y[held_out].astype(np.float32))
        assert data.fold == Fold(number, 4)


def test_rows_that_a_loader_scaled_by_itself_are_refused() -> None:
    data = Dataset(
        Split(np.zeros((8, 1)), np.zeros(8)),
        feature_scale=FeatureScale(np.zeros(1), np.ones(1)),
        task="mine",
        kind=TaskKind.REGRESSION,
    )
    with pytest.raises(
        CannotFold, match=r"the task mine cannot be folded: .* standardise_features"
    ):
        folded(data, Fold(1, 4))


def test_texts_are_known_in_their_fold_and_own_validation_rows_are_folded_too() -> None:
    numbers = [[4 + row] for row in range(12)]
    texts = pack_texts(numbers)
    rows = multi_hot(texts, 20)
    labels = np.arange(12) % 2
    train, held_out = Split(rows[:8], labels[:8]), Split(rows[8:], labels[8:])
    words = {f"word{row}": row + 1 for row in range(12)}
    sample = WordsSampler(words, ("no", "yes"), ((train, texts, 0), (held_out, texts, 8)))
    data = Dataset(
        train, held_out, class_names=("no", "yes"), sample=sample, kind=TaskKind.BINARY, task="own"
    )
    seen = []
    for number in (1, 2, 3):
        fold = folded(replace(data, seed=1), Fold(number, 3))
        assert fold.validation is not None
        assert (fold.train.rows, fold.validation.rows) == (8, 4)
        assert fold.sample is not None
        for split in (fold.train, fold.validation):
            for row in range(split.rows):
                ones = np.flatnonzero(np.asarray(split.x[row])).tolist()
                text = f"word{ones[0] - 4}"
                assert getattr(fold.sample(split, row), "text", None) == text
                seen += [text] if split is fold.validation else []
    assert sorted(seen) == sorted(words)


def test_a_table_learns_its_words_and_its_scale_of_the_other_folds(
    tmp_path: Path, cache: Path
) -> None:
    path = tmp_path / "t.csv"
    lines = [f"{day},{day % 7},{'rare' if day == 9 else 'often'},{day}" for day in range(12)]
    path.write_text("\n".join(["day,a,kind,y", *lines]))
    table = Table(
        path=str(path),
        target="y",
        columns=(
            Column("day", Role.IGNORE),
            Column("a", Role.NUMBER),
            Column("kind", Role.CATEGORY),
            Column("y", Role.NUMBER),
        ),
        split=SplitChoice(SplitWay.TIME, test=0.0, column="day"),
    )
    features = []
    for number in (1, 2, 3):
        data = load_table(table, tmp_path, 0, Fold(number, 3))
        assert data.validation is not None
        trained, held_out = data.train.y.tolist(), data.validation.y.tolist()
        assert (trained, held_out) == ([*range(3 * number)], [*range(3 * number, 3 * number + 3)])
        assert data.feature_scale is not None
        assert data.feature_scale.mean[0] == pytest.approx(np.mean(np.arange(3 * number) % 7))
        features.append(len(data.feature_names))
    assert features[0] == features[2] < len(load_table(table, tmp_path, 0).feature_names)
