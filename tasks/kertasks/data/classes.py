"""Which classes a dataset's labels are of, and what each is called."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kertasks.data.dataset import Dataset
from kertasks.data.value_reading import labels_of, plain_label
from kertasks.data.values import DataValues


class DatasetClasses:
    """Which classes there are and what each is called.

    Args:
        dataset: the data.
        values: what stands in it.
    """

    def __init__(self, dataset: Dataset, values: DataValues) -> None:
        self._values = values
        self._are_columns = dataset.target_shape == (len(dataset.class_names),)
        self._labels: Sequence[int | float | str] = ()
        self.names: tuple[str, ...] = ()
        if not dataset.class_names:
            return
        if self._are_columns:
            self._labels = range(len(dataset.class_names))
            self.names = dataset.class_names
        else:
            self._labels = values.labels
            self.names = tuple(values.name_of(label) for label in values.labels)

    def rows_of_each(self, name: str) -> tuple[int, ...]:
        """How many rows of a split each class has; empty where a row has no single one."""
        split = self._values.split(name)
        if split is None or (split.y.rows and not split.classes):
            return ()
        rows = {found.label: found.rows for found in split.classes}
        return tuple(rows.get(label, 0) for label in self._labels)

    def of_rows(self, y: NDArray[Any]) -> NDArray[np.int64] | None:
        """The place of each row's class in ``names``, shape (rows,); None where there is none."""
        labels = labels_of(y)
        if labels is None or not len(self.names):
            return None
        places = {label: place for place, label in enumerate(self._labels)}
        return np.array([places.get(plain_label(label), -1) for label in labels], dtype=np.int64)
