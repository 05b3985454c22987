"""What is wrong with arguments is said at once, in words, and what Keras takes is taken."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

import kertasks

pytestmark = pytest.mark.training

RNG = np.random.default_rng(3)
X = RNG.normal(size=(12, 4)).astype("float32")
Y = RNG.normal(size=(12, 1)).astype("float32")


@pytest.fixture(scope="module")
def model() -> keras.Model:
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


@pytest.mark.parametrize(
    ("argument", "value", "allowed"),
    [
        ("batch_size", -1, "a whole number of at least 0, or None"),
        ("batch_size", 2.5, "a whole number of at least 0, or None"),
        ("epochs", 2.0, "a whole number"),
        ("steps_per_epoch", -1, "a whole number of at least 0, or None"),
        ("validation_freq", 0, "a whole number of at least 1, or a list of such"),
        ("validation_freq", "often", "a whole number of at least 1, or a list of such"),
        ("validation_split", -1, "a number from 0 to less than 1"),
        ("validation_split", 1.0, "a number from 0 to less than 1"),
        ("seed", -1, "a whole number of at least 0"),
    ],
)
def test_a_wrong_number_is_named(
    model: keras.Model, argument: str, value: Any, allowed: str
) -> None:
    with pytest.raises(ValueError, match=f"{argument} is .*; allowed: {allowed}$"):
        kertasks.fit(model, X, Y, **{argument: value})


def test_evaluate_and_predict_name_wrong_numbers_too(model: keras.Model) -> None:
    for call in (kertasks.evaluate, kertasks.predict):
        for argument in ("batch_size", "steps"):
            wrong: dict[str, Any] = {argument: -1}
            with pytest.raises(ValueError, match=f"{argument} is -1; allowed"):
                call(model, X, **wrong)


@pytest.mark.parametrize("frequency", [np.int64(2), (2, 4), np.array([2, 4])], ids=type)
def test_numpy_s_numbers_and_any_list_are_taken(model: keras.Model, frequency: Any) -> None:
    numbers: dict[str, Any] = {"epochs": np.int32(4), "batch_size": np.uint8(4)}
    numbers |= {"validation_data": (X, Y), "validation_freq": frequency}
    history = kertasks.fit(model, X, Y, **numbers).history
    assert (len(history["loss"]), len(history["val_loss"])) == (4, 2)


def test_no_rows_are_refused_before_anything_is_traced(model: keras.Model) -> None:
    for call in (kertasks.fit, kertasks.evaluate):
        with pytest.raises(ValueError, match="x holds no rows"):
            call(model, X[:0], Y[:0])
    with pytest.raises(ValueError, match="x holds no rows"):
        kertasks.predict(model, X[:0])


def test_nothing_to_validate_on_is_left_out(model: keras.Model) -> None:
    notices: list[str] = []
    empty = (X[:0], Y[:0])
    history = kertasks.fit(model, X, Y, validation_data=empty, on_notice=notices.append)
    assert list(history.history) == ["loss"]
    assert notices == ["validation_data holds no rows: there is no validation"]


@pytest.mark.parametrize(
    ("x", "y", "reason"),
    [("abc", Y, "x is a str"), (X, "abc", "y is a str"), ([X, "abc"], Y, "x holds a str")],
)
def test_the_notice_names_what_is_no_array(model: keras.Model, x: Any, y: Any, reason: str) -> None:
    notices: list[str] = []
    with pytest.raises(ValueError, match="Unrecognized data type"):
        kertasks.fit(model, x, y, on_notice=notices.append)
    assert notices == [
        f"training with Keras's own fit, which is slower: {reason}, which is no array"
    ]
