"""The rows that a network gets most wrong, as people read them."""

from __future__ import annotations

import keras
import msgspec
import numpy as np
from numpy.typing import NDArray

from kertasks.data.dataset import Dataset
from kertasks.data.described.description import ImageSample, Sample
from kertasks.data.described.samples import class_label, decode_row
from kertasks.data.splits import Split
from kertasks.runs.looking.view import DoesNotApply
from kertasks.runs.views.worst_rows import (
    MOST_PIXELS,
    Answer,
    ClassAnswer,
    Mistake,
    Mistakes,
    MistakesRequest,
    ValueAnswer,
)
from kertasks.views.outputs import ClassOutputs, ValueOutputs, class_outputs, value_outputs
from kertasks.views.split_choice import chosen_rows


def mistakes(model: keras.Model, data: Dataset, request: MistakesRequest) -> Mistakes:
    """Find the rows that are most wrong.

    Raises:
        DoesNotApply: there are several targets, or no rows.
    """
    rows, split = chosen_rows(data, request.rows)
    said: ClassOutputs | ValueOutputs
    if data.class_names:
        said = class_outputs(model, data, split)
        names, found = said.names, _worst_classes(said, request)
    else:
        if request.true is not None or request.said is not None:
            raise DoesNotApply("the target is a number, not a class")
        said = value_outputs(model, data, split)
        names, found = (), _worst_values(said)
    told = found[request.offset : request.offset + request.count]
    return Mistakes(
        rows,
        split.rows,
        names,
        data.target_name,
        "" if names else data.unit or "",
        len(found),
        tuple(
            Mistake(int(row), _answer(said, split, int(row)), _sample(data, split, int(row)))
            for row in told
        ),
    )


def _worst_classes(said: ClassOutputs, request: MistakesRequest) -> NDArray[np.int64]:
    """Rows by the probability that the true class was given, the lowest first."""
    right = request.true is not None and request.true == request.said
    wanted = (said.truth == said.predicted) if right else (said.truth != said.predicted)
    if request.true is not None:
        wanted &= said.truth == request.true
    if request.said is not None:
        wanted &= said.predicted == request.said
    rows = np.flatnonzero(wanted)
    return rows[np.argsort(_given_to_truth(said)[rows], kind="stable")]


def _given_to_truth(said: ClassOutputs) -> NDArray[np.float64]:
    """The probability that each row's true class was given; what is not a number is none."""
    given = said.probabilities[np.arange(len(said.truth)), said.truth]
    return np.where((said.truth < 0) | np.isnan(given), 0.0, given)


def _worst_values(said: ValueOutputs) -> NDArray[np.int64]:
    """Rows by their error, the largest first; what is not a number is farther off than any."""
    errors = np.abs(said.predicted - said.truth)
    errors[np.isnan(errors)] = np.inf
    rows = np.flatnonzero(errors)
    return rows[np.argsort(-errors[rows], kind="stable")]


def _answer(said: ClassOutputs | ValueOutputs, split: Split, row: int) -> Answer:
    if isinstance(said, ValueOutputs):
        return ValueAnswer(float(said.predicted[row]), float(said.truth[row]))
    truth, predicted = int(said.truth[row]), int(said.predicted[row])
    given = said.probabilities[row]
    return ClassAnswer(
        said.names[predicted],
        float(given[predicted]),
        said.names[truth] if truth >= 0 else class_label((), split.y[row]),
        float(given[truth]) if truth >= 0 else 0.0,
    )


def _sample(data: Dataset, split: Split, row: int) -> Sample | None:
    sample = decode_row(data, split, row)
    return _thinned(sample) if isinstance(sample, ImageSample) else sample


def _thinned(image: ImageSample) -> ImageSample:
    """The picture with every so many of its pixels, so that none has more than can be shown."""
    down = -(-len(image.pixels) // MOST_PIXELS)
    across = -(-max(map(len, image.pixels), default=0) // MOST_PIXELS)
    if max(down, across) <= 1:
        return image
    step = max(down, across)
    pixels = tuple(line[::step] for line in image.pixels[::step])
    return msgspec.structs.replace(image, pixels=pixels)


VIEW = (MistakesRequest, mistakes)
