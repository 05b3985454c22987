"""A table read, split and encoded: arrays in the order in which its rows are used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kertasks.data.folds.fold import Fold
from kertasks.data.multi_hot import MultiHotRows
from kertasks.data.rows.mapped_rows import is_mapped, scatter
from kertasks.tables.rows.encoding import Encoding
from kertasks.tables.rows.measuring import measure
from kertasks.tables.rows.splitting import fold_split, split_rows
from kertasks.tables.rows.table_rows import MOST_IN_MEMORY, TableRows
from kertasks.tables.statistics import TableStatistics, TextColumn
from kertasks.tables.table import Table
from kertasks.tables.table_errors import told
from kertasks.tables.table_file import MEMORY, open_table

MakeRows = Callable[[tuple[int, ...], np.dtype[Any]], NDArray[Any]]
"""Gives an array of zeros, in memory or not, by its shape and dtype."""

_MEMORY = "200MB"
"""What DuckDB may use of a file that it reads again each time: it keeps nothing of it."""

_MOST_TEXT = 256 << 20
"""Characters of all texts that are kept to be shown; of more, the words that are known are."""


@dataclass(frozen=True, slots=True)
class PreparedTable:
    """All rows that are used: those that train first, then those to validate and to test on."""

    statistics: TableStatistics
    x: NDArray[Any] | MultiHotRows
    y: NDArray[Any]
    """int32 classes or float32 targets, scaled where the table says so; shape (rows,)."""

    train: int
    validation: int
    """How many rows train and validate; the others test."""

    texts: tuple[str, ...] = ()
    """Of each row, where there is a column of texts that are not too long to keep."""


def prepare(
    path: Path, table: Table, seed: int, make_rows: MakeRows, fold: Fold | None = None
) -> PreparedTable:
    """Read a table.

    Args:
        path: of the file.
        table: what is made of it.
        seed: of the split.
        make_rows: gives the array that the rows are written in.
        fold: which of the rows that are not for the test are held out; None for no fold.

    Raises:
        kertasks.UserError: the file is not what the table says, or its rows cannot be split.
    """
    size = path.stat().st_size
    memory = _MEMORY if size > MOST_IN_MEMORY else MEMORY
    with open_table(path, table.reading, memory) as file, told(path):
        rows = TableRows(file.connection, table, file.names, size)
        keys = rows.keys()
        numbers, target = keys.rows, keys.target
        places = split_rows(table.split, target, keys.by, seed)
        if fold is not None:
            places = fold_split(places, table, target, keys.by, fold, seed)
        train, validation = len(places.train), len(places.validation)
        rows.mark_training(numbers[places.train])
        statistics = measure(rows, table, target[places.train])
        order = np.concatenate([places.train, places.validation, places.test])
        # Of ten million rows each of these takes a tenth of a gigabyte.
        del keys, places
        y = _targets(target[order], statistics)
        del target
        where = np.full(int(numbers[-1]) + 1, -1, np.int32)
        where[numbers[order]] = np.arange(len(order), dtype=np.int32)
        del numbers, order
        x, texts = _encoded(rows, Encoding(statistics), where, len(y), make_rows)
        return PreparedTable(statistics, x, y, train, validation, texts)


def _targets(target: NDArray[Any], statistics: TableStatistics) -> NDArray[Any]:
    if statistics.table.classes:
        return target
    if statistics.target_scale is not None and statistics.target_mean is not None:
        target = (target - statistics.target_mean) / statistics.target_scale
    return target.astype(np.float32)


def _encoded(
    rows: TableRows, encoding: Encoding, where: NDArray[np.int32], count: int, make_rows: MakeRows
) -> tuple[NDArray[Any] | MultiHotRows, tuple[str, ...]]:
    """The rows at their places.

    Args:
        rows: of the table.
        encoding: what becomes of one.
        where: the place of each row of the file, less than 0 of one that is not used.
        count: of the rows that are used.
        make_rows: gives the array that they are written in.
    """
    statistics = encoding.statistics
    text_at = next(
        (at for at, one in enumerate(statistics.columns) if isinstance(one, TextColumn)), None
    )
    texts: list[str] | None = None if text_at is None else [""] * count
    hot: list[NDArray[np.int32]] = [np.zeros(0, np.int32)] * count if encoding.is_sparse else []
    x = None if encoding.is_sparse else make_rows((count, statistics.width), encoding.dtype)
    characters = 0
    for block in rows.blocks({"row": "row"} | encoding.select()):
        place = np.full(len(block["row"]), -1, np.int64)
        numbers = np.asarray(block["row"])
        inside = numbers < len(where)
        place[inside] = where[numbers[inside]]
        used = np.flatnonzero(place >= 0)
        if x is not None:
            scatter(x, place[used], encoding.rows(_chosen(block, used)))
        if text_at is not None:
            found = block[f"v{text_at}"]
            some = [str(found[at] or "") for at in used]
            if encoding.is_sparse:
                for at, ones in zip(place[used], encoding.text_numbers.hot(some), strict=True):
                    hot[at] = ones
            characters += sum(map(len, some))
            if texts is not None and characters <= _MOST_TEXT:
                for at, text in zip(place[used], some, strict=True):
                    texts[at] = text
            else:
                texts = None
    if x is None:
        return encoding.sparse(hot), tuple(texts or ())
    return x, () if is_mapped(x) else tuple(texts or ())


def _chosen(block: Any, used: NDArray[np.int64]) -> dict[str, Any]:
    if len(used) == len(block["row"]):
        return dict(block)
    return {
        name: [values[at] for at in used] if isinstance(values, list) else values[used]
        for name, values in block.items()
    }
