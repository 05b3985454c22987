"""A file of Keras's ``CSVLogger``: a row an epoch, read as it grows.

``CSVLogger`` counts epochs from 0, writes ``NA`` where an epoch lacks a metric, and a row whole,
at the end of its epoch; when that was, the file does not say. With ``append=True`` the rows of a
later training follow those of an earlier one; without, the file is emptied as a training begins.
"""

from __future__ import annotations

import contextlib
import csv
import math
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kertasks.errors import UserError
from kertasks.files import LARGEST, LONGEST_LINE, open_regular
from kertasks.following.epoch_source import BOTH, NotALog
from kertasks.runs.event_file.events import Epoch
from kertasks.text.plain_text import one_line, visible_name

_SEPARATORS = ",;\t|"
"""Tried first; any other may stand behind ``epoch``, with which Keras begins the line."""

_EPOCH = "epoch"
_RATES = ("learning_rate", "lr")

_SLICE = 1 << 20
"""Bytes read at once, some 10,000 epochs."""

_KNOWN = 256
"""Bytes before the place where reading goes on that are compared: a file that was begun anew may
have grown beyond it."""

_MOST_COLUMNS = 1_000
_SHOWN = 12
"""Columns of another table that are named."""


@dataclass(frozen=True, slots=True)
class _Header:
    """What the first line says of the rows."""

    names: list[str]
    separator: str
    epoch: int
    """The column that numbers the epochs."""

    rate: int | None
    """The column of the learning rate."""

    metrics: list[tuple[int, str]]
    """The columns of metrics."""


class CsvLog:
    """Reads the epochs in a CSVLogger file; an ``EpochSource``.

    Args:
        path: of the file.

    Raises:
        NotALog: it is no such file, or has no whole line yet; saying what it is instead.
        UserError: it cannot be read.

    The file is opened anew for each read, by its path: a copy that takes its place, as ``rsync``
    puts one there, is read on from the same place where it holds the same until there. A line
    without its end is left for later.
    """

    def __init__(self, path: Path) -> None:
        _require_log(path)
        self.path = path
        self.behind = False
        self.started: float | None = None
        self.noted: list[str] = []
        self._stamp: tuple[int, int, int] | None = None
        self._begin()

    def _begin(self) -> None:
        """Read from the beginning of the file."""
        self._offset = 0
        self._known = b""
        """What lies before that place."""

        self._header: _Header | None = None
        self._first: int | None = None
        """Number of the first epoch of the training that is read; None before it."""

        self._written: float | None = None
        """When the row that was read last was written, Unix time; None where nobody knows."""

        self._in_long_line = False
        self._said_no_row = False

    def read(self) -> list[list[Epoch]]:
        """Read the rows that were appended, or another training's; a megabyte at most."""
        trainings: list[list[Epoch]] = [[]]
        try:
            descriptor = open_regular(self.path)
        except OSError:  # it may come back
            self.behind = False
            return trainings
        try:
            status = os.fstat(descriptor)
            stamp = (status.st_mtime_ns, status.st_size, status.st_ino)
            if stamp == self._stamp and not self.behind:
                return trainings
            if not self._goes_on(descriptor):
                self._begin()
                self.started = None
                if not status.st_size:  # emptied just now: its training begins
                    self.started = self._written = status.st_mtime
                trainings.append([])
            data = os.pread(descriptor, _SLICE, self._offset)
        except OSError:
            self.behind = False
            return trainings
        finally:
            os.close(descriptor)
        whole = data[: data.rfind(b"\n") + 1]
        if not whole and len(data) == _SLICE:  # no row of any table
            self._in_long_line, whole = True, data
        self._stamp = stamp
        self._offset += len(whole)
        self._known = (self._known + whole)[-_KNOWN:]
        self.behind = len(data) == _SLICE
        self._take(whole, trainings, status.st_mtime)
        return trainings

    def _goes_on(self, descriptor: int) -> bool:
        """Whether the file still holds what was read of it last."""
        known = self._known
        return os.pread(descriptor, len(known), self._offset - len(known)) == known

    def _take(self, lines: bytes, trainings: list[list[Epoch]], written: float) -> None:
        """Make epochs of whole lines."""
        if self._in_long_line:
            lines = lines.partition(b"\n")[2]
            self._in_long_line = not lines
        while self._header is None and lines:
            line, _, lines = lines.partition(b"\n")
            self._header = _header(line)
        if self._header is None:
            return
        rows = [row for row in map(self._row, self._fields(lines)) if row is not None]
        before, self._written = self._written, None if self.behind else written
        seconds = math.nan
        if before is not None and rows and written > before:
            seconds = (written - before) / len(rows)
        for place, (number, metrics, rate) in enumerate(rows, start=1):
            if self._first is not None and number <= self._first:
                trainings.append([])
                self.started = self._first = None
            if self._first is None:
                self._first = number
            t = written if before is None or math.isnan(seconds) else before + seconds * place
            trainings[-1].append(Epoch(t, number, metrics, rate, seconds))

    def _fields(self, lines: bytes) -> Iterator[list[str]]:
        """The fields of each line. A quote that is not closed spoils no line but its own."""
        separator = self._header.separator if self._header is not None else ","
        each = lines.decode(errors="replace").split("\n")
        if b'"' not in lines:
            with contextlib.suppress(csv.Error):
                yield from list(csv.reader(each, delimiter=separator))
                return
        for line in each:
            with contextlib.suppress(csv.Error):
                yield from csv.reader([line], delimiter=separator)

    def _row(self, fields: list[str]) -> tuple[int, dict[str, float], float] | None:
        """Number of the epoch, from 1, its metrics and its learning rate; None for what is no row
        of the table."""
        header = self._header
        if header is None or not fields or fields == header.names:  # of a log joined to another
            return None
        number = _number(fields[header.epoch]) if len(fields) == len(header.names) else None
        if number is None:
            if not self._said_no_row:
                self._said_no_row = True
                said = one_line(header.separator.join(fields), 60)
                self.noted.append(f"a line of {self.path.name} is no row of it: {said!r}")
            return None
        metrics = dict[str, float]()
        for column, name in header.metrics:
            # "NA", or a list of the values of several outputs
            with contextlib.suppress(ValueError):
                metrics[name] = float(fields[column])
        rate = math.nan
        if header.rate is not None:
            with contextlib.suppress(ValueError):
                rate = float(fields[header.rate])
        return number, metrics, rate


def _header(line: bytes) -> _Header | None:
    """What a line says of the rows after it, where it is the first of a log."""
    text = line.decode("utf-8-sig", errors="replace").rstrip("\r")
    behind_epoch = text[len(_EPOCH) : len(_EPOCH) + 1]
    for separator in (*_SEPARATORS, behind_epoch):
        if not separator or separator.isalnum() or separator in '"\r_':
            continue
        names = _names(text, separator)
        lowered = [name.strip().casefold() for name in names]
        if _EPOCH not in lowered or len(names) > _MOST_COLUMNS:
            continue
        epoch = lowered.index(_EPOCH)
        rate = next((at for at, name in enumerate(lowered) if name in _RATES), None)
        others = [(at, name.strip()) for at, name in enumerate(names) if at not in (epoch, rate)]
        return _Header(names, separator, epoch, rate, [(at, name) for at, name in others if name])
    return None


def _number(text: str) -> int | None:
    """The number of an epoch, from 1, that stands in the file counted from 0."""
    try:
        number = int(text) + 1
    except ValueError:
        return None
    return number if 1 <= number <= LARGEST else None


def _names(text: str, separator: str) -> list[str]:
    try:
        return next(csv.reader([text], delimiter=separator), [])
    except csv.Error:
        return []


def _require_log(path: Path) -> None:
    """See that a file's first line is that of a log."""
    shown = visible_name(str(path))
    try:
        descriptor = open_regular(path)
        try:
            data = os.pread(descriptor, LONGEST_LINE, 0)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise UserError(f"{shown} cannot be read: {error.strerror}") from error
    if not data:
        raise NotALog(
            f"{shown} is empty. Keras writes its first lines when the first epoch is done: attach "
            "again then."
        )
    line, newline, _ = data.partition(b"\n")
    if b"\0" in line or (not newline and len(data) == LONGEST_LINE):
        raise NotALog(f"{shown} is no table in plain text. {BOTH}")
    found = _header(line)
    if found is None:
        raise NotALog(f"{shown} has no column named epoch, {_columns_of(line)}. {BOTH}")
    if not found.metrics:
        raise NotALog(f"{shown} has a column named epoch and none beside it. {BOTH}")
    if not newline:
        raise NotALog(f"{shown} has no whole line yet: attach again when it has. {BOTH}")


def _columns_of(line: bytes) -> str:
    """What a first line has instead, in words."""
    text = line.decode("utf-8-sig", errors="replace")
    names = max((_names(text, separator) for separator in _SEPARATORS), key=len)
    shown = ", ".join(one_line(name, 40) or "''" for name in names[:_SHOWN])
    return f"only {shown}{', …' if len(names) > _SHOWN else ''}"
