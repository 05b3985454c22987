"""The hash by which a data file is known again."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from kertasks.files import open_regular


def file_digest(path: str | Path) -> tuple[str, int]:
    """``blake2b:`` and the hash of a file's content, and its bytes.

    Raises:
        OSError: as ``kertasks.files.open_regular``; or it cannot be read.
    """
    with os.fdopen(open_regular(path), "rb") as file:
        found = hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16))
        return f"blake2b:{found.hexdigest()}", file.tell()
