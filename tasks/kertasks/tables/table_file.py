"""A person's file, opened as a table of DuckDB: a row a row, each cell as it stands.

A file may be larger than the memory, come from anybody and have any name. DuckDB gets to see it
under a name of our own in a private folder, has no other file, no network and no extension, and
a limit on its memory; what does not fit goes to that folder.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from kertasks.tables.cell_sql import define_macros, literal
from kertasks.tables.table import Reading, ReadingWishes
from kertasks.tables.table_errors import (
    LONGEST_LINE,
    MOST_COLUMNS,
    TOO_WIDE,
    CannotReadTable,
    told,
)
from kertasks.tables.table_source import Source, find_source
from kertasks.text.plain_text import one_line

MEMORY = "512MB"
"""What DuckDB may use unless more is given."""

_LONGEST_NAME = 80
"""Characters of a column's name that are kept."""


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
    reading: Reading | ReadingWishes | None = None,
    memory: str = MEMORY,
    threads: int | None = None,
) -> Iterator[TableFile]:
    """Open a file as a table.

    Args:
        path: of a CSV, TSV, Parquet or JSON lines file.
        reading: how the cells of a text file are found, or what a person says of that; the rest
            is guessed.
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
        source = find_source(path, given, folder, reading or ReadingWishes())
        connection = _connect(source.file, folder, memory, threads)
        try:
            with told(path):
                names = source.names or _own_names(connection, source, path)
                _make_view(connection, source, names)
                define_macros(connection, source.reading)
            yield TableFile(path, connection, _unique(names), source.format, source.reading, folder)
        finally:
            connection.close()


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


def _own_names(
    connection: duckdb.DuckDBPyConnection, source: Source, path: Path
) -> tuple[str, ...]:
    """The names that are in the file itself, in its order."""
    if source.format == "Parquet":
        asked = f"SELECT column_name FROM (DESCRIBE FROM read_parquet({literal(str(source.file))}))"
    else:
        some = "" if source.size <= _ALL_JSON else "LIMIT 100000"
        asked = (
            "SELECT key, min(line) FROM (SELECT row_number() OVER () AS line, key FROM (SELECT "
            f"unnest(json_keys(json)) AS key FROM (SELECT json FROM {_json(source)} {some}))) "
            f"GROUP BY key ORDER BY 2 LIMIT {MOST_COLUMNS + 1}"
        )
    rows = connection.execute(asked).fetchmany(MOST_COLUMNS + 1)
    if not rows:
        raise CannotReadTable(path, "there is no column in it")
    if len(rows) > MOST_COLUMNS:
        raise CannotReadTable(path, TOO_WIDE)
    return tuple(str(row[0]) for row in rows)


def _json(source: Source) -> str:
    return (
        f"read_json_objects({literal(str(source.file))}, format='auto', "
        f"compression={literal(source.compression)}, maximum_object_size={LONGEST_LINE})"
    )


def _make_view(
    connection: duckdb.DuckDBPyConnection, source: Source, names: tuple[str, ...]
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
        cells = ", ".join(f"c{n}" for n in at)
        rows = (
            f"SELECT row_number() OVER () AS row, {cells} FROM read_csv("
            f"{literal(str(source.file))}, auto_detect=false, columns={{{columns}}}, "
            f"header={str(reading.header).lower()}, skip={reading.skip}, "
            f"delim={literal(reading.delimiter)}, quote={literal(reading.quote)}, "
            f"escape={literal(reading.quote)}, encoding='utf-8', "
            f"compression={literal(source.compression)}, comment='', "
            f"max_line_size={LONGEST_LINE}, hive_partitioning=false)"
        )
    connection.execute(f"CREATE VIEW cells AS {rows}")


def quoted(name: str) -> str:
    """The name as SQL has it, in quotes."""
    return '"' + name.replace('"', '""') + '"'


def _pointer(key: str) -> str:
    return "/" + key.replace("~", "~0").replace("/", "~1")
