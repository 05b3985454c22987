"""Reads and writes small files: none is ever half written, and what may come from somebody else
is opened with care.

A file is written beside its place, then renamed into it: it is whole or not there. In a folder
that may be damaged, a pipe in a file's place would be waited for, a device never ends, and one
line may fill the memory: only regular files are read, and of the small ones no more than they
can hold. Nothing is appended through a link, which may lead anywhere.
"""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from kertasks.errors import UserError
from kertasks.text.plain_text import visible_name

LONGEST_LINE = 1 << 20
"""Bytes; what is longer is no event, and is passed over without being kept."""

LARGEST = 1 << 53
"""Whole numbers beyond this are not the same in every reader of JSON."""

_MOST = 1 << 20
"""Bytes of a manifest, a label, a recipe or the commands: a thousand times what they hold."""

_NAME = 50
"""Characters of a file's name that an unfinished one beside it has too."""

_LOCKED = 2.0
"""Seconds a lock is waited for: whoever writes a small file holds it for milliseconds."""

_TRY_EVERY = 0.02
_LOCKS = Path("/proc/locks")


class FileIsLocked(UserError):
    """Another process holds a lock and does not let go of it."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{lock_holder(path)} holds a lock on {path} and does not let go of it")


def said_path(base: Path, said: str) -> Path:
    """Where a path leads that stands in a file.

    Args:
        base: the folder of the file; a relative path begins there.
        said: the path; ``~`` is the person's home, and one of nobody stays as it is.
    """
    return base / os.path.expanduser(said)  # noqa: PTH111 - pathlib's raises for a ``~`` of nobody


@contextmanager
def replacing(path: Path, mode: int | None = 0o600) -> Iterator[BinaryIO]:
    """Open a file that takes the place of ``path`` once the block is done without an error.

    Args:
        path: of the file; what is there stays until the new one is whole.
        mode: the permissions of the file; those that new files get here for None.

    Raises:
        OSError: the folder is not there or cannot be written in; nothing is left behind.
    """
    beside = path.with_name(f".{path.name[:_NAME]}-{os.urandom(8).hex()}")
    created = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    descriptor = os.open(beside, created, 0o666 if mode is None else 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            if mode is not None:
                os.fchmod(file.fileno(), mode)
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def write_text(path: Path, text: str, mode: int | None = 0o600) -> None:
    """Replace the file by ``text``, as ``replacing`` does.

    Raises:
        OSError: as ``replacing``.
    """
    with replacing(path, mode) as file:
        # The name of a file may hold bytes that are no text.
        file.write(text.encode(errors="replace"))


def open_regular(path: str | Path) -> int:
    """Open a file to read it; returns its descriptor.

    Raises:
        OSError: it is not there, may not be read or is no regular file.
    """
    return _open(path, os.O_RDONLY)


def open_to_append(path: str | Path) -> int:
    """Open a file to append to it and to read it; returns its descriptor. Where there is none it is
    made, for its owner alone.

    Raises:
        OSError: it may not be written, is a link or no regular file.
    """
    try:
        return _open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise OSError(errno.ELOOP, "a link, not a file of its own", str(path)) from error
        raise


def _open(path: str | Path, flags: int) -> int:
    # Without O_NONBLOCK the opening itself waits for a pipe's other end.
    descriptor = os.open(path, flags | os.O_NONBLOCK | os.O_NOCTTY, 0o600)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "not a regular file", str(path))
    return descriptor


def read_small(path: str | Path) -> bytes:
    """Read what a small file holds.

    Raises:
        OSError: as ``open_regular``; or it is too large.
    """
    descriptor = open_regular(path)
    try:
        size = os.fstat(descriptor).st_size
        if size > _MOST:
            raise OSError(errno.EFBIG, f"larger than {_MOST >> 20} MB", str(path))
        return os.read(descriptor, size)
    finally:
        os.close(descriptor)


def read_at_most(path: str | Path, most: int) -> bytes:
    """Read so many bytes of a file, or all where there are fewer.

    Raises:
        OSError: as ``open_regular``; or it cannot be read.
    """
    with os.fdopen(open_regular(path), "rb") as file:
        return file.read(most)


@contextmanager
def locked_folder(path: Path) -> Iterator[None]:
    """Keep others, who lock the folder too, from what is done in the block.

    Raises:
        FileIsLocked: somebody holds the lock for more than two seconds; saying who.
        OSError: it is no folder, or cannot be opened.
    """
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        _lock(folder, path)
        yield
    finally:
        os.close(folder)


def _lock(descriptor: int, path: Path) -> None:
    deadline = time.monotonic() + _LOCKED
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() > deadline:
                raise FileIsLocked(path) from error
            time.sleep(_TRY_EVERY)
        except OSError:
            return  # some network file systems have no locks: two of one moment may meet
        else:
            return


def lock_holder(path: Path) -> str:
    """Who holds the lock on a file or folder, in words: ``"process 4711 (rsync)"``."""
    try:
        status = path.stat()
        device = f"{os.major(status.st_dev):02x}:{os.minor(status.st_dev):02x}:{status.st_ino}"
        for line in _LOCKS.read_text().splitlines():
            # "1: FLOCK  ADVISORY  WRITE 4711 fe:00:1234 0 EOF"; "->" before one that waits
            fields = line.split()
            if fields[1] == "FLOCK" and fields[5] == device:
                name = Path(f"/proc/{fields[4]}/comm").read_text(errors="replace").rstrip("\n")
                return f"process {fields[4]} ({visible_name(name)})"
    except (OSError, IndexError):
        pass  # no such list here, or it has ended meanwhile
    return "another process, maybe on another host,"
