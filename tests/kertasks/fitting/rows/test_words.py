"""Wide rows of few ones train as word numbers, and nothing but the time shows it."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable
from functools import partial
from typing import Any

import keras
import numpy as np
import pytest
from numpy.typing import NDArray
from tests.support.closeness import assert_close, assert_same_history, assert_same_weights
from tests.support.keras_fit import fit_by_keras

import kertasks
from kertasks.data.multi_hot import MultiHotRows
from kertasks.fitting.programs.program_store import STORE
from kertasks.fitting.rows.words import LARGE, are_words_worth_it, find_words, word_readers

L, opt = keras.layers, keras.optimizers
COLUMNS, BATCH = 1_200, 64
RNG = np.random.default_rng(8)


def multi_hot(rows: int) -> NDArray[np.uint8]:
    """Rows with 1 to 30 ones, the second with none."""
    hot = np.zeros((rows, COLUMNS), np.uint8)
    for row in hot:
        row[RNG.integers(0, COLUMNS, RNG.integers(1, 30))] = 1
    hot[1] = 0
    return hot


X = multi_hot(150)
Y = RNG.integers(0, 2, 150)
HELD_OUT = multi_hot(70), RNG.integers(0, 2, 70)
SETTINGS: dict[str, Any] = {"batch_size": BATCH, "epochs": 4, "validation_data": HELD_OUT}


def as_ones(hot: NDArray[np.uint8]) -> MultiHotRows:
    row, column = np.nonzero(hot)
    starts = np.searchsorted(row, np.arange(len(hot) + 1))
    return MultiHotRows(column.astype(np.int32), starts, COLUMNS)


def sequential(dtype: str | None = "uint8", optimizer: Any = "rmsprop") -> keras.Model:
    layers = [L.Dense(64, "relu", kernel_regularizer="l2"), L.Dense(1, "sigmoid")]
    model = keras.Sequential([keras.Input((COLUMNS,), dtype=dtype), *layers])
    model.compile(optimizer, "binary_crossentropy", metrics=["accuracy"])
    return model


def cast_and_two_branches() -> keras.Model:
    entry = keras.Input((COLUMNS,), dtype="uint8")
    numbers = keras.ops.cast(entry, "float32")
    joined = L.Concatenate()([
        L.Dense(40, "tanh", use_bias=False, kernel_constraint="max_norm")(numbers),
        L.Dense(32, activity_regularizer="l2")(numbers),
    ])  # fmt: skip
    model = keras.Model(entry, L.Dense(1, "sigmoid")(joined))
    model.compile(keras.optimizers.Adam(0.002, clipnorm=0.5), "binary_crossentropy")
    return model


def not_built() -> keras.Model:
    model = keras.Sequential([L.Dense(64, "relu"), L.Dense(1, "sigmoid")])
    model.compile(keras.optimizers.SGD(0.1, momentum=0.9), "binary_crossentropy")
    return model


def made(make: Callable[[], keras.Model]) -> keras.Model:
    keras.utils.set_random_seed(3)
    return make()


def used_words(log: pytest.LogCaptureFixture) -> bool:
    return any("numbers of their ones" in record.getMessage() for record in log.records)


@pytest.mark.training
@pytest.mark.parametrize(
    ("make", "dtype"),
    [
        (sequential, "uint8"),
        (lambda: sequential(None, "adamw"), "float32"),
        (cast_and_two_branches, "uint8"),
        (not_built, "float32"),
    ],
)
def test_words_train_like_keras(
    make: Callable[[], keras.Model], dtype: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "kertasks.fitting")
    ours, kerass = made(make), made(make)
    rows = X.astype(dtype)
    notices: list[str] = []
    history = kertasks.fit(ours, rows, Y, shuffle=False, on_notice=notices.append, **SETTINGS)
    assert used_words(caplog)
    assert notices == []
    expected = fit_by_keras(kerass, rows, Y, shuffle=False, **SETTINGS)
    assert_same_weights(ours, kerass)
    assert_same_history(history.history, expected.history)
    caplog.clear()
    evaluated = kertasks.evaluate(ours, *HELD_OUT, batch_size=BATCH, return_dict=True)
    assert used_words(caplog)
    expected_evaluation = kerass.evaluate(*HELD_OUT, batch_size=BATCH, verbose=0, return_dict=True)
    for name, value in expected_evaluation.items():
        assert_close(evaluated[name], value, name)
    assert "call" not in vars(ours.layers[0]), "layers are as they were"


@pytest.mark.training
@pytest.mark.parametrize("xla", [None, True])
def test_rows_kept_as_their_ones_train_as_if_written_out(xla: bool | None) -> None:
    ours, written = made(sequential), made(sequential)
    rows, held_out = as_ones(X), as_ones(HELD_OUT[0])
    settings = {**SETTINGS, "xla": xla, "sample_weight": np.linspace(0.5, 2.0, len(Y))}
    settings["validation_data"] = (held_out, HELD_OUT[1])
    kertasks.fit(ours, rows, Y, **settings)
    kertasks.fit(written, X, Y, **{**settings, "validation_data": HELD_OUT})
    for mine, theirs in zip(ours.variables, written.variables, strict=True):
        np.testing.assert_array_equal(mine.numpy(), theirs.numpy())
    evaluated = kertasks.evaluate(ours, held_out, HELD_OUT[1], batch_size=BATCH)
    assert evaluated == kertasks.evaluate(ours, *HELD_OUT, batch_size=BATCH)
    predicted = kertasks.predict(ours, rows, batch_size=BATCH)
    np.testing.assert_array_equal(predicted, kertasks.predict(ours, X, batch_size=BATCH))
    split = kertasks.fit(ours, rows, Y, batch_size=BATCH, validation_split=0.2, memory_limit=1)
    assert list(split.history) == ["accuracy", "loss", "val_accuracy", "val_loss"]
    ours.fit(rows, Y, batch_size=BATCH, verbose=0)


OPTIMIZERS: dict[str, Callable[[], Any]] = {
    **{
        kind.__name__: partial(kind, 0.001)
        for kind in (
            *(opt.Adadelta, opt.Adafactor, opt.Adagrad, opt.Adamax, opt.Ftrl),
            *(opt.Lamb, opt.Lion, opt.Muon, opt.Nadam),
        )
    },
    "Adam": partial(opt.Adam, 0.001, amsgrad=True, gradient_accumulation_steps=2),
    "AdamW": lambda: opt.AdamW(opt.schedules.ExponentialDecay(0.002, 3, 0.8), global_clipnorm=0.5),
    "RMSprop": partial(
        opt.RMSprop, 0.001, momentum=0.5, centered=True, use_ema=True, ema_overwrite_frequency=4
    ),
    "LossScaleOptimizer": lambda: opt.LossScaleOptimizer(
        opt.SGD(0.05, momentum=0.9, nesterov=True)
    ),
    "ScheduleFreeAdamW": partial(opt.ScheduleFreeAdamW, 0.001, warmup_steps=3),
    "MultiOptimizer": lambda: opt.MultiOptimizer(opt.OptimizerMap(opt.Adam(0.001))),
}
"""Each of Keras's, and the ways of being used that change what a step is."""


def test_no_optimizer_of_kerass_is_forgotten() -> None:
    every = {
        kind
        for _, kind in inspect.getmembers(keras.optimizers, inspect.isclass)
        if issubclass(kind, keras.optimizers.Optimizer)
    }
    made_of_all = [make() for make in OPTIMIZERS.values()]
    tried = {type(getattr(each, "inner_optimizer", each)) for each in made_of_all}
    assert every - tried == {keras.optimizers.Optimizer, keras.optimizers.LossScaleOptimizer}


@pytest.mark.training
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_each_optimizer_takes_its_own_steps(name: str) -> None:
    def make() -> keras.Model:
        return sequential(optimizer=OPTIMIZERS[name]())

    ours, kerass = made(make), made(make)
    assert ours.layers[0].kernel.shape.num_elements() >= LARGE
    # Neither evaluates meanwhile: that changes no weight.
    settings = {"shuffle": False, "batch_size": BATCH, "epochs": SETTINGS["epochs"]}
    kertasks.fit(ours, X, Y, **settings)
    # Built in its first step, Keras 3.15's ScheduleFreeAdamW begins anew in every step.
    fit_by_keras(kerass, X, Y, **settings)
    assert_same_weights(ours, kerass)
    assert "update_step" not in vars(ours.optimizer), "the optimizer is as it was"


@pytest.mark.training
def test_words_are_shuffled_in_the_published_order() -> None:
    weight = RNG.uniform(0.5, 2.0, len(Y))
    ours, kerass = made(sequential), made(sequential)
    kertasks.fit(ours, X, Y, epochs=3, batch_size=BATCH, seed=9, sample_weight=weight)
    for epoch in range(3):
        order = np.random.default_rng([9, epoch]).permutation(len(Y))
        fit_by_keras(
            kerass, X[order], Y[order], sample_weight=weight[order], batch_size=BATCH,
            shuffle=False,
        )  # fmt: skip
    assert_same_weights(ours, kerass)


@pytest.mark.training
def test_models_of_one_architecture_share_the_program_and_agree_in_every_bit() -> None:
    STORE.forget()  # or what other tests trained would be shared, too
    phases: list[float | None] = []
    models = [made(sequential) for _ in range(3)]
    histories = [
        kertasks.fit(model, X, Y, on_compile=phases.append, call_seconds=seconds, **SETTINGS)
        for model, seconds in zip(models, (60.0, 60.0, 0.0), strict=True)
    ]
    assert len(phases) == 2
    for model, history in zip(models[1:], histories[1:], strict=True):
        assert history.history == histories[0].history
        for ours, first in zip(model.variables, models[0].variables, strict=True):
            np.testing.assert_array_equal(ours.numpy(), first.numpy())


def read_elsewhere() -> keras.Model:
    entry = keras.Input((COLUMNS,), dtype="uint8")
    numbers = keras.ops.cast(entry, "float32")
    length = keras.ops.sum(numbers, axis=1, keepdims=True)
    hidden = L.Concatenate()([L.Dense(64, "relu")(numbers), length])
    model = keras.Model(entry, L.Dense(1, "sigmoid")(hidden))
    model.compile("sgd", "binary_crossentropy")
    return model


@pytest.mark.training
@pytest.mark.parametrize("xla", [None, True])
def test_rows_read_by_something_else_stay_as_they_are(
    xla: bool | None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "kertasks.fitting")
    make = sequential if xla else read_elsewhere
    ours, kerass = made(make), made(make)
    kertasks.fit(ours, X, Y, shuffle=False, xla=xla, **SETTINGS)
    assert not used_words(caplog)
    fit_by_keras(kerass, X, Y, shuffle=False, **SETTINGS)
    assert_same_weights(ours, kerass)


class OwnDense(keras.layers.Dense):  # type: ignore[misc]  # Keras carries no types
    """May do anything with its input."""


def stack(*layers: keras.layers.Layer) -> keras.Model:
    return keras.Sequential([keras.Input((COLUMNS,)), *layers])


def shared_layer() -> keras.Model:
    entry, dense = keras.Input((COLUMNS,)), L.Dense(COLUMNS)
    return keras.Model(entry, dense(dense(entry)))


def given_out() -> keras.Model:
    entry = keras.Input((COLUMNS,))
    return keras.Model(entry, [entry, L.Dense(4)(entry)])


def two_inputs() -> keras.Model:
    entries = [keras.Input((COLUMNS,)), keras.Input((COLUMNS,))]
    return keras.Model(entries, L.Dense(4)(L.Add()(entries)))


@pytest.mark.parametrize(
    "make",
    [
        lambda: stack(OwnDense(4)),
        lambda: stack(L.Dropout(0.5), L.Dense(4)),
        lambda: stack(L.Dense(4, dtype="mixed_bfloat16")),
        lambda: stack(stack(L.Dense(4))),
        read_elsewhere,
        shared_layer,
        given_out,
        two_inputs,
    ],
)
def test_only_plain_dense_layers_read_words(make: Callable[[], keras.Model]) -> None:
    assert word_readers(make(), COLUMNS) == []


def test_dense_layers_read_words_of_their_width_where_it_pays() -> None:
    model = stack(L.Dense(4), L.Dense(2))
    assert word_readers(model, COLUMNS) == model.layers[:1]
    assert word_readers(model, COLUMNS + 1) == []
    readers = word_readers(model, COLUMNS)
    assert not are_words_worth_it(readers, COLUMNS, batch=BATCH)
    assert are_words_worth_it(readers, COLUMNS, batch=16 * BATCH)


@pytest.mark.parametrize("dtype", ["uint8", "bool", "int64", "float32"])
def test_finds_the_ones_of_each_row(dtype: str) -> None:
    words = find_words(X.astype(dtype))
    assert words is not None
    assert words.numbers.nbytes + words.starts.nbytes < X.nbytes
    for row, first, last in zip(X, words.starts, words.starts[1:], strict=False):
        assert words.numbers[first:last].tolist() == np.flatnonzero(row).tolist()
    kept = find_words(as_ones(X))
    assert kept is not None
    assert kept.numbers.tolist() == words.numbers.tolist()
    assert kept.starts.tolist() == words.starts.tolist()


def test_other_arrays_hold_no_words() -> None:
    assert find_words(X[:, :999]) is None, "narrow"
    assert find_words(np.ones_like(X)) is None, "full"
    assert find_words(2 * X) is None, "counts"
    assert find_words(np.where(X, np.nan, 0.0)) is None, "missing values"
    assert find_words(X[:0]) is None
    assert find_words(X[0]) is None
    assert find_words(as_ones(X)[:0]) is None
    assert find_words(as_ones(np.ones_like(X))) is None
    assert find_words(X.tolist()) is None
