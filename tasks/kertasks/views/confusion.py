"""How often each class is taken for each other one."""

from __future__ import annotations

import keras

from kertasks.data.dataset import Dataset
from kertasks.runs.views.confusion_matrix import ConfusionMatrix, ConfusionRequest
from kertasks.views.outputs import class_outputs
from kertasks.views.split_choice import chosen_rows


def confusion(model: keras.Model, data: Dataset, request: ConfusionRequest) -> ConfusionMatrix:
    """Count the rows of each true class by the class that the network says.

    Raises:
        DoesNotApply: there are no classes, or no rows.
    """
    from sklearn.metrics import confusion_matrix  # a second, which no start is to wait for

    rows, split = chosen_rows(data, request.rows)
    said = class_outputs(model, data, split)
    counts = confusion_matrix(said.truth, said.predicted, labels=range(len(said.names)))
    return ConfusionMatrix(
        rows, split.rows, said.names, tuple(tuple(map(int, row)) for row in counts)
    )


VIEW = (ConfusionRequest, confusion)
