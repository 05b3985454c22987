"""Texts become rows of zeros and ones."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kertasks.data.described.samples import WordsSampler
from kertasks.data.multi_hot import multi_hot, pack_texts

WORDS = 12

texts = st.lists(st.lists(st.integers(0, WORDS - 1), max_size=6), min_size=1, max_size=30)


@given(texts)
def test_a_row_has_a_one_for_each_word_that_occurs(given_texts: list[list[int]]) -> None:
    rows = multi_hot(pack_texts(given_texts), WORDS)
    assert rows.dtype == np.uint8
    assert rows.shape == (len(given_texts), WORDS)
    assert [set(np.flatnonzero(row)) for row in rows] == [set(text) for text in given_texts]
    assert rows.max(initial=0) <= 1


KEYS: list[Any] = [
    3, -1, slice(2, 5), slice(5, 2), slice(None, None, 3), slice(-4, None), [4, 0, 4],
    np.array([2]), np.arange(9) % 2 == 0, np.array([[0, 1], [2, 3]]), (4, 2), (slice(1, 4), 0),
    (slice(None), slice(0, 12, 5)), ([1, 2], [3]), (8, slice(3)), ..., None, (),
]  # fmt: skip


@pytest.mark.parametrize("key", KEYS, ids=str)
def test_rows_are_read_like_an_array(key: Any) -> None:
    rows = multi_hot(
        pack_texts([[row, (row * 5) % WORDS, 0][: row % 4] for row in range(9)]), WORDS
    )
    written = np.array(rows)
    found = rows[key]
    assert np.shape(found) == np.shape(written[key])
    assert found.dtype == np.uint8
    np.testing.assert_array_equal(found, written[key])


def test_rows_are_computed_with_like_an_array() -> None:
    rows = multi_hot(pack_texts([[1, 2], [], [2, 11]]), WORDS)
    written = np.array(rows)
    assert (rows.shape, rows.ndim, rows.size, rows.nbytes) == ((3, 12), 2, 36, 36)
    np.testing.assert_array_equal(rows * 2 + rows, written * 3)
    np.testing.assert_array_equal(rows == 1, written == 1)
    np.testing.assert_array_equal(rows.mean(axis=0), written.mean(axis=0))
    np.testing.assert_array_equal(np.column_stack([rows, [7, 8, 9]])[:, -1], [7, 8, 9])
    assert rows.astype("float32").dtype == np.float32
    assert not hasattr(rows, "no_such_attribute")
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(rows)), written)
    with pytest.raises(IndexError):
        rows[3]
    with pytest.raises(ValueError, match="copied"):
        np.asarray(rows, copy=False)


@given(texts)
def test_packed_texts_are_the_texts(given_texts: list[list[int]]) -> None:
    packed = pack_texts(given_texts)
    assert len(packed) == len(given_texts)
    assert [packed[row].tolist() for row in range(len(packed))] == given_texts


def test_more_texts_than_are_written_at_once() -> None:
    many = [[row % WORDS, (row * 7) % WORDS] for row in range(2_345)]
    rows = multi_hot(pack_texts(many), WORDS)
    assert [set(np.flatnonzero(row)) for row in rows] == [set(text) for text in many]


def test_words_are_counted_from_three_and_the_first_numbers_are_marks() -> None:
    decoder = WordsSampler({"the": 1, "film": 17}, (), ())
    assert decoder.decode([0, 0, 1, 4, 2, 20, 3]) == "‹start› the ‹?› film ‹?›"
