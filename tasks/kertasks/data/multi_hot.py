"""Texts as word numbers, and as rows with a 1 for every word that occurs."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from kertasks.data.samples import Texts

_TEXTS_AT_ONCE = 1_000


def pack_texts(texts: Sequence[Sequence[int]]) -> Texts:
    """Word numbers below 65,536, two bytes a word."""
    lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if len(ends) else 0
    numbers = np.fromiter(chain.from_iterable(texts), dtype=np.uint16, count=total)
    return Texts(numbers, ends)


def multi_hot(texts: Texts, words: int) -> NDArray[np.uint8]:
    """One row a text, one byte a word: shape (texts, words), 1 where the word occurs."""
    rows = np.zeros((len(texts), words), dtype=np.uint8)
    starts = np.concatenate([[0], texts.ends])
    # Some texts at a time: an index of all cells at once would be as big as the texts.
    for first in range(0, len(texts), _TEXTS_AT_ONCE):
        last = min(first + _TEXTS_AT_ONCE, len(texts))
        lengths = np.diff(starts[first : last + 1])
        row_of_word = np.repeat(np.arange(first, last), lengths)
        rows[row_of_word, texts.numbers[starts[first] : starts[last]]] = 1
    return rows
