"""The facts that recipes are fitted to, of any task whose data was described."""

from __future__ import annotations

from kertasks.data.described.description import Description, SplitFacts
from kertasks.task import Task
from kertasks.templates.data_facts import DataFacts, InputForm

_MANY_COLUMNS = 100
"""From here on zeros and ones that have no names are words rather than columns."""

_ABOUT_ONE = 20.0
"""Standard deviations that a scaled target goes at most."""


def facts_of(task: Task, description: Description) -> DataFacts:
    """What recipes are fitted to.

    Args:
        task: whose data it is.
        description: of the data.
    """
    train = description.splits[0]
    form = _form(description, train)
    cells = description.values.train.x if description.values is not None else None
    target = description.values.train.y if description.values is not None else None
    edges = [] if target is None else [target.least or 0.0, target.most or 0.0]
    return DataFacts(
        kind=task.kind,
        form=form,
        shape=train.x_shape,
        rows=train.rows,
        classes=len(description.class_names),
        vocabulary=int(cells.most or 0) + 1 if cells and form is InputForm.SEQUENCE else 0,
        unit=task.unit,
        target_scaled=all(abs(edge) <= _ABOUT_ONE for edge in edges),
        brings_validation=any(split.name == "validation" for split in description.splits),
    )


def _form(description: Description, train: SplitFacts) -> InputForm:
    """What a row of features is, judging by its shape and by what stands in it."""
    if len(train.x_shape) == 3:
        return InputForm.PICTURE
    if len(train.x_shape) == 2:
        return InputForm.SERIES
    cells = description.values.train.x if description.values is not None else None
    has_names = any(feature.name != "all" for feature in description.features)
    if cells is None or not cells.whole or has_names or (cells.least or 0.0) < 0:
        return InputForm.COLUMNS
    if (cells.most or 0.0) > 1 and cells.kind in "iu" and train.x_shape:
        return InputForm.SEQUENCE
    many = bool(train.x_shape) and train.x_shape[0] >= _MANY_COLUMNS
    return InputForm.WORDS if many and (cells.most or 0.0) <= 1 else InputForm.COLUMNS
