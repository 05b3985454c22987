"""Decodes one row of a split into what a person can look at."""

from __future__ import annotations

import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain, repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kertasks.data.dataset import Dataset
from kertasks.data.described.description import ColumnsSample, ImageSample, Sample, WordsSample
from kertasks.data.multi_hot import INDEX_FROM, PADDING, START, Texts
from kertasks.data.splits import Split
from kertasks.data.value_reading import plain_label
from kertasks.data.values import NO_NUMBERS, shown_label

THOUSAND_DOLLARS = "$1,000"
"""The unit of prices that are written in full, in dollars."""


def format_number(value: float, unit: str | None = None) -> str:
    """A number as a person writes it, with its unit: ``"26.6 kg/m²"``, ``"$24,000"``."""
    if unit == THOUSAND_DOLLARS:
        return f"${value * 1_000:,.0f}"
    text = f"{value:.4g}" if abs(value) < 10_000 else f"{value:,.0f}"
    return f"{text} {unit}" if unit else text


def class_label(class_names: Sequence[str], target: Any) -> str:
    """The class of one row's target by its name; the label itself where it has none.

    Args:
        class_names: of the labels 0, 1, 2, …
        target: a label, or a one-hot row.
    """
    values = np.asarray(target).reshape(-1)
    ones = np.flatnonzero(values)
    if len(values) > 1 and len(ones) != 1:  # of several classes, or of none
        return ", ".join(class_label(class_names, one) for one in ones) or "none"
    label = ones[0] if len(values) > 1 else values[0]
    places = range(len(class_names))
    if label in places:
        return class_names[places.index(label)]
    return shown_label(plain_label(label))


def decode_row(dataset: Dataset, split: Split, row: int) -> Sample | None:
    """A row as a person reads it; None for numbers without names, and where a task's own code
    fails at it."""
    try:
        if dataset.sample is not None:
            return dataset.sample(split, row)
        return columns_sample(dataset, split, row) if dataset.has_named_columns else None
    except Exception:  # a task's own code, on data it did not expect
        traceback.print_exc()
        return None


def columns_sample(dataset: Dataset, split: Split, row: int) -> ColumnsSample:
    """A row of a dataset with named features, in their own units, its target as the label."""
    values, target = split.x[row], split.y[row]
    if dataset.feature_scale is not None and split.x.dtype.kind not in NO_NUMBERS:
        values = dataset.feature_scale.to_own_unit(values)
    columns = tuple(
        (name, _cell(value, unit))
        # There may be fewer units than names.
        for name, unit, value in zip(
            dataset.feature_names, chain(dataset.own_units, repeat(None)), values, strict=False
        )
    )
    if dataset.class_names:
        label = class_label(dataset.class_names, target)
    else:
        own = target if split.y.dtype.kind in NO_NUMBERS else dataset.target_in_own_unit(target)
        cells = [_cell(value, dataset.unit) for value in np.asarray(own).reshape(-1)]
        label = f"{dataset.target_name} {', '.join(cells)}"
    return ColumnsSample(label=label, columns=columns)


def _cell(value: Any, unit: str | None) -> str:
    is_number = np.asarray(value).dtype.kind not in NO_NUMBERS
    return format_number(float(value), unit) if is_number else str(value)


def image_sample(class_names: Sequence[str], full: float, split: Split, row: int) -> ImageSample:
    """A row as a grey picture.

    Args:
        class_names: the labels.
        full: the value of a full pixel.
        split: with x of shape (rows, height, width, 1).
        row: of the split.
    """
    grey = split.x[row, :, :, 0].astype(float) / full
    return ImageSample(
        label=class_label(class_names, split.y[row]),
        pixels=tuple(tuple(map(float, line)) for line in grey),
    )


_START_MARK = "‹start›"
_UNKNOWN_MARK = "‹?›"


@dataclass(frozen=True)
class WordsSampler:
    """A row as the text it was made from. Multi-hot rows have lost the order of the words,
    so the texts are kept beside them.
    """

    word_index: Mapping[str, int]
    """Each word's number as Keras's text data sets have it, from 1."""

    class_names: tuple[str, ...]
    texts: tuple[tuple[Split, Texts, int], ...]
    """A split, the texts it was made from, and the text of its first row."""

    @cached_property
    def _words(self) -> dict[int, str]:
        words = {number + INDEX_FROM: word for word, number in self.word_index.items()}
        return words | {START: _START_MARK}

    def decode(self, numbers: Sequence[int] | NDArray[Any]) -> str:
        """The text of word numbers, words set apart by a space; padding left out."""
        known = (int(number) for number in numbers if number != PADDING)
        return " ".join(self._words.get(number, _UNKNOWN_MARK) for number in known)

    def with_parts(self, whole: Split, parts: Sequence[tuple[Split, int]]) -> WordsSampler:
        """One that knows parts of a split too.

        Args:
            whole: one of the dataset's own splits.
            parts: each with the row of the split that is its first.
        """
        more = tuple(
            (part, texts, first + start)
            for known, texts, first in self.texts
            if known is whole
            for part, start in parts
        )
        return replace(self, texts=self.texts + more)

    def with_joined(self, whole: Split, parts: Sequence[Split]) -> WordsSampler:
        """One that knows a split too whose rows are those of splits it knows, after each other."""
        rows = [self.numbers(part, row) for part in parts for row in range(part.rows)]
        texts = Texts(np.concatenate(rows), np.cumsum([len(row) for row in rows]))
        return replace(self, texts=(*self.texts, (whole, texts, 0)))

    def with_chosen(self, part: Split, whole: Split, places: NDArray[np.int64]) -> WordsSampler:
        """One that knows a split too whose rows are some of those of a split it knows.

        Args:
            part: the split.
            whole: the one it knows.
            places: numbers of its rows, shape (rows of the part,).
        """
        rows = [self.numbers(whole, int(row)) for row in places]
        texts = Texts(np.concatenate(rows), np.cumsum([len(row) for row in rows]))
        return replace(self, texts=(*self.texts, (part, texts, 0)))

    def numbers(self, split: Split, row: int) -> NDArray[Any]:
        """The word numbers of one row of one of the dataset's own splits, in the text's order.

        Raises:
            LookupError: the split is not one of the dataset's.
        """
        for known, texts, first in self.texts:
            if known is split:
                return texts[first + row]
        raise LookupError("this split is not one of the dataset's own; its texts are not known")

    def __call__(self, split: Split, row: int) -> WordsSample:
        """Decode one row of one of the dataset's own splits.

        Raises:
            LookupError: the split is not one of the dataset's.
        """
        text = self.decode(self.numbers(split, row))
        return WordsSample(label=class_label(self.class_names, split.y[row]), text=text)
