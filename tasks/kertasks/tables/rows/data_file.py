"""Whether a table's file is still the one that was looked at."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from kertasks.arrays.own_arrays import Arrays
from kertasks.errors import UserError
from kertasks.tables.file_digest import file_digest
from kertasks.tables.table import Table
from kertasks.text.plain_text import visible_name


class DataFileChanged(UserError):
    """A table's file is gone, or holds something else than when it was looked at."""


def digest_of(path: Path) -> str:
    """``blake2b:`` and the hash of what a file holds; a file that has not changed is read once.

    Raises:
        OSError: it cannot be read.
    """
    status = path.stat()
    # The last is noted by the file system: it tells of a file that was given its old time back.
    return _digest(path, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


@lru_cache(maxsize=64)
def _digest(path: Path, *_state: int) -> str:
    return file_digest(path)[0]


def require_unchanged(path: Path, table: Table | Arrays) -> str:
    """See that the file is there and is what it was; returns its digest.

    Raises:
        DataFileChanged: it is not.
    """
    name = visible_name(path.name)
    try:
        size = path.stat().st_size
        if table.bytes and size != table.bytes:
            raise DataFileChanged(
                f"{name} has changed: it holds {size:,} bytes, and held {table.bytes:,} when the "
                f"task was made. Open the task's data and save it anew, or put {path} back"
            )
        digest = digest_of(path)
    except FileNotFoundError as error:
        raise DataFileChanged(
            f"{path} is not there: put the file back, or say in the task where it is now (path)"
        ) from error
    except OSError as error:
        raise DataFileChanged(f"{path} cannot be read: {error.strerror}") from error
    if table.digest and digest != table.digest:
        raise DataFileChanged(
            f"{name} has changed: it is as long as when the task was made, and holds something "
            f"else. Open the task's data and save it anew, or put {path} back"
        )
    return digest
