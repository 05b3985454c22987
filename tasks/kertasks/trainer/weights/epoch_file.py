"""The file of one epoch's weights: a NumPy array of one record, a field a weight.

``numpy.load`` reads it. Nothing in it is run, and of a file that may be anybody's no more is read
than the weights of the network at hand take.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy import lib
from numpy.typing import DTypeLike, NDArray

from kertasks.files import open_regular, replacing

_VERSION = (2, 0)
"""Of NumPy's format: the first that holds a thousand fields."""

_HEADER = 1000
"""Bytes in which a file says what it holds, and as many more for each weight."""


def most_beside(weights: int) -> int:
    """Bytes that a file of so many weights has at most beside their numbers."""
    return _HEADER * (1 + weights)


def write_epoch(path: Path, arrays: Sequence[NDArray[Any]]) -> None:
    """Replace the file by these weights.

    Raises:
        OSError: it cannot be written; the one before is still there.
    """
    record = np.empty((), _record(arrays))
    for name, array in zip(_names(record.dtype), arrays, strict=True):
        record[name] = array.view(record.dtype[name].base)
    with replacing(path) as file:
        lib.format.write_array(file, record, version=_VERSION, allow_pickle=False)


def read_epoch_file(path: Path, like: Sequence[NDArray[Any]]) -> list[NDArray[Any]]:
    """The weights in a file.

    Args:
        path: of the file.
        like: weights of the network at hand, whose shapes and types these must have.

    Raises:
        OSError: it is not there or cannot be read.
        ValueError: it is no such file, or of another network.
    """
    wanted = _record(like)
    most = most_beside(len(like))
    with os.fdopen(open_regular(path), "rb") as file:
        try:
            version = lib.format.read_magic(file)
            shape, _, dtype = lib.format.read_array_header_2_0(file, max_header_size=most)
        except OSError:
            raise
        except Exception as error:  # whatever Python makes of such text
            raise ValueError("it is no file of weights") from error
        if version != _VERSION or shape != () or dtype != wanted:
            raise ValueError("it is of another network")
        data = file.read(wanted.itemsize)
    if len(data) < wanted.itemsize:
        raise ValueError("its end is missing")
    record = np.frombuffer(data, wanted, 1).reshape(())
    fields = [record[name] for name in _names(wanted)]
    return [found.view(given.dtype) for found, given in zip(fields, like, strict=True)]


def _record(arrays: Sequence[NDArray[Any]]) -> np.dtype[np.void]:
    return np.dtype(
        [(str(place), _plain(array.dtype), array.shape) for place, array in enumerate(arrays)]
    )


def _plain(dtype: np.dtype[Any]) -> DTypeLike:
    """A type that NumPy's files know: bfloat16 is two bytes without a meaning in them."""
    return f"V{dtype.itemsize}" if dtype.kind == "V" else dtype


def _names(record: np.dtype[Any]) -> tuple[str, ...]:
    return record.names or ()
