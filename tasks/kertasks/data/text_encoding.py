"""A text as a person writes it, encoded as the texts of a dataset are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kertasks.data.multi_hot import INDEX_FROM, START, UNKNOWN

_WORD = re.compile(r"(?:[^\W_]|')+")
"""Letters, digits and apostrophes: what Keras's text data sets are made of."""


@dataclass(frozen=True, slots=True)
class EncodedText:
    """One text as a row for the network."""

    row: NDArray[Any]
    """Shape of one row of the dataset's features."""

    known: int
    """How many of its words the network has a number for."""

    unknown: tuple[str, ...]
    """The words it has none for, each once, in the order of the text."""


@dataclass(frozen=True, slots=True)
class WordsEncoder:
    """A text as a row of zeros with a 1 for every word that occurs, as Keras's text data sets
    number them: the start of a text is a word, and all words without a number are one."""

    word_index: Mapping[str, int]
    """Each word's number as Keras's text data sets have it, from 1."""

    words: int
    """How many word numbers there are, so that rarer words have none."""

    def __call__(self, text: str) -> EncodedText:
        """Encode one text: uint8, shape (words,)."""
        row = np.zeros(self.words, np.uint8)
        row[START] = 1
        known, unknown = 0, dict[str, None]()
        for word in self._words_of(text):
            number = self.word_index.get(word, self.words) + INDEX_FROM
            if number < self.words:
                row[number] = 1
                known += 1
            else:
                row[UNKNOWN] = 1
                unknown[word] = None
        return EncodedText(row, known, tuple(unknown))

    def _words_of(self, text: str) -> Iterator[str]:
        for token in text.lower().replace("’", "'").split():
            if token in self.word_index:
                yield token
                continue
            for word in _WORD.findall(token):
                if word in self.word_index:
                    yield word
                elif bare := word.strip("'"):
                    yield bare
