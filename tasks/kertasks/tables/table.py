"""How a table is read, and what becomes of its columns: all that a task of a table says.

Plain records, read from a TOML file that may come from anybody; ``kertasks.own_tasks`` reads and
writes it. Nothing here opens the table.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from kertasks.kinds import TaskKind


class Role(StrEnum):
    """What a column is to the network."""

    NUMBER = "number"
    CATEGORY = "category"
    """One of a few values, each of which becomes a column of zeros and ones."""

    TEXT = "text"
    """Words; one column of a table at most."""

    DATE = "date"
    """A day or a moment; becomes numbers."""

    IDENTIFIER = "identifier"
    """What names a row; the network never sees it."""

    IGNORE = "ignore"


LEARNED = (Role.NUMBER, Role.CATEGORY, Role.TEXT, Role.DATE)
"""Roles of columns that reach the network."""


class Missing(StrEnum):
    """What becomes of a row whose cell is missing. A row without a target is always left out."""

    DROP = "drop"
    """The row is left out."""

    MEDIAN = "median"
    """The cell gets the median of the training rows."""

    MOST_FREQUENT = "most frequent"
    """The cell gets the most frequent value of the training rows."""


class Scaling(StrEnum):
    """What is done to a column of numbers, by statistics of the training rows alone."""

    STANDARD = "standard"
    """Mean 0 and standard deviation 1."""

    RANGE = "0 to 1"
    NONE = "none"


class TextForm(StrEnum):
    """How a column of text reaches the network."""

    WORDS = "words"
    """A 1 for every word that occurs, beside the other columns."""

    SEQUENCE = "sequence"
    """The words' numbers in their order, for an Embedding; the other columns are left out."""


class SplitWay(StrEnum):
    """How the rows that are held out to test are chosen."""

    RANDOM = "random"
    STRATIFIED = "stratified"
    """At random, with each class in its share."""

    TIME = "time"
    """The last rows by a column of dates or numbers."""

    GROUP = "group"
    """At random, rows that share a column's value together."""

    COLUMN = "column"
    """The rows that a column marks."""


MISSING = ("", "?", "NA", "N/A", "NaN", "nan", "null", "NULL", "None", "-", "n/a", "#N/A")
"""Cells that stand for none unless a person says otherwise."""


class Reading(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How the cells of a text file are found. Parquet and JSON lines need none of it."""

    delimiter: Annotated[str, Meta(min_length=1, max_length=4)] = ","
    quote: Annotated[str, Meta(max_length=1)] = '"'
    """Empty where nothing is quoted."""

    header: bool = True
    decimal: Annotated[str, Meta(pattern=r"^[.,]$")] = "."
    encoding: str = "utf-8"
    missing: tuple[str, ...] = MISSING
    """Cells that stand for none, blanks around them left out."""

    day_first: bool = False
    """Whether 03/04/2024 is in April."""

    skip: Annotated[int, Meta(ge=0, le=1000)] = 0
    """Lines above the header, or above the first row, that are none of the table."""


class ReadingWishes(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a person says of a reading; the rest is found out. None for what they do not say."""

    delimiter: Annotated[str, Meta(min_length=1, max_length=4)] | None = None
    quote: Annotated[str, Meta(max_length=1)] | None = None
    header: bool | None = None
    decimal: Annotated[str, Meta(pattern=r"^[.,]$")] | None = None
    encoding: str | None = None
    day_first: bool | None = None
    skip: Annotated[int, Meta(ge=0, le=1000)] | None = None
    missing: tuple[str, ...] = ()
    """Cells that stand for none besides those of ``MISSING``."""


class Column(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One column of the file."""

    name: str
    role: Role
    missing: Missing = Missing.DROP
    scaling: Scaling = Scaling.STANDARD
    """Of numbers and dates."""

    unit: str | None = None


class SplitChoice(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Which rows are held out to test."""

    way: SplitWay = SplitWay.RANDOM
    test: Annotated[float, Meta(ge=0, lt=1)] = 0.2
    """Their share; 0 for none."""

    column: str | None = None
    """The column of dates, groups or marks."""

    test_values: tuple[str, ...] = ("test",)
    """Cells of ``column`` that mark a test row."""

    validation_values: tuple[str, ...] = ("validation", "val", "valid")
    """Cells of ``column`` that mark a row to validate on; all others train."""


class Table(
    msgspec.Struct,
    frozen=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    tag_field="kind",
    tag="table",
):
    """One table and what is to be learned from it."""

    path: str
    """Of the file; a relative one is beside the file that says it."""

    target: str
    """The name of the column to predict; its role says whether as a class or as a number."""

    columns: tuple[Column, ...]
    """Every column of the file in its order, the target too."""

    reading: Reading = Reading()
    classes: tuple[str, ...] = ()
    """The target's classes in the order of their numbers; empty where it is a number."""

    scale_target: bool = False
    """Whether the network learns the target in standard deviations from its mean."""

    split: SplitChoice = SplitChoice()
    text_form: TextForm = TextForm.WORDS
    most_words: Annotated[int, Meta(ge=2, le=100_000)] = 10_000
    """Of the vocabulary, which the training rows' most frequent words make."""

    most_length: Annotated[int, Meta(ge=1, le=10_000)] = 200
    """Words of a text that a sequence has; longer ones are cut at the end, shorter ones padded."""

    bytes: int = 0
    """Of the file, when it was looked at."""

    digest: str = ""
    """``blake2b:`` and the hash of the file's content, when it was looked at."""

    rows: int = 0
    """Of the file, when it was looked at; recipes are fitted to it."""

    @property
    def kind(self) -> TaskKind:
        """What is to be predicted."""
        return TaskKind.of_classes(len(self.classes))

    def column(self, name: str) -> Column:
        """The column of that name.

        Raises:
            KeyError: there is none.
        """
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)
