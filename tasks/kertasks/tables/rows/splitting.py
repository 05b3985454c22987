"""Which rows of a table train, validate and test: by scikit-learn, from the seed alone.

The training rows come in an order in which ``fit.validation_split`` can hold out the last of them:
shuffled where rows are drawn, by time where time decides, group by group where groups do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kertasks.data.folds.fold import Fold
from kertasks.data.folds.folding import Places, fold_places
from kertasks.errors import UserError
from kertasks.tables.table import SplitChoice, SplitWay, Table

TRAINS, VALIDATES, TESTS = range(3)
"""What a column marks a row for."""


class CannotSplit(UserError):
    """The rows cannot be split as the table says; the text says why, and what would do."""


@dataclass(frozen=True, slots=True)
class SplitPlaces:
    """Which rows are used for what, each in the order they are used in."""

    train: Places
    validation: Places
    test: Places


def split_rows(
    choice: SplitChoice, labels: NDArray[Any], by: NDArray[Any] | None, seed: int
) -> SplitPlaces:
    """Split rows.

    Args:
        choice: how.
        labels: the class of each row, or its target, shape (rows,).
        by: what a split by time, group or column looks at, shape (rows,): numbers for time, what
            can be compared for groups, ``TRAINS``, ``VALIDATES`` or ``TESTS`` for marks.
        seed: the same gives the same rows in the same order.

    Raises:
        CannotSplit: there are too few rows, groups or rows of a class, or no row would train.
    """
    rows = len(labels)
    everything = np.arange(rows)
    none = everything[:0]
    if rows == 0:
        raise CannotSplit("no row is left to train on: each lacks its target or another cell")
    if choice.way is SplitWay.COLUMN:
        found = _by_marks(np.asarray(by), seed)
    elif not choice.test:
        order = everything
        if choice.way is SplitWay.TIME:
            order = np.argsort(np.asarray(by), kind="stable")
        elif choice.way is SplitWay.GROUP:
            order = _group_by_group(everything, np.asarray(by), seed)
        else:
            order = np.random.RandomState(seed).permutation(rows)
        found = SplitPlaces(order, none, none)
    elif choice.way is SplitWay.TIME:
        order = np.argsort(np.asarray(by), kind="stable")
        first = rows - _test_rows(rows, choice.test)
        found = SplitPlaces(order[:first], none, order[first:])
    elif choice.way is SplitWay.GROUP:
        found = _by_groups(choice, np.asarray(by), seed)
    else:
        found = _at_random(choice, labels, seed)
    if not len(found.train):
        raise CannotSplit(f"no row is left to train on: all {rows} rows are held out")
    return found


def fold_split(
    found: SplitPlaces,
    table: Table,
    target: NDArray[Any],
    by: NDArray[Any] | None,
    fold: Fold,
    seed: int,
) -> SplitPlaces:
    """The same test rows, and the others divided anew: those of a fold are held out.

    Args:
        found: how they are split without folds.
        table: whose rows they are; by time or by groups where its split says so.
        target: of each row, a class or a number, shape (rows,).
        by: as in ``split_rows``.
        fold: which part is held out.
        seed: of the recipe.

    Raises:
        CannotFold: they cannot be divided so.
    """
    rows = np.concatenate([found.train, found.validation])
    way = table.split.way
    places = fold_places(
        fold,
        target[rows],
        seed,
        classes=table.classes or None,
        groups=None if by is None or way is not SplitWay.GROUP else by[rows],
        by_time=way is SplitWay.TIME,
    )
    return SplitPlaces(rows[places.train], rows[places.held_out], found.test)


def _test_rows(rows: int, share: float) -> int:
    """As many as scikit-learn holds out."""
    return int(np.ceil(share * rows))


def _at_random(choice: SplitChoice, labels: NDArray[Any], seed: int) -> SplitPlaces:
    from sklearn.model_selection import train_test_split

    everything = np.arange(len(labels))
    stratify = labels if choice.way is SplitWay.STRATIFIED else None
    try:
        train, test = train_test_split(
            everything, test_size=choice.test, random_state=seed, stratify=stratify
        )
    except ValueError as error:
        raise CannotSplit(_why_not(choice, labels)) from error
    return SplitPlaces(train, everything[:0], test)


def _why_not(choice: SplitChoice, labels: NDArray[Any]) -> str:
    rows, share = len(labels), f"{100 * choice.test:g} %"
    if choice.way is SplitWay.STRATIFIED:
        _, counts = np.unique(labels, return_counts=True)
        if int(counts.min()) < 2:
            return "a class of a single row is in no split in its share; choose a random split"
        held_out = _test_rows(rows, choice.test)
        if min(held_out, rows - held_out) < len(counts):
            return (
                f"{share} of {rows} rows is too little for {len(counts)} classes in their shares; "
                "hold out more, or choose a random split"
            )
    return f"{rows} row{'' if rows == 1 else 's'} cannot be split {share} to test"


def _by_groups(choice: SplitChoice, groups: NDArray[Any], seed: int) -> SplitPlaces:
    from sklearn.model_selection import GroupShuffleSplit

    everything = np.arange(len(groups))
    splitter = GroupShuffleSplit(n_splits=1, test_size=choice.test, random_state=seed)
    try:
        train, test = next(splitter.split(everything, groups=groups))
    except ValueError as error:
        found = len(np.unique(groups))
        raise CannotSplit(
            f"the column {choice.column!r} has {found} group{'' if found == 1 else 's'}: too few "
            f"to hold {100 * choice.test:g} % of them out"
        ) from error
    return SplitPlaces(_group_by_group(train, groups[train], seed), everything[:0], test)


def _group_by_group(places: Places, groups: NDArray[Any], seed: int) -> Places:
    """The same rows, those of a group together, the groups at random: what holds out the last of
    them cuts through one group at most."""
    found, of_row = np.unique(groups, return_inverse=True)
    turns = np.random.RandomState(seed).permutation(len(found))
    order: Places = places[np.argsort(turns[of_row], kind="stable")]
    return order


def _by_marks(marks: NDArray[Any], seed: int) -> SplitPlaces:
    return SplitPlaces(
        np.random.RandomState(seed).permutation(np.flatnonzero(marks == TRAINS)),
        np.flatnonzero(marks == VALIDATES),
        np.flatnonzero(marks == TESTS),
    )
