"""What is known of arrays before they are read: what recipes are fitted to. Without NumPy."""

from __future__ import annotations

from kertasks.arrays.own_arrays import Arrays
from kertasks.templates.data_facts import DataFacts, InputForm
from kertasks.text.numbers import grouped

_FORMS = {1: InputForm.COLUMNS, 2: InputForm.SERIES}


def facts(data: Arrays) -> DataFacts:
    """What recipes are fitted to."""
    form = _FORMS.get(len(data.shape), InputForm.PICTURE)
    held_out = 0.0 if data.x_test else data.test
    return DataFacts(
        kind=data.kind,
        form=form,
        shape=data.shape,
        rows=round(data.rows * (1 - held_out)),
        classes=len(data.classes),
        target=data.y or "target",
    )


def summary(data: Arrays) -> str:
    """One line on arrays."""
    shape = " x ".join(map(str, data.shape))
    return f"{grouped(data.rows)} rows of {shape}, scaled: {data.scaling}"
