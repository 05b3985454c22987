"""What methods that learn nothing, or next to nothing, reach on a dataset."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kertasks.data.dataset import Dataset
from kertasks.data.description import Baseline
from kertasks.data.splits import Split
from kertasks.data.value_reading import are_finite, flat_rows, labels_of
from kertasks.data.values import NO_NUMBERS
from kertasks.kinds import BaselineMethod

_SHUFFLE_ROUNDS = 10


def baseline(method: BaselineMethod, dataset: Dataset) -> Baseline | None:
    """Fit a method on the training rows and score it; rows that are not finite are left out.

    Scored on the test rows, without them on the validation rows, without them on the
    training rows. Accuracy for classes; for regression the mean absolute error in the
    target's own unit. None where the data has too little for the method: no rows to fit or to
    score, or a single class.
    """
    scored = dataset.train
    for split in (dataset.validation, dataset.test):
        if split is not None and split.rows and split.x.shape[1:] == dataset.train.x.shape[1:]:
            scored = split
    if method is BaselineMethod.SHUFFLED_LABELS:
        return _shuffled_baseline(dataset, scored)
    looks_at_rows = method not in (BaselineMethod.MAJORITY, BaselineMethod.MEAN)
    fitted, target = _usable(dataset, dataset.train, looks_at_rows)
    rows, truth = _usable(dataset, scored, looks_at_rows)
    if not len(target) or not len(truth):
        return None
    if method is BaselineMethod.LOGISTIC_REGRESSION and len(np.unique(target)) < 2:
        return None
    predicted = _estimator(method).fit(fitted, target).predict(rows)
    if dataset.class_names:
        return Baseline(method.value, "accuracy", float(np.mean(predicted == truth)))
    return Baseline(method.value, "mae", float(np.mean(np.abs(predicted - truth))))


def _usable(
    dataset: Dataset, split: Split, looks_at_rows: bool
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Rows and targets that a method can be fitted on or scored by; there may be none.

    A dummy looks at the targets alone; wide rows need not be converted for it.
    """
    target = _flat_target(dataset, split)[: split.rows]
    count = len(target)
    usable = are_finite(flat_rows(target)).all(axis=1)
    rows = np.zeros((count, 1))
    if looks_at_rows:
        if split.x.dtype.kind in NO_NUMBERS or 0 in split.x.shape[1:]:
            return rows[:0], target[:0]
        rows = flat_rows(np.asarray(split.x))[:count].astype(np.float64)
        usable &= are_finite(rows).all(axis=1)
    return rows[usable], _as_classes(target[usable]) if dataset.class_names else target[usable]


def _as_classes(labels: NDArray[Any]) -> NDArray[Any]:
    """Labels as scikit-learn takes them, which refuses fractions, bytes and mixed objects."""
    is_fraction = labels.dtype.kind == "f" and bool((labels != np.floor(labels)).any())
    is_number = labels.dtype.kind not in NO_NUMBERS
    return labels if is_number and not is_fraction else np.array([str(one) for one in labels])


def _estimator(method: BaselineMethod) -> Any:
    from sklearn.dummy import DummyClassifier, DummyRegressor
    from sklearn.linear_model import LinearRegression, LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    match method:
        case BaselineMethod.MAJORITY:
            return DummyClassifier(strategy="most_frequent")
        case BaselineMethod.MEAN:
            return DummyRegressor(strategy="mean")
        case BaselineMethod.LINEAR_REGRESSION:
            return LinearRegression()
        case _:
            return make_pipeline(StandardScaler(), LogisticRegression(max_iter=1_000))


def _flat_target(dataset: Dataset, split: Split) -> NDArray[Any]:
    """Labels, or targets in their own unit; shape (rows,), or (rows, values) where a row has
    several. No rows where they are nothing that a method takes."""
    labels = labels_of(split.y)
    if dataset.class_names:
        return split.y[:0] if labels is None else labels
    if split.y.dtype.kind in NO_NUMBERS:
        return split.y[:0]
    target = dataset.target_in_own_unit(split.y)
    return target if labels is None else target.reshape(-1)


def _shuffled_baseline(dataset: Dataset, split: Split) -> Baseline | None:
    labels = _flat_target(dataset, split)
    if not len(labels):
        return None
    random = np.random.default_rng(dataset.seed)
    rounds = [np.mean(random.permutation(labels) == labels) for _ in range(_SHUFFLE_ROUNDS)]
    return Baseline(BaselineMethod.SHUFFLED_LABELS.value, "accuracy", float(np.mean(rounds)))
