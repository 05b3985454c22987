"""What a missing cell, a number and a date are: the one rule, as macros of DuckDB.

``is_missing(x)`` is true or false, ``as_number(x)`` a finite DOUBLE or NULL and ``as_date(x)`` a
TIMESTAMP or NULL, of a cell as it stands in the file. A cell that is neither missing nor has a
number is refused in a column of numbers.
"""

from __future__ import annotations

import math

import duckdb

from kertasks.tables.table import Reading

BLANKS = " \t\r\n\u00a0\u202f"
"""Around a cell, where they are no part of it."""

_DAY_FIRST = ("%d/%m/%Y", "%d-%m-%Y")
_MONTH_FIRST = ("%m/%d/%Y", "%m-%d-%Y")
_DAYS = (
    "%d.%m.%Y",
    "%d %b %Y",
    "%d-%b-%Y",
    "%b %d, %Y",
    "%d %B %Y",
    "%B %d, %Y",
    "%Y-%m",
    "%Y%m%d",
)
_MOMENTS = ("%Y%m%dT%H%M%S", "%Y%m%d%H%M%S")
_ISO = r"\s*\d{4}[-/]\d{1,2}[-/]\d{1,2}([ T].*)?\s*"
_TIMES = ("", " %H:%M", " %H:%M:%S")


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
    blank = f"x < '!' OR x >= {literal(BLANKS[-2])} OR ends_with(x, ' ') OR ends_with(x, chr(13))"
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


def date_formats(reading: Reading) -> tuple[str, ...]:
    """How a date that is not written as ISO has it may be written, as ``strptime`` takes it."""
    ordered = _DAY_FIRST if reading.day_first else _MONTH_FIRST
    return (*(day + time for day in (*ordered, *_DAYS) for time in _TIMES), *_MOMENTS)


def _date(reading: Reading) -> str:
    listed = ", ".join(map(literal, date_formats(reading)))
    iso = literal(_ISO)
    return (
        f"CASE WHEN regexp_full_match(x, {iso}) THEN try_cast(x AS TIMESTAMP) "
        f"WHEN length(x) < 40 AND regexp_matches(x, '[0-9]') "
        f"THEN try_strptime(bare(x), [{listed}]) END"
    )
