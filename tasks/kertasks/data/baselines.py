"""What a method that learns nothing, or next to nothing, reaches on a dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from kertasks.data.description import Baseline
from kertasks.kinds import BaselineMethod

if TYPE_CHECKING:
    from kertasks.data.dataset import Dataset
    from kertasks.data.splits import Split

_SHUFFLE_ROUNDS = 10


def baseline(method: BaselineMethod, dataset: Dataset) -> Baseline:
    """Fit a method on the training rows and score it.

    Scored on the test rows, without them on the validation rows, without them on the
    training rows. Accuracy for classes; for regression the mean absolute error in the
    target's own unit.
    """
    scored = dataset.test or dataset.validation or dataset.train
    if method is BaselineMethod.SHUFFLED_LABELS:
        return Baseline(method.value, "accuracy", _shuffled_accuracy(dataset, scored))
    estimator = _estimator(method)
    train_target, target = _flat_target(dataset, dataset.train), _flat_target(dataset, scored)
    if method in (BaselineMethod.MAJORITY, BaselineMethod.MEAN):
        # A dummy looks at the targets alone; wide rows need not be converted for it.
        estimator.fit(np.zeros((len(train_target), 1)), train_target)
        predicted = estimator.predict(np.zeros((len(target), 1)))
    else:
        estimator.fit(_flat_rows(dataset.train), train_target)
        predicted = estimator.predict(_flat_rows(scored))
    if dataset.class_names:
        return Baseline(method.value, "accuracy", float(np.mean(predicted == target)))
    return Baseline(method.value, "mae", float(np.mean(np.abs(predicted - target))))


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


def _flat_rows(split: Split) -> NDArray[Any]:
    return split.x.reshape(len(split.x), -1).astype(np.float64)


def _flat_target(dataset: Dataset, split: Split) -> NDArray[Any]:
    """Labels as whole numbers, or targets in their own unit; shape (rows,)."""
    if dataset.class_names:
        return split.labels
    scale = dataset.target_scale
    return split.y if scale is None else scale.to_own_unit(split.y)


def _shuffled_accuracy(dataset: Dataset, split: Split) -> float:
    labels = _flat_target(dataset, split)
    random = np.random.default_rng(dataset.seed)
    rounds = [np.mean(random.permutation(labels) == labels) for _ in range(_SHUFFLE_ROUNDS)]
    return float(np.mean(rounds))
