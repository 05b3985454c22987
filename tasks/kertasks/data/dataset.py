"""A dataset: arrays in splits, and what is needed to read them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from kertasks.data.described.description import RawColumn, Sample
from kertasks.data.folds.fold import Fold
from kertasks.data.rows.read_rows import TypedRows
from kertasks.data.splits import (
    FeatureScale,
    Split,
    TargetScale,
    standardise,
    standardise_target,
)
from kertasks.data.text_encoding import EncodedText
from kertasks.kinds import BaselineMethod, TaskKind
from kertasks.models.check import DataShape
from kertasks.tables.table import Reading


@dataclass(frozen=True, slots=True)
class Dataset:
    """The data of one task in one variant. A task's loader gives all but the last six fields."""

    train: Split
    validation: Split | None = None
    """Rows the variant itself holds out; None leaves it to ``fit.validation_split``."""

    test: Split | None = None
    feature_names: tuple[str, ...] = ()
    """One a feature; empty where features have no names (pixels, words)."""

    feature_units: tuple[str | None, ...] = ()
    """One a named feature; empty where none has a unit."""

    class_names: tuple[str, ...] = ()
    target_name: str = "target"
    target_scale: TargetScale | None = None
    """None when the target is in its own unit."""

    feature_scale: FeatureScale | None = None
    """None when the features are in their own units."""

    standardise_features: bool = False
    """Whether ``Task.load`` is to give each feature mean 0 and deviation 1 over the training rows,
    x of shape (rows, features). Rows in own units can be divided into folds, rows that a loader
    scales by itself cannot."""

    standardise_target: bool = False
    """Whether it is to do so with the target, y of shape (rows,)."""

    sample: Callable[[Split, int], Sample] | None = None
    """Decodes one row of a split: a review as words, a digit as a picture. Named features need
    none: they are shown as columns."""

    encode: Callable[[str], EncodedText] | None = None
    """Reads a text as the network's input; None where a row is made of numbers."""

    raw_columns: tuple[RawColumn, ...] = ()
    """The columns of a row as a person writes it, where these are not the features: categories by
    their names, dates as dates."""

    read_raw: Callable[[Sequence[Sequence[object]]], TypedRows] | None = None
    """Reads rows of ``raw_columns`` as the network's input."""

    reading: Reading | None = None
    """How the cells of the file that the data is from are found; None where it is from none."""

    text_name: str = ""
    """What the column of the texts is called in a file, where rows are texts and it has a name."""

    statistics: str = ""
    """What was learned of the training rows to encode a row, as JSON, which a run keeps: with it
    a network answers rows without its data. Empty where that takes nothing."""

    record: str = ""
    """How the data was understood, as JSON, which a run keeps where there are no ``statistics``: a
    script reads the data as the run did. Empty where the task alone says it."""

    read_file: Callable[[Path], NDArray[Any]] | None = None
    """Reads a file as the network's input, where a row is a file of a person's; of one that is
    none it raises an error whose text says why."""

    baseline_methods: tuple[BaselineMethod, ...] = ()
    """What to compare a network with, the one to show first first."""

    task: str = ""
    """Filled in by ``Task.load``, as are the five below."""

    variant: str = ""
    seed: int = 0
    fold: Fold | None = None
    """Which part of the training rows is held out; None where no cross-validation asked."""

    kind: TaskKind | None = None
    unit: str | None = None
    """A regression target's own unit; None for classes and for a pure number."""

    def __post_init__(self) -> None:
        # Names may come as a list, as a column of a table or as the labels themselves.
        for field in ("feature_names", "class_names"):
            object.__setattr__(self, field, tuple(map(str, getattr(self, field))))

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Shape of one row of features."""
        return tuple(int(size) for size in self.train.x.shape[1:])

    @property
    def target_shape(self) -> tuple[int, ...]:
        """Shape of one row's target: ``()`` for a label or a number."""
        return tuple(int(size) for size in self.train.y.shape[1:])

    @property
    def held_out(self) -> Split | None:
        """The rows the variant itself holds out; None where there are none."""
        is_empty = self.validation is None or not self.validation.rows
        return None if is_empty else self.validation

    @property
    def shape(self) -> DataShape:
        """What decides whether a model fits the data."""
        return DataShape(
            input_shape=self.input_shape,
            input_dtype=str(self.train.x.dtype),
            target_shape=self.target_shape,
            target_dtype=str(self.train.y.dtype),
            classes=len(self.class_names),
        )

    @property
    def has_named_columns(self) -> bool:
        """Whether a row is one of columns that have a name each."""
        return len(self.feature_names) > 0 and self.input_shape == (len(self.feature_names),)

    @property
    def own_units(self) -> Sequence[str | None]:
        """Each named feature's own unit; None for one that has none."""
        return self.feature_units or [None] * len(self.feature_names)

    def target_in_own_unit(self, values: NDArray[Any]) -> NDArray[Any]:
        """Targets or predictions in the target's own unit, whether it is scaled or not."""
        return values if self.target_scale is None else self.target_scale.to_own_unit(values)

    def scaled(self) -> Dataset:
        """The data with its features, its target, or both standardised by the training rows alone,
        where its loader says that they are to be: the one place where rows become a scale."""
        names, splits = [*self.splits()], [*self.splits().values()]
        target_scale, feature_scale = self.target_scale, self.feature_scale
        if self.standardise_target:
            splits, target_scale = standardise_target(splits)
        if self.standardise_features:
            splits, feature_scale = standardise(splits)
        found = dict(zip(names, splits, strict=True))
        return replace(
            self,
            train=found["train"],
            validation=found.get("validation"),
            test=found.get("test"),
            target_scale=target_scale,
            feature_scale=feature_scale,
            standardise_target=False,
            standardise_features=False,
        )

    def splits(self) -> dict[str, Split]:
        """The splits there are, by name, in the order train, validation, test."""
        named = {"train": self.train, "validation": self.validation, "test": self.test}
        return {name: split for name, split in named.items() if split is not None}
