"""Texts as word numbers, and as rows with a 1 for every word that occurs.

Written out, imdb's 50,000 rows of 10,000 words take half a gigabyte of zeros; kept as the numbers
of their ones they take 25 MB.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin
from numpy.typing import NDArray

PADDING, START, UNKNOWN = 0, 1, 2
"""What Keras's text data sets mean by the first three word numbers."""

INDEX_FROM = 3
"""Added to a word's place in the word index, which counts from 1, to make room for those above
(and for 3, which is not used)."""


@dataclass(frozen=True)
class Texts:
    """The word numbers of several texts, end to end: two bytes a word, not a Python int."""

    numbers: NDArray[np.uint16]
    """Shape (words of all texts,)."""

    ends: NDArray[np.int64]
    """Where each text ends, shape (texts,)."""

    def __getitem__(self, row: int) -> NDArray[np.uint16]:
        """The word numbers of one text."""
        start = int(self.ends[row - 1]) if row else 0
        return self.numbers[start : int(self.ends[row])]

    def __len__(self) -> int:
        return len(self.ends)


_ROWS_AT_ONCE = 1_000


class MultiHotRows(NDArrayOperatorsMixin):
    """Rows of zeros and ones, an array of uint8 of which only the ones are kept.

    It has an array's attributes and methods, and is one for NumPy, Keras and scikit-learn. A slice
    of rows is ``MultiHotRows`` again; whatever else is read or computed is written out first.

    Args:
        numbers: columns of the ones, ascending in each row, shape (ones,).
        starts: where each row begins in ``numbers``, and the end of the last: shape (rows + 1,).
        columns: of a row.
    """

    dtype = np.dtype(np.uint8)
    ndim = 2

    def __init__(self, numbers: NDArray[np.int32], starts: NDArray[np.int64], columns: int) -> None:
        self.numbers = numbers
        self.starts = starts
        self.shape = (len(starts) - 1, columns)

    @property
    def size(self) -> int:
        """How many cells there are."""
        return self.shape[0] * self.shape[1]

    @property
    def nbytes(self) -> int:
        """Bytes of all cells, written out."""
        return self.size

    def __len__(self) -> int:
        return self.shape[0]

    def __iter__(self) -> Iterator[NDArray[np.uint8]]:
        return (self[row] for row in range(len(self)))

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, slice) and key.step in (None, 1):
            first, last, _ = key.indices(len(self))
            starts = self.starts[first : max(first, last) + 1]
            numbers = self.numbers[starts[0] : starts[-1]]
            return MultiHotRows(numbers, starts - starts[0], self.shape[1])
        if isinstance(key, tuple) and key and isinstance(key[0], int):
            return self[key[0]][key[1:]]
        if isinstance(key, tuple) or key is None or key is ...:
            return np.asarray(self)[key]
        rows = np.arange(len(self))[key]
        return self._written_out(rows.reshape(-1)).reshape(*rows.shape, self.shape[1])

    def at(self, rows: NDArray[np.int64]) -> MultiHotRows:
        """The rows of these numbers, in this order, kept in the same way."""
        lengths = self.starts[rows + 1] - self.starts[rows]
        starts = np.concatenate([[0], np.cumsum(lengths)]).astype(self.starts.dtype)
        within = np.arange(starts[-1]) - np.repeat(starts[:-1], lengths)
        numbers = self.numbers[np.repeat(self.starts[rows], lengths) + within]
        return MultiHotRows(numbers, starts, self.shape[1])

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        if copy is False:
            raise ValueError("rows that are kept as the numbers of their ones have to be copied")
        return self._written_out(np.arange(len(self))).astype(dtype or self.dtype, copy=False)

    def __array_ufunc__(self, function: Any, method: str, *inputs: Any, **arguments: Any) -> Any:
        arrays = [np.asarray(x) if isinstance(x, MultiHotRows) else x for x in inputs]
        return getattr(function, method)(*arrays, **arguments)

    def __getattr__(self, name: str) -> Any:
        # Only what arrays have: libraries ask for other names to find out what something is.
        if name.startswith("_") or not hasattr(np.ndarray, name):
            raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")
        return getattr(np.asarray(self), name)

    def _written_out(self, rows: NDArray[np.int64]) -> NDArray[np.uint8]:
        written = np.zeros((len(rows), self.shape[1]), np.uint8)
        # Some rows at a time: the places of all ones at once would be as big as the rows.
        for first in range(0, len(rows), _ROWS_AT_ONCE):
            some = rows[first : first + _ROWS_AT_ONCE]
            lengths = self.starts[some + 1] - self.starts[some]
            begins = np.cumsum(lengths) - lengths
            places = np.arange(lengths.sum()) + np.repeat(self.starts[some] - begins, lengths)
            row_of_one = np.repeat(np.arange(first, first + len(some)), lengths)
            written[row_of_one, self.numbers[places]] = 1
        return written


def pack_texts(texts: Sequence[Sequence[int]]) -> Texts:
    """Word numbers below 65,536, two bytes a word."""
    lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if len(ends) else 0
    numbers = np.fromiter(chain.from_iterable(texts), dtype=np.uint16, count=total)
    return Texts(numbers, ends)


def multi_hot(texts: Texts, words: int) -> MultiHotRows:
    """One row a text: shape (texts, words), 1 where the word occurs."""
    ends = np.concatenate([[0], texts.ends])
    found, lengths = [np.zeros(0, np.int32)], [np.zeros(1, np.int64)]
    for first in range(0, len(texts), _ROWS_AT_ONCE):
        last = min(first + _ROWS_AT_ONCE, len(texts))
        hot = np.zeros((last - first, words), np.bool_)
        row_of_word = np.repeat(np.arange(last - first), np.diff(ends[first : last + 1]))
        hot[row_of_word, texts.numbers[ends[first] : ends[last]]] = True
        found.append((np.flatnonzero(hot) % words).astype(np.int32))
        lengths.append(np.count_nonzero(hot, axis=1))
    return MultiHotRows(np.concatenate(found), np.cumsum(np.concatenate(lengths)), words)
