"""Texts become rows of zeros and ones."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kertasks.data.multi_hot import multi_hot, pack_texts
from kertasks.data.samples import WordDecoder

WORDS = 12

texts = st.lists(st.lists(st.integers(0, WORDS - 1), max_size=6), min_size=1, max_size=30)


@given(texts)
def test_a_row_has_a_one_for_each_word_that_occurs(given_texts: list[list[int]]) -> None:
    rows = multi_hot(pack_texts(given_texts), WORDS)
    assert rows.dtype == np.uint8
    assert rows.shape == (len(given_texts), WORDS)
    assert [set(np.flatnonzero(row)) for row in rows] == [set(text) for text in given_texts]
    assert rows.max(initial=0) <= 1


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
    decoder = WordDecoder({"the": 1, "film": 17})
    assert decoder.decode([0, 0, 1, 4, 2, 20, 3]) == "‹start› the ‹?› film ‹?›"
