"""Rows as a person writes them, numbers in their own units or texts, made the network's input.

This is the one place that knows how a dataset's rows are read. A fault is told with its row; the
other rows are read all the same.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kertasks.data.dataset import Dataset
from kertasks.data.rows.read_rows import Cell, TypedRows, shown_cell
from kertasks.data.text_encoding import EncodedText
from kertasks.data.values import NO_NUMBERS
from kertasks.errors import UserError
from kertasks.tables.table import Reading
from kertasks.text.plain_text import visible_name

_NAMED = 13
"""More features than that are not named in a sentence."""

_WORDS_TOLD = 8


class WrongRow(UserError):
    """A row cannot be read; the text says what was found and what is wanted."""


class RowReader:
    """Reads rows of one dataset.

    Raises:
        kertasks.UserError: its rows are made neither of numbers nor of words.
    """

    def __init__(self, data: Dataset) -> None:
        self._data = data
        self._dtype = data.train.x.dtype
        if self._dtype.kind in NO_NUMBERS:
            raise UserError("the rows of this data are made neither of numbers nor of words")
        self._encode = data.encode
        self._raw = data.read_raw
        self.reading: Reading | None = data.reading
        """How the cells of a file of such rows are found; None where nothing is said of that."""
        self._read_file = data.read_file

        self.text_name = data.text_name
        """What a file calls the column of texts; empty where nothing is said of that."""

        columns = tuple(column.name for column in data.raw_columns)
        self.count = 1 if self.takes_text else len(columns) or int(np.prod(data.input_shape))
        """How many cells a row has."""

        self.names = columns or (data.feature_names if data.has_named_columns else ())
        """One a feature, or one a column of the table, where they have names."""

    @property
    def takes_text(self) -> bool:
        """Whether a row is a text; else it is made of numbers."""
        return self._encode is not None

    @property
    def wanted(self) -> str:
        """What a row is, in words: ``"2 numbers (a, b)"``."""
        if self.takes_text:
            return "a text"
        if self._raw is not None:
            cells = f"{self.count} cell{'' if self.count == 1 else 's'}"
            return f"{cells} ({', '.join(self.names)})" if self.count <= _NAMED else cells
        if self._read_file is not None:
            return f"the path of a file, or a JSON array of {self.count} numbers"
        numbers = f"{self.count} number{'' if self.count == 1 else 's'}"
        return f"{numbers} ({', '.join(self.names)})" if 0 < len(self.names) <= _NAMED else numbers

    def split(self, typed: str) -> Sequence[Cell]:
        """The cells of a row that was typed: a text, a JSON array, numbers between commas, or the
        cells of a table between its own delimiters, or as a JSON object by their columns' names, or
        the path of a file where rows are read from files.

        Raises:
            WrongRow: it begins as JSON and is none, or lacks a column.
        """
        if self.takes_text or (self._read_file is not None and not typed.lstrip().startswith("[")):
            return [typed]
        if self._raw is not None and not typed.lstrip().startswith("["):
            return self._split_cells(typed)
        if not typed.lstrip().startswith("["):
            return typed.split(",")
        try:
            found = json.loads(typed)
        except (ValueError, RecursionError) as error:
            raise WrongRow(
                f"found {shown_cell(typed)}, which is no JSON array; wanted: {self.wanted}"
            ) from error
        shape = self._data.input_shape
        # A picture may be written as rows of pixels.
        for _ in shape[1:]:
            if found and all(isinstance(part, list) for part in found):
                found = [cell for part in found for cell in part]
        return list(found)

    def _split_cells(self, typed: str) -> Sequence[Cell]:
        if typed.lstrip().startswith("{"):
            try:
                found = json.loads(typed)
            except (ValueError, RecursionError) as error:
                raise WrongRow(
                    f"found {shown_cell(typed)}, which is no JSON object; wanted: {self.wanted}"
                ) from error
            lacks = [name for name in self.names if name not in found]
            if lacks:
                raise WrongRow(f"{lacks[0]!r} is not there; wanted: {self.wanted}")
            return [found[name] for name in self.names]
        if self.count == 1:
            return [typed]
        delimiter = "," if self.reading is None else self.reading.delimiter
        if delimiter not in typed:
            delimiter = ","
        if len(delimiter) > 1:
            return typed.split(delimiter)
        return next(csv.reader([typed], delimiter=delimiter, skipinitialspace=True), [])

    def read_typed(self, rows: Sequence[str]) -> TypedRows:
        """Read rows that were typed, each as ``split`` takes it."""
        faults: dict[int, str] = {}
        cells: list[Sequence[Cell]] = []
        places = []
        for place, typed in enumerate(rows):
            try:
                cells.append(self.split(typed))
            except WrongRow as error:
                faults[place] = str(error)
            else:
                places.append(place)
        found = self.read(cells)
        return TypedRows(
            found.x,
            found.inputs,
            [places[place] for place in found.places],
            faults | {places[place]: why for place, why in found.faults.items()},
            {places[place]: note for place, note in found.notes.items()},
        )

    def read(self, rows: Sequence[Sequence[Cell]]) -> TypedRows:
        """Read rows by their cells, one a feature or column as in ``names``, or one text."""
        if self._raw is not None:
            return self._raw(rows)
        if self._encode is not None:
            return self._read_texts(self._encode, rows)
        if self._read_file is not None and any(_is_path(cells) for cells in rows):
            return self._read_files(self._read_file, rows)
        return self._read_numbers(rows)

    def _read_numbers(self, rows: Sequence[Sequence[Cell]]) -> TypedRows:
        own = self._at_once(rows)
        places, faults = list(range(len(rows))), dict[int, str]()
        if own is None:
            good: list[list[float]] = []
            places = []
            for place, cells in enumerate(rows):
                try:
                    good.append(self.numbers(cells))
                except WrongRow as error:
                    faults[place] = str(error)
                else:
                    places.append(place)
            own = np.array(good, np.float64).reshape(len(good), self.count)
        return TypedRows(self.encode_numbers(own), own.tolist(), places, faults, {})

    def _read_files(
        self, read: Callable[[Path], NDArray[Any]], rows: Sequence[Sequence[Cell]]
    ) -> TypedRows:
        x, names, places = list[NDArray[Any]](), list[str](), list[int]()
        faults: dict[int, str] = {}
        for place, cells in enumerate(rows):
            try:
                if _is_path(cells):
                    x.append(read(Path(str(cells[0])).expanduser()))
                else:
                    own = np.array([self.numbers(cells)], np.float64)
                    x.append(self.encode_numbers(own)[0])
            except WrongRow as error:
                faults[place] = str(error)
            except Exception as error:  # of a reader of files, whatever is wrong with one
                faults[place] = f"{visible_name(Path(str(cells[0])).name)}: {error}"
            else:
                names.append(visible_name(str(cells[0])) if _is_path(cells) else "numbers")
                places.append(place)
        found = np.array(x, self._dtype).reshape(len(x), *self._data.input_shape)
        return TypedRows(found, names, places, faults, {})

    def _at_once(self, rows: Sequence[Sequence[Cell]]) -> NDArray[np.float64] | None:
        """Rows in which there is nothing wrong, a thousand times quicker than one by one."""
        if any(type(cell) is not str for cells in rows for cell in cells):
            return None
        try:
            own = np.array(rows, dtype=np.float64).reshape(len(rows), -1)
        except ValueError:
            return None
        fits = own.shape[1] == self.count and bool(self._fit(own).all())
        return own if fits else None

    def _fit(self, own: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which numbers the dtype of the features holds; same shape."""
        if self._dtype.kind == "f":
            with np.errstate(over="ignore"):
                fits: NDArray[np.bool_] = np.isfinite(own.astype(np.float32))
                return fits
        least, most = _limits(self._dtype)
        whole: NDArray[np.bool_] = (own == np.floor(own)) & (own >= least) & (own <= most)
        return whole

    def numbers(self, cells: Sequence[Cell]) -> list[float]:
        """The numbers of one row, in their own units.

        Raises:
            WrongRow: there are more or less than there are features, or one is no number.
        """
        if len(cells) != self.count:
            found = f"{len(cells)} number{'' if len(cells) == 1 else 's'}"
            raise WrongRow(f"found {found}; wanted: {self.wanted}")
        return [self._number(cell, place) for place, cell in enumerate(cells)]

    def _number(self, cell: Cell, place: int) -> float:
        name = self.names[place] if self.names else f"number {place + 1}"
        value = _as_number(cell)
        if value is None:
            raise WrongRow(f"{name}: found {shown_cell(cell)}; wanted: a number")
        if self._fit(np.array([value])).all():
            return value
        if self._dtype.kind == "f":
            allowed = "a finite number, within what float32 holds"
        else:
            least, most = _limits(self._dtype)
            allowed = f"a whole number from {least} to {most}"
        raise WrongRow(f"{name}: found {shown_cell(cell)}; wanted: {allowed}")

    def encode_numbers(self, own: NDArray[np.float64]) -> NDArray[Any]:
        """Numbers in their own units as the network's input, scaled as the task scales them.

        Args:
            own: shape (rows, cells of a row).

        Returns:
            Of the dataset's dtype, shape (rows, …).
        """
        scale = self._data.feature_scale
        scaled = own if scale is None else scale.from_own_unit(own)
        return scaled.astype(self._dtype).reshape(len(own), *self._data.input_shape)

    def _read_texts(
        self, encode: Callable[[str], EncodedText], rows: Sequence[Sequence[Cell]]
    ) -> TypedRows:
        encoded, texts, places = list[NDArray[Any]](), list[str](), list[int]()
        faults, notes = dict[int, str](), dict[int, str]()
        for place, cells in enumerate(rows):
            if len(cells) != 1:
                faults[place] = f"found {len(cells)} columns; wanted: a text"
                continue
            found = encode(str(cells[0]))
            unknown = _listed(found.unknown)
            if not found.known:
                what = f"no word that is known: {unknown}" if unknown else "no word"
                faults[place] = f"found {what}; wanted: a text of words that the data has"
                continue
            encoded.append(found.row)
            texts.append(str(cells[0]))
            places.append(place)
            if unknown:
                notes[place] = f"not known, answered without: {unknown}"
        x = np.array(encoded, self._dtype).reshape(len(encoded), *self._data.input_shape)
        return TypedRows(x, texts, places, faults, notes)


def _is_path(cells: Sequence[Cell]) -> bool:
    return len(cells) == 1 and isinstance(cells[0], str)


def _listed(words: Sequence[str]) -> str:
    shown = ", ".join(map(repr, words[:_WORDS_TOLD]))
    more = len(words) - _WORDS_TOLD
    return f"{shown} and {more} more" if more > 0 else shown


def _as_number(cell: Cell) -> float | None:
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        return None
    try:
        return float(cell)
    except (ValueError, OverflowError):
        return None


def _limits(dtype: np.dtype[Any]) -> tuple[int, int]:
    if dtype.kind == "b":
        return 0, 1
    limits = np.iinfo(dtype)
    return int(limits.min), int(limits.max)
