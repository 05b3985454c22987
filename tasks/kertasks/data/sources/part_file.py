"""Writes a file so that it is either whole and right under its name, or not there at all.

The bytes go to a file of another name, locked while its writer lives. When their hash is
the expected one, the file takes its own name in one step. A writer that was killed leaves
an unlocked part behind, which the next writer removes.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

_PART = ".part"
_READABLE = 0o644


class PartFile:
    """A file being written. Leaving the context without ``keep`` removes it."""

    def __init__(self, folder: Path, name: str, algorithm: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        _remove_abandoned(folder, name)
        descriptor, self._path = _locked_part(folder, name)
        self._file = os.fdopen(descriptor, "wb")
        self._target = folder / name
        self._hash = hashlib.new(algorithm, usedforsecurity=False)
        self.received = 0
        """How many bytes were written."""

    def __enter__(self) -> Self:
        return self

    def write(self, chunk: bytes) -> None:
        """Append bytes."""
        self._file.write(chunk)
        self._hash.update(chunk)
        self.received += len(chunk)

    @property
    def hash(self) -> str:
        """Of what was written so far, in hexadecimal."""
        return self._hash.hexdigest()

    def keep(self) -> Path:
        """Give the file its own name, in place of whatever had it."""
        self._file.flush()
        os.fsync(self._file.fileno())
        os.fchmod(self._file.fileno(), _READABLE)
        self._path.replace(self._target)
        return self._target

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()
        self._path.unlink(missing_ok=True)


def _locked_part(folder: Path, name: str) -> tuple[int, Path]:
    while True:
        descriptor, text = tempfile.mkstemp(prefix=f".{name}.", suffix=_PART, dir=folder)
        path = Path(text)
        with contextlib.suppress(OSError):  # some network file systems have no locks
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        if path.exists():
            return descriptor, path
        # Another writer took it for abandoned before it was locked.
        os.close(descriptor)


def _remove_abandoned(folder: Path, name: str) -> None:
    for part in _parts(folder, name):
        with contextlib.suppress(OSError), part.open("rb") as file:
            # Raises where the writer still lives.
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            part.unlink(missing_ok=True)


def _parts(folder: Path, name: str) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name.startswith(f".{name}.") and path.name.endswith(_PART):
            yield path
