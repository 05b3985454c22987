"""What the training rows of a table say of each column, and nothing else does: plain JSON.

Why neither Keras's FeatureSpace nor scikit-learn's transformers hold it. FeatureSpace was tried by
hand on 200,000 rows: a single missing number makes a whole column NaN, a category it has not seen
raises an error or costs a column of its own, its state is layers (one second to adapt, Keras to be
imported before a row can be read), and it knows no dates. scikit-learn says what is meant:
``SimpleImputer``, ``StandardScaler``, ``MinMaxScaler``, ``OneHotEncoder(handle_unknown="ignore")``;
but its imputer and its encoder are given all rows at once, and what they learned is a pickle.
So these records hold scikit-learn's statistics, computed over the training rows of a file of any
size by DuckDB and by ``StandardScaler.partial_fit`` (``measuring.py``); a test holds both against
each other, and the script that is exported uses scikit-learn itself.

Nothing here imports NumPy or DuckDB.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta

from kertasks.records import differing
from kertasks.tables.table import Role, Table, TextForm

SEASON = ("season, sine", "season, cosine")
"""The two features of a date's place in its year, beside its day."""

DAYS_OF_A_YEAR = 365.2425

MOST_CATEGORIES = 500
"""Of a column: the most frequent ones. The others are zeros in all of them, as unknown ones are."""

PADDING, UNKNOWN, FIRST_WORD = 0, 1, 2
"""Numbers of words, as Keras's ``TextVectorization`` gives them: where a text is too short, for
words that are not in the vocabulary, and of the vocabulary's first."""

_Finite = Annotated[float, Meta(ge=-1e308, le=1e308)]
_Scale = Annotated[float, Meta(gt=0, le=1e308)]


class NumberColumn(msgspec.Struct, frozen=True, tag="number"):
    """A column of numbers, or of dates as days since 1970 began: one feature of it is
    ``(value - centre) / scale``."""

    name: str
    least: _Finite
    most: _Finite
    centre: _Finite
    scale: _Scale
    typical: _Finite
    """The median; what a form begins with."""

    fill: _Finite | None = None
    """What a missing cell is taken for; None where a row without it is left out."""

    unit: str | None = None
    is_date: bool = False

    @property
    def features(self) -> tuple[str, ...]:
        """The names of its features."""
        if not self.is_date:
            return (self.name,)
        return (self.name, *(f"{self.name}: {part}" for part in SEASON))


class CategoryColumn(msgspec.Struct, frozen=True, tag="category"):
    """A column of categories: each becomes a feature that is 1 where it stands, else 0."""

    name: str
    categories: tuple[str, ...]
    """In the order of their characters' numbers, as scikit-learn has them."""

    typical: str
    """The most frequent; of several the first in that order."""

    fill: str | None = None

    @property
    def features(self) -> tuple[str, ...]:
        """The names of its features: ``colour = red``."""
        return tuple(f"{self.name} = {category}" for category in self.categories)


class TextColumn(msgspec.Struct, frozen=True, tag="text"):
    """The column of texts. A word's number is its place in ``words`` plus ``FIRST_WORD``."""

    name: str
    words: tuple[str, ...]
    """The most frequent words first, of those as frequent the last by spelling: the order of
    ``TextVectorization``."""

    length: int = 0
    """How many words of a text there is room for, of a sequence; else 0."""

    fill: str | None = None

    @property
    def numbers(self) -> int:
        """How many word numbers there are."""
        return len(self.words) + FIRST_WORD

    @property
    def features(self) -> tuple[str, ...]:
        """The names of its features: none, words have their own."""
        return ()


ColumnStatistics: TypeAlias = NumberColumn | CategoryColumn | TextColumn


class TableStatistics(msgspec.Struct, frozen=True, tag_field="kind", tag="table"):
    """All that it takes to make the network's input of a row, and its own units of an output."""

    table: Table
    """As it was trained: how cells are read, and the digest of what the file held."""

    columns: tuple[ColumnStatistics, ...]
    """Those the network sees, in the order of the file."""

    rows: int
    """How many rows trained."""

    target_mean: float | None = None
    """With ``target_scale``: how the target was scaled; None where it was not."""

    target_scale: _Scale | None = None

    @property
    def text(self) -> TextColumn | None:
        """The column of texts; None where there is none."""
        return next((one for one in self.columns if isinstance(one, TextColumn)), None)

    @property
    def is_text_alone(self) -> bool:
        """Whether a row is a text and nothing else."""
        return len(self.columns) == 1 and self.text is not None

    @property
    def is_sequence(self) -> bool:
        """Whether a row is the numbers of its words in their order."""
        return self.text is not None and self.text.length > 0

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The features' names but those of words; none where a row is a text alone."""
        return tuple(name for column in self.columns for name in column.features)

    @property
    def width(self) -> int:
        """How many numbers the network gets of a row."""
        text = self.text
        if text is None:
            return len(self.feature_names)
        if self.is_sequence:
            return text.length
        return len(self.feature_names) + text.numbers


# Made once: two threads that first ask msgspec for the same records at once crash the process.
_STATISTICS = msgspec.json.Decoder(TableStatistics)


def decode_statistics(text: str | bytes) -> TableStatistics:
    """Statistics as ``kertasks.records.encode_record`` writes them.

    Raises:
        ValueError: it is none of that.
    """
    return _STATISTICS.decode(text)


def table_of(text: str | bytes) -> Table:
    """The table that statistics are of, as it was trained on.

    Raises:
        ValueError: they are none.
    """
    return decode_statistics(text).table


def what_changed(before: str, now: str) -> str:
    """What is another in the statistics of the same task, in words; empty for nothing.

    Raises:
        ValueError: one of them is no statistics.
    """
    first, then = decode_statistics(before), decode_statistics(now)
    if first == then:
        return ""
    if first.table.digest != then.table.digest:
        return f"what {Path(then.table.path).name} holds"
    names = {
        "target": "its target",
        "columns": "what its columns are",
        "reading": "how its cells are read",
        "classes": "its classes",
        "scale_target": "whether its target is scaled",
        "split": "how its rows are split",
        "text_form": "how its texts are read",
        "most_words": "how many words it knows",
        "most_length": "how long its texts are",
    }
    found = differing(first.table, then.table, names)
    return " and ".join(found) or "what was learned of its training rows"


def feature_columns(table: Table) -> list[str]:
    """The names of the columns that the network sees, in the order of the file."""
    seen = (Role.NUMBER, Role.CATEGORY, Role.DATE, Role.TEXT)
    sequence = table.text_form is TextForm.SEQUENCE and any(
        column.role is Role.TEXT and column.name != table.target for column in table.columns
    )
    wanted = (Role.TEXT,) if sequence else seen
    return [
        column.name
        for column in table.columns
        if column.name != table.target and column.role in wanted
    ]
