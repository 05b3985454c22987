"""Whole trainings in this process: what they write, and how each kind of failure reads."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest
from tests.support.own_tasks import OwnTasks

from kertasks.data.dataset import Dataset
from kertasks.data.splits import Split, TargetScale
from kertasks.recipes.changes import with_changes
from kertasks.recipes.recipe import EarlyStopping, Layer, Recipe
from kertasks.registry import find_task
from kertasks.runs.event_file.event_reader import EventReader
from kertasks.runs.event_file.events import Epoch, Event, Failed, Finished, Notice, Started, Stopped
from kertasks.runs.folder import RunFolder
from kertasks.runs.home.store import RunStore
from kertasks.runs.steering.commands import SteeringCommand
from kertasks.trainer.dataset_cache import DatasetCache
from kertasks.trainer.failure import describe_failure
from kertasks.trainer.process.claiming import claim
from kertasks.trainer.run import train
from kertasks.trainer.testing import mean_absolute_error

pytestmark = pytest.mark.training

ANSWER = find_task("xor").recipes["answer"]


def trained(home: Path, recipe: Recipe, *, stop: bool = False) -> tuple[RunFolder, list[Event]]:
    run = RunStore(home).create(recipe)
    if stop:
        run.send(SteeringCommand.STOP)
    train(claim(run.path), DatasetCache(), "CPU")
    return run, EventReader(run.events_path).read_all()


def test_a_network_learns_xor(tmp_path: Path) -> None:
    # A smooth activation has no dead units: it learns from whatever weights it is given.
    changes = ["fit.epochs=400", "layers.0.activation=tanh", "compile.optimizer.learning_rate=0.02"]
    recipe = with_changes(ANSWER, changes)
    run, events = trained(tmp_path, recipe)

    started = events[0]
    assert isinstance(started, Started)
    assert (started.epochs, started.steps, started.parameters) == (400, 4, 33)
    epochs = [event for event in events if isinstance(event, Epoch)]
    assert [event.epoch for event in epochs] == list(range(1, 401))
    assert epochs[-1].metrics["accuracy"] == 1.0
    assert epochs[-1].metrics["loss"] < 0.1 < epochs[0].metrics["loss"]
    ended = events[-1]
    assert isinstance(ended, Finished)
    assert ended.test is None

    network = keras.models.load_model(run.model_path)
    rows = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=np.float32)
    said = network.predict(rows, verbose=0).reshape(-1)
    assert (said > 0.5).tolist() == [False, True, True, False]
    assert run.best_path.is_file()
    assert run.manifest().task == "xor"


def test_the_threshold_answer_learns_the_threshold(tmp_path: Path) -> None:
    recipe = with_changes(
        find_task("threshold").recipes["answer"], ["compile.optimizer.learning_rate=0.5"]
    )
    _, events = trained(tmp_path, recipe)
    ended = events[-1]
    assert isinstance(ended, Finished)
    assert ended.test is not None
    assert ended.test["accuracy"] >= 0.95
    assert ended.best_epoch is not None


def test_a_regression_s_error_is_in_the_target_s_own_unit() -> None:
    scale = TargetScale(mean=22.5, scale=9.0)
    y = np.array([-1.0, 0.0, 2.0], dtype=np.float32)
    test = Split(np.zeros((3, 1), dtype=np.float32), y)
    data = Dataset(test, test=test, feature_names=("x",), target_scale=scale)
    predicted = np.array([[-1.0], [0.5], [1.5]])
    # Off by 0, 0.5 and 0.5 in scaled units: the mean of the target has no part in it.
    assert mean_absolute_error(data, predicted) == pytest.approx(9.0 / 3)


@pytest.mark.usefixtures("genuine_data")
def test_boston_as_asked_reports_dollars_from_unscaled_predictions(tmp_path: Path) -> None:
    run, events = trained(tmp_path, find_task("boston").recipes["as asked"])
    ended = events[-1]
    assert isinstance(ended, Finished), run.log_path
    assert ended.unit == "$1,000"
    assert ended.test is not None
    # Scaled it is below 1; turned back with the scaler's inverse it would be above 20.
    assert 1.5 < ended.test["mae"] < 6.0


def test_a_stop_from_before_the_first_epoch_is_heard(tmp_path: Path) -> None:
    run, events = trained(tmp_path, ANSWER, stop=True)
    ended = events[-1]
    assert isinstance(ended, Stopped)
    assert (ended.epochs, ended.best_epoch) == (0, None)
    assert run.model_path.is_file()
    assert not run.best_path.exists()


def test_early_stopping_finishes_and_restores(tmp_path: Path) -> None:
    stopping = EarlyStopping(monitor="loss", patience=1, min_delta=1e9)
    recipe = replace(ANSWER, fit=replace(ANSWER.fit, early_stopping=stopping))
    _, events = trained(tmp_path, recipe)
    ended = events[-1]
    assert isinstance(ended, Finished)
    assert ended.epochs < ANSWER.fit.epochs


def test_early_stopping_with_nothing_held_out_is_said(tmp_path: Path) -> None:
    stopping = EarlyStopping(monitor="val_loss")
    recipe = replace(ANSWER, fit=replace(ANSWER.fit, epochs=2, early_stopping=stopping))
    _, events = trained(tmp_path, recipe)
    (notice,) = (event for event in events if isinstance(event, Notice))
    assert "val_loss" in notice.text
    assert "fit.validation_split" in notice.text


def test_what_keras_warns_of_is_told_once_before_the_first_epoch(tmp_path: Path) -> None:
    changes = ["fit.epochs=3", "layers.1.activation=softmax", 'compile.metrics=["R2Score"]']
    _, events = trained(tmp_path, with_changes(ANSWER, changes))
    kinds = [type(event) for event in events if isinstance(event, Notice | Epoch)]
    assert kinds == [Notice, Epoch, Epoch, Epoch]
    (notice,) = (event for event in events if isinstance(event, Notice))
    assert "The softmax operation will always return the value 1" in notice.text


def test_data_that_is_wrong_is_refused_or_said_before_the_first_epoch(
    tmp_path: Path, own_tasks: OwnTasks
) -> None:
    rows = "y = np.repeat([0, 1, 2], 5)\nx = np.ones((15, 2), dtype=np.float32)\n"
    own_tasks.add("gap", f"{rows}x[7, 1] = np.nan\ntest = Split(x[:0], y[:0])")
    own_tasks.add("shifted", f"{rows}y = y + 1")
    _, events = trained(tmp_path / "gap", find_task("gap").recipe())
    first = next(place for place, event in enumerate(events) if isinstance(event, Epoch))
    said = [event.text for event in events[:first] if isinstance(event, Notice)]
    assert said == [
        "x holds nan in row 7, column 1 (counted from 0): what is computed of it is not finite "
        "either",
        "the test split has no rows",
    ]
    assert isinstance(events[-1], Finished)
    run, events = trained(tmp_path / "shifted", find_task("shifted").recipe())
    ended = events[-1]
    assert isinstance(ended, Failed)
    assert ended.reason.startswith("compile.loss: the output has 3 values a row, too few for")
    assert not any(isinstance(event, Epoch) for event in events)
    # As it is for a run that is resumed.
    train(claim(run.path, resumes=True), DatasetCache(), "CPU")
    again = EventReader(run.events_path).read_all()[-1]
    assert isinstance(again, Failed)
    assert again.reason == ended.reason


@pytest.mark.parametrize(
    ("layers", "reason"),
    [
        ((Layer("Conv2D", {"filters": 2, "kernel_size": 3}),), "layers.0: "),
        ((Layer("Dense", {"units": 10**12}),), "out of memory: the network's weights"),
    ],
    ids=["a layer Keras refuses", "a layer too large"],
)
def test_what_cannot_be_built_fails_in_plain_words(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], layers: tuple[Layer, ...], reason: str
) -> None:
    run, events = trained(tmp_path, replace(ANSWER, layers=(*layers, *ANSWER.layers)))

    (ended,) = events
    assert isinstance(ended, Failed)
    assert reason in ended.reason
    assert "Traceback" not in ended.reason
    assert len(ended.reason.splitlines()) == 1
    assert "Traceback" in capfd.readouterr().err
    assert not run.model_path.exists()


def test_missing_data_fails_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    _, events = trained(tmp_path, find_task("boston").recipes["as asked"])
    ended = events[-1]
    assert isinstance(ended, Failed)
    assert "kertui data get boston_housing.npz" in ended.reason


def test_an_exception_in_a_callback_names_the_callback() -> None:
    class Careless(keras.callbacks.Callback):  # type: ignore[misc]  # keras has no types
        def on_epoch_end(self, epoch: int, logs: object = None) -> None:
            raise KeyError("val_los")

    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile(loss="mse")
    x = np.zeros((4, 2), dtype=np.float32)
    with pytest.raises(KeyError) as raised:
        model.fit(x, x[:, 0], callbacks=[Careless()], verbose=0)
    said = describe_failure(raised.value, "training", ANSWER)
    assert said == "the callback Careless, while training, failed: KeyError: 'val_los'"


def test_a_full_disk_is_said_as_such() -> None:
    error = OSError(28, "No space left on device", "/runs/x/model.keras")
    said = describe_failure(error, "saving the weights", ANSWER)
    assert said == "saving the weights failed: No space left on device (/runs/x/model.keras)."


def test_running_out_of_memory_says_what_needs_less() -> None:
    said = describe_failure(MemoryError(), "training", ANSWER)
    assert said.startswith("out of memory while training. Narrower layers")
    in_batches = replace(ANSWER, fit=replace(ANSWER.fit, batch_size=64))
    said = describe_failure(MemoryError(), "training", in_batches)
    assert said.startswith("out of memory while training. A smaller batch (now 64), narrower")
