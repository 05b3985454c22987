"""Opens the files of a folder that may be damaged, or come from somebody else.

A pipe in a file's place would be waited for, a device never ends, and one line may fill the
memory: only regular files are read, and of the small ones no more than they can hold. Nothing
is appended through a link, which may lead anywhere.
"""

from __future__ import annotations

import errno
import json
import os
import stat
from pathlib import Path
from typing import Any

LONGEST_LINE = 1 << 20
"""Bytes; what is longer is no event, and is passed over without being kept."""

LARGEST = 1 << 53
"""Whole numbers beyond this are not the same in every reader of JSON."""

_MOST = 1 << 20
"""Bytes of a manifest, a label, a recipe or the commands: a thousand times what they hold."""


def open_regular(path: str | Path) -> int:
    """A descriptor to read the file with.

    Raises:
        OSError: it is not there, may not be read or is no regular file.
    """
    return _open(path, os.O_RDONLY)


def open_to_append(path: str | Path) -> int:
    """A descriptor to append to the file with, and to read it; made for its owner alone where
    there is none.

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
    """What a small file holds.

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


def read_json(path: str | Path) -> Any:
    """The value in a small JSON file.

    Raises:
        OSError: as ``read_small``.
        ValueError: it holds no JSON.
    """
    try:
        return json.loads(read_small(path))
    except RecursionError as error:
        raise ValueError("lists or objects nested too deep") from error
