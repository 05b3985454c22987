"""What the network makes of a row that a person writes."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from kertasks.data.dataset import Dataset
from kertasks.data.described.description import ImageSample
from kertasks.data.described.samples import decode_row
from kertasks.data.rows.typed_rows import RowReader
from kertasks.data.splits import Split
from kertasks.errors import UserError
from kertasks.runs.looking.view import DoesNotApply, Lines, Rows
from kertasks.runs.views.answer import MOST_CLASSES, Answer, AnswerRequest
from kertasks.views.answers.baseline_answer import baseline_says
from kertasks.views.answers.said_of_rows import said_of_rows
from kertasks.views.small_picture import small_picture

_MOST_OUTPUTS = 1_000


def answer(model: keras.Model, data: Dataset, request: AnswerRequest) -> Answer:
    """Answer one row, next to the baseline's answer.

    Raises:
        DoesNotApply: it is no row of the data, or the network has several outputs.
    """
    try:
        reader = RowReader(data)
        cells = [request.text] if reader.takes_text else request.cells or request.numbers
        is_file = data.read_file is not None and len(request.cells) == 1
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
        picture=_picture(data, found.x, request.pixels) if is_file else (),
        baseline=baseline_says(data, found.x),
    )


def _picture(data: Dataset, row: NDArray[Any], most: int) -> Lines:
    """A row as a person sees it, shape (1, …); nothing where it is no picture."""
    nothing = np.zeros((1, *data.target_shape), data.train.y.dtype)
    sample = decode_row(data, Split(row, nothing), 0)
    return small_picture(np.array(sample.pixels), most) if isinstance(sample, ImageSample) else ()


VIEW = (AnswerRequest, answer)
