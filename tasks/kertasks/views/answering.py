"""What the network makes of a row that a person writes."""

from __future__ import annotations

import keras
import numpy as np

from kertasks.data.dataset import Dataset
from kertasks.data.typed_rows import RowReader
from kertasks.errors import UserError
from kertasks.runs.looking.view import DoesNotApply, Rows
from kertasks.runs.views.answer import MOST_CLASSES, Answer, AnswerRequest
from kertasks.views.baseline_answer import baseline_says
from kertasks.views.said_of_rows import said_of_rows

_MOST_OUTPUTS = 1_000


def answer(model: keras.Model, data: Dataset, request: AnswerRequest) -> Answer:
    """Answer one row, next to the baseline's answer.

    Raises:
        DoesNotApply: it is no row of the data, or the network has several outputs.
    """
    try:
        reader = RowReader(data)
        cells = [request.text] if reader.takes_text else request.cells or request.numbers
        found = reader.read([cells])
    except UserError as error:
        raise DoesNotApply(str(error)) from error
    if found.faults:
        raise DoesNotApply(found.faults[0])
    said = said_of_rows(model, data, found.x)
    classes: tuple[str, ...] = ()
    probabilities: tuple[float, ...] = ()
    if said.probabilities is not None:
        row = said.probabilities[0]
        # What is not a number comes last.
        order = np.argsort(-row, kind="stable")[:MOST_CLASSES]
        classes = tuple(said.names[place] for place in order)
        probabilities = tuple(map(float, row[order]))
    return Answer(
        Rows.TRAIN,
        data.train.rows,
        outputs=tuple(map(float, said.outputs[0, :_MOST_OUTPUTS])),
        classes=classes,
        probabilities=probabilities,
        value=None if said.values is None else float(said.values[0]),
        unit=data.unit or "",
        note=found.notes.get(0, ""),
        baseline=baseline_says(data, found.x),
    )


VIEW = (AnswerRequest, answer)
