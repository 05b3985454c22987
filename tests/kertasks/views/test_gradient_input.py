"""What counts most in a row, against finite differences and against the weights themselves."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import keras
import numpy as np
import pytest
from numpy.typing import NDArray
from tests.support.datasets import dataset

from kertasks.data.dataset import Dataset
from kertasks.data.described.samples import WordsSampler, image_sample
from kertasks.data.multi_hot import INDEX_FROM, multi_hot, pack_texts
from kertasks.data.splits import Split
from kertasks.registry import find_task
from kertasks.runs.looking.view import DoesNotApply, Rows
from kertasks.runs.views.saliency import Saliency, SaliencyRequest
from kertasks.views.gradient_input import gradient_times_input
from kertasks.views.split_choice import data_of_run
from kertasks.views.table import look

RANDOM = np.random.default_rng(8)
INDEX = {word: number for number, word in enumerate(("it", "was", "good", "bad", "film"), 1)}
WORDS = len(INDEX) + INDEX_FROM + 1


def numbers(text: str) -> list[int]:
    return [1, *(INDEX[word] + INDEX_FROM for word in text.split())]


def reviews() -> Dataset:
    texts = pack_texts([numbers(text) for text in ("it was good", "was it bad bad", "good film")])
    train = Split(multi_hot(texts, WORDS), np.array([1, 0, 0], np.int32))
    names = ("complaint", "praise")
    return Dataset(
        train=train, class_names=names, sample=WordsSampler(INDEX, names, ((train, texts, 0),))
    )


def critic() -> keras.Model:
    """One neuron on multi-hot rows: a word counts for its own weight."""
    row = keras.Input((WORDS,), dtype="uint8")
    last = keras.layers.Dense(1, "sigmoid")
    model = keras.Model(row, last(keras.ops.cast(row, "float32")))
    kernel = np.zeros((WORDS, 1))
    kernel[INDEX["good"] + INDEX_FROM], kernel[INDEX["bad"] + INDEX_FROM] = 30.0, -40.0
    last.set_weights([kernel, np.full(1, 0.5)])
    return model


def seen(model: keras.Model, data: Dataset, **wanted: Any) -> Saliency:
    found = look(model, data, SaliencyRequest(**wanted))
    assert isinstance(found, Saliency)
    return found


def test_each_word_counts_for_what_it_adds_even_where_the_network_is_quite_sure() -> None:
    found = seen(critic(), reviews())
    assert found.words == ("‹start›", "it", "was", "good")
    assert found.weights == (0, 0, 0, 30)
    assert (found.said, found.truth, found.is_wrong) == ("praise", "praise", False)
    assert found.probability == 1.0  # of which the gradient is 0
    assert (found.rows, found.row_count, found.row) == (Rows.TRAIN, 3, 0)


def test_what_speaks_for_the_first_class_is_above_0_where_that_is_said() -> None:
    found = seen(critic(), reviews(), row=4, words=4)
    assert (found.row, found.said) == (1, "complaint")
    assert found.words == ("‹start›", "was", "it", "bad")
    assert found.weights == (0, 0, 0, 40)
    assert found.left_out == 1


@pytest.mark.parametrize(("row", "step", "wanted"), [(0, 1, 2), (2, 1, 2), (1, -1, 2), (2, -1, 2)])
def test_the_next_wrong_row_is_found_round_the_end(row: int, step: int, wanted: int) -> None:
    found = seen(critic(), reviews(), row=row, wrong=step)
    assert (found.row, found.is_wrong, found.found) == (wanted, True, True)


def test_where_nothing_is_wrong_the_row_stays() -> None:
    data = reviews()
    right = Split(data.train.x, np.array([1, 0, 1], np.int32))
    found = seen(critic(), replace(data, train=right), row=1, wrong=1)
    assert (found.row, found.found) == (1, False)
    # Rows of another split than the sampler knows: their words, without their order.
    assert found.words == ("‹start›", "it", "was", "bad")


def test_the_texts_of_a_share_that_is_held_out_are_known() -> None:
    recipe = find_task("imdb").recipe()
    recipe = replace(recipe, fit=replace(recipe.fit, validation_split=1 / 3))
    found = seen(critic(), data_of_run(reviews(), recipe), rows=Rows.VALIDATION)
    assert found.row_count == 1
    assert found.words == ("‹start›", "good", "film")


def differences(model: keras.Model, row: NDArray[Any], output: int) -> NDArray[Any]:
    """The gradient of an output by finite differences, times the row; shape as the row."""
    step = 1e-2
    steps = np.eye(row.size, dtype=np.float32).reshape(row.size, *row.shape) * step
    up, down = (np.asarray(model(row + sign * steps))[:, output] for sign in (1, -1))
    gradient: NDArray[Any] = ((up - down) / (2 * step)).reshape(row.shape)
    return np.asarray(gradient * row)


@pytest.mark.parametrize("winner", [0, 2])
def test_the_gradient_is_that_of_the_score(winner: int) -> None:
    layers = [
        keras.Input((6, 5, 2)),
        keras.layers.Conv2D(3, 3, activation="tanh"),
        keras.layers.Flatten(),
        keras.layers.Dense(3),
    ]
    scores = keras.Sequential(layers)
    row = RANDOM.normal(size=(6, 5, 2)).astype(np.float32)
    wanted, direction = differences(scores, row, winner), np.eye(3, dtype=np.float32)[winner]
    squashed = [keras.layers.Softmax(), keras.layers.Activation("softmax")]
    for last in squashed:
        model = keras.Sequential([*scores.layers, last])
        model.build((None, 6, 5, 2))
        found = gradient_times_input(model, row[None], direction)[0]
        assert found == pytest.approx(wanted, abs=1e-3)
    assert gradient_times_input(scores, row[None], direction)[0] == pytest.approx(wanted, abs=1e-3)


def pictures(x: NDArray[Any]) -> Dataset:
    data = dataset(x, np.arange(len(x)) % 2, 2)
    return replace(data, sample=partial(image_sample, data.class_names, 16))


def test_the_pixels_of_a_picture_of_whole_numbers() -> None:
    x = RANDOM.integers(0, 17, (4, 3, 3, 1)).astype(np.uint8)
    row = keras.Input((3, 3, 1), dtype="uint8")
    scaled = keras.layers.Flatten()(keras.layers.Rescaling(1 / 16)(row))
    last = keras.layers.Dense(2, "softmax")
    model = keras.Model(row, last(scaled))
    found = seen(model, pictures(x), row=3)
    kernel = np.asarray(last.kernel)[:, int(found.said)]
    assert np.array(found.pixels) == pytest.approx(x[3, :, :, 0] / 16)
    assert np.array(found.pixel_weights).reshape(-1) == pytest.approx(
        kernel * x[3].reshape(-1) / 16, abs=1e-5
    )
    assert found.words == ()


def test_a_large_picture_is_made_smaller_by_the_mean_of_its_blocks() -> None:
    x = RANDOM.random((1, 5, 4, 1)).astype(np.float32)
    model = keras.Sequential(
        [keras.Input((5, 4, 1)), keras.layers.Flatten(), keras.layers.Dense(2)]
    )
    found = seen(model, pictures(16 * x), pixels=3)
    blocks = [[x[0, a : a + 2, b : b + 2, 0].mean() for b in (0, 2)] for a in (0, 2, 4)]
    assert np.array(found.pixels) == pytest.approx(np.array(blocks))


def test_a_table_and_what_reads_whole_numbers_have_none() -> None:
    table = dataset(np.zeros((3, 2), np.float32), np.arange(3) % 2, 2)
    flat = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, "sigmoid")])
    with pytest.raises(DoesNotApply, match="no text and no picture"):
        look(flat, table, SaliencyRequest())
    row = keras.Input((3, 3, 1), dtype="int32")
    numbers = keras.layers.Embedding(20, 2)(row)
    model = keras.Model(row, keras.layers.Dense(2)(keras.layers.Flatten()(numbers)))
    with pytest.raises(DoesNotApply, match="has no gradient"):
        look(model, pictures(np.ones((2, 3, 3, 1), np.int32)), SaliencyRequest())
