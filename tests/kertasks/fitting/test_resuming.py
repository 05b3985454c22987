"""Training that begins in the middle of an epoch equals one that was never cut."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

import kertasks

ROWS = 50
BATCH = 8
STEPS = 7  # the last one has two rows


def network() -> keras.Model:
    keras.utils.set_random_seed(3)
    model = keras.Sequential(
        [
            keras.Input((3,)),
            keras.layers.Dense(4, activation="tanh"),
            keras.layers.BatchNormalization(),
            keras.layers.Dropout(0.2),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    return model


def rows() -> tuple[Any, Any]:
    generator = np.random.default_rng(0)
    x = generator.normal(size=(ROWS, 3)).astype("float32")
    return x, (x[:, 0] > 0).astype("float32")


def state(model: keras.Model) -> list[Any]:
    variables = [*model.variables, *model.optimizer.variables, *model.metrics_variables]
    return [variable.numpy() for variable in variables]


class StopAfter(keras.callbacks.Callback):  # type: ignore[misc]  # Keras carries no types
    """Stops within an epoch and keeps the state of that moment."""

    async_safe = True
    steps_limit = 1

    def __init__(self, epoch: int, step: int) -> None:
        super().__init__()
        self.at = (epoch, step)
        self.epoch = 0
        self.kept: list[Any] = []

    def on_epoch_begin(self, epoch: int, logs: object = None) -> None:
        self.epoch = epoch

    def on_train_batch_end(self, batch: int, logs: object = None) -> None:
        if (self.epoch, batch + 1) == self.at and not self.kept:
            self.kept = state(self.model)
            self.model.stop_training = True


def fit(model: keras.Model, xla: bool, **arguments: Any) -> keras.callbacks.History:
    x, y = rows()
    arguments |= {"validation_data": (x[:BATCH], y[:BATCH]), "batch_size": BATCH, "seed": 5}
    return kertasks.fit(model, x, y, xla=xla, **arguments)


@pytest.mark.parametrize("xla", [False, True], ids=["graph", "XLA"])
@pytest.mark.parametrize("step", [1, 4, STEPS], ids=["first", "middle", "last"])
def test_it_goes_on_in_the_middle_of_an_epoch(step: int, xla: bool) -> None:
    whole = network()
    expected = fit(whole, xla, epochs=4)

    cut = network()
    stop = StopAfter(1, step)
    fit(cut, xla, epochs=4, callbacks=[stop])
    resumed = network()
    fit(resumed, xla, epochs=0)  # makes every variable
    variables = [*resumed.variables, *resumed.optimizer.variables, *resumed.metrics_variables]
    for variable, value in zip(variables, stop.kept, strict=True):
        variable.assign(value)
    history = fit(resumed, xla, epochs=4, initial_epoch=1, initial_step=step)

    for name, values in history.history.items():
        assert values == expected.history[name][1:], name
    for found, wanted in zip(state(resumed), state(whole), strict=True):
        np.testing.assert_array_equal(found, wanted)


def test_it_says_so_where_an_epoch_cannot_begin_in_its_middle() -> None:
    model = network()
    model.run_eagerly = True
    with pytest.raises(ValueError, match="in its middle"):
        fit(model, False, epochs=2, initial_step=1)


class Position(keras.callbacks.Callback):  # type: ignore[misc]  # Keras carries no types
    async_safe = True

    def __init__(self, limit: Callable[[], int | None]) -> None:
        super().__init__()
        self.limit = limit
        self.batches: list[int] = []

    @property
    def steps_limit(self) -> int | None:
        return self.limit()

    def on_train_batch_end(self, batch: int, logs: object = None) -> None:
        self.batches.append(batch)


def test_a_callback_may_have_calls_of_one_step() -> None:
    free, held = Position(lambda: None), Position(lambda: 1)
    fit(network(), False, epochs=3, callbacks=[free])
    fit(network(), False, epochs=3, callbacks=[held])
    assert held.batches == [0, 1, 2, 3, 4, 5, 6] * 3
    assert len(free.batches) < len(held.batches)
    assert held.params["resumes_steps"]


def test_with_keras_s_own_fit_such_a_callback_runs_in_the_training_thread() -> None:
    import threading

    threads: list[threading.Thread] = []

    class Where(Position):
        def on_train_batch_end(self, batch: int, logs: object = None) -> None:
            threads.append(threading.current_thread())

    where = Where(lambda: None)
    model = network()
    model.run_eagerly = True
    fit(model, False, epochs=1, callbacks=[where])
    assert set(threads) == {threading.main_thread()}
    assert not where.params.get("resumes_steps")
