"""One reading of a data file from its beginning to its end: the hash by which it is known again,
and its longest line, which DuckDB leaves out without a word where it is the last."""

from __future__ import annotations

import gzip
import hashlib
import os
from io import BufferedIOBase
from pathlib import Path

from kertasks.files import open_regular
from kertasks.tables.file_kinds import GZIP
from kertasks.tables.table_errors import LONGEST_LINE

_CHUNK = LONGEST_LINE // 2
"""Bytes; a line that is too long has a whole one without an end of a line."""


def file_digest(path: str | Path) -> tuple[str, int]:
    """``blake2b:`` and the hash of a file's content, and its bytes.

    Raises:
        OSError: as ``kertasks.files.open_regular``; or it cannot be read.
    """
    with os.fdopen(open_regular(path), "rb") as file:
        made = hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16))
        return f"blake2b:{made.hexdigest()}", file.tell()


def has_long_line(path: str | Path) -> bool:
    """Whether a line of a text file, compressed by gzip or not, is longer than ``LONGEST_LINE``
    or nearly so.

    Raises:
        OSError: as ``kertasks.files.open_regular``; or it cannot be read.
        EOFError: what is compressed ends before its end.
    """
    with os.fdopen(open_regular(path), "rb") as file:
        is_gzip = file.read(len(GZIP)) == GZIP
        file.seek(0)
        return _has_long_line(gzip.GzipFile(fileobj=file) if is_gzip else file)


def _has_long_line(file: BufferedIOBase) -> bool:
    while chunk := file.read(_CHUNK):
        if len(chunk) == _CHUNK and b"\n" not in chunk and b"\r" not in chunk:
            return True
    return False
