"""Files that are whole or not there: written beside their place, then renamed into it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A file to write; it takes the place of ``path`` once the block is done, readable by its
    owner only.

    Raises:
        OSError: the folder is not there or cannot be written in; nothing is left behind.
    """
    descriptor, beside = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
        Path(beside).replace(path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise


def write_text(path: Path, text: str) -> None:
    """Replace the file by ``text``, as ``replacing`` does.

    Raises:
        OSError: as ``replacing``.
    """
    with replacing(path) as file:
        # The name of a file may hold bytes that are no text.
        file.write(text.encode(errors="replace"))
