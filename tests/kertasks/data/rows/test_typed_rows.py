"""Rows as people write them become the network's input; what is none is named."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kertasks.data.dataset import Dataset
from kertasks.data.rows.typed_rows import RowReader
from kertasks.data.splits import Split, standardise
from kertasks.data.text_encoding import WordsEncoder
from kertasks.errors import UserError
from kertasks.registry import find_task

FLOAT32 = st.floats(width=32, allow_nan=False, allow_infinity=False)


def numbers_data(*, scaled: bool) -> Dataset:
    random = np.random.default_rng(0)
    split = Split(random.normal(7, (3, 40, 0.01), (50, 3)), random.normal(size=50))
    scale = None
    if scaled:
        (split,), scale = standardise([split])
    else:
        split = Split(split.x.astype(np.float32), split.y)
    return Dataset(train=split, feature_names=("a", "b", "c"), feature_scale=scale)


OWN, SCALED = numbers_data(scaled=False), numbers_data(scaled=True)
BYTES = Dataset(train=Split(np.zeros((2, 2, 2, 1), np.uint8), np.zeros(2)))
INDEX = {"a": 1, "film": 2, "don't": 3, "great": 4, "rare": 40}
WORDS = Dataset(
    train=Split(np.zeros((2, 12), np.uint8), np.zeros(2)), encode=WordsEncoder(INDEX, 12)
)


@given(st.lists(st.tuples(FLOAT32, FLOAT32, FLOAT32), min_size=1, max_size=5))
def test_numbers_are_read_as_they_are_written(rows: list[tuple[float, ...]]) -> None:
    reader = RowReader(OWN)
    written = [", ".join(map(repr, row)) for row in rows]
    arrays = [json.dumps(row) for row in rows]
    for found in (reader.read_typed(written), reader.read_typed(arrays)):
        assert found.inputs == [list(row) for row in rows]
        assert found.x.dtype == np.float32
        assert np.array_equal(found.x, np.array(rows, np.float32))
        assert (found.places, found.faults, found.notes) == (list(range(len(rows))), {}, {})


@given(st.lists(st.one_of(FLOAT32.map(repr), st.text(max_size=6)), max_size=5))
def test_many_rows_at_once_come_out_as_one_by_one(cells: list[str]) -> None:
    reader = RowReader(OWN)
    good = ["1", "2.5", "-3e2"]
    found = reader.read([good, cells, good])
    alone = reader.read([cells])
    assert found.places == [0, *(1 for _ in alone.places), 2]
    assert found.faults == dict.fromkeys((1 for _ in alone.faults), alone.faults.get(0))
    assert found.inputs == [[1, 2.5, -300], *alone.inputs, [1, 2.5, -300]]


def test_rows_of_the_data_in_their_own_units_are_those_the_network_gets() -> None:
    for data in (SCALED, find_task("diabetes").load()):
        scale = data.feature_scale
        assert scale is not None
        own = scale.to_own_unit(np.asarray(data.train.x))
        found = RowReader(data).read([list(map(repr, row)) for row in own.tolist()])
        assert not found.faults
        assert found.x.dtype == data.train.x.dtype
        # ``to_own_unit`` rounds to a hundred thousandth of the scale.
        assert np.abs(found.x - data.train.x).max() < 1e-5
        assert np.array_equal(found.inputs, own)


@pytest.mark.parametrize(
    ("data", "typed", "said"),
    [
        (OWN, "1,2", "found 2 numbers; wanted: 3 numbers (a, b, c)"),
        (OWN, "1,2,3,4", "found 4 numbers; wanted: 3 numbers (a, b, c)"),
        (OWN, "", "found 1 number; wanted: 3 numbers (a, b, c)"),
        (OWN, "1,x,3", "b: found 'x'; wanted: a number"),
        (OWN, "1,,3", "b: found ''; wanted: a number"),
        (OWN, "1,nan,3", "b: found 'nan'; wanted: a finite number, within what float32 holds"),
        (OWN, "1,2,1e39", "c: found '1e39'; wanted: a finite number, within what float32 holds"),
        (OWN, "[1, 2", "found '[1, 2', which is no JSON array; wanted: 3 numbers (a, b, c)"),
        (OWN, "[1, true, 3]", "b: found true; wanted: a number"),
        (OWN, "[1, null, [3]]", "b: found null; wanted: a number"),
        (OWN, "[1, 2, [3]]", "c: found [3]; wanted: a number"),
        (OWN, "[" * 100_000, "which is no JSON array"),
        (OWN, "\x1b[2J,2,3", "a: found '\\x1b[2J'; wanted: a number"),
        (BYTES, "1,2,3", "found 3 numbers; wanted: 4 numbers"),
        (BYTES, "1,2,3,256", "number 4: found '256'; wanted: a whole number from 0 to 255"),
        (BYTES, "1,2,0.5,0", "number 3: found '0.5'; wanted: a whole number from 0 to 255"),
        (WORDS, "", "found no word; wanted: a text of words that the data has"),
        (WORDS, "Qux, rare!", "found no word that is known: 'qux', 'rare'; wanted: a text of"),
    ],
)
def test_what_is_no_row_is_said_with_what_is_wanted(data: Dataset, typed: str, said: str) -> None:
    found = RowReader(data).read_typed([typed])
    assert (found.inputs, found.places) == ([], [])
    assert found.x.shape == (0, *data.input_shape)
    assert said in found.faults[0]
    assert "\x1b" not in found.faults[0]


def test_a_picture_may_be_rows_of_pixels() -> None:
    reader = RowReader(BYTES)
    for typed in ("1,2,3,4", "[1,2,3,4]", "[[1,2],[3,4]]", "[[[1],[2]],[[3],[4]]]"):
        found = reader.read_typed([typed])
        assert found.x.tolist() == [[[[1], [2]], [[3], [4]]]]
        assert found.x.dtype == np.uint8


def test_rows_of_no_numbers_are_refused() -> None:
    texts = Dataset(train=Split(np.array([["a"]]), np.zeros(1)))
    with pytest.raises(UserError, match="neither of numbers nor of words"):
        RowReader(texts)


def test_words_are_found_whatever_stands_around_them() -> None:
    found = RowReader(WORDS).read_typed(["A GREAT film!", "“don’t” (film)...", "film 'qux' a/rare"])
    assert [np.flatnonzero(row).tolist() for row in found.x] == [
        [1, 4, 5, 7],
        [1, 5, 6],
        [1, 2, 4, 5],
    ]
    assert found.notes == {2: "not known, answered without: 'qux', 'rare'"}


@pytest.mark.parametrize("task", ["reuters", "imdb"])
def test_a_text_is_encoded_as_the_task_encodes_it(task: str, genuine_data: Path) -> None:
    data = find_task(task).load()
    sampler: Any = data.sample
    split = data.test
    assert split is not None
    rows = range(0, 40)
    # The words without a number are whatever they are: they count as one.
    texts = [sampler(split, row).text.replace("‹start›", "").replace("‹?›", "qqxq") for row in rows]
    found = RowReader(data).read_typed(texts)
    assert not found.faults
    assert np.array_equal(found.x, np.asarray(split.x[: len(rows)]))


def test_values_are_finite_whatever_is_typed() -> None:
    reader = RowReader(replace(OWN, feature_names=()))
    assert reader.wanted == "3 numbers"
    assert all(math.isfinite(value) for value in reader.numbers(["1e38", "-0", " 7 "]))
