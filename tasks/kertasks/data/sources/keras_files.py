"""The files Keras's data sets come from, and whether they are in Keras's cache.

Names, addresses and hashes are those of ``keras.datasets`` in Keras 3.15. Imports neither
NumPy nor Keras, so that the interface can say what is here.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path

from kertasks.data.sources.data_file import DataFile
from kertasks.data.sources.download import DownloadProgress, fetch
from kertasks.data.sources.part_file import PartFile
from kertasks.data.sources.source_errors import (
    DataFileDamaged,
    DataFileMissing,
    DownloadCancelled,
    DownloadFailed,
    UnknownDataFile,
)
from kertasks.errors import UserError

__all__ = [
    "FILES",
    "DataFile",
    "DataFileDamaged",
    "DataFileMissing",
    "DownloadCancelled",
    "DownloadFailed",
    "DownloadProgress",
    "FileState",
    "UnknownDataFile",
    "add",
    "cache_folder",
    "download",
    "find_file",
    "path_of",
    "require",
    "state",
]

_CHUNK = 1024 * 1024


FILES: tuple[DataFile, ...] = (
    DataFile(
        "imdb.npz",
        17_464_789,
        "sha256",
        "69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f",
        "50,000 film reviews as word numbers",
    ),
    DataFile(
        "imdb_word_index.json",
        1_641_221,
        "md5",
        "bfafd718b763782e994055a2d397834f",
        "the words behind the numbers of imdb",
    ),
    DataFile(
        "reuters.npz",
        2_110_848,
        "sha256",
        "d6586e694ee56d7a4e65172e12b3e987c03096cb01eab99753921ef915959916",
        "11,228 newswires as word numbers",
    ),
    DataFile(
        "reuters_word_index.json",
        550_378,
        "md5",
        "4d44cc38712099c9e383dc6e5f11a921",
        "the words behind the numbers of reuters",
    ),
    DataFile(
        "boston_housing.npz",
        57_026,
        "sha256",
        "f553886a1f8d56431e820c5b82552d9d95cfcb96d1e678153f8839538947dff5",
        "506 districts of Boston",
    ),
)


class FileState(StrEnum):
    """Whether a file can be used."""

    MISSING = "missing"
    HERE = "here"
    DAMAGED = "damaged"


def find_file(name: str) -> DataFile:
    """The file of that name.

    Raises:
        UnknownDataFile: naming the nearest spelling and what is allowed.
    """
    for file in FILES:
        if file.name == name:
            return file
    raise UnknownDataFile(name, [file.name for file in FILES])


def cache_folder() -> Path:
    """Keras's own cache: ``KERAS_HOME`` or ``~/.keras``, then ``datasets``. It may not exist."""
    home = os.environ.get("KERAS_HOME")
    return Path(home or "~/.keras").expanduser().absolute() / "datasets"


def path_of(name: str) -> Path:
    """Where the file is, or belongs."""
    return cache_folder() / find_file(name).name


def state(name: str) -> FileState:
    """Whether a file is here and whole.

    The first call for a file reads all of it (tens of milliseconds for the largest);
    later ones only look whether its size and time have changed.
    """
    file, path = find_file(name), path_of(name)
    found = _hash_of(path, file.algorithm)
    if found is None:
        return FileState.MISSING
    return FileState.HERE if found == file.hash else FileState.DAMAGED


def require(name: str) -> Path:
    """The path of a whole file.

    Raises:
        DataFileMissing: it is not in the cache.
        DataFileDamaged: its hash is not the published one.
    """
    file, path = find_file(name), path_of(name)
    found = _hash_of(path, file.algorithm)
    if found is None:
        raise DataFileMissing(file.name, file.address, path.parent)
    if found != file.hash:
        raise DataFileDamaged(file.name, path, file.algorithm, found, file.hash, file.address)
    return path


def download(
    name: str,
    on_progress: Callable[[DownloadProgress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    *,
    address: str | None = None,
) -> Path:
    """Download a file into Keras's cache. Blocks; see ``kertasks.data.sources.download.fetch``.

    Raises:
        UnknownDataFile: no file has that name.
        DownloadFailed: saying why, and how to do it by hand.
        DownloadCancelled: ``cancelled`` said so.
    """
    return fetch(find_file(name), cache_folder(), on_progress, cancelled, address)


def add(path: Path | str) -> str:
    """Put a file that was fetched by hand into Keras's cache, and return its name.

    It is known by its bytes, so that it may have any name. What is there already is replaced.

    Raises:
        UserError: there is no such file, or the cache cannot be written.
        DataFileDamaged: it has a known file's name, but not its bytes.
        UnknownDataFile: it is none of the files that tasks use.
    """
    source = Path(path)
    try:
        file = _recognise(source)
        with PartFile(cache_folder(), file.name, file.algorithm) as part, source.open("rb") as data:
            while chunk := data.read(_CHUNK):
                part.write(chunk)
            if part.hash != file.hash:
                raise DataFileDamaged(
                    file.name, source, file.algorithm, part.hash, file.hash, file.address
                )
            part.keep()
    except OSError as error:
        where = error.filename or source
        raise UserError(f"cannot add {source}: {where}: {error.strerror}") from error
    return file.name


def _recognise(source: Path) -> DataFile:
    size = source.stat().st_size
    for file in FILES:
        if file.bytes == size and _read_hash(source, file.algorithm) == file.hash:
            return file
    file = find_file(source.name)
    found = _read_hash(source, file.algorithm)
    raise DataFileDamaged(file.name, source, file.algorithm, found, file.hash, file.address)


_known: dict[Path, tuple[tuple[int, int, int], str]] = {}
_known_lock = threading.Lock()


def _hash_of(path: Path, algorithm: str) -> str | None:
    """A file's hash, read again only when the file has changed; None where there is none."""
    try:
        facts = path.stat()
        stamp = (facts.st_size, facts.st_mtime_ns, facts.st_ino)
        with _known_lock:
            known = _known.get(path)
        if known is not None and known[0] == stamp:
            return known[1]
        found = _read_hash(path, algorithm)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror}") from error
    with _known_lock:
        _known[path] = (stamp, found)
    return found


def _read_hash(path: Path, algorithm: str) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(
            file, lambda: hashlib.new(algorithm, usedforsecurity=False)
        ).hexdigest()
