"""What a person's file is, and where DuckDB may read it."""

from __future__ import annotations

import codecs
import gzip
import io
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from kertasks.files import open_regular
from kertasks.tables.dialect import Head, guess, read
from kertasks.tables.file_kinds import GZIP, is_json_lines, is_parquet
from kertasks.tables.table import Reading, ReadingWishes
from kertasks.tables.table_errors import (
    LONG_LINE,
    LONGEST_LINE,
    MOST_COLUMNS,
    TOO_WIDE,
    CannotReadTable,
)

_HEAD = 2 * LONGEST_LINE
"""Bytes that are looked at to find out what a file is."""

_OTHER_KINDS = (
    (b"PK\x03\x04", "it is a zip file or a spreadsheet: save the sheet as CSV"),
    (b"\xd0\xcf\x11\xe0", "it is an old spreadsheet: save the sheet as CSV"),
    (b"SQLite format 3", "it is a SQLite database: export the table as CSV"),
    (b"\x89HDF", "it is an HDF5 file: export the table as CSV or Parquet"),
    (b"%PDF", "it is a PDF"),
    (b"\x28\xb5\x2f\xfd", "it is compressed by zstd: decompress it first"),
    (b"BZh", "it is compressed by bzip2: decompress it first"),
    (b"\xfd7zXZ", "it is compressed by xz: decompress it first"),
)


@dataclass(frozen=True, slots=True)
class Source:
    """What DuckDB is to read, and how."""

    file: Path
    """Ours: a link to the person's, or a copy of it."""

    format: str
    """``"CSV"``, ``"TSV"``, ``"Parquet"`` or ``"JSON lines"``."""

    reading: Reading
    names: tuple[str, ...] = ()
    """As they stand in a text file; of others DuckDB knows them."""

    compression: str = "none"
    size: int = 0
    """Bytes of the person's file."""


def find_source(
    path: Path, given: str | Path, folder: Path, reading: Reading | ReadingWishes
) -> Source:
    """Find out what a file is, and put it where DuckDB may read it.

    Args:
        path: of the file.
        given: the path as a person gave it.
        folder: an empty private folder.
        reading: how it is read, or what a person says of that.

    Raises:
        CannotReadTable: there is no such file, or it is no table.
    """
    with _opened(path, given) as file:
        return _source(path, file, folder, reading)


@contextmanager
def _opened(path: Path, given: str | Path) -> Iterator[BinaryIO]:
    try:
        descriptor = open_regular(path)
    except OSError as error:
        raise CannotReadTable(given, _why_not(path, error)) from error
    with os.fdopen(descriptor, "rb") as file:
        yield file


def _why_not(path: Path, error: OSError) -> str:
    if path.is_dir():
        return "it is a folder, not a file"
    if isinstance(error, FileNotFoundError):
        if ":/" in str(path):
            return "only a file on this machine can be read, not an address"
        return "there is no such file"
    if isinstance(error, PermissionError):
        return "you may not read it"
    return str(error.strerror or error)


def _source(path: Path, file: BinaryIO, folder: Path, given: Reading | ReadingWishes) -> Source:
    size = os.fstat(file.fileno()).st_size
    try:
        start = file.read(_HEAD)
    except OSError as error:
        raise CannotReadTable(path, str(error.strerror or error)) from error
    if not start:
        raise CannotReadTable(path, "it is empty")
    own = given if isinstance(given, Reading) else Reading()
    for magic, why in _OTHER_KINDS:
        if start.startswith(magic):
            raise CannotReadTable(path, why)
    whole = size <= len(start)
    link = folder / "table"
    if is_parquet(path, start):
        link.symlink_to(path.absolute())
        return Source(link, "Parquet", own)
    compression = "none"
    if start.startswith(GZIP):
        compression = "gzip"
        start, whole = _unzipped(path, file)
    link.symlink_to(path.absolute())
    encoding = given.encoding or _encoding(start)
    text = _text(path, start, encoding, whole)
    if is_json_lines(path, text):
        return Source(
            link,
            "JSON lines",
            given if isinstance(given, Reading) else Reading(),
            (),
            compression,
            size,
        )
    head = _head(path, folder, text, given, encoding)
    if not head.width:
        raise CannotReadTable(path, "there is no row in it")
    if codecs.lookup(encoding).name != "utf-8" or _ends_in_different_ways(text):
        file.seek(0)
        link = _copied(path, file, folder, encoding, compression)
        compression = "none"
    kind = "TSV" if head.reading.delimiter == "\t" else "CSV"
    names = head.header or ("",) * head.width
    return Source(link, kind, head.reading, names, compression, size)


def _unzipped(path: Path, file: BinaryIO) -> tuple[bytes, bool]:
    file.seek(0)
    try:
        with gzip.GzipFile(fileobj=file) as unzipped:
            start = unzipped.read(_HEAD)
            return start, not unzipped.read(1)
    except (OSError, EOFError) as error:
        raise CannotReadTable(path, "it is no whole gzip file") from error


def _encoding(start: bytes) -> str:
    """By its mark, by where zero bytes are, else UTF-8 where it is that."""
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    sample = start[:4_000]
    zeros = sample[0::2].count(0), sample[1::2].count(0)
    if max(zeros) > 0.3 * len(sample) / 2 and min(zeros) < 0.05 * len(sample) / 2:
        return "utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(start)
    except UnicodeDecodeError:
        pass
    else:
        return "utf-8"
    try:
        return "latin-1" if start.decode("cp1252") == start.decode("latin-1") else "cp1252"
    except UnicodeDecodeError:
        return "latin-1"  # in which no byte is wrong


def _text(path: Path, start: bytes, encoding: str, whole: bool) -> str:
    """The head in whole lines, without a byte-order mark."""
    try:
        text = _decoder(path, encoding).decode(start, whole)
    except UnicodeError as error:
        raise CannotReadTable(path, f"it is not in {encoding}: name another encoding") from error
    text = text.removeprefix("\ufeff")
    if text.count("\0"):
        raise CannotReadTable(path, "it is no text: there are zero bytes in it")
    if not text.strip():
        raise CannotReadTable(path, "there is nothing but blanks in it")
    ends = max(text.rfind("\n"), text.rfind("\r"))
    if not whole:
        text = text[: ends + 1]
    longest = max(map(len, text.splitlines()), default=LONGEST_LINE + 1)
    if longest > LONGEST_LINE:
        raise CannotReadTable(path, LONG_LINE)
    return text


def _decoder(path: Path, encoding: str) -> codecs.IncrementalDecoder:
    try:
        decoder = codecs.getincrementaldecoder(encoding)()
        if isinstance(decoder.decode(b"", False), str):
            return decoder
    except (LookupError, ValueError):
        pass
    raise CannotReadTable(path, f"there is no encoding {encoding!r}")


def _head(
    path: Path, folder: Path, text: str, given: Reading | ReadingWishes, encoding: str
) -> Head:
    first = text.lstrip("\r\n").splitlines()[0]
    if max(map(first.count, given.delimiter or ",;\t|")) >= MOST_COLUMNS:
        raise CannotReadTable(path, TOO_WIDE)
    if isinstance(given, Reading):
        return read(text, given)
    sample = folder / "head"
    ends = text.find("\n", 200_000) + 1
    sample.write_text(text[: ends or None], "utf-8", newline="")
    head = guess(text, sample, given, encoding)
    sample.unlink()
    return head


def _ends_in_different_ways(text: str) -> bool:
    """Whether some lines end in LF and others in CR LF, which DuckDB refuses."""
    both = text.count("\r\n")
    return 0 < both < text.count("\n")


def _copied(path: Path, file: BinaryIO, folder: Path, encoding: str, compression: str) -> Path:
    """A copy of the file in UTF-8, all of whose lines end alike."""
    copy = folder / "copy"
    source = gzip.GzipFile(fileobj=file) if compression == "gzip" else file
    try:
        with copy.open("w", encoding="utf-8", newline="") as target:
            # Any of the three ends of a line becomes the one that DuckDB then finds everywhere.
            reader = io.TextIOWrapper(source, encoding, newline=None)
            shutil.copyfileobj(reader, target, 1 << 20)
            reader.detach()
    except (UnicodeError, EOFError) as error:
        raise CannotReadTable(path, f"it is not in {encoding}: name another encoding") from error
    except OSError as error:
        raise CannotReadTable(path, f"it cannot be copied: {error.strerror or error}") from error
    return copy
