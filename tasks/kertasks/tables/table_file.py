"""A person's file, opened as a table of DuckDB: a row a row, each cell as it stands.

A file may be larger than the memory, come from anybody and have any name. DuckDB gets to see it
under a name of our own in a private folder, has no other file, no network and no extension, and
a limit on its memory; what does not fit goes to that folder.
"""

from __future__ import annotations

import codecs
import gzip
import io
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import duckdb

from kertasks.files import open_regular
from kertasks.tables.cell_sql import define_macros, literal
from kertasks.tables.dialect import Head, guess
from kertasks.tables.table import Reading
from kertasks.tables.table_errors import (
    LONGEST_LINE,
    MOST_COLUMNS,
    TOO_WIDE,
    CannotReadTable,
    told,
)
from kertasks.text.plain_text import one_line

MEMORY = "512MB"
"""What DuckDB may use unless more is given."""

_HEAD = 2 * LONGEST_LINE
"""Bytes that are looked at to find out what a file is."""

_NATIVE = ("utf-8", "latin-1")
"""Encodings that DuckDB reads itself; of any other a copy in UTF-8 is made."""

_LONGEST_NAME = 80
"""Characters of a column's name that are kept."""

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
class TableFile:
    """A file that is open as a table.

    ``connection`` has a view ``cells`` of the columns ``row`` (BIGINT, from 1, in the file's
    order) and ``c0``, ``c1``, … (VARCHAR, as they stand; NULL where nothing does), and the macros
    of ``cell_sql``. An error of DuckDB while it is read is put in words by ``table_errors.told``.
    """

    path: Path
    connection: duckdb.DuckDBPyConnection
    names: tuple[str, ...]
    """Of the columns ``c0``, ``c1``, …; none occurs twice."""

    format: str
    """``"CSV"``, ``"TSV"``, ``"Parquet"`` or ``"JSON lines"``."""

    reading: Reading
    """As found, or as given."""

    folder: Path
    """A private folder that goes away with this."""

    @staticmethod
    def missing(at: int) -> str:
        """SQL that is true where the cell of column ``at`` is missing, and never NULL."""
        return f"is_missing(c{at})"

    @staticmethod
    def number(at: int) -> str:
        """SQL of the cell of column ``at`` as a finite DOUBLE; NULL where it is none."""
        return f"as_number(c{at})"

    @staticmethod
    def date(at: int) -> str:
        """SQL of the cell of column ``at`` as a TIMESTAMP; NULL where it is none."""
        return f"as_date(c{at})"


@contextmanager
def open_table(
    path: str | Path,
    reading: Reading | None = None,
    memory: str = MEMORY,
    threads: int | None = None,
) -> Iterator[TableFile]:
    """Open a file as a table.

    Args:
        path: of a CSV, TSV, Parquet or JSON lines file.
        reading: how the cells of a text file are found; None to guess.
        memory: what DuckDB may use, as it writes sizes.
        threads: of DuckDB; None for as many as there are cores.

    Raises:
        CannotReadTable: there is no such file, or it is no table.
    """
    if "\0" in str(path):
        raise CannotReadTable(path, "a file's name has no zero byte")
    with tempfile.TemporaryDirectory(prefix="kertui-table-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        given, path = path, Path(path).expanduser()
        with _opened(path, given) as file:
            source = _source(path, file, folder, reading)
        connection = _connect(source.file, folder, memory, threads)
        try:
            with told(path):
                names = source.names or _json_names(connection, source, path)
                _make_view(connection, source, names)
                define_macros(connection, source.reading)
            yield TableFile(path, connection, _unique(names), source.format, source.reading, folder)
        finally:
            connection.close()


@dataclass(frozen=True, slots=True)
class _Source:
    """What DuckDB is to read, and how."""

    file: Path
    format: str
    reading: Reading
    names: tuple[str, ...] = ()
    compression: str = "none"
    size: int = 0


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


def _source(path: Path, file: BinaryIO, folder: Path, given: Reading | None) -> _Source:
    """Find out what the file is, and put it where DuckDB may read it."""
    size = os.fstat(file.fileno()).st_size
    try:
        start = file.read(_HEAD)
    except OSError as error:
        raise CannotReadTable(path, str(error.strerror or error)) from error
    if not start:
        raise CannotReadTable(path, "it is empty")
    ending = "".join(path.suffixes[-2:]).lower()
    for magic, why in _OTHER_KINDS:
        if start.startswith(magic):
            raise CannotReadTable(path, why)
    whole = size <= len(start)
    link = folder / "table"
    if start.startswith(b"PAR1") or ending.endswith((".parquet", ".pq")):
        link.symlink_to(path.absolute())
        return _parquet(path, link, given)
    compression = "none"
    if start.startswith(b"\x1f\x8b"):
        compression = "gzip"
        start, whole = _unzipped(path, file)
    link.symlink_to(path.absolute())
    encoding = given.encoding if given else _encoding(start)
    text = _text(path, start, encoding, whole)
    if _is_json(text, ending):
        return _Source(link, "JSON lines", given or Reading(), (), compression, size)
    head = _head(path, folder, text, given, encoding)
    if codecs.lookup(encoding).name not in map(_codec, _NATIVE) or _ends_in_different_ways(text):
        file.seek(0)
        link = _copied(path, file, folder, encoding, compression)
        compression = "none"
    kind = "TSV" if head.reading.delimiter == "\t" else "CSV"
    names = head.header or ("",) * head.width
    return _Source(link, kind, head.reading, names, compression, size)


def _unzipped(path: Path, file: BinaryIO) -> tuple[bytes, bool]:
    file.seek(0)
    try:
        with gzip.GzipFile(fileobj=file) as unzipped:
            start = unzipped.read(_HEAD)
            return start, not unzipped.read(1)
    except (OSError, EOFError) as error:
        raise CannotReadTable(path, "it is no whole gzip file") from error


def _codec(encoding: str) -> str:
    return codecs.lookup(encoding).name


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
        return "latin-1"
    return "utf-8"


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
        raise CannotReadTable(path, f"a line is longer than {LONGEST_LINE // 1_000_000} MB")
    return text


def _decoder(path: Path, encoding: str) -> codecs.IncrementalDecoder:
    try:
        decoder = codecs.getincrementaldecoder(encoding)()
        if isinstance(decoder.decode(b"", False), str):
            return decoder
    except (LookupError, ValueError):
        pass
    raise CannotReadTable(path, f"there is no encoding {encoding!r}")


def _is_json(text: str, ending: str) -> bool:
    begins = text.lstrip()[:1]
    return ending.endswith((".jsonl", ".ndjson", ".json", ".jsonl.gz", ".json.gz")) or (
        begins == "{" and '"' in text[:1_000] and ":" in text[:1_000]
    )


def _head(path: Path, folder: Path, text: str, given: Reading | None, encoding: str) -> Head:
    first = text.lstrip("\r\n").splitlines()[0]
    if max(map(first.count, given.delimiter if given else ",;\t|")) >= MOST_COLUMNS:
        raise CannotReadTable(path, TOO_WIDE)
    sample = folder / "head"
    ends = text.find("\n", 200_000) + 1
    sample.write_text(text[: ends or None], "utf-8", newline="")
    head = guess(text, sample, given, encoding)
    sample.unlink()
    if not head.width:
        raise CannotReadTable(path, "there is no row in it")
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


def _connect(
    file: Path, folder: Path, memory: str, threads: int | None
) -> duckdb.DuckDBPyConnection:
    """DuckDB that sees one file, and cannot be told otherwise."""
    spill = folder / "spill"
    settings: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "allow_community_extensions": "false",
        "allow_persistent_secrets": "false",
        "memory_limit": memory,
        "temp_directory": str(spill),
        "preserve_insertion_order": "true",
    }
    if threads is not None:
        settings["threads"] = threads
    connection = duckdb.connect(":memory:", config=settings)
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET enable_progress_bar = false")
    connection.execute(f"SET allowed_paths = [{literal(str(file))}]")
    connection.execute(f"SET allowed_directories = [{literal(str(spill))}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def _parquet(path: Path, link: Path, given: Reading | None) -> _Source:
    connection = _connect(link, link.parent, MEMORY, 1)
    try:
        with told(path):
            rows = connection.execute(
                f"SELECT column_name FROM (DESCRIBE FROM read_parquet({literal(str(link))}))"
            ).fetchmany(MOST_COLUMNS + 1)
    finally:
        connection.close()
    if len(rows) > MOST_COLUMNS:
        raise CannotReadTable(path, TOO_WIDE)
    names = tuple(str(row[0]) for row in rows)
    return _Source(link, "Parquet", given or Reading(), names)


def _unique(names: tuple[str, ...]) -> tuple[str, ...]:
    """The names cleaned; one that has none, or that occurs again, gets a number."""
    made: dict[str, None] = {}
    for at, name in enumerate(names, 1):
        cleaned = one_line(name, _LONGEST_NAME) or f"column {at}"
        tried, count = cleaned, 1
        while tried in made:
            count += 1
            tried = f"{cleaned} {count}"
        made[tried] = None
    return tuple(made)


_ALL_JSON = 64 << 20
"""Bytes of a JSON lines file whose every line is asked for its keys; of larger ones the first."""


def _json_names(
    connection: duckdb.DuckDBPyConnection, source: _Source, path: Path
) -> tuple[str, ...]:
    some = "" if source.size <= _ALL_JSON else "LIMIT 100000"
    rows = connection.execute(
        "SELECT key, min(line) FROM (SELECT row_number() OVER () AS line, key FROM "
        f"(SELECT unnest(json_keys(json)) AS key FROM (SELECT json FROM {_json(source)} {some}))) "
        f"GROUP BY key ORDER BY 2 LIMIT {MOST_COLUMNS + 1}"
    ).fetchall()
    if not rows:
        raise CannotReadTable(path, "there is no JSON object with a name in it")
    if len(rows) > MOST_COLUMNS:
        raise CannotReadTable(path, TOO_WIDE)
    return tuple(str(row[0]) for row in rows)


def _json(source: _Source) -> str:
    return (
        f"read_json_objects({literal(str(source.file))}, format='auto', "
        f"compression={literal(source.compression)}, maximum_object_size={LONGEST_LINE})"
    )


def _make_view(
    connection: duckdb.DuckDBPyConnection, source: _Source, names: tuple[str, ...]
) -> None:
    at = range(len(names))
    if source.format == "Parquet":
        cells = ", ".join(
            f"CAST({quoted(name)} AS VARCHAR) AS c{n}" for n, name in enumerate(names)
        )
        read = f"read_parquet({literal(str(source.file))}, file_row_number=true)"
        rows = f"SELECT file_row_number + 1 AS row, {cells} FROM {read}"
    elif source.format == "JSON lines":
        pointers = ", ".join(literal(_pointer(name)) for name in names)
        found = (
            "CASE WHEN json_type(json) = 'OBJECT' THEN "
            f"json_extract_string(json, [{pointers}]) ELSE error('JSON: a line is no object') END"
        )
        cells = ", ".join(f"found[{n + 1}] AS c{n}" for n in at)
        read = f"SELECT {found} AS found FROM {_json(source)}"
        rows = f"SELECT row_number() OVER () AS row, {cells} FROM ({read})"
    else:
        reading = source.reading
        columns = ", ".join(f"'c{n}': 'VARCHAR'" for n in at)
        encoding = "latin-1" if _codec(reading.encoding) == _codec("latin-1") else "utf-8"
        cells = ", ".join(f"c{n}" for n in at)
        rows = (
            f"SELECT row_number() OVER () AS row, {cells} FROM read_csv("
            f"{literal(str(source.file))}, auto_detect=false, columns={{{columns}}}, "
            f"header={str(reading.header).lower()}, skip={reading.skip}, "
            f"delim={literal(reading.delimiter)}, quote={literal(reading.quote)}, "
            f"escape={literal(reading.quote)}, encoding={literal(encoding)}, "
            f"compression={literal(source.compression)}, comment='', "
            f"max_line_size={LONGEST_LINE}, hive_partitioning=false)"
        )
    connection.execute(f"CREATE VIEW cells AS {rows}")


def quoted(name: str) -> str:
    """The name as SQL has it, in quotes."""
    return '"' + name.replace('"', '""') + '"'


def _pointer(key: str) -> str:
    return "/" + key.replace("~", "~0").replace("/", "~1")
