"""The files Keras's data sets come from, in Keras's own cache.

Names, addresses and hashes are those of ``keras.datasets`` in Keras 3.15.
"""

from __future__ import annotations

import os
from pathlib import Path

from kertasks.data.sources.source import DataFile, Source

_FILES = (
    DataFile(
        "imdb.npz",
        17_464_789,
        "sha256",
        "69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f",
        "50,000 film reviews as word numbers",
    ),
    DataFile(
        "imdb_word_index.json",
        1_641_221,
        "md5",
        "bfafd718b763782e994055a2d397834f",
        "the words behind the numbers of imdb",
    ),
    DataFile(
        "reuters.npz",
        2_110_848,
        "sha256",
        "d6586e694ee56d7a4e65172e12b3e987c03096cb01eab99753921ef915959916",
        "11,228 newswires as word numbers",
    ),
    DataFile(
        "reuters_word_index.json",
        550_378,
        "md5",
        "4d44cc38712099c9e383dc6e5f11a921",
        "the words behind the numbers of reuters",
    ),
    DataFile(
        "boston_housing.npz",
        57_026,
        "sha256",
        "f553886a1f8d56431e820c5b82552d9d95cfcb96d1e678153f8839538947dff5",
        "506 districts of Boston",
    ),
)


def cache_folder() -> Path:
    """Keras's own cache: ``KERAS_HOME`` or ``~/.keras``, then ``datasets``. It may not exist."""
    home = os.environ.get("KERAS_HOME")
    return Path(home or "~/.keras").expanduser().absolute() / "datasets"


KERAS_FILES = Source("keras", _FILES, cache_folder)
