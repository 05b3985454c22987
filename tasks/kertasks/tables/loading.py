"""A person's table as a dataset, and what a run needs of it once the table is gone."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import msgspec
import numpy as np

from kertasks.data.dataset import Dataset
from kertasks.data.described.description import ColumnsSample, Sample, WordsSample
from kertasks.data.described.samples import class_label, format_number
from kertasks.data.folds.fold import Fold
from kertasks.data.splits import FeatureScale, Split, TargetScale
from kertasks.files import said_path
from kertasks.kinds import BaselineMethod
from kertasks.records import encode_record
from kertasks.tables.rows.data_file import require_unchanged
from kertasks.tables.rows.encoding import Encoding
from kertasks.tables.rows.kept_table import kept_table
from kertasks.tables.rows.prepared_table import PreparedTable, prepare
from kertasks.tables.rows.raw_rows import RawRows
from kertasks.tables.statistics import (
    FIRST_WORD,
    PADDING,
    UNKNOWN,
    NumberColumn,
    TableStatistics,
    decode_statistics,
)
from kertasks.tables.table import Table

_SCHEMA = 1
"""Another one when the same table gives other rows."""

_DAYS = "days since 1970"
_LONGEST_CELL = 200
"""Characters of a text that stands among other columns."""

_UNKNOWN_WORD = "‹?›"


def import_libraries() -> None:
    """Import what is else imported as the first table is loaded: 0.7 s, for who is to load one
    and has nothing else to do."""
    import nanoarrow  # noqa: F401
    import sklearn.model_selection
    import sklearn.preprocessing  # noqa: F401


def load(table: Table, base: Path, seed: int, fold: Fold | None = None) -> Dataset:
    """Read a table's rows, split and encoded.

    x: float32 (rows, features); of a text alone uint8 (rows, words), or int32 (rows, words of a
    text). y: int32 (rows,) classes, or float32 (rows,). Of a fold, what is learned of training
    rows is learned of those of the other folds.

    Raises:
        kertasks.UserError: the file is gone, changed, or not what the table says.
    """
    path = said_path(base, table.path)
    digest = require_unchanged(path, table)
    table = msgspec.structs.replace(table, digest=digest)
    make = partial(prepare, path, table, seed, fold=fold)
    return dataset_of(kept_table(_key(table, seed, fold), make))


def _key(table: Table, seed: int, fold: Fold | None) -> str:
    said = msgspec.json.encode([_SCHEMA, table, seed, *([] if fold is None else [fold])])
    return hashlib.sha256(said).hexdigest()[:24]


def dataset_of(made: PreparedTable) -> Dataset:
    """The dataset of a table's rows."""
    first, last = made.train, made.train + made.validation
    train = Split(made.x[:first], made.y[:first])
    validation = Split(made.x[first:last], made.y[first:last]) if last > first else None
    test = Split(made.x[last:], made.y[last:]) if len(made.y) > last else None
    places = [(train, 0), (test, last), (validation, first)]
    known = tuple((split, start) for split, start in places if split is not None)
    return replace(
        without_rows(made.statistics),
        train=train,
        validation=validation,
        test=test,
        sample=_Sampler(made.statistics, known, made.texts),
    )


def restored(statistics: str | bytes) -> Dataset:
    """The dataset without its rows, of the statistics that a run keeps.

    Raises:
        ValueError: they are none.
    """
    return without_rows(decode_statistics(statistics))


def without_rows(statistics: TableStatistics) -> Dataset:
    """A dataset of no rows that says all else: what it takes to build a network and to ask it."""
    table, encoding = statistics.table, Encoding(statistics)
    x = np.zeros((0, statistics.width), encoding.dtype)
    y = np.zeros(0, np.int32 if table.classes else np.float32)
    raw = RawRows(statistics)
    scale = None
    if statistics.target_scale is not None and statistics.target_mean is not None:
        scale = TargetScale(statistics.target_mean, statistics.target_scale)
    named = statistics.text is None
    methods = BaselineMethod.usual(table.kind)
    return Dataset(
        Split(x, y),
        feature_names=statistics.feature_names if named else (),
        feature_units=_units(statistics) if named else (),
        class_names=table.classes,
        target_name=table.target,
        target_scale=scale,
        feature_scale=_feature_scale(statistics) if named else None,
        encode=encoding.text_numbers if statistics.is_text_alone else None,
        raw_columns=() if statistics.is_text_alone else raw.columns,
        read_raw=None if statistics.is_text_alone else raw.read,
        reading=table.reading,
        text_name=statistics.columns[0].name if statistics.is_text_alone else "",
        baseline_methods=methods[:1] if statistics.is_sequence else methods,
        statistics=encode_record(statistics),
        unit=table.column(table.target).unit,
    )


def _units(statistics: TableStatistics) -> tuple[str | None, ...]:
    units: list[str | None] = []
    for column in statistics.columns:
        first: list[str | None] = []
        if isinstance(column, NumberColumn):
            first = [_DAYS if column.is_date else column.unit]
        units += [*first, *[None] * (len(column.features) - len(first))]
    return tuple(units) if any(units) else ()


def _feature_scale(statistics: TableStatistics) -> FeatureScale | None:
    """How the features are scaled; None where none of them is."""
    means, scales = list[float](), list[float]()
    for column in statistics.columns:
        more = len(column.features)
        if isinstance(column, NumberColumn):
            means.append(column.centre)
            scales.append(column.scale)
            more -= 1
        means += [0.0] * more
        scales += [1.0] * more
    if not any(means) and all(scale == 1.0 for scale in scales):
        return None
    return FeatureScale(np.array(means), np.array(scales))


@dataclass(frozen=True)
class _Sampler:
    """A row as a person reads it: its columns in their own units, or its text."""

    statistics: TableStatistics
    splits: tuple[tuple[Split, int], ...]
    """Each with the place of its first row."""

    texts: tuple[str, ...]

    def __call__(self, split: Split, row: int) -> Sample:
        """Decode one row of one of the dataset's own splits."""
        statistics = self.statistics
        label = self._label(split, row)
        if statistics.is_text_alone or statistics.is_sequence:
            return WordsSample(label, self._text(split, row))
        columns = Encoding(statistics).own_units(np.asarray(split.x[row]))
        if statistics.text is not None:
            text = self._text(split, row)
            shown = text if len(text) <= _LONGEST_CELL else f"{text[: _LONGEST_CELL - 1]}…"
            columns = (*columns, (statistics.text.name, shown))
        return ColumnsSample(label, columns)

    def _label(self, split: Split, row: int) -> str:
        table = self.statistics.table
        if table.classes:
            return class_label(table.classes, split.y[row])
        value = float(split.y[row])
        if self.statistics.target_scale is not None and self.statistics.target_mean is not None:
            value = value * self.statistics.target_scale + self.statistics.target_mean
        return f"{table.target} {format_number(value, table.column(table.target).unit)}"

    def _text(self, split: Split, row: int) -> str:
        first = next((start for known, start in self.splits if known is split), None)
        if self.texts and first is not None:
            return self.texts[first + row]
        return self._known_words(split, row)

    def _known_words(self, split: Split, row: int) -> str:
        """The words that the network gets, where the text itself is not at hand."""
        text = self.statistics.text
        assert text is not None  # noqa: S101 - who asks has one
        cells = np.asarray(split.x[row])
        if self.statistics.is_sequence:
            numbers = cells[cells != PADDING]
        else:
            numbers = np.flatnonzero(cells[self.statistics.width - text.numbers :])
        return " ".join(
            _UNKNOWN_WORD if number == UNKNOWN else text.words[int(number) - FIRST_WORD]
            for number in numbers
        )
