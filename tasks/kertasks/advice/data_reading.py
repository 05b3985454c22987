"""Gathers what is known of features and targets, from rows spread over all of them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from kertasks.advice.facts import InputFacts, TargetFacts, TargetKind
from kertasks.data.rows.mapped_rows import take_rows
from kertasks.data.value_reading import are_finite, flat_rows, labels_of
from kertasks.data.values import NO_NUMBERS

_MOST_ROWS = 20_000
_MOST_CELLS = 4_000_000
"""Of the features that are looked at: four million take some 50 ms."""

_MOST_KEYS = 200_000
"""Rows that are told apart: 0.1 s."""

_MOST_CLASSES = 1_000
"""More whole numbers than that are no classes."""

_FEW_ROWS_A_CLASS = 2
"""Fewer rows than that a number, in the mean, and the numbers are no classes either."""

_FEWEST_TO_FIT = 12
_MOST_TO_FIT = 500
_MOST_COLUMNS = 64
_FOLDS = 3
"""For the scores of simple models: some 0.2 s."""

_MOST_STEPS = 100
"""Targets of 0, 1/n, … with n above that are numbers that happen to be round."""


_MOST_WRITTEN = 128
"""Columns whose means and deviations are written down, as they would be in a layer of a recipe."""


def spread_rows(count: int, cells_a_row: int, most: int = _MOST_ROWS) -> NDArray[np.int64]:
    """Places of rows spread over so many, as many as can be looked at in little time; always the
    same ones, ascending. Drawn, not every tenth: the classes may come in turn."""
    wanted = max(1, min(count, most, _MOST_CELLS // max(1, cells_a_row)))
    if wanted >= count:
        return np.arange(count)
    return np.sort(np.random.default_rng(0).choice(count, wanted, replace=False))


def input_facts(x: Any) -> InputFacts:
    """What is known of features, shape (rows, …)."""
    cells = math.prod(x.shape[1:])
    if not len(x) or not cells or x.dtype.kind in NO_NUMBERS:
        return InputFacts(rows=len(x), row_shape=tuple(x.shape[1:]))
    rows = np.asarray(x[spread_rows(len(x), cells)])
    numbers = np.where(are_finite(rows), rows, 0).astype(np.float64)
    # Of pictures and sequences the channels are the columns: a place in them is not one.
    columns = numbers.reshape(-1, numbers.shape[-1]) if numbers.ndim > 1 else numbers[:, None]
    spreads, means = columns.std(axis=0), columns.mean(axis=0)
    varying = spreads > 1e-7 * np.abs(means)
    varying &= spreads > 0
    offsets = np.abs(means[varying]) / spreads[varying]
    flat = flat_rows(rows)
    is_table = numbers.ndim == 2
    ratio = float(spreads[varying].max() / spreads[varying].min()) if varying.any() else 1.0
    return InputFacts(
        rows=len(x),
        row_shape=tuple(int(size) for size in x.shape[1:]),
        whole=rows.dtype.kind in "iub" or bool((numbers == np.floor(numbers)).all()),
        most=float(np.abs(numbers).max()),
        least=float(numbers.min()),
        mean=float(numbers.mean()),
        deviation=float(numbers.std()),
        means=_written(means),
        deviations=_written(np.where(varying, spreads, 0.0)),
        constant=len(rows) > 1 and bool((flat == flat[0]).all()),
        constant_columns=int((~varying).sum()) if is_table and len(varying) > 1 else 0,
        offset=float(np.median(offsets)) if len(offsets) else 0.0,
        spread_ratio=ratio if is_table else 1.0,
        distinct_rows=_distinct_rows(x, cells),
    )


def _written(of_columns: NDArray[np.float64]) -> tuple[float, ...]:
    return tuple(map(float, of_columns)) if len(of_columns) <= _MOST_WRITTEN else ()


def _distinct_rows(x: Any, cells: int) -> int | None:
    if len(x) * cells > _MOST_CELLS or len(x) > _MOST_KEYS:
        return None
    return len(row_keys(flat_rows(np.asarray(x))))


def alike(flat: NDArray[Any]) -> NDArray[np.int64]:
    """A number for each row, the same for rows whose cells are the same."""
    known: dict[bytes, int] = {}
    rows = np.ascontiguousarray(flat)
    return np.array([known.setdefault(row.tobytes(), len(known)) for row in rows], np.int64)


def ceiling(groups: NDArray[np.int64], y: NDArray[Any], kind: TargetKind) -> float | None:
    """How well rows can be answered at most if those of a group all get the same answer: the share
    that is right, or R². None for targets of several answers, and of none to tell apart.

    Args:
        groups: a number for each row, the same for those of a group.
        y: the targets, shape (rows, …).
        kind: what they are.
    """
    if kind is TargetKind.NUMBERS:
        wanted = flat_rows(y).astype(np.float64)
        total = float(((wanted - wanted.mean(axis=0)) ** 2).sum())
        sums = np.zeros((groups.max() + 1, wanted.shape[1]))
        np.add.at(sums, groups, wanted)
        means = sums / np.maximum(np.bincount(groups), 1)[:, None]
        return 1 - float(((wanted - means[groups]) ** 2).sum()) / total if total else None
    labels = labels_of(y) if kind is not TargetKind.MULTI_HOT else None
    if labels is None:
        return None
    _, places = np.unique(labels, return_inverse=True)
    pairs, counts = np.unique(groups * (places.max() + 1) + places, return_counts=True)
    most = np.zeros(groups.max() + 1, np.int64)
    np.maximum.at(most, pairs // (places.max() + 1), counts)
    return float(most.sum() / len(labels))


def row_ceiling(x: Any, y: NDArray[Any], kind: TargetKind, distinct: int | None) -> float | None:
    """How well rows can be answered at most: those with the same features get the same answer.
    None where the rows were not told apart.

    Args:
        x: the features, shape (rows, …).
        y: the targets.
        kind: what they are.
        distinct: how many different rows there are; None where that is not known.
    """
    if distinct is None or y.dtype.kind in NO_NUMBERS or not are_finite(y).all():
        return None
    if distinct == len(x):
        return 1.0
    return ceiling(alike(flat_rows(np.asarray(x))), y, kind)


def outside_share(trained: NDArray[Any], held_out: NDArray[Any]) -> float:
    """Share of the rows held out whose target, one number, is beyond all that are trained on; 0 for
    targets of several."""
    sides = [flat_rows(y) for y in (trained, held_out)]
    if any(side.shape[1] != 1 or not len(side) for side in sides):
        return 0.0
    if {y.dtype.kind for y in sides} & set(NO_NUMBERS):
        return 0.0
    one, other = sides
    return float(((other < one.min()) | (other > one.max())).mean())


def class_count(y: NDArray[Any]) -> int:
    """How many classes targets have; 0 for targets that are no class a row."""
    labels = labels_of(y)
    return 0 if labels is None or not len(labels) else len(np.unique(labels))


def row_keys(flat: NDArray[Any]) -> set[bytes]:
    """The rows as bytes: two rows are the same where these are."""
    return {row.tobytes() for row in np.ascontiguousarray(flat)}


def shared_rows(x: Any, others: Any) -> int:
    """How many of the other rows are among the first: the same features, cell by cell. Of many
    rows some are looked at, and the share is taken for all."""
    cells = math.prod(x.shape[1:])
    if not len(x) or not len(others) or x.shape[1:] != others.shape[1:] or not cells:
        return 0
    if len(x) * cells > _MOST_CELLS or len(x) > _MOST_KEYS:
        return 0
    known = row_keys(flat_rows(np.asarray(x)))
    looked_at = flat_rows(np.asarray(others[spread_rows(len(others), cells)]).astype(x.dtype))
    found = sum(row.tobytes() in known for row in np.ascontiguousarray(looked_at))
    return found * len(others) // len(looked_at)


def unmatched_share(trained: NDArray[Any], held_out: NDArray[Any]) -> float:
    """The larger share of the rows of either side whose class the other has none of; 0 for targets
    that are no classes."""
    sides = [labels_of(y) for y in (trained, held_out)]
    if any(side is None or not len(side) for side in sides):
        return 0.0
    one, other = (np.asarray(side) for side in sides)
    return float(max((~np.isin(one, other)).mean(), (~np.isin(other, one)).mean()))


def target_facts(y: NDArray[Any], *, class_numbers: bool) -> TargetFacts:
    """What is known of targets, shape (rows, …).

    Args:
        y: the targets.
        class_numbers: whether the loss is one of classes: then whole numbers are class numbers
            however many they are, and without it, where they are few.
    """
    shape = tuple(int(size) for size in y.shape[1:])
    if not y.size or y.dtype.kind in NO_NUMBERS:
        return TargetFacts(kind=TargetKind.NUMBERS, row_shape=shape)
    places = spread_rows(len(y), math.prod(shape), most=200_000)
    some = y[places]
    some = some[are_finite(some).reshape(len(some), -1).all(axis=1)].astype(np.float64)
    if not some.size:
        return TargetFacts(kind=TargetKind.NUMBERS, row_shape=shape)
    columns = flat_rows(some)
    kind, classes = _kind_of(some, class_numbers)
    found = TargetFacts(
        kind=kind,
        row_shape=shape,
        least=float(some.min()),
        most=float(some.max()),
        mean=float(some.mean()),
        deviation=float(columns.std(axis=0).max()),
        means=_written(columns.mean(axis=0)),
        deviations=_written(columns.std(axis=0)),
    )
    if kind is TargetKind.NUMBERS:
        return replace(found, divided=_divided(some))
    _, counts = np.unique(classes, return_counts=True)
    unused = some.shape[-1] - len(counts) if kind is TargetKind.ONE_HOT else 0
    return replace(found, class_rows=tuple(map(int, counts)), unused_classes=unused)


def _kind_of(y: NDArray[Any], class_numbers: bool) -> tuple[TargetKind, NDArray[Any]]:
    """What the targets are, and the class of each row or cell."""
    zeros_and_ones = bool(((y == 0) | (y == 1)).all())
    if zeros_and_ones and y.ndim > 1 and y.shape[-1] > 1:
        if bool((y.sum(axis=-1) == 1).all()):
            return TargetKind.ONE_HOT, y.argmax(axis=-1)
        return TargetKind.MULTI_HOT, y
    single = labels_of(y) if y.ndim < 3 else y
    if single is None or not bool((y == np.floor(y)).all()):
        return TargetKind.NUMBERS, y
    found = len(np.unique(single))
    # Whole numbers are classes to a loss of classes. To another one they are where there are two
    # only; ratings from 1 to 5 are numbers, if a person makes them so.
    is_few = found <= _MOST_CLASSES and single.size >= _FEW_ROWS_A_CLASS * found
    if class_numbers or (zeros_and_ones and found == 2 and is_few):
        return TargetKind.CLASSES, single
    return TargetKind.NUMBERS, y


def _divided(y: NDArray[Any]) -> int:
    """n where the values are 0, 1/n, …, all of them used; else 0."""
    values = np.unique(y)
    if not 3 <= len(values) <= _MOST_STEPS or y.size < 3 * len(values):
        return 0
    steps = np.diff(values)
    if values[0] != 0 or values[-1] > 1 + 1e-6 or not np.allclose(steps, steps[0], rtol=1e-3):
        return 0
    return round(1 / float(steps[0]))


def with_simple_scores(x: Any, y: NDArray[Any], facts: TargetFacts) -> TargetFacts:
    """What is known of targets, with how well a line and something that bends explain them, on rows
    held out; of few rows by leaving some out in turn."""
    cells = math.prod(x.shape[1:])
    if facts.kind is TargetKind.MULTI_HOT or len(x) < _FEWEST_TO_FIT or not cells:
        return facts
    from sklearn.linear_model import Ridge  # half a second, which no training is to wait for

    places = np.random.default_rng(0).permutation(len(x))[:_MOST_TO_FIT]
    rows = flat_rows(take_rows(x, places)).astype(np.float64)
    rows = (rows - rows.mean(axis=0)) / np.where(rows.std(axis=0) > 0, rows.std(axis=0), 1)
    wanted, truth = _wanted(y[places], facts)
    return replace(
        facts,
        linear_score=_held_out_score(Ridge(alpha=1e-3 * len(rows)), rows, wanted, truth),
        curved_score=_held_out_score(_forest(), rows, wanted, truth)
        if cells <= _MOST_COLUMNS
        else None,
        scored_rows=len(places),
    )


def _forest() -> Any:
    from sklearn.ensemble import ExtraTreesRegressor

    return ExtraTreesRegressor(n_estimators=30, random_state=0)


def _wanted(y: NDArray[Any], facts: TargetFacts) -> tuple[NDArray[Any], NDArray[Any] | None]:
    """Targets as columns of numbers, and the class of each row; None for numbers."""
    labels = None if facts.kind is TargetKind.NUMBERS else labels_of(y)
    if labels is None:
        return flat_rows(y).astype(np.float64), None
    _, places = np.unique(labels, return_inverse=True)
    return np.eye(places.max() + 1)[places], places


def _held_out_score(
    fitted: Any, rows: NDArray[np.float64], wanted: NDArray[np.float64], truth: NDArray[Any] | None
) -> float | None:
    """R² of numbers; of classes by how much of what the largest leaves wrong more is right."""
    said = np.zeros_like(wanted)
    given = wanted[:, 0] if wanted.shape[1] == 1 else wanted
    for fold in range(_FOLDS):
        out = np.arange(len(rows)) % _FOLDS == fold
        found = fitted.fit(rows[~out], given[~out]).predict(rows[out])
        said[out] = found.reshape(int(out.sum()), -1)
    if truth is not None:
        largest = np.bincount(truth).max() / len(truth)
        right = (said.argmax(axis=1) == truth).mean()
        return None if largest == 1 else float((right - largest) / (1 - largest))
    total = ((wanted - wanted.mean(axis=0)) ** 2).sum()
    return float(1 - ((said - wanted) ** 2).sum() / total) if total else None
