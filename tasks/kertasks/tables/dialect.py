"""How the cells of a text file are found: guessed from its head."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import duckdb

from kertasks.tables.table import MISSING, Reading, ReadingWishes

DELIMITERS = (",", ";", "\t", "|")
"""Those that are tried where DuckDB finds none."""

_SAMPLE = 1_000
"""Rows that are looked at, at most."""

_SAMPLE_CELLS = 50_000
"""Cells that are looked at, about."""

_WIDE = 300
"""Delimiters in the first line."""

_MOST_ABOVE = 20
"""Lines above the header that are passed over at most."""

_END = re.compile(r"\r\n|\r|\n")
_COMMA = re.compile(r"[+-]?(\d{1,3}(\.\d{3})+|\d*),\d+([eE][+-]?\d+)?")
_POINT = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d*)\.\d+([eE][+-]?\d+)?")
_NUMBER = re.compile(r"[+-]?(\d[\d.,]*|[.,]\d+)([eE][+-]?\d+)?")
_SLASHED = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-]\d{4}\b")


@dataclass(frozen=True, slots=True)
class Head:
    """The first rows of a text file, and how they were found."""

    reading: Reading
    rows: tuple[tuple[str, ...], ...]
    """Cells as they stand, without the header and what is above it."""

    header: tuple[str, ...]
    """As it stands; empty where there is none."""

    width: int
    """Columns."""


def guess(text: str, file: Path, wishes: ReadingWishes, encoding: str) -> Head:
    """Say how the file is to be read.

    Args:
        text: its head, of whole lines.
        file: where the head lies in UTF-8, for DuckDB.
        wishes: what a person says of it, which holds.
        encoding: of the file.
    """
    delimiter, quote = wishes.delimiter, wishes.quote
    if delimiter is None:
        # With many columns DuckDB takes seconds, and counting is as sure.
        wide = max(map(text.partition("\n")[0].count, DELIMITERS)) > _WIDE
        delimiter, sniffed = (None, "") if wide else _sniffed(file)
        delimiter = delimiter or _counted(text)
        if delimiter == ",":
            delimiter = _beside_decimal_commas(text) or delimiter
        quote = sniffed if quote is None and sniffed else quote
    if quote is None:
        quote = _quote(text, delimiter)
    skip = _lines_above(text, delimiter, quote) if wishes.skip is None else wishes.skip
    rows = _cells(text, delimiter, quote, skip)
    commas, points = _decimals(rows)
    return read(
        text,
        Reading(
            delimiter=delimiter,
            quote=quote,
            header=_has_header(rows) if wishes.header is None else wishes.header,
            decimal=wishes.decimal or ("," if commas > points else "."),
            encoding=encoding,
            day_first=_day_first(rows) if wishes.day_first is None else wishes.day_first,
            skip=skip,
            missing=(*MISSING, *wishes.missing),
        ),
    )


def read(text: str, reading: Reading) -> Head:
    """The first rows of a file that is read so.

    Args:
        text: its head, of whole lines.
        reading: how its cells are found.
    """
    rows = _cells(text, reading.delimiter, reading.quote, reading.skip)
    return _head(reading, rows)


def _head(reading: Reading, rows: Sequence[Sequence[str]]) -> Head:
    header = tuple(rows[0]) if reading.header and rows else ()
    data = rows[1:] if reading.header else rows
    widths = Counter(map(len, data))
    width = len(header)
    if widths and not header:
        width = widths.most_common(1)[0][0]
    elif header and widths and set(widths) == {len(header) + 1}:
        # As R writes it: the names of the rows have none themselves.
        width = len(header) + 1
        header = ("", *header)
    return Head(reading, tuple(map(tuple, data)), header, width)


def _sniffed(file: Path) -> tuple[str | None, str]:
    """Delimiter and quote as DuckDB finds them; None where it finds but one column."""
    try:
        with duckdb.connect(config={"autoload_known_extensions": "false"}) as connection:
            found = connection.execute(
                "SELECT Delimiter, Quote, len(Columns) FROM sniff_csv(?, sample_size=1000)",
                [str(file)],
            ).fetchone()
    except duckdb.Error:
        return None, ""
    if found is None or found[2] < 2:
        return None, ""
    return found[0], found[1] if found[1] == '"' or found[1] == "'" else ""


def _counted(text: str) -> str:
    """The delimiter by which most rows have as many cells as one another, at least two."""
    best, most = ",", 0.0
    for delimiter in (*DELIMITERS, " "):
        rows = _cells(text, delimiter, '"', 0)
        widths = Counter(map(len, rows))
        if not widths:
            continue
        width, count = widths.most_common(1)[0]
        share = count / len(rows)
        if delimiter == " " and not _all_numbers(rows):
            continue
        if width > 1 and share > max(most, 0.5):
            best, most = delimiter, share
    return best


def _beside_decimal_commas(text: str) -> str | None:
    """The delimiter where the commas are those of numbers: it divides every row alike, and commas
    do not, or all that it divides are such numbers."""
    by_commas = set(map(len, _cells(text, ",", '"', 0)))
    for delimiter in DELIMITERS[1:]:
        rows = _cells(text, delimiter, '"', 0)
        if len(widths := set(map(len, rows))) != 1 or widths == {1}:
            continue
        commas, points = _decimals(rows)
        cells = sum(map(len, rows))
        if commas > points and (len(by_commas) > 1 or commas == cells):
            return delimiter
    return None


def _all_numbers(rows: Sequence[Sequence[str]]) -> bool:
    return all(_NUMBER.fullmatch(cell) for row in rows for cell in row)


def _quote(text: str, delimiter: str) -> str:
    """``"``, unless nothing is quoted and a cell happens to have one."""
    try:
        for _ in islice(_reader(text, delimiter, '"', strict=True), _SAMPLE):
            pass
    except csv.Error:
        unquoted = set(map(len, _cells(text, delimiter, "", 0)))
        return "" if len(unquoted) == 1 else '"'
    return '"'


def _reader(text: str, delimiter: str, quote: str, strict: bool = False) -> Iterator[list[str]]:
    if len(delimiter) > 1:
        text, delimiter = text.replace(delimiter, "\x1f"), "\x1f"
    return csv.reader(
        io.StringIO(text, newline=""),
        delimiter=delimiter,
        quotechar=quote or None,
        quoting=csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE,
        strict=strict,
    )


def _cells(text: str, delimiter: str, quote: str, skip: int) -> list[list[str]]:
    """The cells of the first rows; blank lines are none."""
    if skip:
        text = "\n".join(_END.split(text)[skip:])
    csv.field_size_limit(len(text) + 1)
    rows: list[list[str]] = []
    cells = 0
    for row in _reader(text, delimiter, quote):
        if row:
            rows.append(row)
            cells += len(row)
        if len(rows) == _SAMPLE or cells >= _SAMPLE_CELLS:
            break
    return rows


def _lines_above(text: str, delimiter: str, quote: str) -> int:
    """Lines above the first row: blank ones, and some of fewer cells than most rows have."""
    rows = _cells(text, delimiter, quote, 0)
    widths = Counter(map(len, rows))
    width, count = widths.most_common(1)[0] if widths else (0, 0)
    above = next((at for at, row in enumerate(rows) if len(row) == width), 0)
    named_but_one = above == 1 and len(rows[0]) == width - 1  # the first column has no name
    if width < 3 or above > _MOST_ABOVE or count + above < len(rows) or named_but_one:
        above = 0
    passed = 0
    for at, line in enumerate(_END.split(text)):
        if line.strip():
            if passed == above:
                return at
            passed += 1
    return 0


def _decimals(rows: Sequence[Sequence[str]]) -> tuple[int, int]:
    """How many cells are written with a decimal comma, and how many with a point."""
    commas = points = 0
    for row in rows:
        for cell in row:
            stripped = cell.strip()
            commas += bool(_COMMA.fullmatch(stripped))
            points += bool(_POINT.fullmatch(stripped))
    return commas, points


def _day_first(rows: Sequence[Sequence[str]]) -> bool:
    found = [_SLASHED.match(cell.strip()) for row in rows for cell in row]
    pairs = [(int(each[1]), int(each[2])) for each in found if each]
    return any(first > 12 for first, _ in pairs) and all(second <= 12 for _, second in pairs)


def _has_header(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row names the columns. See the tests for what it gets right."""
    if not rows:
        return False
    first, rest = [cell.strip() for cell in rows[0]], rows[1:]
    if not rest:
        return not any(map(_is_value, first))
    columns = [
        [row[at].strip() for row in rest if at < len(row) and row[at].strip()]
        for at in range(len(first))
    ]
    for name, cells in zip(first, columns, strict=True):
        # A column of numbers or dates whose first cell is none.
        valued = sum(map(_is_value, cells))
        named = name and not _is_value(name) and not _is_missing(name)
        if named and cells and valued >= 0.5 * len(cells):
            return True
    if any(map(_is_value, first)):
        counted = list(map(str, range(len(first))))
        is_counted = len(first) > 2 and first in (counted, [str(int(n) + 1) for n in counted])
        return is_counted and any(not cell.isdigit() for cells in columns for cell in cells)
    if len(set(first)) < len(first):
        return False
    # All text: names do not occur again among the values they name.
    return not any(name and name in set(cells) for name, cells in zip(first, columns, strict=True))


def _is_value(cell: str) -> bool:
    """Whether it is a number, or begins like a date."""
    return bool(_NUMBER.fullmatch(cell) or re.match(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}", cell))


_MISSING = frozenset(map(str.casefold, MISSING))


def _is_missing(cell: str) -> bool:
    return cell.casefold() in _MISSING
