"""Rows that took long to make, or are too many for the memory, kept in the cache folder as arrays
that are mapped into memory.

A file is nobody else's to read, appears whole or not at all, and is named after all that decides
what stands in it. Those that were not used for longest are removed once all take too much; who has
one open goes on reading it.
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

from kertasks.data.rows.mapped_rows import let_go
from kertasks.errors import UserError
from kertasks.files import write_text
from kertasks.user_folders import cache_dir

_FOLDER = "rows"
_UNFINISHED = ".rows-"
_MOST_BYTES = 32 << 30
"""Of all files together, but those of the last hours, which something may be trained on."""

_IN_USE = 12 * 3600.0
"""Seconds."""

_MOST_IN_MEMORY = 1 << 30
"""Bytes of rows that are made in memory where they find no room in the cache folder."""

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


class RowsPlace:
    """Where the rows of one key are kept, and where they are made until they are whole.

    Args:
        key: says everything that decides what the rows are.
    """

    def __init__(self, key: str) -> None:
        named = hashlib.sha256(key.encode(errors="surrogateescape")).hexdigest()[:32]
        self._folder = cache_dir() / _FOLDER
        self._path = self._folder / f"{named}.npy"
        self._note_path = self._path.with_suffix(".json")
        self._making: Path | None = None
        self._made: NDArray[Any] | None = None

    def read(self) -> KeptRows | None:
        """What is kept; None for nothing, or for what cannot be read."""
        try:
            note = json.loads(self._note_path.read_bytes())
            rows = np.load(self._path, mmap_mode="r", allow_pickle=False)
            os.utime(self._path)
        except (OSError, ValueError):
            return None
        return KeptRows(rows, note)

    def make(self, shape: tuple[int, ...], dtype: DTypeLike) -> NDArray[Any]:
        """Rows of zeros in a file beside the place, to be filled. Older ones make room for them.

        Args:
            shape: of all of them, without a 0, which cannot be mapped.
            dtype: of a cell.

        Raises:
            NoRoomForRows: there is no room in the cache folder, or it cannot be written in.
        """
        size = int(np.prod(shape, dtype=np.int64)) * np.dtype(dtype).itemsize
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _forget_old(self._folder)
            descriptor, name = tempfile.mkstemp(dir=self._folder, prefix=_UNFINISHED)  # mode 0600
            os.close(descriptor)
            self._making = Path(name)
            self._made = np.lib.format.open_memmap(self._making, "w+", np.dtype(dtype), shape)
            if hasattr(os, "posix_fallocate"):
                # Writing into a map of a file that has no room on a full disk ends the process.
                with self._making.open("r+b") as file:
                    os.posix_fallocate(file.fileno(), 0, self._making.stat().st_size)
        except OSError as error:
            self.abandon()
            why = (error.strerror or "it cannot be written in").lower()
            raise NoRoomForRows(
                f"{size / 1e9:.1f} GB of rows find no room in {self._folder}: {why}; choose "
                "another cache folder with KERTUI_CACHE"
            ) from error
        return self._made

    def keep(self, note: Any) -> KeptRows:
        """Keep the rows that were made, now that they are whole.

        Args:
            note: what else is to be known of them: what JSON can hold.

        Raises:
            NoRoomForRows: they cannot be put at their place.
        """
        made, making = self._made, self._making
        if made is None or making is None:
            raise ValueError("no rows were made")
        if isinstance(made, np.memmap):
            made.flush()
            let_go(made)
        try:
            write_text(self._note_path, json.dumps(note))
            making.replace(self._path)
        except OSError as error:
            raise NoRoomForRows(
                f"rows cannot be kept in {self._folder}: {error.strerror}"
            ) from error
        self._made = self._making = None
        return self.read() or KeptRows(made, note)

    def abandon(self) -> None:
        """Delete what was made and is not whole."""
        if self._making is not None:
            self._making.unlink(missing_ok=True)
        self._made = self._making = None


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
    place = RowsPlace(json.dumps([key, shape, np.dtype(dtype).str]))
    found = place.read()
    if found is not None and (found.rows.shape, found.rows.dtype) == (shape, np.dtype(dtype)):
        return found
    size = int(np.prod(shape, dtype=np.int64)) * np.dtype(dtype).itemsize
    if size:
        try:
            return place.keep(fill(place.make(shape, dtype)))
        except NoRoomForRows:
            if size > _MOST_IN_MEMORY:
                raise
        finally:
            place.abandon()
    rows = np.zeros(shape, dtype)
    return KeptRows(rows, fill(rows))


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
                file.with_suffix(".json").unlink(missing_ok=True)
                file.unlink()
                total -= size
