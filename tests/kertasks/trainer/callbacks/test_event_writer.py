from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

import kertasks
from kertasks.runs.event_file.event_log import EventLog
from kertasks.runs.event_file.event_reader import EventReader
from kertasks.runs.event_file.events import Epoch, LearningRate, Progress
from kertasks.runs.history import RunHistory
from kertasks.trainer.callbacks.best_weights import BestWeights
from kertasks.trainer.callbacks.event_writer import EventWriter
from kertasks.trainer.weights.checkpoint import BestState, TrainingPosition


class Trained:
    """A tiny model, a writer and what it wrote."""

    def __init__(self, folder: Path, told: RunHistory | None = None) -> None:
        self.folder = folder
        self.log = EventLog(folder / "events.jsonl")
        self.writer = EventWriter(self.log, told)
        keras.utils.set_random_seed(0)
        self.model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
        self.model.compile(optimizer=keras.optimizers.SGD(0.25), loss="mse", metrics=["mae"])
        self.x = np.ones((8, 2), dtype=np.float32)
        self.y = np.ones((8,), dtype=np.float32)

    def fit(self, *more: keras.callbacks.Callback, **arguments: object) -> keras.callbacks.History:
        settings = {"epochs": 3, "batch_size": 2, "verbose": 0, **arguments}
        return self.model.fit(self.x, self.y, callbacks=[self.writer, *more], **settings)

    def events(self) -> list[object]:
        self.log.flush()
        return list(EventReader(self.folder / "events.jsonl").read_all())


def told_by_another(folder: Path, epochs: int) -> RunHistory:
    """What a process told that trained so many epochs."""
    (folder / "before").mkdir()
    before = Trained(folder / "before")
    before.fit(epochs=epochs)
    before.log.close()
    return RunHistory.read(folder / "before" / "events.jsonl")


@pytest.fixture
def trained(tmp_path: Path) -> Iterator[Trained]:
    made = Trained(tmp_path)
    yield made
    made.log.close()


def test_each_epoch_has_keras_s_own_numbers(trained: Trained) -> None:
    history = trained.fit(validation_split=0.25)

    epochs = [event for event in trained.events() if isinstance(event, Epoch)]
    assert [event.epoch for event in epochs] == [1, 2, 3]
    for name in ("loss", "mae", "val_loss", "val_mae"):
        assert [event.metrics[name] for event in epochs] == history.history[name]
    assert all(event.learning_rate == 0.25 for event in epochs)
    assert all(event.seconds > 0 for event in epochs)
    assert trained.writer.epochs == 3


def test_epochs_written_by_an_earlier_process_are_not_written_again(tmp_path: Path) -> None:
    told = told_by_another(tmp_path, epochs=2)
    trained = Trained(tmp_path, told)
    trained.fit(epochs=1)  # by the process before, up to its checkpoint
    trained.events()
    trained.writer.go_on_from(TrainingPosition(1), BestState())
    trained.fit(epochs=4, initial_epoch=1)
    epochs = [event.epoch for event in trained.events() if isinstance(event, Epoch)]
    trained.log.close()
    assert epochs == [3, 4]
    assert trained.writer.epochs == 4
    assert trained.writer.best.epoch is not None


def test_an_epoch_that_was_broken_off_is_none(trained: Trained) -> None:
    class StopWithinSecond(keras.callbacks.Callback):  # type: ignore[misc]  # keras has no types
        def on_train_batch_end(self, batch: int, logs: object = None) -> None:
            if trained.writer.epochs == 1 and batch == 1:
                self.model.stop_training = True

    kertasks.fit(
        trained.model,
        trained.x,
        trained.y,
        batch_size=2,
        epochs=5,
        callbacks=[trained.writer, StopWithinSecond()],
    )
    assert [event.epoch for event in trained.events() if isinstance(event, Epoch)] == [1]
    assert trained.writer.within_epoch


def test_a_long_epoch_says_how_far_it_is_at_most_ten_times_a_second(trained: Trained) -> None:
    class Slow(keras.callbacks.Callback):  # type: ignore[misc]  # keras has no types
        def on_train_batch_end(self, batch: int, logs: object = None) -> None:
            threading.Event().wait(0.02)

    trained.x = np.ones((60, 2), dtype=np.float32)
    trained.y = np.ones((60,), dtype=np.float32)
    trained.fit(Slow(), epochs=1)

    said = [event for event in trained.events() if isinstance(event, Progress)]
    assert said
    assert all(event.epoch == 1 and 0 < event.step <= 30 for event in said)
    assert [event.step for event in said] == sorted({event.step for event in said})
    assert all(set(event.metrics) == {"loss", "mae"} for event in said)
    gaps = [later.t - event.t for event, later in itertools.pairwise(said)]
    assert all(gap > 0.09 for gap in gaps)


def test_a_learning_rate_a_callback_changes_is_said(trained: Trained) -> None:
    schedule = keras.callbacks.LearningRateScheduler(lambda epoch, _rate: 0.5 / (epoch + 1))
    settings = {"epochs": 3, "batch_size": 2, "verbose": 0}
    trained.model.fit(trained.x, trained.y, callbacks=[schedule, trained.writer], **settings)

    events = trained.events()
    rates = [event.learning_rate for event in events if isinstance(event, Epoch)]
    assert rates == pytest.approx([0.5, 0.25, 0.5 / 3])
    changes = [event for event in events if isinstance(event, LearningRate)]
    assert [(event.epoch, event.learning_rate) for event in changes] == [
        (2, rates[1]),
        (3, rates[2]),
    ]


def test_a_learning_rate_that_a_person_sets_is_said_once(trained: Trained) -> None:
    trained.fit(epochs=1)
    trained.model.optimizer.learning_rate = 0.01
    trained.writer.say_learning_rate(0.01, 2)
    trained.fit(epochs=3, initial_epoch=1)
    changes = [event for event in trained.events() if isinstance(event, LearningRate)]
    assert [(event.epoch, event.learning_rate) for event in changes] == [(2, 0.01)]


def test_best_weights_are_those_of_the_lowest_loss(trained: Trained) -> None:
    kept: list[list[np.ndarray[Any, Any]]] = []

    class Worse(keras.callbacks.Callback):  # type: ignore[misc]  # keras has no types
        """Lets the third epoch be the best by spoiling the weights after it."""

        def on_epoch_end(self, epoch: int, logs: object = None) -> None:
            kept.append(self.model.get_weights())
            if epoch == 2:
                self.model.set_weights([weight + 10 for weight in self.model.get_weights()])

    best = BestWeights(trained.writer, trained.folder / "best.keras", trained.log)
    trained.model.optimizer.learning_rate = 0.001
    trained.fit(best, Worse(), epochs=4)
    last = trained.model.get_weights()
    best.save(trained.model)

    assert trained.writer.best.epoch == 3
    saved = keras.models.load_model(trained.folder / "best.keras").get_weights()
    assert best.epoch == 3
    for weight, expected in zip(saved, kept[2], strict=True):
        np.testing.assert_array_equal(weight, expected)
    for weight, before in zip(trained.model.get_weights(), last, strict=True):
        np.testing.assert_array_equal(weight, before)
    names = sorted(path.name for path in trained.folder.iterdir())
    assert names == ["best.keras", "events.jsonl"]
