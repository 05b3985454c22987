"""What a source of data is: the files it has, and the folder they are kept in."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_ORIGIN = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"


@dataclass(frozen=True, slots=True)
class DataFile:
    """One published file: its name, size, hash and address."""

    name: str
    bytes: int
    algorithm: str
    """``"sha256"``, or ``"md5"`` where Keras has nothing better."""

    hash: str
    """In hexadecimal."""

    summary: str
    origin: str = _ORIGIN
    """The address it is published under, its name left out."""

    @property
    def address(self) -> str:
        """The whole address the file is published at."""
        return self.origin + self.name

    def new_hash(self) -> hashlib._Hash:
        """A hash of the kind it is published with, of nothing yet."""
        return hashlib.new(self.algorithm, usedforsecurity=False)


@dataclass(frozen=True, slots=True)
class Source:
    """Where tasks get data files from."""

    name: str
    files: tuple[DataFile, ...]
    folder: Callable[[], Path]
    """Gives the folder they are kept in, which may not exist."""
