"""Reads Keras's data sets from files that kertasks has verified, and never lets Keras download.

Keras 3.15 fixes its cache folder when it is imported, looks into another folder when that
one cannot be written, and downloads whatever is missing or damaged without a word that a
person could act on. Only its reading of the files is used here; finding and checking
them is done by ``kertasks.data.sources.data_files``.
"""

from __future__ import annotations

import io
import threading
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kertasks.data.multi_hot import INDEX_FROM, START, UNKNOWN, Texts
from kertasks.data.sources import data_files as files

_lock = threading.Lock()


def call_keras(function: Callable[..., Any], **arguments: Any) -> Any:
    """Call a function of ``keras.datasets`` with every file it asks for taken from the cache.

    Raises:
        DataFileMissing: a file it asks for is not in the cache.
        DataFileDamaged: a file's hash is not the published one.
    """
    # Each module of keras.datasets finds its files through one function of this name.
    names = function.__globals__
    with _lock:
        find = names["get_file"]
        names["get_file"] = _verified
        try:
            return function(**arguments)
        finally:
            names["get_file"] = find


def _verified(fname: str, **_: Any) -> str:
    return str(files.require(fname))


FILE = "imdb.npz"

_SEED = 113
"""What ``load_data`` shuffles both parts with."""


@dataclass(frozen=True, slots=True)
class Reviews:
    """One part of the data set."""

    texts: Texts
    labels: NDArray[np.int32]
    """1 for a positive review, shape (texts,)."""


def load_reviews(words: int) -> tuple[Reviews, Reviews]:
    """The 25,000 film reviews to train on and the 25,000 to test on.

    ``keras.datasets.imdb.load_data`` makes three lists of lists of all 12 million words, which
    takes 9 seconds and most of a gigabyte. Here one array after the other is read, with Keras's own
    reader, and packed at once, in the same order and numbers.

    Args:
        words: how many word numbers there are, at most 65,536; a rarer word becomes ``UNKNOWN``.

    Raises:
        DataFileMissing: the file is not in Keras's cache.
        DataFileDamaged: its hash is not the published one.
    """
    # Keras's reader builds arrays of lists and nothing else, whatever a file says.
    from keras.src.datasets.npz_utils import load_npy_member

    generator = np.random.RandomState(_SEED)
    with zipfile.ZipFile(files.require(FILE)) as archive:

        def member(name: str) -> Any:
            return load_npy_member(io.BytesIO(archive.read(f"{name}.npy")))

        def part(name: str) -> Reviews:
            labels = member(f"y_{name}")
            order = np.arange(len(labels))
            generator.shuffle(order)
            texts = _pack(member(f"x_{name}"), order, words)
            return Reviews(texts, labels[order].astype(np.int32))

        return part("train"), part("test")


def _pack(texts: Any, order: NDArray[np.int64], words: int) -> Texts:
    lengths = np.fromiter((len(texts[row]) + 1 for row in order), np.int64, len(order))
    ends = np.cumsum(lengths)
    mark = [START - INDEX_FROM]
    found = chain.from_iterable(chain(mark, texts[row]) for row in order)
    numbers = np.fromiter(found, np.int32, int(ends[-1])) + INDEX_FROM
    numbers[numbers >= words] = UNKNOWN
    return Texts(numbers.astype(np.uint16), ends)
