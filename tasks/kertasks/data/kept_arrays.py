"""Rows that took long to make, kept in the cache folder as arrays that are mapped into memory.

A file is nobody else's to read, appears whole or not at all, and is named after all that decides
what stands in it. Those that were not used for longest are removed once all take too much.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from kertasks.errors import UserError
from kertasks.files import write_text
from kertasks.user_folders import cache_dir

_FOLDER = "rows"
_UNFINISHED = ".rows-"
_MOST_BYTES = 32 << 30
"""Of all files together, but those of the last hours, which something may be trained on."""

_IN_USE = 12 * 3600.0
"""Seconds."""

Fill = Callable[[NDArray[Any]], Any]
"""Writes all rows, and returns what else is to be known of them: what JSON can hold."""


class NoRoomForRows(UserError):
    """There is not enough room for rows in the cache folder, nor in memory."""


@dataclass(frozen=True, slots=True)
class KeptRows:
    """Rows, and what was noted of them when they were made."""

    rows: NDArray[Any]
    """Mapped from the file, not to be written in."""

    note: Any


def keep_rows(key: str, shape: tuple[int, ...], dtype: DTypeLike, fill: Fill) -> KeptRows:
    """The rows of that key: those that were kept, or made and kept now.

    Args:
        key: says everything that decides what the rows are.
        shape: of all of them.
        dtype: of a cell.
        fill: makes them.

    Raises:
        NoRoomForRows: they fit neither in the cache folder nor in memory.
        Exception: whatever ``fill`` raises; nothing is kept then.
    """
    told = json.dumps([key, shape, np.dtype(dtype).str])
    folder = cache_dir() / _FOLDER
    path = folder / f"{hashlib.sha256(told.encode(errors='surrogateescape')).hexdigest()[:32]}.npy"
    found = _kept(path, shape, dtype)
    if found is not None:
        return found
    if 0 not in shape:  # which cannot be mapped
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _forget_old(folder)
            _make(path, shape, dtype, fill)
        except OSError:
            path.unlink(missing_ok=True)
        else:
            found = _kept(path, shape, dtype)
    if found is not None:
        return found
    try:
        rows = np.zeros(shape, dtype)
    except MemoryError as error:
        raise NoRoomForRows(
            f"{np.prod(shape) * np.dtype(dtype).itemsize >> 20} MB of rows fit neither in {folder} "
            "nor in memory"
        ) from error
    return KeptRows(rows, fill(rows))


def _kept(path: Path, shape: tuple[int, ...], dtype: DTypeLike) -> KeptRows | None:
    try:
        note = json.loads(_note_of(path).read_bytes())
        rows = np.load(path, mmap_mode="r", allow_pickle=False)
        if (rows.shape, rows.dtype) != (shape, np.dtype(dtype)):
            return None
        os.utime(path)
    except (OSError, ValueError):
        return None
    return KeptRows(rows, note)


def _make(path: Path, shape: tuple[int, ...], dtype: DTypeLike, fill: Fill) -> None:
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=_UNFINISHED)  # of mode 0600
    os.close(descriptor)
    beside = Path(name)
    try:
        rows = np.lib.format.open_memmap(beside, "w+", np.dtype(dtype), shape)
        if hasattr(os, "posix_fallocate"):
            # Writing into a map of a file that has no room on a full disk ends the process.
            with beside.open("r+b") as file:
                os.posix_fallocate(file.fileno(), 0, beside.stat().st_size)
        note = fill(rows)
        rows.flush()
        write_text(_note_of(path), json.dumps(note))
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _note_of(path: Path) -> Path:
    return path.with_suffix(".json")


def _forget_old(folder: Path) -> None:
    """Make room: remove what was not used for longest, and what a killed process left."""
    now = time.time()
    files = [*folder.glob("*.npy"), *folder.glob(f"{_UNFINISHED}*")]
    found = []
    for file in files:
        with contextlib.suppress(OSError):
            status = file.stat()
            found.append((now - status.st_mtime, status.st_size, file))
    total = sum(size for _, size, _ in found)
    for age, size, file in sorted(found, reverse=True):
        is_left = file.name.startswith(_UNFINISHED)
        if age > _IN_USE and (is_left or total > _MOST_BYTES):
            with contextlib.suppress(OSError):
                _note_of(file).unlink(missing_ok=True)
                file.unlink()
                total -= size
