"""What a baseline says of a single row: fitted once for the data, and kept as long as that is."""

from __future__ import annotations

import weakref
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kertasks.data.dataset import Dataset
from kertasks.kinds import BaselineMethod
from kertasks.runs.views.answer import BaselineSays
from kertasks.scores.baselines import fit_baseline


@dataclass(frozen=True, slots=True)
class _Fitted:
    """An estimator of scikit-learn, of the rows it was fitted on; None where there is none."""

    rows: weakref.ref[Any]
    method: BaselineMethod
    estimator: Any


_kept: list[_Fitted] = []
"""The one that was asked last."""


def baseline_says(data: Dataset, x: NDArray[Any]) -> BaselineSays | None:
    """What logistic or linear regression, fitted on the training rows, says of a row.

    Args:
        data: what the network is trained on.
        x: the row as the network gets it, shape (1, …).

    Returns:
        None where the method cannot be fitted.
    """
    fitted = _fitted(data)
    if fitted.estimator is None:
        return None
    row = x.reshape(1, -1).astype(np.float64)
    name = fitted.method.value
    if not data.class_names:
        value = np.asarray(fitted.estimator.predict(row)).reshape(-1)
        return BaselineSays(name, value=float(value[0])) if len(value) == 1 else None
    probabilities = fitted.estimator.predict_proba(row)[0]
    label = fitted.estimator.classes_[probabilities.argmax()]
    known = label in range(len(data.class_names))
    class_name = data.class_names[int(label)] if known else str(label)
    return BaselineSays(name, class_name, float(probabilities.max()))


def _fitted(data: Dataset) -> _Fitted:
    rows = data.train.x
    if not _kept or _kept[0].rows() is not rows:
        of_classes = bool(data.class_names)
        method = (
            BaselineMethod.LOGISTIC_REGRESSION if of_classes else BaselineMethod.LINEAR_REGRESSION
        )
        _kept[:] = [_Fitted(weakref.ref(rows), method, fit_baseline(method, data))]
    return _kept[0]
