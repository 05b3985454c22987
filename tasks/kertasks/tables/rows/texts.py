"""Texts as the numbers of their words, as Keras's ``TextVectorization`` numbers them.

What a word is is said here in plain Python, so that letters of any language count, and in the
script that is exported in the same words; the vocabulary and its numbers are those of the layer.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from kertasks.data.text_encoding import EncodedText
from kertasks.tables.statistics import FIRST_WORD, PADDING, UNKNOWN, TextColumn

WORD = r"[^\W_]+(?:'[^\W_]+)*"
"""Letters and digits, with an apostrophe between them."""

_MOST_COUNTED = 2_000_000
"""Different words: beyond, those that occurred once are forgotten."""

_find = re.compile(WORD).findall


def words_of(text: str) -> list[str]:
    """The words of a text, in lower case."""
    return _find(text.lower().replace("\u2019", "'"))


class Vocabulary:
    """Counts the words of texts."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def add(self, texts: Iterable[str | None]) -> None:
        """Count those of some more texts; a missing one has none."""
        for text in texts:
            self._counts.update(words_of(text or ""))
        if len(self._counts) > _MOST_COUNTED:
            self._counts = Counter({word: n for word, n in self._counts.items() if n > 1})

    def words(self, most: int) -> tuple[str, ...]:
        """The most frequent ones, so many numbers in all, in the order of ``TextVectorization``."""
        ordered = sorted(self._counts.items(), key=lambda pair: (pair[1], pair[0]), reverse=True)
        return tuple(word for word, _ in ordered[: max(0, most - FIRST_WORD)])


class TextNumbers:
    """Texts as rows for the network.

    Args:
        column: its vocabulary.
    """

    def __init__(self, column: TextColumn) -> None:
        self._column = column

    @cached_property
    def word_index(self) -> dict[str, int]:
        """Each word of the vocabulary with its number."""
        return {word: at for at, word in enumerate(self._column.words, start=FIRST_WORD)}

    def numbers(self, text: str) -> list[int]:
        """The numbers of a text's words in their order."""
        index = self.word_index
        return [index.get(word, UNKNOWN) for word in words_of(text)]

    def hot(self, texts: Sequence[str | None]) -> list[NDArray[np.int32]]:
        """The numbers of the words that occur in each text, ascending, each once."""
        return [np.unique(np.array(self.numbers(text or ""), np.int32)) for text in texts]

    def rows(self, texts: Sequence[str | None]) -> NDArray[np.int32]:
        """The numbers in their order, filled up at the end; int32, shape (texts, length)."""
        length = self._column.length
        rows = np.full((len(texts), length), PADDING, np.int32)
        for row, text in zip(rows, texts, strict=True):
            found = self.numbers(text or "")[:length]
            row[: len(found)] = found
        return rows

    def __call__(self, text: str) -> EncodedText:
        """Encode one text, a row that is nothing else: uint8 or int32."""
        words = words_of(text)
        unknown = tuple(dict.fromkeys(word for word in words if word not in self.word_index))
        known = sum(word in self.word_index for word in words)
        if self._column.length:
            return EncodedText(self.rows([text])[0], known, unknown)
        row = np.zeros(self._column.numbers, np.uint8)
        row[self.hot([text])[0]] = 1
        return EncodedText(row, known, unknown)
