"""The lines that say what is in a cell: a number, a day, a category, nothing."""

from __future__ import annotations

from collections.abc import Iterator

from kertasks.export.script.expressions import literal
from kertasks.tables.cell_sql import date_formats
from kertasks.tables.script.script_table import ScriptTable
from kertasks.tables.statistics import DAYS_OF_A_YEAR
from kertasks.tables.table import Role


def cell_lines(of: ScriptTable) -> Iterator[str]:
    """Define functions of a cell, and ``cells`` of a column."""
    reading = of.table.reading
    roles = {column.role for column in of.seen}
    missing = ", ".join(literal(text.strip()) for text in reading.missing)
    yield f"MISSING = {{{missing}}}" if missing else "MISSING = set()"
    yield ""
    yield ""
    yield "def is_missing(cell):"
    yield "    return cell is None or cell.strip() in MISSING"
    yield ""
    yield ""
    if Role.NUMBER in roles or not of.table.classes or (of.sort_role is Role.NUMBER):
        group = "[. '\\u00a0\\u202f]" if reading.decimal == "," else "[, '\\u00a0\\u202f]"
        decimal = '.replace(",", ".")' if reading.decimal == "," else ""
        yield "def number(cell):"
        yield '    """Give the number in a cell, NaN where it is missing."""'
        yield "    if is_missing(cell):"
        yield "        return np.nan"
        yield f'    return float(re.sub("{group}", "", cell.strip()){decimal})'
        yield ""
        yield ""
    if Role.DATE in roles or (of.sort_role is Role.DATE):
        yield from _day(of)
    if Role.CATEGORY in roles:
        yield "def category(cell):"
        yield "    return None if is_missing(cell) else cell.strip()"
        yield ""
        yield ""
    if of.columns:
        yield "def cells(rows, column, read):"
        yield '    """Give one column of the file, shape (rows, 1)."""'
        yield "    values = [read(row[column]) for row in rows]"
        yield '    dtype = object if read.__name__ == "category" else float'
        yield "    return np.array(values, dtype=dtype).reshape(-1, 1)"
        yield ""
        yield ""


def _day(of: ScriptTable) -> Iterator[str]:
    formats = ", ".join(map(literal, date_formats(of.table.reading)))
    yield f"FORMATS = ({formats})"
    yield ""
    yield ""
    yield "def day(cell):"
    yield '    """Give the days since 1970 of a date in a cell, NaN where it is missing."""'
    yield "    if is_missing(cell):"
    yield "        return np.nan"
    yield '    found = re.fullmatch(r"(\\d{4})[-/](\\d\\d?)[-/](\\d\\d?)(.*)", cell.strip())'
    yield "    if found:"
    yield "        year, month, date, time = found.groups()"
    yield '        iso = f"{year}-{int(month):02}-{int(date):02}{time}"'
    yield "        moment = datetime.datetime.fromisoformat(iso)"
    yield "    else:"
    yield "        for form in FORMATS:"
    yield "            try:"
    yield "                moment = datetime.datetime.strptime(cell.strip(), form)"
    yield "                break"
    yield "            except ValueError:"
    yield "                pass"
    yield "    if moment.tzinfo is not None:"
    yield "        moment = moment.astimezone(datetime.timezone.utc).replace(tzinfo=None)"
    yield "    return (moment - datetime.datetime(1970, 1, 1)) / datetime.timedelta(days=1)"
    yield ""
    yield ""
    yield "def season(days):"
    yield '    """Give the place in the year: its end is near the beginning of the next."""'
    yield f"    turns = 2 * np.pi * days / {DAYS_OF_A_YEAR}"
    yield "    return np.hstack([np.sin(turns), np.cos(turns)])"
    yield ""
    yield ""
