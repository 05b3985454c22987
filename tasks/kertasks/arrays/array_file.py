"""Reads the arrays of an ``.npz`` or ``.npy`` file, never a pickle: NumPy refuses those itself.

A member of an ``.npz`` may unpack to a thousand times its size: NumPy makes room for what its
header says, and reads no more than that.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kertasks.arrays.own_arrays import ONLY
from kertasks.errors import UserError
from kertasks.files import open_regular
from kertasks.text.plain_text import visible_name

MOST_BYTES = 64 << 30
"""Of one array, as its header says: more fits in no memory that a person trains in."""

MOST_ARRAYS = 1_000


class WrongArrays(UserError):
    """A file has no arrays that can be trained on; the text says why."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{visible_name(path.name)}: {why}")


@contextmanager
def opened_arrays(path: Path) -> Iterator[Mapping[str, Any]]:
    """The arrays of a file by name; each is read when it is asked for.

    Raises:
        WrongArrays: it is no such file, or an array that is asked for holds a pickle or is not
            whole.
    """
    try:
        os.close(open_regular(path))  # neither a folder nor a pipe
        found = np.load(path, mmap_mode="r", allow_pickle=False)
        if isinstance(found, np.ndarray):
            yield {ONLY: found}
            return
        with found:
            if len(found.files) > MOST_ARRAYS:
                raise WrongArrays(path, f"more than {MOST_ARRAYS} arrays")
            yield found
    except OSError as error:
        raise WrongArrays(path, (error.strerror or "it cannot be read").lower()) from error
    except MemoryError as error:
        raise WrongArrays(path, "an array takes more memory than there is") from error
    except (ValueError, EOFError, zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
        why = "a pickle of Python objects, which is never read"
        if "allow_pickle" not in str(error) and "Python objects" not in str(error):
            why = f"no whole .npz or .npy file ({visible_name(str(error))})"
        raise WrongArrays(path, why) from error


def headers(path: Path) -> dict[str, tuple[tuple[int, ...], np.dtype[Any]]]:
    """Shape and dtype of each array by name, read from the headers alone.

    Raises:
        WrongArrays: it is no such file.
    """
    found: dict[str, tuple[tuple[int, ...], np.dtype[Any]]] = {}
    with opened_arrays(path) as arrays:
        if isinstance(arrays, dict):
            array = arrays[ONLY]
            return {ONLY: (array.shape, array.dtype)}
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.endswith(".npy"):
                with archive.open(name) as member:
                    shape, dtype = _header(path, member)
                found[name.removesuffix(".npy")] = shape, dtype
    return found


def _header(path: Path, file: Any) -> tuple[tuple[int, ...], np.dtype[Any]]:
    try:
        version = np.lib.format.read_magic(file)
        read = (
            np.lib.format.read_array_header_1_0
            if version == (1, 0)
            else np.lib.format.read_array_header_2_0
        )
        shape, _, dtype = read(file)
    except (ValueError, EOFError, zipfile.BadZipFile) as error:
        raise WrongArrays(path, f"no whole array ({visible_name(str(error))})") from error
    return shape, dtype


def require_small(path: Path, name: str, shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
    """See that an array can be read.

    Raises:
        WrongArrays: it holds objects, or too much.
    """
    if dtype.hasobject:
        raise WrongArrays(path, f"{name} is a pickle of Python objects, which is never read")
    if int(np.prod([float(size) for size in shape])) * dtype.itemsize > MOST_BYTES:
        raise WrongArrays(path, f"{name} takes more than {MOST_BYTES >> 30} GB")


def labels_of(y: NDArray[Any]) -> NDArray[Any]:
    """One target a row, shape (rows,): one-hot rows as the place of their 1."""
    if y.ndim == 2 and y.shape[1] > 1:
        places: NDArray[Any] = np.asarray(y).argmax(axis=1)
        return places
    return np.asarray(y).reshape(len(y), -1)[:, 0]
