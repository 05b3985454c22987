"""Files that are whole or not there: written beside their place, then renamed into it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

_LONGEST_PREFIX = 50
"""Characters of a name that its unfinished file has too: a name may be as long as is allowed."""


@contextmanager
def replacing(path: Path, mode: int | None = 0o600) -> Iterator[BinaryIO]:
    """A file to write; it takes the place of ``path`` once the block is done.

    Args:
        path: where it belongs.
        mode: its permissions, its owner's only if not given; None: those that new files get here.

    Raises:
        OSError: the folder is not there or cannot be written in; nothing is left behind.
    """
    beside = path.with_name(f".{path.name[:_LONGEST_PREFIX]}-{os.urandom(8).hex()}")
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
