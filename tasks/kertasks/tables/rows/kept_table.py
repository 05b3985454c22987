"""How a table's encoded rows are kept, of one that has too many for the memory."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from kertasks.data.rows.kept_rows import RowsPlace
from kertasks.data.rows.mapped_rows import is_mapped
from kertasks.tables.rows.prepared_table import MakeRows, PreparedTable
from kertasks.tables.statistics import TableStatistics

MOST_IN_MEMORY = 256 << 20
"""Bytes of a table's encoded rows; more are kept in a file."""


class _Note(msgspec.Struct, frozen=True):
    """What is kept beside the network's input."""

    statistics: TableStatistics
    train: int
    validation: int


# Made once: two threads that first ask msgspec for the same records at once crash the process.
_NOTE = msgspec.json.Decoder(_Note)


def kept_table(key: str, prepare: Callable[[MakeRows], PreparedTable]) -> PreparedTable:
    """A table's rows: those that were kept, or prepared now and kept where they are many.

    Args:
        key: names the table's content, what is made of it, and the seed.
        prepare: reads the table; it is given what makes the array of the network's input.

    Raises:
        NoRoomForRows: the cache folder has no room for them.
        Exception: whatever ``prepare`` raises; nothing is kept then.
    """
    places = RowsPlace(f"table {key}"), RowsPlace(f"targets of table {key}")
    found = _kept(*places)
    if found is not None:
        return found

    def make(shape: tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[Any]:
        is_small = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize <= MOST_IN_MEMORY
        return np.zeros(shape, dtype) if is_small else places[0].make(shape, dtype)

    try:
        made = prepare(make)
        return _keep(made, *places) if is_mapped(made.x) else made
    finally:
        for place in places:
            place.abandon()


def _kept(rows: RowsPlace, targets: RowsPlace) -> PreparedTable | None:
    x, y = rows.read(), targets.read()
    if x is None or y is None or len(x.rows) != len(y.rows):
        return None
    try:
        note = _NOTE.decode(json.dumps(x.note))
    except ValueError:
        return None
    return PreparedTable(note.statistics, x.rows, np.array(y.rows), note.train, note.validation)


def _keep(made: PreparedTable, rows: RowsPlace, targets: RowsPlace) -> PreparedTable:
    targets.make(made.y.shape, made.y.dtype)[:] = made.y
    targets.keep(None)
    note = _Note(made.statistics, made.train, made.validation)
    return replace(made, x=rows.keep(msgspec.to_builtins(note)).rows)
