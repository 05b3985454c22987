"""Which files of a folder train, validate and test: by its parts, else by scikit-learn."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kertasks.data.folds.fold import Fold
from kertasks.data.folds.folding import Places, fold_places
from kertasks.errors import UserError
from kertasks.folders.class_folders import TEST, TRAIN, VALIDATION


class TooFewFiles(UserError):
    """The files of a folder cannot be split; the text says why."""


def places_of_parts(
    parts: Sequence[str],
    labels: NDArray[np.int32],
    classes: Sequence[str],
    has_test: bool,
    share: float,
    seed: int,
) -> dict[str, Places]:
    """Numbers of rows, by part. Those to train on come in an order drawn from the seed.

    Args:
        parts: of each row.
        labels: of each row, shape (rows,).
        classes: their names.
        has_test: whether the folder itself has files to test on.
        share: of each class that is held out to test, where it has none.
        seed: the same gives the same.

    Raises:
        TooFewFiles: there is a class without a file to train on, or too few to hold out a share.
    """
    from sklearn.model_selection import train_test_split
    from sklearn.utils import shuffle

    of_part = {
        part: np.array([place for place, one in enumerate(parts) if one == part], np.int64)
        for part in (TRAIN, VALIDATION, TEST)
    }
    train = of_part[TRAIN]
    counts = np.bincount(labels[train], minlength=len(classes))
    fewest = 1 if has_test or not share else 2
    for name, count in zip(classes, counts.tolist(), strict=True):
        if count < fewest:
            what = "no file" if not count else "one file"
            raise TooFewFiles(f"the class {name!r} has {what} that can be read to train on")
    if has_test or not share:
        of_part[TRAIN] = shuffle(train, random_state=seed)
        return of_part
    held_out = int(np.ceil(share * len(train)))
    if min(held_out, len(train) - held_out) < len(classes):
        raise TooFewFiles(
            f"{100 * share:g} % of {len(train)} files is too little for {len(classes)} classes in "
            "their shares; another share is to be held out to test"
        )
    of_part[TRAIN], of_part[TEST] = train_test_split(
        train, test_size=share, random_state=seed, stratify=labels[train]
    )
    return of_part


def with_fold(
    places: dict[str, Places],
    labels: NDArray[np.int32],
    classes: Sequence[str],
    fold: Fold | None,
    seed: int,
) -> dict[str, Places]:
    """The same rows to test on, and of all others those of a fold held out; as they are for None.

    Args:
        places: numbers of rows, by part.
        labels: of each row, shape (rows,).
        classes: their names.
        fold: which part is held out.
        seed: of the recipe.

    Raises:
        CannotFold: a class has fewer rows than there are folds.
    """
    if fold is None:
        return places
    rows = np.concatenate([places[TRAIN], places[VALIDATION]])
    found = fold_places(fold, labels[rows], seed, classes=classes)
    return places | {TRAIN: rows[found.train], VALIDATION: rows[found.held_out]}
