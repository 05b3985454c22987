"""What is wrong with a file that is to be read as a table, in one sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from kertasks.errors import UserError
from kertasks.text.numbers import counted, grouped
from kertasks.text.plain_text import one_line, visible_name

LONGEST_LINE = 2_000_000
"""Bytes of a line of text; what is longer is no row of a table."""

MOST_COLUMNS = 1_000
"""Of a table. More would not fit in the memory that reading one may take."""

TOO_WIDE = f"it has more than {grouped(MOST_COLUMNS)} columns"

LONG_LINE = f"a line is longer than {LONGEST_LINE // 1_000_000} MB"

_LINE = re.compile(r"CSV Error on Line: (\d+)")
_CELLS = re.compile(r"Expected Number of Columns: (\d+) Found: (\d+)")
_JSON_LINE = re.compile(r"in line (\d+)")


class CannotReadTable(UserError):
    """A file cannot be read as a table.

    Args:
        path: of the file.
        why: what is wrong with it, to stand behind the file's name.
    """

    def __init__(self, path: str | Path, why: str) -> None:
        super().__init__(f"{visible_name(str(path))[:300]}: {why}")
        self.why = why


@contextmanager
def told(path: str | Path) -> Iterator[None]:
    """Say in a sentence what DuckDB finds wrong with a file in the block.

    Raises:
        CannotReadTable: as DuckDB said, in plain words.
    """
    try:
        yield
    except duckdb.Error as error:
        raise CannotReadTable(path, in_words(str(error))) from error


def in_words(said: str) -> str:
    """What DuckDB said, in plain words: ``"line 3 has 1 cell, not 2"``."""
    found = _LINE.search(said)
    line = f"line {found[1]}" if found else "a line"
    if cells := _CELLS.search(said):
        return f"{line} has {counted(int(cells[2]), 'cell')}, not {cells[1]}"
    for words, meaning in _MEANINGS:
        if words in said:
            return meaning.format(line=line)
    if "JSON" in said:
        at = _JSON_LINE.search(said)
        return "it is no JSON, an object a line" + (f" (near line {at[1]})" if at else "")
    first = one_line(said.split("\n", 1)[0].partition(": ")[2] or said, 150)
    return f"it cannot be read ({first})"


_MEANINGS = (
    ("unterminated quote", "{line} has a quote that is not closed, or text behind a closed one"),
    ("Invalid unicode", "{line} is not UTF-8: name another encoding, such as latin-1"),
    ("not utf-8 encoded", "{line} is not UTF-8: name another encoding, such as latin-1"),
    (
        "Maximum line size",
        f"{{line}} is longer than {LONGEST_LINE // 1_000_000} MB, or a quote in it is not closed",
    ),
    ("invalid state", "its lines end in different ways, or quotes stand within a cell"),
    ("Out of Memory", "it takes more memory than reading a table may"),
    ("Parquet", "it is no whole Parquet file"),
    ("parquet", "it is no whole Parquet file"),
    ("TProtocol", "it is no whole Parquet file"),
    ("GZIP", "it is no whole gzip file"),
)
