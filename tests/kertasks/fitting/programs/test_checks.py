"""What Keras refuses while it trains on a processor is refused in either form, and before the first
epoch where the rows alone tell it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

import kertasks

ROWS = 12
FAULTY = 7


def calling(function: Callable[[Any], Any]) -> keras.layers.Layer:
    """A layer of one's own that calls a function."""

    class Own(keras.layers.Layer):  # type: ignore[misc]  # Keras carries no types
        def call(self, inputs: Any) -> Any:
            return function(inputs)

    return Own()


def network(width: int, *layers: keras.layers.Layer, loss: str = "mse") -> keras.Model:
    model = keras.Sequential([keras.Input((width,)), *layers])
    random = np.random.default_rng(0)
    model.set_weights([random.normal(size=weight.shape) for weight in model.weights])
    model.compile("sgd", loss)
    return model


def asserted(inputs: Any) -> Any:
    tf.debugging.assert_less(inputs, 5.0, message="too large")
    return inputs


def divided(inputs: Any) -> Any:
    return inputs + tf.cast(7 // tf.cast(inputs, tf.int32), tf.float32)


def found_by_place(inputs: Any) -> Any:
    return tf.gather(tf.constant([1.0, 2.0, 3.0]), tf.cast(inputs, tf.int32))


def found_by_sum(inputs: Any) -> Any:
    return tf.gather(tf.eye(40), tf.cast(tf.reduce_sum(inputs, axis=1), tf.int32))


def cells(value: float, faulty: float, width: int = 2) -> Any:
    x = np.full((ROWS, width), value, "float32")
    x[FAULTY, width - 1] = faulty
    return x


def labels(count: int, faulty: int) -> Any:
    y = np.arange(ROWS) % count
    y[FAULTY] = faulty
    return y


@dataclass(frozen=True)
class Case:
    name: str
    make: Callable[[], keras.Model]
    x: Any
    y: Any
    says: str
    """What the error says, and plain Keras's as well."""

    where: str = ""
    """What the error says of the place, where it comes before the first epoch."""


PLAIN_X, PLAIN_Y = cells(1.0, 1.0), np.zeros((ROWS, 1), "float32")
SPARSE = "sparse_categorical_crossentropy"
DENSE, EMBEDDING = keras.layers.Dense, keras.layers.Embedding

CASES = [
    Case(
        "one unit for two labels",
        lambda: network(2, DENSE(1, activation="sigmoid"), loss=SPARSE),
        PLAIN_X,
        labels(1, 1),
        "Received a label value of 1 which is outside the valid range of [0, 1)",
        "row 7 of y",
    ),
    Case(
        "a label below 0",
        lambda: network(2, DENSE(3, activation="softmax"), loss=SPARSE),
        PLAIN_X,
        labels(3, -6).astype("float32"),
        "Received a label value of -6 which is outside the valid range of [0, 3)",
        "row 7 of y",
    ),
    Case(
        "a word that an Embedding lacks",
        lambda: network(2, EMBEDDING(10, 4, name="words"), keras.layers.Flatten(), DENSE(1)),
        cells(9, 10).astype("int32"),
        PLAIN_Y,
        "10",
        "words reads the number 10, which is not in [0, 10): row 7 of x",
    ),
    Case(
        "a word below all words",
        lambda: network(2, EMBEDDING(10, 4), keras.layers.LSTM(3), DENSE(1)),
        cells(-10, -11),
        PLAIN_Y,
        "-1",
        "row 7 of x",
    ),
    Case(
        "a place outside a table of one's own",
        lambda: network(2, calling(found_by_place), DENSE(1)),
        cells(2, 3),
        PLAIN_Y,
        "3",
        "row 7 of x",
    ),
    Case(
        "a place that is computed",
        lambda: network(2, calling(found_by_sum), DENSE(1)),
        cells(2, 38),
        PLAIN_Y,
        "= 40 is not in [0, 40)",
    ),
    Case("an assert", lambda: network(2, calling(asserted)), cells(1, 5), PLAIN_Y, "too large"),
    Case(
        "an assert about what is learned",
        lambda: network(2, DENSE(1), calling(asserted)),
        PLAIN_X,
        PLAIN_Y + 3000,
        "too large",
    ),
    Case(
        "numbers that are checked",
        lambda: network(2, calling(lambda x: tf.debugging.check_numerics(tf.math.log(x), "a log"))),
        cells(1, 0),
        PLAIN_Y,
        "a log : Tensor had Inf",
    ),
    Case("a division by zero", lambda: network(2, calling(divided)), cells(1, 0), PLAIN_Y, "zero"),
]


@pytest.mark.parametrize("xla", [None, True])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_keras_refuses_is_refused(case: Case, xla: bool | None) -> None:
    kerass = case.make()
    with pytest.raises(tf.errors.InvalidArgumentError) as of_keras:
        kerass.fit(case.x, case.y, batch_size=4, epochs=3, verbose=0)
    assert case.says in str(of_keras.value)

    ours = case.make()
    before = ours.get_weights()
    with pytest.raises(tf.errors.InvalidArgumentError) as of_ours:
        kertasks.fit(ours, case.x, case.y, batch_size=4, epochs=3, xla=xla)
    assert case.says in str(of_ours.value)
    assert case.where in str(of_ours.value)
    if case.where:
        for old, new in zip(before, ours.get_weights(), strict=True):
            np.testing.assert_array_equal(old, new)


@pytest.mark.parametrize("xla", [None, True])
def test_rows_of_the_validation_are_checked_too(xla: bool | None) -> None:
    model = network(2, DENSE(3, activation="softmax"), loss=SPARSE)
    held_out = (PLAIN_X, labels(3, 3))
    message = r"a label value of 3 .*row 7 of the validation's y"
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        kertasks.fit(model, PLAIN_X, labels(3, 2), validation_data=held_out, xla=xla)


def test_arrays_are_named_as_they_were_given() -> None:
    left, right = keras.Input((1,), name="left"), keras.Input((1,), name="right")
    words = keras.layers.Flatten()(EMBEDDING(4, 2)(right))
    model = keras.Model([left, right], DENSE(1)(keras.layers.concatenate([left, words])))
    model.compile("sgd", "mse")
    x = {"left": np.zeros((ROWS, 1)), "right": cells(1, 4, width=1)}
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"row 7 of x\['right'\]"):
        kertasks.fit(model, x, PLAIN_Y)


def test_a_row_that_no_step_comes_to_is_not_refused() -> None:
    def make() -> keras.Model:
        return network(2, DENSE(3, activation="softmax"), loss=SPARSE)

    arguments: dict[str, Any] = {
        "batch_size": 3,
        "steps_per_epoch": 2,
        "shuffle": False,
        "epochs": 1,
    }
    kerass = make().fit(PLAIN_X, labels(3, 3), verbose=0, **arguments)
    ours = kertasks.fit(make(), PLAIN_X, labels(3, 3), **arguments)
    np.testing.assert_allclose(ours.history["loss"], kerass.history["loss"], rtol=1e-6)
    with pytest.raises(tf.errors.InvalidArgumentError, match="label value of 3"):
        kertasks.fit(make(), PLAIN_X, labels(3, 3), **{**arguments, "epochs": 2})


def test_labels_that_a_loss_ignores_are_no_fault() -> None:
    def make() -> keras.Model:
        model = network(2, DENSE(3, activation="softmax"))
        model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(ignore_class=-1))
        return model

    y = labels(3, -1)
    kerass = make().fit(PLAIN_X, y, verbose=0, shuffle=False)
    ours = kertasks.fit(make(), PLAIN_X, y, shuffle=False)
    np.testing.assert_allclose(ours.history["loss"], kerass.history["loss"], rtol=1e-6)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_rows_that_are_not_finite_are_told_and_train_as_in_keras(value: float) -> None:
    def make() -> keras.Model:
        return network(2, DENSE(4, activation="relu"), DENSE(1))

    x = cells(1.0, value)
    told: list[str] = []
    kerass = make().fit(x, PLAIN_Y, verbose=0, shuffle=False, epochs=2)
    ours = kertasks.fit(
        make(), x, PLAIN_Y, shuffle=False, epochs=2, xla=True, on_notice=told.append
    )
    assert ours.history["loss"] == pytest.approx(kerass.history["loss"], nan_ok=True)
    assert told[0].startswith(f"x holds {value} in row 7, column 1 (counted from 0)")


def test_all_rows_that_are_not_finite_are_counted() -> None:
    y = np.ones((ROWS, 1), "float32")
    y[2:5] = np.nan
    told: list[str] = []
    kertasks.fit(network(2, DENSE(1)), PLAIN_X, y, on_notice=told.append)
    assert told[0].startswith("y holds nan in row 2, column 0 and in 2 more rows")


STANDARD: list[Callable[[], list[keras.layers.Layer]]] = [
    lambda: [DENSE(3, activation="relu"), keras.layers.BatchNormalization()],
    lambda: [keras.layers.Dropout(0.2), keras.layers.LayerNormalization()],
    lambda: [EMBEDDING(10, 4), keras.layers.GlobalAveragePooling1D()],
    lambda: [EMBEDDING(10, 4, mask_zero=True), keras.layers.LSTM(3)],
    lambda: [EMBEDDING(10, 4), keras.layers.Bidirectional(keras.layers.GRU(3))],
    lambda: [keras.layers.Reshape((4, 1)), keras.layers.SimpleRNN(3)],
    lambda: [keras.layers.Reshape((2, 2, 1)), keras.layers.MaxPooling2D(), keras.layers.Flatten()],
]


def test_usual_layers_have_no_check_that_keeps_xla_away() -> None:
    entry = keras.Input((4,))
    branches = [keras.Sequential([keras.Input((4,)), *layers()])(entry) for layers in STANDARD]
    joined = keras.layers.Concatenate()(branches)  # one program, which takes seconds to compile
    model = keras.Model(entry, DENSE(3, activation="softmax")(joined))
    model.compile("adam", SPARSE, metrics=["accuracy"])
    history = kertasks.fit(model, cells(1, 2, width=4), labels(3, 1), batch_size=6)
    assert history.params["xla"] is True


@pytest.mark.parametrize("optimizer", ["sgd", "rmsprop"])
def test_usual_optimizers_have_none_either(optimizer: str) -> None:
    layers = [EMBEDDING(10, 4), keras.layers.Flatten(), DENSE(3, activation="softmax")]
    model = keras.Sequential([keras.Input((4,)), *layers])
    model.compile(optimizer, SPARSE, metrics=["accuracy"])
    history = kertasks.fit(model, cells(1, 2, width=4), labels(3, 1), batch_size=6)
    assert history.params["xla"] is True
