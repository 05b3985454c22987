"""Divides training rows into those of a fold and those of the others, by scikit-learn.

The rows that are divided are those a task trains on, and those it holds out to validate, where it
does. Its test rows are not touched. Which row is in which fold follows from the seed, the number
of folds and the repeat alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kertasks.data.dataset import Dataset
from kertasks.data.described.description import Sample
from kertasks.data.described.samples import WordsSampler, class_label
from kertasks.data.folds.fold import Fold
from kertasks.data.joining import joined
from kertasks.data.multi_hot import MultiHotRows
from kertasks.data.splits import Split
from kertasks.errors import UserError
from kertasks.kinds import TaskKind
from kertasks.text.numbers import counted

Places = NDArray[np.int64]
"""Numbers of rows, from 0, shape (rows,)."""


class CannotFold(UserError):
    """The rows cannot be divided into such folds; the text says why, and what would do."""


@dataclass(frozen=True, slots=True)
class FoldPlaces:
    """Which rows train and which are held out, each in the order they had."""

    train: Places
    held_out: Places


def fold_places(
    fold: Fold,
    labels: NDArray[Any],
    seed: int,
    *,
    classes: Sequence[str] | None = None,
    groups: NDArray[Any] | None = None,
    by_time: bool = False,
) -> FoldPlaces:
    """Divide rows: those of a group stay together where there are groups, the held-out rows come
    after those trained on where time decides, each class is in every fold in its share where
    there are classes, and they are drawn at random otherwise.

    Args:
        fold: which part is held out.
        labels: the class of each row, or its target, shape (rows,).
        seed: of the recipe; with the repeat it decides which rows are in which fold.
        classes: names of the labels 0, 1, 2, …, as far as they have any; None for targets that
            are numbers.
        groups: the group of each row, shape (rows,).
        by_time: whether the rows lie in the order of their times.

    Raises:
        CannotFold: there are fewer rows, groups or rows of a class than folds; or rows that time
            decides about are to be divided in a second way.
    """
    from sklearn.model_selection import GroupKFold, KFold, StratifiedKFold, TimeSeriesSplit

    rows, folds = np.arange(len(labels)), fold.folds
    draw = {"shuffle": True, "random_state": np.random.RandomState([seed, fold.repeat])}
    _require(len(rows), folds + by_time, f"{counted(folds, 'fold')} of {counted(len(rows), 'row')}")
    if groups is not None:
        found = len(np.unique(groups))
        _require(found, folds, f"{counted(folds, 'fold')} of {counted(found, 'group')} of rows")
        parts = GroupKFold(folds, **draw).split(rows, groups=groups)
    elif by_time:
        if fold.repeat > 1:
            raise CannotFold("rows are divided by time in one way only: there is no other repeat")
        parts = TimeSeriesSplit(folds).split(rows)
    elif classes is not None:
        _require_classes(labels, classes, folds)
        parts = StratifiedKFold(folds, **draw).split(rows, labels)
    else:
        parts = KFold(folds, **draw).split(rows)
    train, held_out = list(parts)[fold.number - 1]
    return FoldPlaces(train, held_out)


def _require(there: int, least: int, what: str) -> None:
    if there < least:
        raise CannotFold(f"{what} cannot be made; choose fewer folds")


def _require_classes(labels: NDArray[Any], classes: Sequence[str], folds: int) -> None:
    found, counts = np.unique(labels, return_counts=True)
    if int(counts.min()) >= folds:
        return
    count = int(counts.min())
    label = class_label(classes, found[int(counts.argmin())])
    raise CannotFold(
        f"the class {label} has {counted(count, 'row')} to train on, which is too few for "
        f"{folds} folds: each is to have one at least"
    )


def folded(data: Dataset, fold: Fold) -> Dataset:
    """Data whose validation rows are those of one fold, and whose training rows are all others.

    Args:
        data: as a task's loader gives it, with its name, its kind and its seed: in own units.
        fold: which part is held out.

    Raises:
        CannotFold: as ``fold_places``; or the loader learned something of the training rows, which
            are others in a fold.
    """
    if data.feature_scale is not None or data.target_scale is not None or data.statistics:
        raise CannotFold(
            f"the task {data.task} cannot be folded: its loader gives rows that are scaled "
            "already, by statistics of rows that a fold holds out. It has to give them in their "
            "own units, with standardise_features or standardise_target in the Dataset"
        )
    whole = joined(data)
    rows = whole.train
    has_classes = data.kind is not TaskKind.REGRESSION
    labels, classes = (rows.labels, data.class_names) if has_classes else (rows.y, None)
    places = fold_places(fold, labels, data.seed, classes=classes)
    train, held_out = (_rows_at(rows, at) for at in (places.train, places.held_out))
    parts = ((train, places.train), (held_out, places.held_out))
    decode = whole.sample
    if isinstance(decode, WordsSampler):
        for part, at in parts:
            decode = decode.with_chosen(part, rows, at)
        return replace(whole, train=train, validation=held_out, sample=decode)
    if decode is None:
        return replace(whole, train=train, validation=held_out)
    of_whole = decode

    def sample(split: Split, row: int) -> Sample:
        """Decode a row as one of the rows that were divided: its text is known there alone."""
        for part, at in parts:
            if split is part:
                return of_whole(rows, int(at[row]))
        return of_whole(split, row)

    return replace(whole, train=train, validation=held_out, sample=sample)


def _rows_at(split: Split, places: Places) -> Split:
    x = split.x.at(places) if isinstance(split.x, MultiHotRows) else split.x[places]
    return Split(x, split.y[places])
