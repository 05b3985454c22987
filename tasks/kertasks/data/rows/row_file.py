"""Rows of a CSV file or of a pipe, as they come: never all of them at once in memory."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BufferedIOBase
from typing import Any

from kertasks.data.rows.typed_rows import RowReader
from kertasks.errors import UserError

TEXT = "text"
"""The column of a file of texts, where it has several."""

_BLOCK = 1 << 18
_LONGEST_LINE = 1 << 24
"""Bytes: what is longer is no table, and must not fill the memory."""


@dataclass(frozen=True, slots=True)
class FileRows:
    """Some rows of a file."""

    cells: list[list[str]]
    """Of each row, in the order of the features."""

    lines: list[int]
    """On which line of the file each ends, counted from 1."""


class RowFile:
    """Reads rows by the header where there is one, else by position.

    Args:
        stream: of bytes in UTF-8; it need not have an end.
        reader: knows what a row has.

    Raises:
        kertasks.UserError: a header names some of the features and not all; the rows are texts
            and it is not said in which of several columns.
    """

    def __init__(self, stream: BufferedIOBase, reader: RowReader) -> None:
        reading = reader.reading
        self._lines = _Lines(stream, "utf-8" if reading is None else reading.encoding)
        self._reader = reader
        first = self._lines.first
        separator = ";" if _has_semicolons(first, reader) else ","
        quote = '"'
        if reading is not None and len(reading.delimiter) == 1 and reading.delimiter in first:
            separator, quote = reading.delimiter, reading.quote
        # A table's cells are read as they stand, by the table's own reading.
        self._decimal_commas = separator == ";" and reading is None and not reader.takes_text
        quoting = csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE
        how: dict[str, Any] = {
            "delimiter": separator,
            "quotechar": quote or None,
            "quoting": quoting,
        }
        self._rows = csv.reader(self._lines, **how)
        cells = [cell.strip() for cell in next(csv.reader([first], **how), [])]
        self._columns: Sequence[int] | None = None
        if self._finds_header(cells):
            next(self._rows, None)

    def _finds_header(self, cells: Sequence[str]) -> bool:
        """Whether the first line is a header; where it names the features, by which columns."""
        text = self._reader.text_name or TEXT
        names = (text,) if self._reader.takes_text else self._reader.names
        columns = {cell.casefold(): place for place, cell in enumerate(cells)}
        missing = [name for name in names if name.casefold() not in columns]
        if names and not missing:
            self._columns = [columns[name.casefold()] for name in names]
            return True
        if self._reader.takes_text:
            if len(cells) > 1:
                found = ", ".join(map(repr, cells[:6]))
                raise UserError(
                    f"found {len(cells)} columns on the first line ({found}): a header must call "
                    f"the one of the texts {text!r}; a text with commas needs quotes around it"
                )
            return False
        is_header = bool(cells) and not any(map(_is_number, cells))
        if self._reader.reading is not None and len(missing) == len(names):
            is_header = False  # rows of categories look like names
        if is_header and len(missing) < len(names):
            raise UserError(
                f"the header lacks {', '.join(map(repr, missing[:6]))}; "
                f"wanted: {self._reader.wanted}"
            )
        return is_header

    def parts(self, most: int) -> Iterator[FileRows]:
        """The rows, as many at once as are there, at most so many.

        Raises:
            kertasks.UserError: what comes is no CSV.
            OSError: it cannot be read.
        """
        cells, lines = list[list[str]](), list[int]()
        try:
            for row in self._rows:
                if row:
                    cells.append(self._of_features(row))
                    lines.append(self._rows.line_num)
                if cells and (len(cells) >= most or not self._lines.at_hand):
                    yield FileRows(cells, lines)
                    cells, lines = [], []
        except csv.Error as error:
            raise UserError(f"line {self._rows.line_num}: no CSV: {error}") from error
        if cells:
            yield FileRows(cells, lines)

    def _of_features(self, row: list[str]) -> list[str]:
        if self._columns is not None:
            row = [row[place] if place < len(row) else "" for place in self._columns]
        return [cell.replace(",", ".") for cell in row] if self._decimal_commas else row


class _Lines:
    """The lines of a stream of bytes, each as soon as it is there."""

    def __init__(self, stream: BufferedIOBase, encoding: str) -> None:
        self._stream = stream
        # One in which a line does not end with a byte of its own cannot be read line by line.
        self._encoding = encoding if "\n".encode(encoding) == b"\n" else "utf-8"
        self._there: list[bytes] = []
        """Whole lines that were read, the next one last."""

        self._begun = b""
        self._over = False
        self._fill()
        self.first = ""
        """The first line, which is still to come."""

        if self._there:
            self._there[-1] = self._there[-1].removeprefix(b"\xef\xbb\xbf")
            self.first = self._there[-1].decode(self._encoding, errors="replace")

    @property
    def at_hand(self) -> bool:
        """Whether another line is there without waiting for it."""
        return bool(self._there)

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if not self._there:
            self._fill()
        if not self._there:
            raise StopIteration
        return self._there.pop().decode(self._encoding, errors="replace")

    def _fill(self) -> None:
        """Wait until there is a whole line, or the end."""
        parts = [self._begun]
        length = len(self._begun)
        while not self._over:
            block = self._stream.read1(_BLOCK)
            self._over = not block
            parts.append(block)
            length += len(block)
            if b"\n" in block:
                break
            if length > _LONGEST_LINE:
                raise UserError(f"a line of more than {_LONGEST_LINE >> 20} MB is no row")
        *whole, self._begun = b"".join(parts).split(b"\n")
        if self._over and self._begun:
            whole.append(self._begun)
            self._begun = b""
        self._there = [line + b"\n" for line in reversed(whole)]


def _has_semicolons(line: str, reader: RowReader) -> bool:
    if reader.takes_text:  # a sentence may have some
        return (reader.text_name or TEXT).casefold() in (
            cell.strip().strip('"').casefold() for cell in line.split(";")
        )
    return ";" in line


def _is_number(cell: str) -> bool:
    try:
        float(cell.replace(",", "."))
    except ValueError:
        return False
    return True
