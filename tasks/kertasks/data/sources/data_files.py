"""The data files of every source: whether they are here, and how they get here.

Imports neither NumPy nor Keras, so that the interface can say what is here.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import threading
from collections.abc import Callable
from enum import StrEnum
from io import BufferedIOBase
from pathlib import Path

from kertasks.data.sources.download import DownloadProgress, fetch, replacing_whole
from kertasks.data.sources.keras_files import KERAS_FILES
from kertasks.data.sources.source import (
    DataFile,
    DataFileDamaged,
    DataFileMissing,
    Source,
    UnknownDataFile,
)
from kertasks.errors import UserError
from kertasks.files import open_regular

SOURCES: tuple[Source, ...] = (KERAS_FILES,)
"""Every source of data. Another one is a module that makes a ``Source``, and an entry here."""


class CannotRead(UserError):
    """A data file, or the folder it belongs into, cannot be looked at."""

    def __init__(self, path: Path, error: OSError) -> None:
        super().__init__(f"cannot read {path}: {error.strerror or type(error).__name__}")


class FileState(StrEnum):
    """Whether a file can be used."""

    MISSING = "missing"
    HERE = "here"
    DAMAGED = "damaged"
    UNREADABLE = "unreadable"
    """Whether it is here cannot be told; ``require`` says why."""


def all_files() -> list[DataFile]:
    """The files of every source, in the order of the sources."""
    return [file for source in SOURCES for file in source.files]


def find_file(name: str) -> DataFile:
    """The file of that name.

    Raises:
        UnknownDataFile: naming the nearest spelling and what is allowed.
    """
    return _find(name)[0]


def _find(name: str) -> tuple[DataFile, Path]:
    """The file of that name and its path, here or not."""
    for source in SOURCES:
        for file in source.files:
            if file.name == name:
                return file, source.folder() / name
    raise UnknownDataFile(name, [file.name for file in all_files()])


def path_of(name: str) -> Path:
    """Where the file is, or belongs."""
    return _find(name)[1]


def state(name: str) -> FileState:
    """Whether a file is here and whole.

    The first call for a file reads all of it (tens of milliseconds for the largest);
    later ones only look whether its size and time have changed.
    """
    file, path = _find(name)
    try:
        found = _known_hash(path, file)
    except CannotRead:
        return FileState.UNREADABLE
    if found is None:
        return FileState.MISSING
    return FileState.HERE if found == file.hash else FileState.DAMAGED


def require(name: str) -> Path:
    """The path of a whole file.

    Raises:
        DataFileMissing: it is not in its source's folder.
        DataFileDamaged: its hash is not the published one.
        CannotRead: it cannot be told whether it is there.
    """
    file, path = _find(name)
    found = _known_hash(path, file)
    if found is None:
        raise DataFileMissing(file.name, file.address, path.parent)
    if found != file.hash:
        raise DataFileDamaged(file, path, found)
    return path


def download(
    name: str,
    on_progress: Callable[[DownloadProgress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    *,
    address: str | None = None,
) -> Path:
    """Download a file into its source's folder. Blocks; see ``fetch`` for the arguments.

    Raises:
        UnknownDataFile: no file has that name.
        DownloadFailed: saying why, and how to do it by hand.
        DownloadCancelled: ``cancelled`` said so.
    """
    file, path = _find(name)
    return fetch(file, path.parent, on_progress, cancelled, address)


def add(path: Path | str) -> str:
    """Put a file that was fetched by hand where it belongs, and return its name.

    It is known by its bytes, so that it may have any name. What is there already is replaced.

    Raises:
        UserError: there is no such file, or the folder cannot be written.
        DataFileDamaged: it has a known file's name, but not its bytes.
        UnknownDataFile: it is none of the files that tasks use.
    """
    source = Path(path)
    try:
        file = _recognise(source)
        with (
            replacing_whole(path_of(file.name)) as part,
            os.fdopen(open_regular(source), "rb") as data,
        ):
            shutil.copyfileobj(data, part)
            part.seek(0)
            found = _hash_of(part, file)
            if found != file.hash:  # it was changed since it was recognised
                raise DataFileDamaged(file, source, found)
    except OSError as error:
        where = error.filename or source
        raise UserError(f"cannot add {source}: {where}: {error.strerror}") from error
    return file.name


def _recognise(source: Path) -> DataFile:
    size = source.stat().st_size
    for file in all_files():
        if file.bytes == size and _read_hash(source, file) == file.hash:
            return file
    file = find_file(source.name)
    raise DataFileDamaged(file, source, _read_hash(source, file))


_known: dict[Path, tuple[tuple[int, int, int], str]] = {}
_known_lock = threading.Lock()


def _known_hash(path: Path, file: DataFile) -> str | None:
    """A file's hash, read again only when the file has changed; None where there is none."""
    try:
        facts = path.stat()
        stamp = (facts.st_size, facts.st_mtime_ns, facts.st_ino)
        with _known_lock:
            known = _known.get(path)
        if known is not None and known[0] == stamp:
            return known[1]
        found = _read_hash(path, file)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise CannotRead(path, error) from error
    with _known_lock:
        _known[path] = (stamp, found)
    return found


def _read_hash(path: Path, file: DataFile) -> str:
    with os.fdopen(open_regular(path), "rb") as opened:
        return _hash_of(opened, file)


def _hash_of(opened: BufferedIOBase, file: DataFile) -> str:
    return hashlib.file_digest(opened, file.new_hash).hexdigest()
