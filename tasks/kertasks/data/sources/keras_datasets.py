"""Calls ``keras.datasets`` on files that kertasks has verified, and never lets it download.

Keras 3.15 fixes its cache folder when it is imported, looks into another folder when that
one cannot be written, and downloads whatever is missing or damaged without a word that a
person could act on. Only its reading of the files is used here; finding and checking
them is done by ``kertasks.data.sources.data_files``.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

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
