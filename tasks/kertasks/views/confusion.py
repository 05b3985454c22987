"""How often each class is taken for each other one, and how well each is told."""

from __future__ import annotations

import keras

from kertasks.data.dataset import Dataset
from kertasks.runs.looking.view import DoesNotApply
from kertasks.runs.views.confusion_matrix import ClassFigures, ConfusionMatrix, ConfusionRequest
from kertasks.scores.intervals import Interval, wilson
from kertasks.views.outputs import class_outputs
from kertasks.views.split_choice import chosen_rows

_MOST_CLASSES = 1_000
"""More are no table that anybody reads; its counts would be as many as a photo's pixels."""


def confusion(model: keras.Model, data: Dataset, request: ConfusionRequest) -> ConfusionMatrix:
    """Count the rows of each true class by the class that the network says.

    Raises:
        DoesNotApply: there are no classes, too many of them, or no rows.
    """
    # A second, which no start is to wait for.
    from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

    rows, split = chosen_rows(data, request.rows)
    said = class_outputs(model, data, split)
    classes = len(said.names)
    if classes > _MOST_CLASSES:
        raise DoesNotApply(f"{classes:,} classes are too many for a table")
    # A label that is no class is -1; with it among the labels none is unknown to scikit-learn.
    counts = confusion_matrix(said.truth, said.predicted, labels=range(-1, classes))[1:, 1:]
    figures = precision_recall_fscore_support(
        said.truth, said.predicted, labels=range(classes), zero_division=0
    )
    right = int((said.truth == said.predicted).sum())
    interval = wilson(right, split.rows) or Interval(0.0, 1.0)
    return ConfusionMatrix(
        rows,
        split.rows,
        said.names,
        tuple(tuple(map(int, row)) for row in counts),
        tuple(
            ClassFigures(float(precision), float(recall), float(f1), int(support))
            for precision, recall, f1, support in zip(*figures, strict=True)
        ),
        right / split.rows,
        interval.low,
        interval.high,
    )


VIEW = (ConfusionRequest, confusion)
