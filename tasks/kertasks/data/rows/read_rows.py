"""What came of rows that a person wrote: the network's input, and what is wrong with the others."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, TypeAlias

from numpy.typing import NDArray

Cell: TypeAlias = object
"""What stands in a row: a text that should be a number, or what JSON gave."""


@dataclass(frozen=True, slots=True)
class TypedRows:
    """What came of some rows."""

    x: NDArray[Any]
    """The network's input: those that could be read, shape (rows, …)."""

    inputs: list[Any]
    """The same rows as they were read: numbers in their own units, texts, or the cells of a table's
    columns, None where one is missing."""

    places: list[int]
    """Which of the rows that were given they are."""

    faults: dict[int, str]
    """Why the others could not be read, by their place."""

    notes: dict[int, str]
    """What is to be known of rows that were read, by their place."""


def shown_cell(cell: Cell) -> str:
    """A cell in a sentence, cut where it is long."""
    text = repr(cell) if isinstance(cell, str) else json.dumps(cell, default=repr)
    return text if len(text) <= 60 else f"{text[:59]}…"
