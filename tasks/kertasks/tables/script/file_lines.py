"""The lines that read a table's file: its rows as cells of text."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path

from kertasks.export.script.expressions import literal
from kertasks.tables.file_kinds import GZIP, is_json_lines, is_parquet
from kertasks.tables.script.script_table import ScriptTable

_START = 4_096
"""Bytes by which a file's kind is found out."""


def reading_lines(of: ScriptTable) -> Iterator[str]:
    """Lines that define ``rows``: a list of the file's rows, each of them a list of cells."""
    table, reading = of.table, of.table.reading
    yield f"PATH = {literal(str(of.path))}"
    encoding = "utf-8-sig" if reading.encoding == "utf-8" else reading.encoding
    kind = _kind(of.path, encoding)
    if kind == "Parquet":
        yield "rows = duckdb.read_parquet(PATH)"
        yield 'rows = rows.project("COLUMNS(*)::VARCHAR").fetchall()  # cells as texts'
        yield ""
        return
    if kind == "JSON lines":
        yield ""
        yield ""
        yield "def text_of(value):"
        yield '    """Give a value as it stands in the file."""'
        yield "    is_text = value is None or isinstance(value, str)"
        yield "    return value if is_text else json.dumps(value)"
        yield ""
        yield ""
    opened = "gzip.open" if _is_gzip(of.path) else "open"
    mode = '"rt", ' if opened == "gzip.open" else ""
    how = f'{mode}encoding={literal(encoding)}, newline=""'
    yield f"with {opened}(PATH, {how}) as file:"
    if kind == "JSON lines":
        yield "    objects = [json.loads(line, parse_int=str, parse_float=str) for line in file"
        yield "        if line.strip()]"
        names = ", ".join(literal(column.name) for column in table.columns)
        yield f"NAMES = ({names},)"
        yield "rows = [[text_of(each.get(name)) for name in NAMES] for each in objects]"
        yield ""
        return
    if reading.skip:
        yield f"    for _ in range({reading.skip}):"
        yield "        next(file)"
    if len(reading.delimiter) > 1:
        yield f'    rows = [line.rstrip("\\r\\n").split({literal(reading.delimiter)}) '
        yield "        for line in file if line.strip()]"
    else:
        quoting = (
            f", quotechar={literal(reading.quote)}" if reading.quote else ", quoting=csv.QUOTE_NONE"
        )
        quoting = "" if reading.quote == '"' else quoting
        delimiter = "" if reading.delimiter == "," else f", delimiter={literal(reading.delimiter)}"
        yield f"    rows = [row for row in csv.reader(file{delimiter}{quoting}) if row]"
    if reading.header:
        yield "rows = rows[1:]  # the first one names the columns"
    yield ""


def _kind(path: Path, encoding: str) -> str:
    start = _start(path)
    if is_parquet(path, start):
        return "Parquet"
    try:
        text = start.decode(encoding, "ignore")
    except LookupError:
        text = ""  # no encoding of that name: the script says so when it is run
    return "JSON lines" if is_json_lines(path, text) else "CSV"


def _start(path: Path) -> bytes:
    """What a table's file begins with, unpacked; empty where it is not here: who runs the script
    has it, perhaps elsewhere."""
    try:
        with gzip.open(path) if _is_gzip(path) else path.open("rb") as file:
            return file.read(_START)
    except (OSError, EOFError, zlib.error):
        return b""


def _is_gzip(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(GZIP)) == GZIP
    except OSError:
        return path.suffix == ".gz"
