"""What a missing cell, a number and a date are: the one rule, as macros of DuckDB.

``is_missing(x)`` is true or false, ``as_number(x)`` a finite DOUBLE or NULL and ``as_date(x)`` a
TIMESTAMP or NULL, of a cell as it stands in the file. A cell that is neither missing nor has a
number is refused in a column of numbers.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import duckdb

from kertasks.tables.table import Reading

BLANKS = " \t\r\n\u00a0\u202f"
"""Around a cell, where they are no part of it."""

_ISO = r"\s*\d{4}[-/]\d{1,2}[-/]\d{1,2}([ T].*)?\s*"
_TIMES = ("", " %H:%M", " %H:%M:%S")

_SHAPES = (
    (r"\d{1,2}/\d{1,2}/\d{4}.*", ("%m/%d/%Y",), ("%d/%m/%Y",)),
    (r"\d{1,2}-\d{1,2}-\d{4}.*", ("%m-%d-%Y",), ("%d-%m-%Y",)),
    (r"\d{1,2}\.\d{1,2}\.\d{4}.*", ("%d.%m.%Y",), None),
    (r"\d{1,2}[ -][A-Za-z]+[ -]\d{4}.*", ("%d %b %Y", "%d-%b-%Y", "%d %B %Y"), None),
    (r"[A-Za-z]+ \d{1,2}, \d{4}.*", ("%b %d, %Y", "%B %d, %Y"), None),
    (r"\d{4}-\d{1,2}", ("%Y-%m",), None),
    (r"(19|20)\d{6}", ("%Y%m%d",), None),
)
"""What dates look like besides ISO 8601, and their formats; other ones where the day is first."""

_MOMENTS = (r"(19|20)\d{6}T?\d{6}", ("%Y%m%dT%H%M%S", "%Y%m%d%H%M%S"))


def define_macros(connection: duckdb.DuckDBPyConnection, reading: Reading) -> None:
    """Make the macros that say what a cell is, by the reading of its file."""
    for name, body in (
        ("bare(x)", f"trim(x, {literal(BLANKS)})"),
        ("is_missing(x)", _missing(reading)),
        ("as_number(x)", _number(reading)),
        ("as_date(x)", _date(reading)),
    ):
        connection.execute(f"CREATE MACRO {name} AS ({body})")


def literal(text: str) -> str:
    """The text as SQL has it, in quotes."""
    return "'" + text.replace("'", "''") + "'"


def _missing(reading: Reading) -> str:
    if not reading.missing:
        return "x IS NULL"
    written = ", ".join(sorted({literal(text.strip(BLANKS)) for text in reading.missing}))
    # Few cells have blanks around them, and to take them off takes ten times as long as to look.
    after = " OR ".join(f"ends_with(x, {literal(blank)})" for blank in BLANKS)
    blank = f"x < '!' OR x >= {literal(BLANKS[-2])} OR {after}"
    bare = f"CASE WHEN {blank} THEN bare(x) IN ({written}) ELSE false END"
    return f"x IS NULL OR x IN ({written}) OR {bare}"


def _number(reading: Reading) -> str:
    """Digits may be grouped by threes, as in 1,234.5 or 1.234,5 or 75 000."""
    other, point = (r"\.", ",") if reading.decimal == "," else (",", r"\.")
    spaces = r" '\x{a0}\x{202f}"
    grouped = rf"[+-]?\d{{1,3}}(({other}\d{{3}})+|([{spaces}]\d{{3}})+)({point}\d*)?"
    signs = f"[{other}{spaces}]"
    joined = f"regexp_replace(bare(x), {literal(signs)}, '', 'g')"
    plain = "x"
    if reading.decimal == ",":
        joined = f"replace({joined}, ',', '.')"
        # A point is no decimal here: 1.5 is refused, 1.500 is grouped.
        plain = "CASE WHEN NOT contains(x, '.') THEN replace(x, ',', '.') END"
    value = (
        f"coalesce(try_cast({plain} AS DOUBLE), CASE WHEN length(x) BETWEEN 5 AND 40 "
        f"AND regexp_full_match(bare(x), {literal(grouped)}) THEN try_cast({joined} AS DOUBLE) END)"
    )
    said = f"CASE WHEN isfinite({value}) THEN {value} END"
    if any(map(_is_number, reading.missing)):
        said = f"CASE WHEN NOT is_missing(x) THEN {said} END"
    return said


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text.replace(",", ".")))
    except ValueError:
        return False


def _shapes(reading: Reading) -> Iterator[tuple[str, Sequence[str]]]:
    for shape, formats, day_first in _SHAPES:
        chosen = day_first if day_first and reading.day_first else formats
        yield shape, [day + time for day in chosen for time in _TIMES]
    yield _MOMENTS


def date_formats(reading: Reading) -> tuple[str, ...]:
    """How a date that is not written as ISO has it may be written, as ``strptime`` takes it."""
    return tuple(form for _, formats in _shapes(reading) for form in formats)


def _date(reading: Reading) -> str:
    cases = [f"WHEN regexp_full_match(x, {literal(_ISO)}) THEN try_cast(x AS TIMESTAMP)"]
    cases += [_parsed(shape, formats) for shape, formats in _shapes(reading)]
    # Most cells are none, and that is soon seen.
    return f"CASE WHEN length(x) NOT BETWEEN 6 AND 40 THEN NULL {' '.join(cases)} END"


def _parsed(shape: str, formats: Sequence[str]) -> str:
    listed = ", ".join(map(literal, formats))
    blank = literal(rf"\s*{shape}\s*")
    return f"WHEN regexp_full_match(x, {blank}) THEN try_strptime(bare(x), [{listed}])"
