"""What a trainer cannot write into its run's folder: kept in the cache folder until it can.

The home may become read-only or full while a training goes on. Its events then go on in the
spool, ``<cache>/spool/<run>-<hash of its path>/events-<offset>.jsonl``: ``offset`` is the size of
``events.jsonl`` at which they go on, so that whoever reads the run reads both files as one. Weights
and checkpoints lie there under their own names. What lies there is brought into the run's folder
as soon as that can be written in again, by the trainer or by the next one that resumes the run.
Only processes of this user on this host see it.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

from kertasks.files import open_regular, open_to_append, replacing
from kertasks.user_folders import CACHE_SETTING, cache_dir

_EVENTS = "events-"
_BLOCK = 1 << 20
"""Bytes copied at once."""


def spool_of(run: Path) -> Path:
    """The folder of a run's spool, whether it is there or not.

    Args:
        run: the run's folder.
    """
    place = os.path.realpath(run)
    return Path(_spools()) / f"{run.name[:100]}-{zlib.crc32(os.fsencode(place)):08x}"


def _spools() -> str:
    """The folder of all spools."""
    given = os.environ.get(CACHE_SETTING)
    return f"{_cache(given)}/spool"


@cache
def _cache(_given: str | None) -> str:
    """The cache folder, found once for each setting of it: a list looks a thousand times."""
    return str(cache_dir())


def spooled(run: Path, name: str) -> Path | None:
    """Where the spool has a file of a run; None where it has not, as nearly always."""
    if not os.path.isdir(_spools()):  # noqa: PTH112 (a thousand at a time)
        return None
    there = spool_of(run) / name
    return there if there.is_file() else None


def spooled_events(events: str | Path) -> tuple[Path, int] | None:
    """The file in which an events file goes on, and the size of that one from which it does."""
    if not os.path.isdir(_spools()):  # noqa: PTH112 (a thousand at a time)
        return None
    try:
        names = os.listdir(spool_of(Path(events).parent))  # noqa: PTH208 (names are enough)
    except OSError:
        return None
    for name in names:
        offset = name.removeprefix(_EVENTS).removesuffix(".jsonl")
        if name.startswith(_EVENTS) and offset.isdigit():
            return spool_of(Path(events).parent) / name, int(offset)
    return None


def write_or_spool(run: Path, path: Path, write: Callable[[Path], None]) -> OSError | None:
    """Write a file of a run, into the spool where its own place cannot be written.

    Args:
        run: the run's folder.
        path: the file's place in it.
        write: writes it at the path it is given, whole or not at all.

    Returns:
        Why it is in the spool; None where it is in its place.

    Raises:
        OSError: it can be written nowhere; why not in its place.
    """
    there = spool_of(run) / path.name
    try:
        write(path)
    except OSError as error:
        try:
            there.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write(there)
        except OSError:
            raise error from None
        return error
    _forget(there)
    return None


def deliver(run: Path, names: dict[str, Path]) -> None:
    """Bring the files of a run that lie in its spool into its folder.

    Args:
        run: the run's folder.
        names: the places of the files that may be there, by their names.

    Raises:
        OSError: the folder cannot be written in.
    """
    if not os.path.isdir(_spools()):  # noqa: PTH112 (a thousand at a time)
        return
    for name, place in names.items():
        there = spool_of(run) / name
        if there.is_file():
            place.parent.mkdir(mode=0o700, exist_ok=True)
            with os.fdopen(open_regular(there), "rb") as source, replacing(place) as target:
                shutil.copyfileobj(source, target)
            _forget(there)


def move_spool(run: Path, place: Path) -> None:
    """Let what is in the spool of a run be found where the run is now.

    What cannot be moved is found again by who moves the run back.

    Args:
        run: the run's folder before it was moved.
        place: its folder now.
    """
    with contextlib.suppress(OSError):
        spool_of(run).rename(spool_of(place))


def remove_spool(run: Path) -> None:
    """Remove what is in the spool of a run that is removed for good.

    Raises:
        OSError: it cannot be removed.
    """
    with contextlib.suppress(FileNotFoundError):
        shutil.rmtree(spool_of(run))


def _forget(there: Path) -> None:
    with contextlib.suppress(OSError):
        there.unlink(missing_ok=True)
        there.parent.rmdir()  # unless something else lies there


class EventSpool:
    """The file in which a log's events go on while their own cannot be written.

    Args:
        events: the path of ``events.jsonl``.
        size: of that file, which holds still meanwhile.

    Raises:
        OSError: the cache folder cannot be written in either.
    """

    def __init__(self, events: Path, size: int) -> None:
        folder = spool_of(events.parent)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = spooled_events(events)
        if found is not None and found[1] > size:
            found[0].unlink()  # of a file that is not this one
            found = None
        self._path, self._begins = found or (folder / f"{_EVENTS}{size}.jsonl", size)
        self._descriptor = open_to_append(self._path)
        self._delivered = size - self._begins

    @classmethod
    def left_by(cls, events: Path, size: int) -> EventSpool | None:
        """The one that an earlier trainer left, if it did."""
        return cls(events, size) if spooled_events(events) is not None else None

    def write(self, data: bytes) -> None:
        """Append to it, whole or not at all.

        Raises:
            OSError: it cannot be written.
        """
        before = os.fstat(self._descriptor).st_size
        written = 0
        try:
            written = os.write(self._descriptor, data)
        finally:
            if written < len(data):
                os.ftruncate(self._descriptor, before)
        if written < len(data):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self._path))

    def deliver(self, descriptor: int) -> None:
        """Append what is in it to the events file, and take it away once that is whole.

        Raises:
            OSError: the events file cannot be written; what it has got is right.
        """
        while data := os.pread(self._descriptor, _BLOCK, self._delivered):
            self._delivered += os.write(descriptor, data)
        os.close(self._descriptor)
        _forget(self._path)

    def close(self) -> None:
        """Leave it for the next trainer."""
        os.close(self._descriptor)

    def discard(self) -> None:
        """Take it away again: nothing is in it."""
        os.close(self._descriptor)
        _forget(self._path)


class RunEvents:
    """All events of a run as one file: ``events.jsonl`` and what its trainer has in the spool.

    Args:
        path: of ``events.jsonl``.

    Raises:
        OSError: it is not there, may not be read or is no regular file.
    """

    def __init__(self, path: str | Path) -> None:
        self._main = open_regular(path)
        self._rest: int | None = None
        self._begins = 0
        self._size = os.fstat(self._main).st_size
        found = spooled_events(path)
        if found is not None and found[1] <= self._size:
            with contextlib.suppress(OSError):  # it was delivered just now
                self._rest, self._begins = open_regular(found[0]), found[1]

    @property
    def size(self) -> int:
        """How many bytes the file and what is in the spool have together."""
        if self._rest is None:
            return self._size
        return max(self._size, self._begins + os.fstat(self._rest).st_size)

    def read(self, size: int, offset: int) -> bytes:
        """Read at most so many bytes from a place on."""
        data = os.pread(self._main, size, offset)
        if self._rest is not None and len(data) < size:
            at = offset + len(data) - self._begins
            data += os.pread(self._rest, size - len(data), at) if at >= 0 else b""
        return data

    def close(self) -> None:
        """Close both files; nothing can be read any more."""
        os.close(self._main)
        if self._rest is not None:
            os.close(self._rest)
