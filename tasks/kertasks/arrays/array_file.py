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
from typing import IO, Any, BinaryIO, Literal, TypeAlias

import numpy as np
from numpy.lib.npyio import NpzFile
from numpy.typing import NDArray

from kertasks.arrays.own_arrays import ONLY
from kertasks.data.value_reading import labels_of
from kertasks.errors import UserError
from kertasks.files import open_regular
from kertasks.text.plain_text import visible_name

MOST_BYTES = 64 << 30
"""Of one array, as its header says: more fits in no memory that a person trains in."""

MOST_ARRAYS = 1_000

Header: TypeAlias = tuple[tuple[int, ...], np.dtype[Any]]
"""The shape of an array and its dtype."""


class WrongArrays(UserError):
    """A file has no arrays that can be trained on; the text says why."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{visible_name(path.name)}: {why}")


@contextmanager
def _wrong_where_unreadable(path: Path) -> Iterator[None]:
    """Say what is wrong with the file where NumPy or the system cannot read it."""
    try:
        yield
    except OSError as error:
        raise WrongArrays(path, (error.strerror or "it cannot be read").lower()) from error
    except MemoryError as error:
        raise WrongArrays(path, "an array takes more memory than there is") from error
    except (ValueError, EOFError, zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
        why = "a pickle of Python objects, which is never read"
        if "allow_pickle" not in str(error) and "Python objects" not in str(error):
            why = f"no whole .npz or .npy file ({visible_name(str(error))})"
        raise WrongArrays(path, why) from error


class _Members(Mapping[str, Any]):
    """The arrays of an ``.npz`` file, each read when it is asked for."""

    def __init__(self, path: Path, found: NpzFile) -> None:
        self._path = path
        self._found = found

    def __getitem__(self, name: str) -> Any:
        with _wrong_where_unreadable(self._path):
            return self._found[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)

    def header(self, name: str) -> Header:
        """Shape and dtype of an array, which is not read."""
        archive = self._found.zip
        assert archive is not None  # noqa: S101 - it is open: narrows the type
        names = archive.namelist()
        with (
            _wrong_where_unreadable(self._path),
            archive.open(name if name in names else f"{name}.npy") as member,
        ):
            return _header(member)


@contextmanager
def opened_arrays(path: Path) -> Iterator[Mapping[str, Any]]:
    """The arrays of a file by name; each is read when it is asked for. What the block itself
    raises comes out as it is.

    Raises:
        WrongArrays: it is no such file, or an array that is asked for holds a pickle or is not
            whole.
    """
    with _wrong_where_unreadable(path):
        file = os.fdopen(open_regular(path), "rb")
    with file:
        with _wrong_where_unreadable(path):
            is_single = file.read(len(np.lib.format.MAGIC_PREFIX)) == np.lib.format.MAGIC_PREFIX
            file.seek(0)
            found = _mapped(file) if is_single else np.load(file, allow_pickle=False)
        if isinstance(found, np.ndarray):
            yield {ONLY: found}
            return
        with found:
            if len(found.files) > MOST_ARRAYS:
                raise WrongArrays(path, f"more than {MOST_ARRAYS} arrays")
            yield _Members(path, found)


def _mapped(file: BinaryIO) -> NDArray[Any]:
    """The array of an ``.npy`` file, read where its numbers are looked at."""
    shape, is_fortran, dtype = _read_header(file)
    if dtype.hasobject:
        raise ValueError("Python objects")
    order: Literal["F", "C"] = "F" if is_fortran else "C"
    return np.memmap(file, dtype, "r", file.tell(), shape, order)


def headers(path: Path) -> dict[str, Header]:
    """Shape and dtype of each array by name, read from the headers alone.

    Raises:
        WrongArrays: it is no such file.
    """
    with opened_arrays(path) as arrays:
        if isinstance(arrays, _Members):
            return {name: arrays.header(name) for name in arrays}
        return {name: (array.shape, array.dtype) for name, array in arrays.items()}


def _header(file: IO[bytes]) -> Header:
    shape, _, dtype = _read_header(file)
    return shape, dtype


def _read_header(file: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    version = np.lib.format.read_magic(file)
    read = (
        np.lib.format.read_array_header_1_0
        if version == (1, 0)
        else np.lib.format.read_array_header_2_0
    )
    return read(file)


def require_small(path: Path, name: str, shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
    """See that an array can be read.

    Raises:
        WrongArrays: it has no rows, holds objects, or too much.
    """
    if not shape:
        raise WrongArrays(path, f"{name} is a single value; wanted: an entry a row")
    if dtype.hasobject:
        raise WrongArrays(path, f"{name} is a pickle of Python objects, which is never read")
    if int(np.prod([float(size) for size in shape])) * dtype.itemsize > MOST_BYTES:
        raise WrongArrays(path, f"{name} takes more than {MOST_BYTES >> 30} GB")


def single_targets(y: NDArray[Any], *, classes: bool) -> NDArray[Any] | None:
    """The target of each row, shape (rows,); None where a row has several numbers.

    Args:
        y: targets, of any shape.
        classes: whether they are classes: of one-hot rows it is then the place of the 1.
    """
    return labels_of(y) if classes or y.ndim < 2 or y.shape[1] == 1 else None


def several_targets(name: str, shape: tuple[int, ...], *, classes: bool) -> str:
    """What is wrong with targets that ``single_targets`` gives None for.

    Args:
        name: of their array.
        shape: of it.
        classes: whether they are classes.
    """
    wanted = "a label, or zeros and a single 1" if classes else "one number"
    return f"a row of {name} has the shape {shape[1:]}; wanted: {wanted}"
