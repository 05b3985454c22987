"""A row that a person writes is answered as the network and a baseline answer it."""

from __future__ import annotations

from dataclasses import replace

import keras
import numpy as np
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.preprocessing import StandardScaler

from kertasks.data.dataset import Dataset
from kertasks.data.multi_hot import multi_hot, pack_texts
from kertasks.data.splits import Split, TargetScale, standardise
from kertasks.data.text_encoding import WordsEncoder
from kertasks.fitting import predict
from kertasks.runs.looking.view import (
    DoesNotApply,
    Look,
    Rows,
    decode_look,
    decode_request,
    encode_look,
    encode_request,
)
from kertasks.runs.views.answer import LONGEST_TEXT, MOST_CLASSES, Answer, AnswerRequest
from kertasks.views.answers.baseline_answer import _fitted
from kertasks.views.table import look

RANDOM = np.random.default_rng(0)


def network(inputs: int, outputs: int, activation: str) -> keras.Model:
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [keras.Input((inputs,)), keras.layers.Dense(outputs, activation=activation)]
    )
    model.compile(loss="mse")
    return model


def answer(model: keras.Model, data: Dataset, request: AnswerRequest) -> Answer:
    found = look(model, data, request)
    assert isinstance(found, Answer)
    # As it is on its way to whoever looks.
    sent = decode_look(encode_look(Look(request, 3, record=found)))
    assert sent.record == found
    return found


def test_a_value_is_in_the_target_s_own_unit_beside_linear_regression() -> None:
    own = RANDOM.normal(5, 2, (60, 3))
    (split,), scale = standardise([Split(own, own @ [1.0, 2.0, 3.0] + RANDOM.normal(size=60))])
    data = Dataset(
        train=Split(split.x, (split.y - 30) / 7),
        feature_names=("a", "b", "c"),
        feature_scale=scale,
        target_scale=TargetScale(30, 7),
        unit="km",
    )
    model, row = network(3, 1, "linear"), (4.0, 5.5, 6.0)
    found = answer(model, data, AnswerRequest(numbers=row))
    scaled = ((np.array([row]) - scale.mean) / scale.scale).astype(np.float32)
    raw = float(predict(model, scaled)[0, 0])
    assert found.outputs == pytest.approx((raw,))
    assert found.value == pytest.approx(raw * 7 + 30)
    assert (found.unit, found.rows, found.row_count) == ("km", Rows.TRAIN, 60)
    line = LinearRegression().fit(own, split.y).predict(np.array([row]))[0]
    assert found.baseline is not None
    assert found.baseline.name == "linear regression"
    assert found.baseline.value == pytest.approx(line, rel=1e-3)


def test_classes_come_the_most_probable_first_beside_logistic_regression() -> None:
    x = RANDOM.normal(size=(200, 4)).astype(np.float32)
    y = (x @ RANDOM.normal(size=(4, 12))).argmax(axis=1)
    names = tuple(f"class {place}" for place in range(12))
    data = Dataset(train=Split(x, y), class_names=names)
    model, row = network(4, 12, "softmax"), (0.5, -1.0, 2.0, 0.0)
    found = answer(model, data, AnswerRequest(numbers=row))
    shares = predict(model, np.array([row], np.float32))[0]
    order = np.argsort(-shares)[:MOST_CLASSES]
    assert found.classes == tuple(names[place] for place in order)
    assert found.probabilities == pytest.approx(tuple(shares[order]))
    scaler = StandardScaler().fit(x)
    regression = LogisticRegression(max_iter=1_000).fit(scaler.transform(x), y)
    expected = regression.predict_proba(scaler.transform(np.array([row])))[0]
    assert found.baseline is not None
    assert found.baseline.class_name == names[regression.classes_[expected.argmax()]]
    assert found.baseline.probability == pytest.approx(expected.max(), abs=1e-4)
    assert _fitted(data) is _fitted(replace(data))  # fitted once for the same rows
    assert _fitted(replace(data, train=Split(x.copy(), y))) is not _fitted(data)


def test_a_text_is_answered_without_the_words_that_are_not_known() -> None:
    texts = [[1, *RANDOM.integers(4, 10, 5)] for _ in range(40)]
    y = np.array([int(4 in text) for text in texts])
    words = {"bad": 1, "good": 2, "film": 3, "rare": 900}
    data = Dataset(
        train=Split(multi_hot(pack_texts(texts), 10), y),
        class_names=("no", "yes"),
        encode=WordsEncoder(words, 10),
    )
    model = network(10, 1, "sigmoid")
    found = answer(model, data, AnswerRequest(text="A bad film, rare."))
    row = np.zeros((1, 10), np.uint8)
    row[0, [1, 2, 4, 6]] = 1
    second = float(predict(model, row)[0, 0])
    assert dict(zip(found.classes, found.probabilities, strict=True)) == pytest.approx(
        {"yes": second, "no": 1 - second}
    )
    assert found.note == "not known, answered without: 'a', 'rare'"
    assert found.baseline is not None
    assert found.baseline.class_name == "yes"


def test_what_is_no_row_is_said() -> None:
    data = Dataset(train=Split(np.zeros((2, 2), np.float32), np.array([0, 1])))
    with pytest.raises(DoesNotApply, match="found 1 number; wanted: 2 numbers"):
        look(network(2, 1, "linear"), data, AnswerRequest(numbers=(1.0,)))
    with pytest.raises(DoesNotApply, match="within what float32 holds"):
        look(network(2, 1, "linear"), data, AnswerRequest(numbers=(1.0, 1e300)))


def test_a_stranger_s_request_cannot_be_of_any_size() -> None:
    for request in (
        AnswerRequest(text="x" * (LONGEST_TEXT + 1)),
        AnswerRequest(numbers=(1.0,) * 5_000),
    ):
        with pytest.raises(ValueError, match="length"):
            decode_request(encode_request(request))
