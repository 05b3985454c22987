"""What was seen in a file of arrays, for who decides what becomes of it. A plain record."""

from __future__ import annotations

import msgspec

from kertasks.arrays.own_arrays import Arrays


class ArrayCells(msgspec.Struct, frozen=True):
    """One array of the file."""

    name: str
    """Without control characters."""

    shape: tuple[int, ...]
    dtype: str
    labels: tuple[str, ...] = ()
    """The classes of its rows as targets, or of its last column where that has the targets; empty
    where they would be numbers."""


class ArraysLook(msgspec.Struct, frozen=True):
    """What a file of arrays is, what it can be made, and what is wrong with that."""

    data: Arrays
    """As it will be used: what was found, and what a person said otherwise."""

    arrays: tuple[ArrayCells, ...]
    class_rows: tuple[int, ...] = ()
    """Rows of each class that are not held out by the file itself."""

    problems: tuple[str, ...] = ()
    """Why it cannot be trained as it stands, a sentence each; empty where it can."""

    warnings: tuple[str, ...] = ()
    recipe: str = ""
    """The name of the recipe that is suggested."""
