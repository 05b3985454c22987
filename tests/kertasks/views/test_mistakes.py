"""The rows that are most wrong: their order, what is said of them, and how they are read."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import keras
import msgspec
import numpy as np
import pytest
from tests.support.datasets import dataset

from kertasks.data.dataset import Dataset
from kertasks.data.described.description import ColumnsSample, ImageSample, Sample, WordsSample
from kertasks.data.described.samples import WordsSampler, image_sample
from kertasks.data.multi_hot import pack_texts
from kertasks.data.splits import Split, TargetScale
from kertasks.recipes.recipe import FitSettings
from kertasks.registry import find_task
from kertasks.runs.looking.view import Look, Rows, decode_look, encode_look
from kertasks.runs.views.worst_rows import (
    ClassAnswer,
    Mistake,
    Mistakes,
    MistakesRequest,
    ValueAnswer,
)
from kertasks.views.split_choice import data_of_run
from kertasks.views.table import look

RANDOM = np.random.default_rng(6)
X = RANDOM.normal(size=(200, 4)).astype("float32")
HOSTILE = "\x1b]52;c;aGFja2Vk\x07a\nb\u202e"


@pytest.fixture(scope="module")
def three() -> keras.Model:
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])
    model.set_weights([RANDOM.normal(size=(4, 3)), RANDOM.normal(size=3)])
    model.compile(optimizer="sgd", loss="categorical_crossentropy")
    return model


@pytest.fixture(scope="module")
def line() -> keras.Model:
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    model.set_weights([np.array([[1.0], [0.0], [0.0], [0.0]]), np.zeros(1)])
    model.compile(optimizer="sgd", loss="mse")
    return model


def worst(model: keras.Model, data: Dataset, **wanted: Any) -> Mistakes:
    found = look(model, data, MistakesRequest(**wanted))
    assert isinstance(found, Mistakes)
    return found


def answers(found: Mistakes) -> list[ClassAnswer]:
    assert all(isinstance(one.answer, ClassAnswer) for one in found.mistakes)
    return [one.answer for one in found.mistakes if isinstance(one.answer, ClassAnswer)]


@pytest.mark.parametrize("one_hot", [False, True])
def test_classes_come_by_the_probability_of_the_true_one(three: keras.Model, one_hot: bool) -> None:
    y = RANDOM.integers(0, 3, 200)
    given = np.asarray(three(X), dtype=np.float64)
    said, of_truth = given.argmax(axis=1), given[np.arange(200), y]
    wrong = [row for row in np.argsort(of_truth, kind="stable") if said[row] != y[row]]
    data = dataset(X, np.eye(3)[y] if one_hot else y, 3)
    found = worst(three, data, count=100)
    assert [one.row for one in found.mistakes] == wrong[:100]
    assert (found.found, found.row_count, found.classes) == (len(wrong), 200, ("0", "1", "2"))
    for row, answer in zip(wrong, answers(found), strict=False):
        assert (answer.said, answer.true) == (str(said[row]), str(y[row]))
        assert answer.said_probability == pytest.approx(given[row, said[row]], abs=1e-6)
        assert answer.true_probability == pytest.approx(of_truth[row], abs=1e-6)
    page = worst(three, data, offset=5, count=7)
    assert page.mistakes == found.mistakes[5:12]
    assert page.found == len(wrong)
    assert worst(three, data, offset=len(wrong)).mistakes == ()
    cell = worst(three, data, true=2, said=1, count=100)
    expected = [row for row in wrong if y[row] == 2 and said[row] == 1]
    assert [one.row for one in cell.mistakes] == expected
    right = worst(three, data, true=1, said=1, count=100)
    rows = [row for row in np.argsort(of_truth, kind="stable") if said[row] == y[row] == 1]
    assert [one.row for one in right.mistakes] == rows[:100]
    travels = Look(MistakesRequest(), 9, 0, page)
    assert decode_look(encode_look(travels)) == travels


def test_a_label_that_is_no_class_is_wrong_and_told_as_it_is(three: keras.Model) -> None:
    y = np.asarray(three(X)).argmax(axis=1)
    y[17] = 8
    found = worst(three, dataset(X, y, 3))
    assert [one.row for one in found.mistakes] == [17]
    assert [(one.true, one.true_probability) for one in answers(found)] == [("8", 0.0)]
    nothing = worst(three, dataset(X, np.asarray(three(X)).argmax(axis=1), 3))
    assert (nothing.found, nothing.mistakes) == (0, ())


def test_numbers_come_by_their_error_in_their_own_unit(line: keras.Model) -> None:
    y = X[:, 0].copy()
    y[3], y[9], y[12] = y[3] + 1, y[9] - 4, np.nan
    names = ("a", "b", "c", "d")
    data = replace(dataset(X, y, 0), target_scale=TargetScale(100.0, 10.0), feature_names=names)
    found = worst(line, replace(data, unit="kg", feature_units=("m", None, None, None)))
    assert [one.row for one in found.mistakes] == [12, 9, 3]
    assert found.unit == "kg"
    of_nine = found.mistakes[1]
    assert isinstance(of_nine.answer, ValueAnswer)
    assert of_nine.answer.true == pytest.approx(float(y[9]) * 10 + 100)
    assert of_nine.answer.said == pytest.approx(float(X[9, 0]) * 10 + 100, rel=1e-6)
    assert isinstance(of_nine.sample, ColumnsSample)
    assert dict(of_nine.sample.columns)["a"] == f"{X[9, 0]:.4g} m"


def test_a_text_of_rows_that_a_run_holds_out_is_its_own(three: keras.Model) -> None:
    texts = pack_texts([[4 + row] for row in range(200)])
    data = dataset(X, np.full(200, 9), 3)  # wrong whatever is said
    index = {f"word{row}": row + 1 for row in range(200)}
    sampler = WordsSampler(index, ("0", "1", "2"), ((data.train, texts, 0),))
    recipe = replace(find_task("xor").recipe(), fit=FitSettings(1, validation_split=0.25))
    of_run = data_of_run(replace(data, sample=sampler), recipe)
    for rows, first in ((Rows.TRAIN, 0), (Rows.VALIDATION, 150)):
        found = worst(three, of_run, rows=rows, count=3)
        told = [(one.row, one.sample) for one in found.mistakes]
        assert [row for row, _ in told] == [0, 1, 2]
        for row, sample in told:
            assert isinstance(sample, WordsSample)
            assert sample.text == f"word{first + row}"


def test_a_picture_is_thinned_to_what_can_be_shown(three: keras.Model) -> None:
    data = dataset(X, np.full(200, 9), 3)

    def large(split: Split, row: int) -> ImageSample:
        whole = Split(np.zeros((1, 300, 500, 1)), np.zeros(1))
        return image_sample(("0",), 1.0, whole, 0)

    (first,) = worst(three, replace(data, sample=large), count=1).mistakes
    assert isinstance(first.sample, ImageSample)
    assert (len(first.sample.pixels), len(first.sample.pixels[0])) == (75, 125)


def test_a_row_that_cannot_be_decoded_is_told_without_it(
    three: keras.Model, capfd: pytest.CaptureFixture[str]
) -> None:
    def broken(split: Split, row: int) -> WordsSample:
        raise ValueError(f"row {row} is odd")

    data = dataset(X, np.full(200, 9), 3)
    found = worst(three, replace(data, sample=broken), count=2)
    assert [one.sample for one in found.mistakes] == [None, None]
    assert "is odd" in capfd.readouterr().err


def test_no_text_of_a_record_steers_a_terminal() -> None:
    answer = ClassAnswer(HOSTILE, 0.5, HOSTILE, 0.1)
    samples: tuple[Sample, ...] = (
        WordsSample(HOSTILE, HOSTILE + "word " * 10_000),
        ImageSample(HOSTILE, ((0.5,),)),
        ColumnsSample(HOSTILE, ((HOSTILE, HOSTILE),)),
    )
    made = Mistakes(
        Rows.TEST,
        3,
        (HOSTILE,),
        HOSTILE,
        HOSTILE,
        3,
        tuple(Mistake(row, answer, sample) for row, sample in enumerate(samples)),
    )
    travelled = decode_look(encode_look(Look(MistakesRequest(), 1, 0, made))).record
    texts = str(msgspec.to_builtins(travelled))
    assert texts.isprintable()
    assert len(texts) < 25_000


def test_a_picture_that_is_none_is_left_out() -> None:
    for pixels in ((), ((),), ((0.5, 0.5), (0.5,)), ((0.0,) * 129,), ((0.0,),) * 129):
        assert Mistake(0, ClassAnswer("a", 1, "b", 0), ImageSample("", pixels)).sample is None


def test_a_request_has_bounds() -> None:
    for greedy in ({"count": 10**6}, {"count": 0}, {"offset": -1}, {"true": -1}):
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert({"view": "mistakes", **greedy}, MistakesRequest)
