"""A training killed at any moment and resumed equals one that was never interrupted."""

from __future__ import annotations

import random
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import msgspec
import numpy as np
import pytest
from tests.support.killed_training import start_training
from tests.support.waiting import wait_until

from kertasks.recipes.recipe import CompileSettings, EarlyStopping, FitSettings, Layer, Recipe
from kertasks.registry import find_task
from kertasks.runs.event_file.event_reader import EventReader
from kertasks.runs.event_file.events import (
    Checkpointed,
    Epoch,
    Event,
    Finished,
    Resumed,
    Resuming,
    Started,
    Stopped,
)
from kertasks.runs.folder import RunFolder
from kertasks.runs.home.store import RunStore
from kertasks.runs.resumable import NotToResume, require_resumable
from kertasks.runs.state import RunState
from kertasks.runs.steering.commands import SteeringCommand

pytestmark = pytest.mark.training

PATIENCE = 120.0

SHORT_EPOCHS = Recipe(
    task="xor",
    name="short epochs",
    layers=(
        Layer("Dense", {"units": 8, "activation": "tanh"}),
        Layer("BatchNormalization", {}),
        Layer("Dropout", {"rate": 0.2}),
        Layer("Dense", {"units": 1, "activation": "sigmoid"}),
    ),
    compile=CompileSettings(loss="binary_crossentropy", metrics=("accuracy",)),
    fit=FitSettings(
        epochs=5_000,
        batch_size=1,
        early_stopping=EarlyStopping(monitor="loss", patience=5_000, restore_best_weights=True),
    ),
)
"""Thousands of epochs, each one call; early stopping gives back weights of long ago."""

_CONVOLUTIONS = find_task("digits").recipes["convolutions"]

LONG_EPOCHS = replace(
    _CONVOLUTIONS, name="long epochs", fit=replace(_CONVOLUTIONS.fit, epochs=3, batch_size=1)
)
"""Each of many calls: kills come in their middle."""

MORE_LONG_EPOCHS = replace(LONG_EPOCHS, fit=replace(LONG_EPOCHS.fit, epochs=4))
"""Several times as long as a trainer lives between two kills: none comes to the end."""


def events_of(run: RunFolder) -> list[Event]:
    return EventReader(run.events_path).read_all()


def weights_of(path: Path) -> list[np.ndarray[Any, Any]]:
    model = keras.models.load_model(path)
    return [*model.get_weights(), *(v.value.numpy() for v in model.optimizer.variables)]


def train_uninterrupted(home: Path, recipe: Recipe) -> RunFolder:
    run = RunStore(home).create(recipe)
    process = start_training(run.path, 1000.0)
    process.join(PATIENCE)
    assert process.exitcode == 0, events_of(run)[-1]
    return run


def train_with_kills(home: Path, recipe: Recipe, kills: int, longest: float) -> RunFolder:
    """Kill the trainer so often, at most ``longest`` seconds after it wrote its first event or,
    every other time, its first checkpoint."""
    run = RunStore(home).create(recipe)
    reader = EventReader(run.events_path)
    moments = random.Random(7)
    for number in range(kills):
        reader.read_all()
        process = start_training(run.path, longest / 5, resumes=number > 0)
        awaited: type[Any] = Checkpointed if number % 2 else object

        def began(kind: type[Any] = awaited) -> bool:
            return any(isinstance(event, kind) for event in reader.read_all())

        wait_until(began, PATIENCE)
        time.sleep(moments.uniform(0.0, longest))  # a random moment is the subject
        process.kill()
        process.join(PATIENCE)
        assert run.state() is RunState.LOST
    process = start_training(run.path, 1000.0, resumes=True)
    process.join(PATIENCE)
    assert process.exitcode == 0, events_of(run)[-1]
    return run


@pytest.mark.parametrize(
    ("recipe", "kills", "longest"),
    [(SHORT_EPOCHS, 3, 0.3), (MORE_LONG_EPOCHS, 3, 0.3)],
    ids=["short epochs", "long epochs"],
)
def test_a_run_killed_and_resumed_equals_one_never_interrupted(
    tmp_path: Path, recipe: Recipe, kills: int, longest: float
) -> None:
    whole = train_uninterrupted(tmp_path / "whole", recipe)
    killed = train_with_kills(tmp_path / "killed", recipe, kills, longest)

    events = events_of(killed)
    assert len([event for event in events if isinstance(event, Resuming)]) == kills
    assert len([event for event in events if isinstance(event, Started)]) == 1
    places = [(e.epoch, e.step) for e in events if isinstance(e, Resumed)]
    assert places == sorted(places)
    assert places[-1] > (0, 0), "no checkpoint was used"
    if recipe is MORE_LONG_EPOCHS:
        assert any(step for _, step in places)

    expected = [event for event in events_of(whole) if isinstance(event, Epoch)]
    found = [event for event in events if isinstance(event, Epoch)]
    assert [event.epoch for event in found] == [event.epoch for event in expected]
    assert [event.metrics for event in found] == [event.metrics for event in expected]
    end, end_expected = events[-1], events_of(whole)[-1]
    assert isinstance(end, Finished)
    assert isinstance(end_expected, Finished)
    at_zero = msgspec.structs.replace(end, t=0.0, trained=0.0)
    assert at_zero == msgspec.structs.replace(end_expected, t=0.0, trained=0.0)
    for weight, wanted in zip(
        weights_of(killed.model_path), weights_of(whole.model_path), strict=True
    ):
        np.testing.assert_array_equal(weight, wanted)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """The long epochs, trained without an interruption."""
    return train_uninterrupted(tmp_path_factory.mktemp("whole"), LONG_EPOCHS)


def test_a_stopped_run_goes_on_where_it_was(tmp_path: Path, whole: RunFolder) -> None:
    run = RunStore(tmp_path).create(LONG_EPOCHS)
    process = start_training(run.path, 1000.0)
    wait_until(lambda: any(isinstance(event, Epoch) for event in events_of(run)), PATIENCE)
    run.send(SteeringCommand.STOP)
    process.join(PATIENCE)
    stopped = events_of(run)[-1]
    assert isinstance(stopped, Stopped)
    assert run.state() is RunState.STOPPED
    (checkpoint, *_) = [e for e in reversed(events_of(run)) if isinstance(e, Checkpointed)]

    process = start_training(run.path, 1000.0, resumes=True)
    process.join(PATIENCE)
    events = events_of(run)
    (resumed,) = (event for event in events if isinstance(event, Resumed))
    assert (resumed.epoch, resumed.step) == (checkpoint.epoch, checkpoint.step)
    assert [e.epoch for e in events if isinstance(e, Epoch)] == [1, 2, 3]
    for weight, wanted in zip(
        weights_of(run.model_path), weights_of(whole.model_path), strict=True
    ):
        np.testing.assert_array_equal(weight, wanted)


def test_a_finished_run_can_be_given_more_epochs(tmp_path: Path, whole: RunFolder) -> None:
    shorter = replace(LONG_EPOCHS, fit=replace(LONG_EPOCHS.fit, epochs=2))
    run = train_uninterrupted(tmp_path, shorter)
    with pytest.raises(NotToResume, match="--epochs N"):
        require_resumable(run)
    with pytest.raises(NotToResume, match="has 2 epochs already"):
        require_resumable(run, 2)
    start_training(run.path, 1000.0, resumes=True, epochs=3).join(PATIENCE)
    assert isinstance(events_of(run)[-1], Finished)
    assert [e.epoch for e in events_of(run) if isinstance(e, Epoch)] == [1, 2, 3]
    for weight, wanted in zip(
        weights_of(run.model_path), weights_of(whole.model_path), strict=True
    ):
        np.testing.assert_array_equal(weight, wanted)


def test_a_run_that_is_being_trained_is_not_trained_by_a_second(tmp_path: Path) -> None:
    run = RunStore(tmp_path).create(SHORT_EPOCHS)
    first = start_training(run.path, 1000.0)
    wait_until(lambda: any(isinstance(event, Epoch) for event in events_of(run)), PATIENCE)
    run.send(SteeringCommand.PAUSE)
    wait_until(lambda: run.state() is RunState.PAUSED)
    before = run.manifest()
    second = start_training(run.path, 1000.0)
    second.join(PATIENCE)
    assert second.exitcode == 1
    assert run.manifest() == before
    assert run.state() is RunState.PAUSED
    with pytest.raises(NotToResume, match="is paused"):
        require_resumable(run)
    run.send(SteeringCommand.STOP)
    first.join(PATIENCE)
    assert first.exitcode == 0
