"""Encoded rows that are too many for the memory: kept in private files in the cache folder.

A table's folder holds ``x.npy``, ``y.npy`` and what is known of them in ``kept.json``. It is made
under another name and gets its own once it is whole. The oldest are deleted when all together
take too much room; who has one open goes on reading it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from kertasks.data.mapped_rows import is_mapped, let_go
from kertasks.errors import UserError
from kertasks.files import replacing, write_text
from kertasks.tables.rows.prepared_table import PreparedTable
from kertasks.tables.statistics import TableStatistics

MOST_IN_MEMORY = 256 << 20
"""Bytes of a table's encoded rows; more are kept in a file."""

_MOST_KEPT = 8 << 30
"""Bytes of all files but those made last."""


class NoRoom(UserError):
    """The encoded rows find no room."""


class _Kept(msgspec.Struct, frozen=True):
    statistics: TableStatistics
    train: int
    validation: int


class KeptRows:
    """The files of one table.

    Args:
        cache: the user's cache folder.
        key: names the table's content, what is made of it, and the seed.
    """

    def __init__(self, cache: Path, key: str) -> None:
        self._folder = cache / "tables"
        self._place = self._folder / key
        self._making: Path | None = None

    def read(self) -> PreparedTable | None:
        """What is kept; None for nothing, or for what cannot be read."""
        with contextlib.suppress(OSError, ValueError):
            kept = msgspec.json.decode((self._place / "kept.json").read_bytes(), type=_Kept)
            x = np.load(self._place / "x.npy", mmap_mode="r", allow_pickle=False)
            y = np.load(self._place / "y.npy", allow_pickle=False)
            os.utime(self._place)
            if len(x) == len(y):
                return PreparedTable(kept.statistics, x, y, kept.train, kept.validation)
        return None

    def make(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[Any]:
        """An array to be filled: in memory, or in a file where it is too big for that.

        Raises:
            NoRoom: the cache folder's disk is full.
        """
        size = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
        if size <= MOST_IN_MEMORY:
            return np.zeros(shape, dtype)
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            disk = os.statvfs(self._folder)
            free = disk.f_bavail * disk.f_frsize
            if free < size + size // 10:
                raise NoRoom(
                    f"the encoded rows take {size / 1e9:.1f} GB, and {self._folder} has room for "
                    f"{free / 1e9:.1f} GB: choose another cache folder with KERTUI_CACHE"
                )
            self._making = self._folder / f".{self._place.name}-{os.urandom(4).hex()}"
            self._making.mkdir(mode=0o700)
            path = self._making / "x.npy"
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            return np.lib.format.open_memmap(path, "w+", dtype, shape)
        except OSError as error:
            raise NoRoom(f"cannot keep encoded rows in {self._folder}: {error.strerror}") from error

    def keep(self, made: PreparedTable) -> PreparedTable:
        """Keep what lies in a file, and see to it that all that is kept does not take too much."""
        making, self._making = self._making, None
        if making is None or not isinstance(made.x, np.memmap):
            return made
        try:
            made.x.flush()
            let_go(made.x)
            with replacing(making / "y.npy") as file:
                np.save(file, made.y)
            kept = _Kept(made.statistics, made.train, made.validation)
            write_text(making / "kept.json", msgspec.json.encode(kept).decode())
            if self._place.exists():  # another process was quicker
                shutil.rmtree(self._place, ignore_errors=True)
            making.rename(self._place)
        except OSError as error:
            raise NoRoom(f"cannot keep encoded rows in {self._folder}: {error.strerror}") from error
        self._forget_others()
        return self.read() or made

    def abandon(self) -> None:
        """Delete what is not whole."""
        if self._making is not None:
            shutil.rmtree(self._making, ignore_errors=True)
            self._making = None

    def _forget_others(self) -> None:
        with contextlib.suppress(OSError):
            others = [path for path in self._folder.iterdir() if path != self._place]
            left = _MOST_KEPT
            for path in sorted(others, key=lambda path: path.stat().st_mtime, reverse=True):
                left -= sum(file.stat().st_size for file in path.glob("*.npy"))
                if left < 0:
                    shutil.rmtree(path, ignore_errors=True)


def is_kept(made: PreparedTable) -> bool:
    """Whether its rows lie in a file."""
    return is_mapped(made.x)
