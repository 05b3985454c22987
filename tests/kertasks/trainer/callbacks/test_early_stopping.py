"""Early stopping is Keras's, but for what is no number and for epochs that were broken off."""

from __future__ import annotations

import math
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Literal

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kertasks.recipes import recipe
from kertasks.runs.best_epoch import BestEpoch
from kertasks.runs.event_file.event_log import EventLog
from kertasks.runs.event_file.events import Epoch, Monitor
from kertasks.trainer.callbacks.early_stopping import EarlyStopping
from kertasks.trainer.callbacks.event_writer import EventWriter

# Numbers that float32, in which Keras compares, holds exactly.
VALUES = st.lists(st.integers(-8, 8).map(lambda eighths: eighths / 8), min_size=1, max_size=12)
Mode = Literal["min", "max"]
MODES = st.sampled_from(["min", "max"])


@pytest.fixture(scope="module")
def model() -> keras.Model:
    made = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    made.compile(loss="mse")
    return made


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> EventLog:
    return EventLog(Path(tmp_path_factory.mktemp("log")) / "events.jsonl")


def run(callback: Any, model: keras.Model, values: list[Any], writer: EventWriter | None) -> None:
    """Tell a callback of epochs until it stops the training."""
    model.stop_training = False
    callback.set_model(model)
    callback.on_train_begin()
    for epoch, value in enumerate(values):
        if writer is not None:
            writer.epochs = epoch + 1
        callback.on_epoch_end(epoch, {"watched": value})
        if model.stop_training:
            break
    callback.on_train_end()


@given(VALUES, MODES, st.sampled_from([0.0, 0.25]), st.sampled_from([None, -0.5, 0.5]))
def test_it_stops_and_chooses_as_keras_does(
    model: keras.Model,
    log: EventLog,
    values: list[float],
    mode: Mode,
    min_delta: float,
    baseline: float | None,
) -> None:
    settings = recipe.EarlyStopping("watched", 2, min_delta, True, mode, baseline)
    writer = EventWriter(log)
    monitor = Monitor("watched", mode, min_delta)
    ours = EarlyStopping(settings, monitor, writer)
    keras_s = keras.callbacks.EarlyStopping(**asdict(settings))
    run(ours, model, values, writer)
    run(keras_s, model, values, None)
    state = ("wait", "stopped_epoch", "best_epoch", "best")
    assert [getattr(ours, name) for name in state] == [getattr(keras_s, name) for name in state]

    best = BestEpoch(monitor)
    done = ours.stopped_epoch + 1 if ours.stopped_epoch else len(values)
    best.take(Epoch(0.0, n + 1, {"watched": values[n]}, 0.1, 0.1) for n in range(done))
    assert (best.epoch, best.value) == (ours.restored_epoch, ours.best)


@given(VALUES, MODES)
def test_what_is_no_number_is_never_the_best(
    model: keras.Model, log: EventLog, values: list[float], mode: Mode
) -> None:
    settings = replace(recipe.EarlyStopping("watched", 20), mode=mode)
    writer = EventWriter(log)
    ours = EarlyStopping(settings, Monitor("watched", mode), writer)
    worst: list[float] = [math.nan, math.inf, -math.inf]
    run(ours, model, [*worst, *values], writer)
    assert ours.best == (min(values) if mode == "min" else max(values))
    assert ours.restored_epoch == 4 + values.index(ours.best)


def test_a_metric_of_several_values_is_taken_by_its_mean(model: keras.Model, log: EventLog) -> None:
    writer = EventWriter(log)
    ours = EarlyStopping(recipe.EarlyStopping("watched", 20), Monitor("watched", "max"), writer)
    run(ours, model, [np.array([0.1, 0.3]), np.array([0.9, 0.1]), np.array([0.4, 0.4])], writer)
    assert (ours.restored_epoch, ours.best) == (2, 0.5)


def test_an_epoch_that_was_broken_off_is_passed_over(model: keras.Model, log: EventLog) -> None:
    writer = EventWriter(log)
    ours = EarlyStopping(recipe.EarlyStopping("watched", 20), Monitor("watched"), writer)
    run(ours, model, [0.5], writer)
    ours.on_epoch_end(1, {"watched": 0.0})  # of which the writer knows nothing
    assert (ours.restored_epoch, ours.best) == (1, 0.5)
