"""What counts most in a row: gradient times input of the score of what the network says.

The score is what the last layer gives before its sigmoid or softmax: beside a probability of 1 its
own gradient is too small to be told from 0. For a network that is linear in a part of a row, the
product is what that part adds to the score.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from kertasks.data.dataset import Dataset
from kertasks.data.described.description import ImageSample
from kertasks.data.described.samples import WordsSampler, class_label, format_number
from kertasks.data.multi_hot import PADDING
from kertasks.data.splits import Split
from kertasks.runs.looking.view import DoesNotApply
from kertasks.runs.views.saliency import Saliency, SaliencyRequest
from kertasks.views.hidden_units import outputs_of_few
from kertasks.views.outputs import class_outputs
from kertasks.views.small_picture import small_picture
from kertasks.views.split_choice import chosen_rows

_ROWS_AT_ONCE = 1_024
"""That are asked for one of which the network says another class."""

_IMAGE_RANK = 3
"""Axes of pictures at least: the rows, down and across; often the colours too."""

_SQUASHES = (keras.activations.sigmoid, keras.activations.softmax)

Scores = Callable[[tf.Tensor], tf.Tensor]
"""From rows of floats, shape (rows, …), to a score an output, shape (rows, outputs)."""

Gradient = Callable[[tf.Tensor, NDArray[np.float32]], tf.Tensor | None]
"""From rows, and what each score counts for, to the gradient of the sum; None where none is."""


def saliency(model: keras.Model, data: Dataset, request: SaliencyRequest) -> Saliency:
    """Find what counts most in one row.

    Raises:
        DoesNotApply: a row is no text and no picture, nothing of the score comes back to it, or
            there are no rows.
    """
    is_text = isinstance(data.sample, WordsSampler)
    if not is_text and data.train.x.ndim < _IMAGE_RANK:
        raise DoesNotApply("a row is no text and no picture")
    rows, split = chosen_rows(data, request.rows)
    row, found = request.row % split.rows, True
    if request.wrong:
        wrong = next(_wrong_rows(model, data, split, row, request.wrong), None)
        row, found = (row, False) if wrong is None else (wrong, True)
    one = Split(split.x[row : row + 1], split.y[row : row + 1])
    target, (raw, _) = one.y[0], outputs_of_few(model, np.asarray(one.x))
    if data.class_names:
        outputs = class_outputs(model, data, one, raw)
        winner = int(outputs.predicted[0])
        if raw.shape[1] == 1:  # the score of the second of two classes
            direction = np.full(1, 2.0 * winner - 1.0, np.float32)
        else:
            direction = np.eye(raw.shape[1], dtype=np.float32)[winner]
        said, probability = outputs.names[winner], float(outputs.probabilities[0, winner])
        truth, is_wrong = class_label(outputs.names, target), winner != outputs.truth[0]
    else:
        direction, probability, is_wrong = np.ones(1, np.float32), None, False
        own = (data.target_in_own_unit(value).reshape(-1) for value in (raw, np.asarray(target)))
        said, truth = (format_number(float(value[0]), data.unit) for value in own)
    weights = gradient_times_input(model, np.asarray(one.x), direction)[0]
    if isinstance(data.sample, WordsSampler):
        parts = _words(data.sample, split, row, weights, request.words)
    else:
        parts = _pixels(data, split, row, weights, request.pixels)
    return Saliency(rows, split.rows, row, truth, said, probability, bool(is_wrong), found, **parts)


def gradient_times_input(
    model: keras.Model, rows: NDArray[Any], direction: NDArray[np.float32]
) -> NDArray[np.float64]:
    """How much each part of rows counts for a score, shape as the rows.

    Args:
        model: the network.
        rows: shape (rows, …).
        direction: 1 for the output whose score it is, 0 for the others, shape (outputs,).

    Raises:
        DoesNotApply: the network reads rows in a way that has no gradient.
    """
    gradient = _gradient_of(model)(tf.constant(rows, tf.float32), direction)
    if gradient is None:  # of word numbers that a table of vectors is read by
        raise DoesNotApply("the network reads rows in a way that has no gradient")
    counts: NDArray[np.float64] = np.asarray(gradient, dtype=np.float64) * rows
    return counts


_known: WeakKeyDictionary[keras.Model, Gradient] = WeakKeyDictionary()


def _gradient_of(model: keras.Model) -> Gradient:
    found = _known.get(model)
    if found is None:
        try:
            scores = _before_squashing(model)
        except (
            AttributeError,
            ValueError,
        ):  # a call of its own, which would keep the model
            return partial(_gradient, partial(model, training=False))
        found = _known[model] = tf.function(partial(_gradient, scores), autograph=False)
    return found


def _gradient(scores: Scores, x: tf.Tensor, direction: tf.Tensor) -> tf.Tensor | None:
    with tf.GradientTape() as tape:
        tape.watch(x)
        score = tf.reduce_sum(tf.reshape(scores(x), (-1, direction.shape[0])) * direction)
    return tape.gradient(score, x)


def _before_squashing(model: keras.Model) -> Scores:
    """The network up to its last layer's activation, reading floats; without the model itself."""
    ((tensor,), (output,)) = model.inputs, model.outputs
    last, finish = model.layers[-1], None
    if last.output is output and getattr(last, "activation", None) in _SQUASHES:
        if isinstance(last, keras.layers.Activation):
            output = last.input
        elif isinstance(last, keras.layers.Dense):
            output, finish = last.input, last
    elif last.output is output and isinstance(last, keras.layers.Softmax):
        output = last.input
    network = None if output is tensor else keras.Model(tensor, output)
    if network is not None and "float" not in tensor.dtype:
        floats = keras.Input(shape=tensor.shape[1:], dtype="float32")
        network = keras.models.clone_model(
            network, input_tensors=floats, clone_function=lambda layer: layer
        )

    def scores(x: tf.Tensor) -> tf.Tensor:
        given = x if network is None else network(x, training=False)
        if finish is None:
            return given
        product = tf.linalg.matmul(given, tf.convert_to_tensor(finish.kernel))
        return product if finish.bias is None else product + tf.convert_to_tensor(finish.bias)

    return scores


def _wrong_rows(
    model: keras.Model, data: Dataset, split: Split, start: int, step: int
) -> Iterator[int]:
    """The rows of which another class is said than the true one, from one on, round the end."""
    here = start if step > 0 else start + 1
    for first, last in [(here, split.rows), (0, here)][::step]:
        chunks = [(at, min(at + _ROWS_AT_ONCE, last)) for at in range(first, last, _ROWS_AT_ONCE)]
        for begin, end in chunks[::step]:
            outputs = class_outputs(model, data, Split(split.x[begin:end], split.y[begin:end]))
            wrong = begin + np.flatnonzero(outputs.predicted != outputs.truth)
            yield from map(int, wrong[::step])


def _words(
    sampler: WordsSampler, split: Split, row: int, weights: NDArray[np.float64], most: int
) -> dict[str, Any]:
    try:
        numbers = [int(number) for number in sampler.numbers(split, row) if number != PADDING]
    except LookupError:  # rows taken from a split: their words, without their order
        numbers = np.flatnonzero(np.asarray(split.x[row])).tolist()
    shown = [number for number in numbers[:most] if number < len(weights)]
    return {
        "words": tuple(sampler.decode([number]) for number in shown),
        "weights": tuple(float(weights[number]) for number in shown),
        "left_out": max(0, len(numbers) - most),
    }


def _pixels(
    data: Dataset, split: Split, row: int, weights: NDArray[np.float64], most: int
) -> dict[str, Any]:
    sample = None if data.sample is None else data.sample(split, row)
    if isinstance(sample, ImageSample):
        grey = np.asarray(sample.pixels)
    else:
        values = _flat(np.asarray(split.x[row], dtype=np.float64))
        low, high = np.nanmin(values), np.nanmax(values)
        grey = (values - low) / (high - low or 1.0)
    counts = _flat(weights)
    return {"pixels": small_picture(grey, most), "pixel_weights": small_picture(counts, most)}


def _flat(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """A picture without its colours: their mean, shape (down, across)."""
    grey: NDArray[np.float64] = values.reshape(*values.shape[:2], -1).mean(axis=2)
    return grey


VIEW = (SaliencyRequest, saliency)
