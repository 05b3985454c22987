"""Commands to a real training in this process: what each does, and what it answers."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from tests.support.waiting import wait_until

import kertasks
from kertasks.runs.event_file.event_log import EventLog
from kertasks.runs.event_file.event_reader import EventReader
from kertasks.runs.event_file.events import (
    Checkpointed,
    Control,
    Epoch,
    Event,
    LearningRate,
    Paused,
    Planned,
    Resumed,
)
from kertasks.runs.steering.commands import SteeringCommand
from kertasks.runs.steering.control_file import ControlFile, write_command
from kertasks.trainer.callbacks.best_weights import BestWeights
from kertasks.trainer.callbacks.checkpoints import Checkpoints
from kertasks.trainer.callbacks.event_writer import EventWriter
from kertasks.trainer.callbacks.steering import EFFECTS, LOOK_EVERY, Steering
from kertasks.trainer.weights.checkpoint import Checkpoint

STEPS = 4
ENDLESS = 1 << 30


class Steered:
    """A tiny training in a thread, and a person who steers it."""

    def __init__(self, folder: Path, planned: int = ENDLESS) -> None:
        self.folder = folder
        self.log = EventLog(folder / "events.jsonl")
        self.writer = EventWriter(self.log)
        self.best = BestWeights(self.writer, folder / "best.keras", self.log)
        self.checkpoints = Checkpoints(folder / "checkpoint" / "state.npz", self.log)
        self.saved: list[int] = []
        self.steering = Steering(
            ControlFile(folder / "control.json"),
            self.log,
            self.writer,
            self.best,
            self.checkpoints,
            planned,
            save=lambda _model: self.saved.append(self.writer.epochs),
        )
        keras.utils.set_random_seed(0)
        self.model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
        self.model.compile(optimizer=keras.optimizers.SGD(0.01), loss="mse")
        self.reader = EventReader(folder / "events.jsonl")
        self.events: list[Event] = []
        self.thread = threading.Thread(target=self.fit, daemon=True)

    def fit(self, **arguments: Any) -> None:
        x = np.ones((2 * STEPS, 2), dtype=np.float32)
        y = np.ones((2 * STEPS,), dtype=np.float32)
        kertasks.fit(
            self.model,
            x,
            y,
            batch_size=2,
            epochs=ENDLESS,
            callbacks=[self.writer, self.best, self.steering],
            **arguments,
        )

    def ask(self, name: SteeringCommand, value: float | None = None) -> Control:
        """Ask, and wait for the answer."""
        number = write_command(self.folder / "control.json", name, value).number
        answer: Control = self.wait(Control, lambda event: event.number == number)
        return answer

    def wait(self, kind: type[Any], matches: Callable[[Any], bool] = lambda _: True) -> Any:
        """Wait for an event that was not waited for yet."""
        found: list[Event] = []

        def look() -> bool:
            self.events += self.reader.read()
            for place, event in enumerate(self.events):
                if isinstance(event, kind) and matches(event):
                    found.append(event)
                    del self.events[: place + 1]
                    return True
            return False

        wait_until(look)
        return found[0]

    def checkpoint(self) -> Checkpoint:
        found = Checkpoint.read(self.folder / "checkpoint" / "state.npz")
        assert found is not None
        return found

    def end(self) -> None:
        if self.thread.is_alive():
            write_command(self.folder / "control.json", SteeringCommand.STOP)
            self.thread.join(30)
        assert not self.thread.is_alive()
        self.checkpoints.close()
        self.log.close()


@pytest.fixture
def steered(tmp_path: Path) -> Iterator[Steered]:
    made = Steered(tmp_path)
    made.thread.start()
    made.wait(Epoch)
    yield made
    made.end()


def test_every_command_has_an_effect() -> None:
    assert set(EFFECTS) == set(SteeringCommand)


def test_it_pauses_at_a_batch_and_goes_on(steered: Steered) -> None:
    assert steered.ask(SteeringCommand.PAUSE).refused is None
    paused = steered.wait(Paused)
    done = steered.writer.epochs
    assert paused.epoch == done
    assert steered.ask(SteeringCommand.PAUSE).refused == "it is paused already"
    assert steered.writer.epochs == done
    steered.ask(SteeringCommand.RESUME)
    resumed = steered.wait(Resumed)
    assert (resumed.epoch, resumed.step) == (paused.epoch, paused.step)
    steered.wait(Epoch, lambda event: event.epoch > done)
    assert steered.ask(SteeringCommand.RESUME).refused == "it is not paused"


def test_a_pause_is_not_counted_into_its_epoch(steered: Steered) -> None:
    steered.ask(SteeringCommand.PAUSE)
    paused = steered.wait(Paused)
    waited = threading.Event()
    waited.wait(0.4)  # the time itself is the subject
    steered.ask(SteeringCommand.RESUME)
    resumed = steered.wait(Resumed)
    after = steered.wait(Epoch, lambda event: event.epoch > paused.epoch)
    events = EventReader(steered.folder / "events.jsonl").read_all()
    (before,) = (e for e in events if isinstance(e, Epoch) and e.epoch == after.epoch - 1)
    assert after.seconds <= after.t - before.t - (resumed.t - paused.t) + 0.1


def test_one_epoch_ends_at_the_next_epoch_s_end(steered: Steered) -> None:
    steered.ask(SteeringCommand.PAUSE)
    before = steered.wait(Paused)
    steered.ask(SteeringCommand.EPOCH)
    after = steered.wait(Paused)
    assert (after.epoch, after.step) == (before.epoch + 1, 0)


def test_one_batch_is_one_batch(steered: Steered) -> None:
    steered.ask(SteeringCommand.PAUSE)
    steered.wait(Paused)
    steered.ask(SteeringCommand.EPOCH)
    whole = steered.wait(Paused)
    before = int(steered.model.optimizer.iterations)
    places = []
    for _ in range(STEPS + 1):
        steered.ask(SteeringCommand.BATCH)
        places.append(steered.wait(Paused))
    assert [(place.epoch - whole.epoch, place.step) for place in places] == [
        (0, 1),
        (0, 2),
        (0, 3),
        (0, 4),
        (1, 1),
    ]
    assert int(steered.model.optimizer.iterations) == before + STEPS + 1


def test_the_learning_rate_changes_at_once_and_is_on_disk_when_answered(steered: Steered) -> None:
    steered.ask(SteeringCommand.PAUSE)
    paused = steered.wait(Paused)
    answered = steered.ask(SteeringCommand.LEARNING_RATE, 0.125)
    assert answered.refused is None
    rates = [float(value) for value in steered.checkpoint().variables if value.shape == ()]
    assert 0.125 in rates
    steered.ask(SteeringCommand.RESUME)
    epoch = steered.wait(Epoch, lambda event: event.epoch > paused.epoch)
    assert epoch.learning_rate == 0.125
    written = [
        event
        for event in EventReader(steered.folder / "events.jsonl").read_all()
        if isinstance(event, LearningRate)
    ]
    assert [(event.epoch, event.learning_rate) for event in written] == [(paused.epoch + 1, 0.125)]


@pytest.mark.parametrize("value", [0.0, -1.0, 1e-50, 1e300, 10**400, float("nan"), None])
def test_a_learning_rate_that_is_none_is_refused(steered: Steered, value: float | None) -> None:
    answered = steered.ask(SteeringCommand.LEARNING_RATE, value)
    assert answered.refused == "a learning rate is a number from 1.2e-38 to 3.4e+38"
    assert float(steered.model.optimizer.learning_rate) == pytest.approx(0.01)


def test_the_plan_can_be_cut_short_but_not_below_what_is_done(steered: Steered) -> None:
    steered.wait(Epoch, lambda event: event.epoch > 1)
    write_command(steered.folder / "control.json", SteeringCommand.EPOCHS, 1)
    planned = steered.wait(Planned)
    steered.thread.join(30)
    assert not steered.thread.is_alive()
    assert planned.epochs == steered.writer.epochs > 1
    assert not steered.steering.stop_requested
    assert steered.checkpoint().over


def test_the_plan_can_be_extended(tmp_path: Path) -> None:
    steered = Steered(tmp_path, planned=3)
    write_command(tmp_path / "control.json", SteeringCommand.EPOCHS, 5)
    steered.fit()
    assert steered.writer.epochs == 5
    steered.end()


@pytest.mark.parametrize("value", [0, 2.5, 10**400, 2**31 + 1, float("nan"), float("inf"), None])
def test_a_number_of_epochs_that_is_none_is_refused(steered: Steered, value: float | None) -> None:
    refused = steered.ask(SteeringCommand.EPOCHS, value).refused
    assert refused == "a number of epochs is a whole number from 1 to 2147483648"
    steered.wait(Epoch)


def test_a_command_that_fails_is_refused_and_the_training_goes_on(
    steered: Steered, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def save(_model: keras.Model) -> None:
        raise RuntimeError("no weights\nat all")

    monkeypatch.setattr(steered.steering, "_save_files", save)
    assert steered.ask(SteeringCommand.SAVE).refused == "RuntimeError: no weights"
    assert "Traceback" in capfd.readouterr().err
    steered.wait(Epoch)


def test_saving_now_writes_network_and_checkpoint(steered: Steered) -> None:
    assert steered.ask(SteeringCommand.SAVE).refused is None
    assert len(steered.saved) == 1
    assert steered.checkpoint().position.epoch >= steered.saved[0]
    assert not steered.checkpoint().over


def test_a_save_within_a_validation_is_answered_once_there_is_a_checkpoint(tmp_path: Path) -> None:
    steered = Steered(tmp_path, planned=2)

    class AsksWithin(keras.callbacks.Callback):  # type: ignore[misc]  # Keras carries no types
        def on_test_begin(self, logs: Any = None) -> None:
            if steered.writer.epochs == 0:
                write_command(tmp_path / "control.json", SteeringCommand.SAVE)

        def on_test_batch_begin(self, batch: int, logs: Any = None) -> None:
            time.sleep(2 * LOOK_EVERY)

    rows, targets = np.ones((6, 2), dtype=np.float32), np.ones(6, dtype=np.float32)
    callbacks = [steered.writer, steered.best, AsksWithin(), steered.steering]
    kertasks.fit(
        steered.model, rows, targets, batch_size=2, epochs=2,
        validation_data=(rows, targets), callbacks=callbacks,
    )  # fmt: skip
    steered.log.flush()
    told = EventReader(tmp_path / "events.jsonl").read_all()
    kinds = [type(event) for event in told if isinstance(event, Control | Checkpointed)]
    assert kinds[:2] == [Checkpointed, Control]
    steered.end()


def test_a_stop_ends_it_and_is_answered_by_its_number(steered: Steered) -> None:
    answered = steered.ask(SteeringCommand.STOP)
    steered.thread.join(30)
    assert not steered.thread.is_alive()
    assert (answered.number, answered.command) == (1, "stop")
    assert steered.steering.stop_requested
    assert not steered.steering.wants_best
    place = steered.checkpoint().position
    assert place.epoch == steered.writer.epochs


def test_a_stop_may_ask_for_the_best_weights(steered: Steered) -> None:
    steered.ask(SteeringCommand.STOP_BEST)
    steered.thread.join(30)
    assert steered.steering.stop_requested
    assert steered.steering.wants_best


def test_a_stop_from_before_the_training_is_heard(tmp_path: Path) -> None:
    steered = Steered(tmp_path)
    write_command(tmp_path / "control.json", SteeringCommand.LEARNING_RATE, 0.5)
    write_command(tmp_path / "control.json", SteeringCommand.STOP)
    assert steered.steering.look_before_training()
    steered.end()


def test_a_command_not_known_here_is_refused(steered: Steered) -> None:
    (steered.folder / "control.json").write_text(
        '{"commands": [{"number": 1, "command": "dance"}]}'
    )
    answer = steered.wait(Control)
    assert answer.refused == "this version of the trainer does not know it"
    steered.wait(Epoch)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_to_end_stops_as_a_person_would(tmp_path: Path, number: signal.Signals) -> None:
    steered = Steered(tmp_path)

    def send() -> None:
        steered.wait(Epoch)
        steered.wait(Epoch)
        os.kill(os.getpid(), number)

    steered.steering.stop_on_signals()
    threading.Thread(target=send, daemon=True).start()
    steered.fit()
    assert steered.steering.stop_requested
    steered.end()


def test_a_checkpoint_comes_after_its_epochs_in_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kertasks.trainer.callbacks.checkpoints.EVERY", 0.0)
    monkeypatch.setattr("kertasks.trainer.callbacks.checkpoints._SHARE", 0)
    steered = Steered(tmp_path, planned=50)
    steered.fit()
    steered.end()
    done = 0
    checkpoints = 0
    for event in EventReader(tmp_path / "events.jsonl").read_all():
        if isinstance(event, Epoch):
            done = event.epoch
        if isinstance(event, Checkpointed):
            checkpoints += 1
            assert event.epoch <= done
    assert checkpoints >= 2
    assert steered.checkpoint().position.epoch == 50
