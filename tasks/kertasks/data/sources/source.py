"""What a source of data is, its files and their folder, and what can go wrong with a file."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from kertasks.errors import UnknownName, UserError

_ORIGIN = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"


@dataclass(frozen=True, slots=True)
class DataFile:
    """One published file: its name, size, hash and address."""

    name: str
    bytes: int
    algorithm: str
    """``"sha256"``, or ``"md5"`` where Keras has nothing better."""

    hash: str
    """The published hash, in hexadecimal."""

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


class UnknownDataFile(UnknownName):
    """No task uses a file of the name that was given."""

    def __init__(self, name: str, allowed: Sequence[str]) -> None:
        super().__init__("data file", name, allowed)


class DataFileMissing(UserError):
    """A file is not in Keras's cache."""

    def __init__(self, name: str, address: str, folder: Path) -> None:
        super().__init__(
            f"the data file {name} is not here. With a network: kertui data get {name}. "
            f"Without: fetch {address} on another machine and put it into {folder}, "
            f"or give it to kertui data add FILE."
        )


class DataFileDamaged(UserError):
    """A file's hash is not the published one; it is not used."""

    def __init__(self, file: DataFile, path: Path, found: str) -> None:
        super().__init__(
            f"{path} is damaged and not used: it should be {file.name} with {file.algorithm} "
            f"{file.hash[:16]}…, but has {found[:16]}…. Fetch it again with kertui data get "
            f"{file.name}, or fetch {file.address} and give it to kertui data add FILE."
        )


class DownloadFailed(UserError):
    """A download that did not end with the published file; nothing is left of it."""

    def __init__(self, name: str, address: str, folder: Path, reason: str) -> None:
        super().__init__(
            f"could not download {name}: {reason}. Fetch {address} on a machine with a network "
            f"and put it into {folder}, or give it to kertui data add FILE."
        )
        self.name = name
        self.address = address
        self.folder = folder
        self.reason = reason


class DownloadCancelled(UserError):
    """The person stopped a download; nothing is left of it."""

    def __init__(self, name: str) -> None:
        super().__init__(f"the download of {name} was cancelled; nothing of it was kept.")
