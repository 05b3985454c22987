"""A file of JSON lines: read as it grows, each line once; and added to."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from kertasks.files import open_regular, open_to_append

_Record = TypeVar("_Record")


class NewLines(Generic[_Record]):
    """The records of a file that others append to.

    Args:
        path: of the file; it need not be there yet.
        decode: makes a record of a line, and raises ``ValueError`` for what is none.
    """

    def __init__(self, path: Path, decode: Callable[[bytes], _Record]) -> None:
        self._path = path
        self._decode = decode
        self._read = 0
        """Bytes of whole lines that were read."""

    def read(self) -> list[_Record]:
        """The records that are new. A line that is none is passed over, one that is not whole yet
        is left for later; of a file that cannot be read there are none."""
        try:
            descriptor = open_regular(self._path)
        except OSError:
            return []
        with os.fdopen(descriptor, "rb") as file:
            if os.fstat(file.fileno()).st_size <= self._read:
                return []
            file.seek(self._read)
            found = []
            for line in file:
                if not line.endswith(b"\n"):
                    break
                self._read += len(line)
                try:
                    found.append(self._decode(line))
                except ValueError:
                    continue
            return found


def append_line(path: Path, record: msgspec.Struct) -> None:
    """Add a record as a line; one that was left half written before it is ended.

    Raises:
        OSError: it cannot be written.
    """
    line = msgspec.json.encode(record) + b"\n"
    descriptor = open_to_append(path)
    try:
        size = os.fstat(descriptor).st_size
        torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
        os.write(descriptor, b"\n" + line if torn else line)
    finally:
        os.close(descriptor)
