"""Answers rows that a person or a pipe gives, some at a time, as JSON objects on lines."""

from __future__ import annotations

import gc
import json
import math
from collections.abc import Callable, Iterator, Sequence
from io import BufferedIOBase
from typing import Any, BinaryIO

import msgspec
import numpy as np

from kertasks.data.rows.read_rows import TypedRows
from kertasks.data.rows.row_file import RowFile
from kertasks.data.rows.typed_rows import RowReader
from kertasks.runs.folder import RunFolder
from kertasks.runs.looking.asked_rows import AskedRows
from kertasks.runs.looking.view import Moment
from kertasks.text.numbers import counted
from kertasks.text.plain_text import one_line
from kertasks.trainer.dataset_cache import DatasetCache
from kertasks.views.answers.said_of_rows import Said, said_of_rows
from kertasks.views.networks.run_network import RunNetwork
from kertasks.views.outputs import most_probable

_CELLS_AT_ONCE = 1 << 20
_ROWS_AT_ONCE = 1 << 13


def answer_rows(
    run: RunFolder,
    asked: AskedRows,
    rows: Sequence[str],
    stream: BufferedIOBase | None,
    out: BinaryIO,
    say: Callable[[str], None],
) -> bool:
    """Answer the rows that can be read.

    Args:
        run: whose network is asked.
        asked: with which weights, and how it is told.
        rows: those that were typed.
        stream: a CSV file to be answered instead.
        out: gets an object a row, a line each, flushed with those that came with it.
        say: is told what cannot be read, with its row, and what else is to be known.

    Returns:
        Whether all rows could be read.

    Raises:
        kertasks.UserError: the run has no such weights, or the file is none of rows.
        OSError: the file cannot be read, or nobody reads the answers.
    """
    network = RunNetwork(run, DatasetCache(), needs_rows=False)
    of = network.load(Moment(asked.epoch, asked.best))
    if asked.says_epoch:
        after = f" and {counted(of.step, 'step')}" if of.step else ""
        say(f"weights after {counted(of.epoch, 'epoch')}{after} of {run.id}")
    reader = RowReader(network.data)
    at_once = max(1, min(_ROWS_AT_ONCE, _CELLS_AT_ONCE // math.prod(network.data.input_shape)))
    all_read = True
    # What Keras is made of stays: to look through it for garbage at every few thousand rows would
    # take longer than all else.
    gc.freeze()
    for found, names in _parts(reader, stream, rows, at_once):
        if found.inputs:
            said = said_of_rows(network.model, network.data, found.x)
            answers = _objects(found.inputs, said, network.data.unit)
            out.write(_lines(answers, plain=asked.plain))
            out.flush()
        for place, text in sorted((found.faults | found.notes).items()):
            kind = "Error" if place in found.faults else "note"
            say(f"{kind}: {names[place]}: {text}")
        all_read = all_read and not found.faults
    return all_read


def _parts(
    reader: RowReader, stream: BufferedIOBase | None, rows: Sequence[str], at_once: int
) -> Iterator[tuple[TypedRows, list[str]]]:
    """Some rows at a time, and what each is called."""
    if stream is None:
        for first in range(0, len(rows), at_once):
            some = rows[first : first + at_once]
            names = [f"row {first + place}" for place in range(1, len(some) + 1)]
            yield reader.read_typed(some), names
        return
    done = 0
    for part in RowFile(stream, reader).parts(at_once):
        names = [f"row {done + n} (line {line})" for n, line in enumerate(part.lines, start=1)]
        done += len(part.cells)
        yield reader.read(part.cells), names


def _objects(
    inputs: Sequence[Sequence[float | str | None] | str], said: Said, unit: str | None
) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [
        {"input": given, "output": output}
        for given, output in zip(inputs, said.outputs.tolist(), strict=True)
    ]
    if said.probabilities is not None:
        names = [one_line(name) for name in said.names]
        places = most_probable(said.probabilities)
        sure = said.probabilities[np.arange(len(places)), places].tolist()
        for row, place, probability in zip(rows, places.tolist(), sure, strict=True):
            row["class"], row["probability"] = names[place], probability
    elif said.values is not None:
        for row, value in zip(rows, said.values.tolist(), strict=True):
            row["value"], row["unit"] = value, unit
    if not np.isfinite(said.outputs).all():
        rows = [_in_words(row) for row in rows]
    return rows


def _in_words(row: dict[str, Any]) -> dict[str, Any]:
    """The same with numbers that JSON does not have as texts."""

    def plain(value: Any) -> Any:
        if isinstance(value, list):
            return [plain(one) for one in value]
        return str(value) if isinstance(value, float) and not math.isfinite(value) else value

    return {key: plain(value) for key, value in row.items()}


def _lines(rows: Sequence[dict[str, Any]], *, plain: bool) -> bytes:
    if plain:  # by JSON's own escapes, which lose nothing
        return "".join(f"{json.dumps(row)}\n" for row in rows).encode()
    return msgspec.json.Encoder().encode_lines(rows)
