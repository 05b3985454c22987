"""Data as it comes: everything of it is told by what it is, and nothing raises."""

# ruff: noqa: E501 - tables of cases are read a case a line

from __future__ import annotations

import json
import re
import warnings
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from tests.support.own_tasks import OwnTasks

from kertasks.data.dataset import Dataset
from kertasks.data.described.describing import describe
from kertasks.data.described.description import (
    CurvePicture,
    Description,
    ScatterPicture,
    from_json,
    to_json,
)
from kertasks.data.splits import NoRows, Split
from kertasks.kinds import BaselineMethod
from kertasks.registry import find_task
from kertasks.task import LoaderFailed

THREE = np.repeat([0, 1, 2], 4)
ROWS = np.arange(24, dtype=np.float32).reshape(12, 2)


def described(data: Dataset) -> Description:
    """What is said of it; twice the same, and the same after a walk through JSON."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = describe(find_task("xor"), data)
        assert from_json(json.loads(json.dumps(to_json(found)))) == found
        assert describe(find_task("xor"), data) == found
    return found


def classes(y: Any, x: Any = None, **more: Any) -> Dataset:
    settings: dict[str, Any] = {
        "feature_names": ("left", "right"),
        "class_names": ("a", "b", "c"),
        "baseline_methods": tuple(BaselineMethod)[:3],
    }
    return Dataset(train=Split(ROWS[: len(y)] if x is None else x, y), **{**settings, **more})


def numbers(x: Any, y: Any, **more: Any) -> Dataset:
    methods = (BaselineMethod.MEAN, BaselineMethod.LINEAR_REGRESSION)
    settings: dict[str, Any] = {"feature_names": ("size",), "baseline_methods": methods}
    return Dataset(train=Split(x, y), **{**settings, **more})


@pytest.mark.parametrize(
    ("y", "names", "rows"),
    [
        (THREE.astype(np.float32), "a b c", (4, 4, 4)),
        (THREE[:, None], "a b c", (4, 4, 4)),
        (np.eye(3)[THREE], "a b c", (4, 4, 4)),
        (THREE > 0, "a b c", (4, 8, 0)),
        (THREE.tolist(), "a b c", (4, 4, 4)),
        (THREE + 1, "1 2 3", (4, 4, 4)),
        (np.arange(-6, 6), "-6 -5 -4 -3 -2 -1 0 1 2 3 4 5", (1,) * 12),
        (np.repeat([0, 1, 2, 3], 3), "a b c 3", (3, 3, 3, 3)),
        (np.array([0, 0.5, 1] * 4), "0 0.5 1", (4, 4, 4)),
        (np.array([0, 1, np.nan] * 4), "0 1 nan", (4, 4, 4)),
        (np.array([0, 1, 2**40]), "a b c 1099511627776", (1, 1, 0, 1)),
        (np.array(["cat", "dog"] * 6), "cat dog", (6, 6)),
        (np.array(["cat", "dog"] * 6, dtype=object), "cat dog", (6, 6)),
        (np.array([b"cat", b"dog"] * 6), "cat dog", (6, 6)),
        (np.array([1]), "a b c", (0, 1, 0)),
        (THREE[:9] * 1j, "0j 1j 2j", (4, 4, 1)),
        (np.array([[1, 1, 0], [0, 0, 0]] * 6), "a b c", ()),
    ],
)  # fmt: skip
def test_labels_are_counted_by_what_they_are(y: Any, names: str, rows: tuple[int, ...]) -> None:
    found = described(classes(y))
    assert " ".join(found.class_names) == names
    assert found.splits[0].class_rows == rows
    for sample in found.samples:
        assert sample.label in (*found.class_names, "a, b", "none")


NAN = ROWS.copy()
NAN[7, 1], NAN[9, 0] = np.nan, np.inf
NOT_FINITE = "what is computed of it is not finite either"


@pytest.mark.parametrize(
    ("data", "faults"),
    [
        (classes(THREE, NAN), [f"x holds nan in row 7, column 1 and in 1 more row (counted from 0): {NOT_FINITE}"]),
        (classes(THREE, np.full((12, 2), 1e300)), [f"x holds inf in row 0, column 0 and in 11 more rows (counted from 0): {NOT_FINITE}"]),
        (classes(THREE + 1), ["labels 1, 2, 3 do not fit the 3 class names, which stand for 0 to 2"]),
        (classes(THREE[:0]), ["there are no rows to train on"]),
        (classes(THREE[:9], ROWS), ["x holds 12 rows, y holds 9: there must be a target for each row"]),
        (classes(THREE[:2], np.array([["u", "v"]] * 2)), ["x holds texts (dtype <U1); Keras takes numbers"]),
        (classes(THREE, ROWS * 1j), ["x holds complex numbers (dtype complex64); Keras takes real numbers"]),
        (classes(THREE, ROWS[:, :0], feature_names=()), ["a row of x holds nothing: it has shape (0)"]),
        (classes(THREE[:3], [[1.0], [2.0, 3.0], [4.0]]), ["x holds Python objects (dtype object); Keras takes numbers"]),
        (classes(THREE, feature_names=("only one",)), ["there are 1 feature names for 2 columns"]),
        (classes(THREE, test=Split(ROWS[:0], THREE[:0])), ["the test split has no rows"]),
        (classes(THREE, test=Split(ROWS[:2, :1], np.array([0, 7]))), ["the test's x has shape (1) a row, those to train on shape (2)", "the test's labels 0, 7 do not fit the 3 class names, which stand for 0 to 2"]),
        (numbers(NAN[:, 1:], NAN[:, 0]), [f"x holds nan in row 7, column 0 (counted from 0): {NOT_FINITE}", f"y holds inf in row 9 (counted from 0): {NOT_FINITE}"]),
        (numbers(np.full((3, 1), np.nan), np.full(3, np.nan)), [f"x holds nan in row 0, column 0 and in 2 more rows (counted from 0): {NOT_FINITE}", f"y holds nan in row 0 and in 2 more rows (counted from 0): {NOT_FINITE}"]),
        (numbers(ROWS[:0, :1], ROWS[:0, 0]), ["there are no rows to train on"]),
        (numbers(ROWS[:, :1], np.array(["cheap"] * 12)), ["y holds texts (dtype <U5); Keras takes numbers"]),
        (numbers(ROWS[:, :1], ROWS), []),
        (numbers(ROWS[:, 0], ROWS[:, 1:]), []),
        (Dataset(Split(np.full((3, 2, 2, 1), np.nan), THREE[:3]), class_names=("a", "b", "c")), [f"x holds nan in row 0, at [0, 0, 0] and in 2 more rows (counted from 0): {NOT_FINITE}"]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told(data: Dataset, faults: list[str]) -> None:
    assert list(described(data).faults) == faults


def test_what_is_not_finite_is_left_out_of_facts_and_pictures() -> None:
    found = described(classes(THREE, NAN))
    assert [(facts.minimum, facts.maximum) for facts in found.features] == [(0, 22), (1, 23)]
    assert [facts.numbers for facts in found.features] == [11, 11]
    assert isinstance(found.picture, ScatterPicture)
    assert len(found.picture.x) == 10
    assert found.baseline is not None
    curve = described(numbers(NAN[:, :1], NAN[:, 1])).picture
    assert isinstance(curve, CurvePicture)
    assert len(curve.x) == 10


def test_columns_that_never_change_are_counted() -> None:
    constant = np.column_stack([ROWS[:, 0], np.ones(12, dtype=np.float32)])
    assert described(classes(THREE, constant)).constant_features == 1
    assert described(classes(THREE)).constant_features == 0


@pytest.mark.parametrize(
    ("x", "y", "said"),
    [
        (csr_matrix(ROWS), THREE, "x is one csr_matrix; allowed: an array, or a list"),
        ({"left": ROWS}, THREE, "x is one dict; allowed"),
        (np.float32(3), THREE, "x is one float32; allowed"),
        (ROWS, None, "y is None; allowed"),
    ],
)
def test_what_has_no_rows_is_refused_by_what_it_is(x: Any, y: Any, said: str) -> None:
    with pytest.raises(NoRows, match=said):
        classes(y, x)


def test_names_are_texts_however_they_come() -> None:
    found = described(classes(THREE, feature_names=np.array(["a", "b"]), class_names=[1, 2, 3]))
    assert found.class_names == ("1", "2", "3")
    assert [facts.name for facts in found.features] == ["a", "b"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("return None", "the loader of the task mine gives a NoneType, and not a Dataset"),
        ("import sys; sys.exit('no file')", "the loader of the task mine calls exit('no file')"),
    ],
)
def test_a_loader_that_gives_no_data_is_said(own_tasks: OwnTasks, body: str, said: str) -> None:
    own_tasks.add("mine", body)
    with pytest.raises(LoaderFailed, match=re.escape(said)):
        find_task("mine").load()
