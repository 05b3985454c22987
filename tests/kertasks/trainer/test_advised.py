"""What is found while a run trains: told at its epoch, once, and without another number."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from tests.kertasks.trainer.test_resuming import PATIENCE, events_of
from tests.support.killed_training import start_training
from tests.support.waiting import wait_until

import kertasks
from kertasks.advice.running_advice import Depth
from kertasks.recipes.recipe import CompileSettings, Component, FitSettings, Layer, Recipe
from kertasks.registry import find_task
from kertasks.runs.advice.finding import Severity
from kertasks.runs.event_file.event_log import EventLog
from kertasks.runs.event_file.event_reader import EventReader
from kertasks.runs.event_file.events import Advised, Epoch, Event, Failed, Finished, Resumed
from kertasks.runs.folder import RunFolder
from kertasks.runs.history import RunHistory
from kertasks.runs.home.store import RunStore
from kertasks.runs.home.summary import summarise
from kertasks.runs.steering.commands import SteeringCommand
from kertasks.trainer.callbacks import advice
from kertasks.trainer.callbacks.advice import Advice
from kertasks.trainer.callbacks.event_writer import EventWriter
from kertasks.trainer.callbacks.kept_weights import KeptWeights
from kertasks.trainer.dataset_cache import DatasetCache
from kertasks.trainer.process.claiming import claim
from kertasks.trainer.run import train
from kertasks.views.split_choice import data_of_run

pytestmark = pytest.mark.training


def recipe_of(
    task: str, layers: Sequence[Layer], optimizer: Component, loss: str, **fit: Any
) -> Recipe:
    return Recipe(
        task=task,
        name="found",
        layers=tuple(layers),
        compile=CompileSettings(optimizer=optimizer, loss=loss),
        fit=FitSettings(**fit),
    )


def dense(units: int, activation: str, bias: float = 0.0) -> Layer:
    initializer = Component("Constant", {"value": bias})
    return Layer(
        "Dense", {"units": units, "activation": activation, "bias_initializer": initializer}
    )


TOO_FAST = recipe_of(
    "square",
    [dense(8, "relu"), dense(1, "linear")],
    Component("SGD", {"learning_rate": 30.0}),
    "mean_squared_error",
    epochs=40,
)
"""Its loss is no number after some epochs."""

DEAD = recipe_of(
    "xor",
    [dense(4, "relu", bias=-100.0), dense(1, "sigmoid")],
    Component("SGD", {"learning_rate": 0.01}),
    "binary_crossentropy",
    epochs=80,
    batch_size=1,
)
"""No ReLU of it ever says anything."""

FLAT = recipe_of(
    "xor",
    [dense(4, "tanh"), dense(1, "sigmoid")],
    Component("SGD", {"learning_rate": 1e-9}),
    "binary_crossentropy",
    epochs=80,
    batch_size=1,
)
"""It stays where it begins."""


def trained(home: Path, recipe: Recipe) -> tuple[RunFolder, list[Event]]:
    run = RunStore(home).create(recipe)
    assert train(claim(run.path), DatasetCache(), "CPU"), events_of(run)[-1]
    return run, events_of(run)


def found_in(events: list[Event]) -> dict[str, Advised]:
    found = [event for event in events if isinstance(event, Advised) and event.holds]
    by_code = {event.finding.code: event for event in found}
    assert len(by_code) == len(found)
    return by_code


def test_a_loss_that_is_no_number_is_told_with_the_epoch_it_became_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    run, events = trained(tmp_path, TOO_FAST)

    epochs = [event for event in events if isinstance(event, Epoch)]
    broken = next(epoch.epoch for epoch in epochs if not epoch.is_finite)
    assert 1 < broken < len(epochs)
    (told,) = (event for event in events if isinstance(event, Advised))
    assert (told.epoch, told.finding.severity) == (broken, Severity.ERROR)
    assert told.finding.numbers["epoch"] == broken
    until = events[: events.index(told)]
    assert [event.epoch for event in until if isinstance(event, Epoch)][-1] == broken
    ended = events[-1]
    assert isinstance(ended, Finished)
    assert ended.finding == told.finding
    summary = summarise(run)
    assert summary is not None
    assert summary.finding == told.finding
    assert f"error at epoch {broken}: {told.finding}" in caplog.messages


def test_relus_that_are_all_off_are_told_with_their_layer(tmp_path: Path) -> None:
    _, events = trained(tmp_path, DEAD)

    told = found_in(events)["all-rows-alike"]
    assert told.finding.layer == 0
    assert told.finding.is_alarm
    assert told.epoch == 80
    assert [type(event) for event in events[-1:]] == [Finished]


def test_a_network_that_does_not_move_is_told(tmp_path: Path) -> None:
    _, events = trained(tmp_path, FLAT)

    told = found_in(events)["stuck-at-the-baseline"].finding
    assert told.severity is Severity.WARNING
    assert told.numbers["score"] <= told.numbers["baseline"]


def test_one_that_learns_has_nothing_to_be_told_of(tmp_path: Path) -> None:
    _, events = trained(tmp_path, find_task("digits").recipes["dense"])
    told = [event for event in events if isinstance(event, Advised)]
    assert not [event for event in told if event.finding.is_alarm]


def test_a_trainer_that_takes_up_a_lost_run_does_not_say_the_same_again(tmp_path: Path) -> None:
    run = RunStore(tmp_path).create(replace(TOO_FAST, fit=replace(TOO_FAST.fit, epochs=1_000_000)))
    process = start_training(run.path, 1000.0)

    def is_told() -> bool:
        events = events_of(run)
        # Some epochs later, so that it is trained anew in the middle of what was told.
        return isinstance(events[-1], Epoch) and any(isinstance(e, Advised) for e in events)

    wait_until(lambda: bool(events_of(run)) and is_told(), PATIENCE)
    process.kill()
    process.join(PATIENCE)
    (before,) = (event for event in events_of(run) if isinstance(event, Advised))
    done = RunHistory.read(run.events_path).epochs
    process = start_training(run.path, 1000.0, resumes=True, epochs=done + 20)
    process.join(PATIENCE)
    assert process.exitcode == 0
    # One that is over is taken up once more.
    assert train(claim(run.path, resumes=True, epochs=done + 40), DatasetCache(), "CPU")

    events = events_of(run)
    assert sum(isinstance(event, Resumed) for event in events) == 2
    assert [event for event in events if isinstance(event, Advised)] == [before]
    history = RunHistory.read(run.events_path)
    assert history.epochs == done + 40
    assert history.findings == ((before.epoch, before.finding),)
    assert history.alarm == before.finding


def test_what_an_earlier_trainer_told_is_taken_back_at_the_end(tmp_path: Path) -> None:
    run, events = trained(tmp_path, FLAT)
    assert found_in(events)["nothing-changes"].epoch == 80
    claimed = claim(run.path, resumes=True, epochs=200)
    run.send(SteeringCommand.LEARNING_RATE, 0.5)
    assert train(claimed, DatasetCache(), "CPU")
    history = RunHistory.read(run.events_path)
    assert history.epochs == 200
    assert history.last is not None
    assert history.last.metrics["loss"] < 0.5
    assert "nothing-changes" not in [finding.code for _, finding in history.findings]
    assert history.alarm is None


def test_what_the_curve_has_shown_is_told_before_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep = KeptWeights.on_epoch_end

    def fail(self: KeptWeights, epoch: int, logs: Any = None) -> None:
        if epoch == 59:
            raise MemoryError("no room for the weights")
        keep(self, epoch, logs)

    monkeypatch.setattr(KeptWeights, "on_epoch_end", fail)
    run = RunStore(tmp_path).create(FLAT)
    assert not train(claim(run.path), DatasetCache(), "CPU")
    events = events_of(run)
    assert isinstance(events[-1], Failed)
    assert found_in(events)["nothing-changes"].epoch == 60


def test_what_holds_no_more_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(advice, "_SHARES", {Depth.OUTPUTS: 1e9, Depth.GRADIENTS: 0.0})
    monkeypatch.setattr(advice, "_LEAST", {Depth.OUTPUTS: 0.0, Depth.GRADIENTS: 1.0})
    data = find_task("xor").load(FLAT.data.variant, seed=0)
    log = EventLog(tmp_path / "events.jsonl")
    writer = EventWriter(log)
    model = kertasks.build_model(FLAT, data, check=False)

    def learn(epoch: int, _logs: Any) -> None:
        if epoch == 60:
            model.optimizer.learning_rate = 0.5

    kertasks.fit(
        model,
        data.train.x,
        data.train.y,
        batch_size=1,
        epochs=150,
        callbacks=[
            writer,
            Advice(log, writer, data, 1, RunHistory(), lambda: 150, lambda: 1.0),
            keras.callbacks.LambdaCallback(on_epoch_begin=learn),
        ],
    )
    log.close()
    told = [event for event in events_in(tmp_path) if isinstance(event, Advised)]
    stuck = [event for event in told if event.finding.code == "stuck-at-the-baseline"]
    assert 50 <= stuck[0].epoch < 60 < stuck[1].epoch < 150
    # Looked at every epoch it may come and go, but not for ever.
    assert [event.holds for event in stuck] == [True, False] * (len(stuck) // 2)
    assert len(stuck) <= 6
    history = RunHistory.read(tmp_path / "events.jsonl")
    assert history.alarm is None


def events_in(folder: Path) -> list[Event]:
    return EventReader(folder / "events.jsonl").read_all()


WITH_STATE = replace(
    recipe_of(
        "xor",
        [
            dense(8, "relu", bias=-100.0),
            Layer("BatchNormalization", {}),
            Layer("Dropout", {"rate": 0.2}),
            dense(1, "sigmoid"),
        ],
        Component("Adam", {"learning_rate": 0.01}),
        "binary_crossentropy",
        epochs=40,
        batch_size=2,
        validation_split=0.5,
    ),
    seed=3,
)


def test_looking_at_every_epoch_changes_no_bit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(advice, "_SHARES", {Depth.OUTPUTS: 0.0, Depth.GRADIENTS: 1e9})
    monkeypatch.setattr(advice, "_LEAST", {Depth.OUTPUTS: 0.0, Depth.GRADIENTS: 0.0})
    task = find_task("xor")
    data = data_of_run(task.load(WITH_STATE.data.variant, seed=3), WITH_STATE)
    held_out = data.held_out
    assert held_out is not None
    numbers, drawn = [], list[tuple[float, ...]]()
    for name in ("alone", "advised"):
        (tmp_path / name).mkdir()
        log = EventLog(tmp_path / name / "events.jsonl")
        writer, told = EventWriter(log), RunHistory()
        model = kertasks.build_model(WITH_STATE, data, check=False)
        callbacks: list[keras.callbacks.Callback] = [writer]
        if name == "advised":
            callbacks.append(Advice(log, writer, data, 2, told, lambda: 40, lambda: 1.0))
        random.seed(5)
        np.random.seed(5)
        kertasks.fit(
            model,
            data.train.x,
            data.train.y,
            batch_size=2,
            epochs=40,
            validation_data=(held_out.x, held_out.y),
            callbacks=callbacks,
            seed=3,
        )
        log.close()
        values = [*model.variables, *model.optimizer.variables]
        numbers.append([np.asarray(each.value) for each in values])
        # Keras counts the layers that are made.
        made = int(keras.layers.Dense(1).name.rsplit("_", 1)[-1])
        drawn.append((made - len(drawn), random.random(), np.random.random()))
    alone, advised = numbers
    assert len(alone) == len(advised)
    assert all(map(np.array_equal, alone, advised))
    assert drawn[0] == drawn[1]
    history = RunHistory.read(tmp_path / "advised" / "events.jsonl")
    found = {finding.code: epoch for epoch, finding in history.findings}
    assert found["dead-after-training"] == 4  # it did look: two looks found it
    assert history.epochs == 40
