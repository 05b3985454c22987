"""Rows are split as scikit-learn splits them, repeatably, and nothing is held out twice."""

from __future__ import annotations

import numpy as np
import pytest

from kertasks.tables.rows.splitting import TESTS, TRAINS, VALIDATES, CannotSplit, split_rows
from kertasks.tables.table import SplitChoice, SplitWay

LABELS = np.arange(100) % 4
GROUPS = np.arange(100) // 7


@pytest.mark.parametrize("way", SplitWay)
def test_each_row_is_used_once_and_the_seed_decides(way: SplitWay) -> None:
    by = np.arange(100) % 3 if way is SplitWay.COLUMN else GROUPS
    first, again, other = (split_rows(SplitChoice(way), LABELS, by, seed) for seed in (1, 1, 2))
    used = np.concatenate([first.train, first.validation, first.test])
    assert sorted(used.tolist()) == list(range(100))
    assert (first.train == again.train).all()
    assert (first.test == again.test).all()
    if way is not SplitWay.TIME:
        assert first.train.tolist() != other.train.tolist()


def test_classes_keep_their_share() -> None:
    labels = np.array([0] * 90 + [1] * 10)
    found = split_rows(SplitChoice(SplitWay.STRATIFIED), labels, None, 0)
    assert (len(found.test), int(labels[found.test].sum())) == (20, 2)


def test_time_holds_the_last_rows_out_and_trains_in_their_order() -> None:
    moments = np.random.default_rng(0).permutation(100)
    found = split_rows(SplitChoice(SplitWay.TIME, 0.25), LABELS, moments, 0)
    assert moments[found.train].tolist() == list(range(75))
    assert moments[found.test].tolist() == list(range(75, 100))


def test_no_group_is_on_both_sides_and_the_last_rows_cut_through_one_at_most() -> None:
    found = split_rows(SplitChoice(SplitWay.GROUP, 0.3), LABELS, GROUPS, 5)
    assert not set(GROUPS[found.train]) & set(GROUPS[found.test])
    of_training = GROUPS[found.train]
    assert len(np.flatnonzero(np.diff(of_training))) == len(set(of_training)) - 1
    first = len(of_training) * 4 // 5
    assert len(set(of_training[:first]) & set(of_training[first:])) <= 1


def test_a_column_marks_rows() -> None:
    marks = np.array([TRAINS, TESTS, VALIDATES, TRAINS])
    found = split_rows(SplitChoice(SplitWay.COLUMN), LABELS[:4], marks, 0)
    assert sorted(found.train.tolist()) == [0, 3]
    assert (found.validation.tolist(), found.test.tolist()) == ([2], [1])


@pytest.mark.parametrize(
    ("choice", "labels", "by", "said"),
    [
        (SplitChoice(), [], None, "each lacks its target"),
        (SplitChoice(), [1], None, "1 row cannot be split"),
        (SplitChoice(SplitWay.STRATIFIED), [0, 0, 0, 1], None, "a class of a single row"),
        (SplitChoice(SplitWay.STRATIFIED, 0.1), [0, 0, 1, 1], None, "too little for 2 classes"),
        (SplitChoice(SplitWay.GROUP, column="who"), [0, 0], [1, 1], "'who' has 1 group"),
        (SplitChoice(SplitWay.COLUMN), [0, 0], [TESTS, TESTS], "all 2 rows are held out"),
    ],
)
def test_why_rows_cannot_be_split_is_said(
    choice: SplitChoice, labels: list[int], by: list[int] | None, said: str
) -> None:
    with pytest.raises(CannotSplit, match=said):
        split_rows(choice, np.array(labels), None if by is None else np.array(by), 0)
