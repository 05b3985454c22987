"""Held-out rows that are trained on too."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kertasks.data.dataset import Dataset
from kertasks.data.described.description import Sample, WordsSample
from kertasks.data.described.samples import WordsSampler
from kertasks.data.joining import joined
from kertasks.data.multi_hot import MultiHotRows, multi_hot, pack_texts
from kertasks.data.splits import Split

TEXTS = [[3, 1, 4], [1, 5], [9, 2, 6, 5], [3], [5, 8, 9]]


@pytest.mark.parametrize("dense", [False, True])
def test_rows_come_after_each_other_whatever_keeps_them(dense: bool) -> None:
    rows, labels = multi_hot(pack_texts(TEXTS), 10), np.arange(5)
    parts = [rows[:3], rows[3:]]
    first, then = (Split(np.asarray(x) if dense else x, labels[:0]) for x in parts)
    data = replace(
        text_data(), train=replace(first, y=labels[:3]), validation=replace(then, y=labels[3:])
    )
    found = joined(data)
    assert isinstance(found.train.x, np.ndarray if dense else MultiHotRows)
    assert np.array_equal(np.asarray(found.train.x), np.asarray(rows))
    assert list(found.train.y) == list(labels)
    assert found.held_out is None
    assert joined(found) is found


def test_each_row_keeps_its_text() -> None:
    found = joined(text_data())
    assert found.sample is not None
    read = [found.sample(found.train, row) for row in range(5)]
    assert [one.text for one in read if isinstance(one, WordsSample)] == list("abcde")
    assert found.test is not None
    assert found.sample(found.test, 0) == WordsSample("", "t")


def test_words_are_known_where_a_row_of_text_lost_their_order() -> None:
    first, then = pack_texts(TEXTS[:3]), pack_texts(TEXTS[3:])
    splits = [Split(multi_hot(texts, 10), np.zeros(len(texts))) for texts in (first, then)]
    sampler = WordsSampler({}, (), ((splits[0], first, 0), (splits[1], then, 0)))
    found = joined(Dataset(splits[0], validation=splits[1], sample=sampler))
    assert isinstance(found.sample, WordsSampler)
    assert [list(found.sample.numbers(found.train, row)) for row in range(5)] == TEXTS


def text_data() -> Dataset:
    train, held_out, test = (Split(np.zeros((rows, 10)), np.zeros(rows)) for rows in (3, 2, 1))
    texts = {id(train): "abc", id(held_out): "de", id(test): "t"}

    def sample(split: Split, row: int) -> Sample:
        return WordsSample("", texts[id(split)][row])

    return Dataset(train, validation=held_out, test=test, sample=sample)
