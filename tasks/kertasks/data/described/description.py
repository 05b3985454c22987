"""What a person asks of a dataset before training, as plain data without NumPy.

Computed by ``kertasks.data.described.describing`` in a process that has NumPy; goes through JSON
(``to_json``, ``from_json``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import msgspec

from kertasks.data.values import DataValues
from kertasks.records import learn
from kertasks.scores.run_baselines import Baseline

SCHEMA = 3
"""Raised when the JSON form changes; part of the name of whatever keeps it."""


class SplitFacts(msgspec.Struct, frozen=True):
    """One split: ``train``, ``validation`` or ``test``."""

    name: str
    rows: int
    distinct_rows: int
    """Rows that differ in features or target."""

    x_shape: tuple[int, ...]
    """Shape of one row of features."""

    x_dtype: str
    y_shape: tuple[int, ...]
    y_dtype: str
    bytes: int
    """Memory the arrays of the split take."""

    class_rows: tuple[int, ...]
    """Rows of each class, in the order of ``Description.class_names``; empty for regression, and
    where a row has no single class."""


class FeatureFacts(msgspec.Struct, frozen=True):
    """One feature over the training rows, as the network gets it, of its finite numbers.

    All five numbers are 0 where there is none.
    """

    name: str
    unit: str | None
    minimum: float
    maximum: float
    mean: float
    standard_deviation: float
    numbers: int | None = None
    """How many finite numbers there are, where not all are finite."""

    median: float | None = None
    """None where the features are described as one."""


class WordsSample(msgspec.Struct, frozen=True, tag_field="type", tag="words"):
    """A sample that is a text, decoded into words."""

    label: str
    text: str


class ImageSample(msgspec.Struct, frozen=True, tag_field="type", tag="image"):
    """A sample that is a picture in grey."""

    label: str
    pixels: tuple[tuple[float, ...], ...]
    """Rows of values from 0 (nothing) to 1 (full)."""


class ColumnsSample(msgspec.Struct, frozen=True, tag_field="type", tag="columns"):
    """A sample that is a row of named columns, in the features' own units (before scaling)."""

    label: str
    columns: tuple[tuple[str, str], ...]
    """Name and value with its unit."""


Sample: TypeAlias = WordsSample | ImageSample | ColumnsSample


class ScatterPicture(msgspec.Struct, frozen=True, tag_field="type", tag="scatter"):
    """A picture of two features, a mark a class, of a few hundred points at most."""

    x_name: str
    y_name: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    classes: tuple[int, ...]


class CurvePicture(msgspec.Struct, frozen=True, tag_field="type", tag="curve"):
    """A picture of the target over a single feature, of a few hundred points at most, by x."""

    x_name: str
    y_name: str
    x: tuple[float, ...]
    y: tuple[float, ...]


Picture: TypeAlias = ScatterPicture | CurvePicture | None
"""None: the samples themselves are the picture (words, digits, columns)."""


class RawColumn(msgspec.Struct, frozen=True):
    """One column of a table as a person writes a row of it: what may stand in its cell."""

    name: str
    kind: str
    """``number``, ``date``, ``category`` or ``text``."""

    typical: str
    """What a form begins with: the median, the most frequent category."""

    unit: str | None = None
    values: tuple[str, ...] = ()
    """The categories that training knows, at least the first of them."""

    least: str = ""
    most: str = ""
    """Of numbers and dates, as they would stand in the file."""

    is_optional: bool = False
    """Whether it may be left empty: something is then taken for it."""


class Description(msgspec.Struct, frozen=True):
    """Everything the picker's card shows of one task and data variant."""

    task: str
    variant: str
    seed: int
    splits: tuple[SplitFacts, ...]
    features: tuple[FeatureFacts, ...]
    """Each feature as the network gets it; one entry named ``"all"`` where features have no
    names (pixels, words) or there are more than 64."""

    feature_count: int
    class_names: tuple[str, ...]
    """The names of the classes; of a label that has none, the label itself."""

    target: FeatureFacts | None
    """A regression's target, in its own unit."""

    validation_rows_in_training: int
    """How many validation rows (features and target) also occur in training."""

    baseline: Baseline | None
    samples: tuple[Sample, ...]
    """A few, at least one of each class where there are at most ten classes."""

    picture: Picture

    own_features: tuple[FeatureFacts, ...] = ()
    """Each feature in its own unit, before scaling; empty where ``features`` says it all."""

    other_baselines: tuple[Baseline, ...] = ()
    """More to compare with, after ``baseline``."""

    values: DataValues | None = None
    """What stands in the cells, for the check of a recipe."""

    faults: tuple[str, ...] = ()
    """What is wrong with the data, a sentence each, the worst first."""

    constant_features: int = 0
    """How many named features are the same in all training rows."""

    raw_columns: tuple[RawColumn, ...] = ()
    """The columns of a table whose rows are written as they stand in its file; empty where a row
    is written as its features, or as a text."""

    reads_files: bool = False
    """Whether a row can be a file of a person's: a picture, by its path."""

    feature_rows: int = 0
    """Of how many training rows, evenly spaced, the features are described; 0 for all of them."""


learn(Description)


def to_json(description: Description) -> dict[str, Any]:
    """Turn a description into plain dicts, lists, strings and numbers, for ``json.dumps``."""
    return {"schema": SCHEMA, **msgspec.to_builtins(description)}


def from_json(plain: Mapping[str, Any]) -> Description:
    """Turn what ``to_json`` returned into the description again.

    Raises:
        ValueError: it was written with another schema, or is no description.
    """
    if plain.get("schema") != SCHEMA:
        raise ValueError(f"a description of schema {plain.get('schema')}, not {SCHEMA}")
    try:
        return msgspec.convert(plain, Description)
    except msgspec.ValidationError as error:
        raise ValueError(f"not a description: {error}") from error
