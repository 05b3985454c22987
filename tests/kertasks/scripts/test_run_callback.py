"""``kertasks.Run``: a run of any training, and never a reason for it to end."""

from __future__ import annotations

import copy
import shutil
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from tests.support.waiting import wait_until

import kertasks
from kertasks.runs.event_file.event_log import EventLog
from kertasks.runs.event_file.events import Failed, Finished, Stopped
from kertasks.runs.folder import RunFolder
from kertasks.runs.history import RunHistory
from kertasks.runs.home.label import read_label
from kertasks.runs.home.store import RunStore
from kertasks.runs.looking.look_files import Viewer
from kertasks.runs.state import RunState
from kertasks.runs.steering.commands import SteeringCommand
from kertasks.runs.views.layer_table import LayersRequest
from kertasks.runs.weights_file import read_epoch
from kertasks.scripts.fit_hook import follow_fit
from kertasks.scripts.script import Script, set_under_way
from kertasks.trainer.callbacks.best_weights import BestWeights
from kertasks.trainer.callbacks.event_writer import EventWriter
from kertasks.trainer.weights.weight_files import WeightFiles

RNG = np.random.default_rng(0)
X = RNG.normal(size=(64, 4)).astype("float32")
Y = (X[:, 0] > 0).astype("int32")


@pytest.fixture(autouse=True)
def _no_script_is_left_under_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process runs one script for kertui, and has runs in it alone: it is over with its test,
    in whatever order tests come."""
    monkeypatch.setattr("kertasks.scripts.script._under_way", None)


def network() -> keras.Model:
    keras.utils.set_random_seed(3)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
    return model


def fit(model: keras.Model, *callbacks: keras.callbacks.Callback, epochs: int = 2) -> Any:
    return model.fit(X, Y, epochs=epochs, batch_size=16, verbose=0, callbacks=list(callbacks))


def ended(run: RunFolder) -> Any:
    return RunHistory.read(run.events_path).ended


class Doing(keras.callbacks.Callback):  # type: ignore[misc]
    """Does something once, at the end of the second batch or of the first epoch."""

    async_safe = True

    def __init__(self, do: Callable[[], None], *, within: bool = False) -> None:
        super().__init__()
        self._do = do
        self._within = within
        self._done = False

    def _once(self) -> None:
        if not self._done:
            self._done = True
            self._do()

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        if self._within and batch == 1:
            self._once()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if not self._within:
            self._once()


def test_each_training_is_a_run_of_its_own_whatever_it_is_called(tmp_path: Path) -> None:
    model = network()
    run = kertasks.Run("my net", home=tmp_path, notes="as in the paper")
    history = fit(model, run)
    fit(model, run)
    fit(model, kertasks.Run("my net", home=tmp_path))
    third, second, first = RunStore(tmp_path).runs()
    manifests = [one.manifest() for one in (first, second, third)]
    assert [one.recipe for one in manifests] == ["my net"] * 3
    # Those of one callback belong together.
    assert [one.group for one in manifests] == [first.id, first.id, third.id]
    assert read_label(first.path).note == "as in the paper"
    for one in (first, second, third):
        assert isinstance(ended(one), Finished)
        assert one.state() is RunState.FINISHED
    assert list(RunHistory.read(first.events_path).column("loss")) == history.history["loss"]
    assert {path.stat().st_mode & 0o077 for path in first.path.iterdir()} == {0}
    saved = keras.models.load_model(third.model_path)
    assert all(map(np.array_equal, saved.get_weights(), model.get_weights()))


def test_a_home_that_cannot_be_written_in_is_one_warning(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("no folder")
    run = kertasks.Run(home=tmp_path / "home")
    plain = fit(network()).history
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        assert [fit(network(), run).history for _ in range(2)] == [plain, plain]
    (said,) = [str(one.message) for one in told if "kertui" in str(one.message)]
    assert "this training is not followed: cannot keep runs in" in said


def test_a_training_that_is_left_by_an_error_failed(tmp_path: Path) -> None:
    def leave() -> None:
        raise ValueError("no more rows")

    run = kertasks.Run("left", home=tmp_path)
    with pytest.raises(ValueError, match="no more rows"):
        fit(network(), Doing(leave), run)
    (folder,) = RunStore(tmp_path).runs()
    # Nobody calls a hook: that the call is not under way any more is seen.
    wait_until(lambda: ended(folder) is not None)
    failed = ended(folder)
    assert isinstance(failed, Failed)
    assert failed.reason.endswith("in epoch 1")
    # The same callback goes on with another run.
    fit(network(), run)
    assert isinstance(ended(RunStore(tmp_path).runs()[0]), Finished)


def test_an_error_that_ends_the_program_is_said(tmp_path: Path) -> None:
    program = tmp_path / "train.py"
    program.write_text(
        "import keras, numpy as np, kertasks\n"
        "x = np.zeros((8, 2), 'float32')\n"
        "model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])\n"
        "model.compile('sgd', 'mse')\n"
        "def leave(epoch, logs): raise RuntimeError('no more rows')\n"
        "leaving = keras.callbacks.LambdaCallback(on_epoch_end=leave)\n"
        f"run = kertasks.Run(home={str(tmp_path / 'home')!r})\n"
        "model.fit(x, x[:, 0], verbose=0, callbacks=[run, leaving])\n"
    )
    done = subprocess.run([sys.executable, str(program)], capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.rstrip().endswith("RuntimeError: no more rows")
    (folder,) = RunStore(tmp_path / "home").runs()
    assert folder.manifest().task == "train.py"
    failed = ended(folder)
    assert isinstance(failed, Failed)
    assert failed.reason == "training failed in epoch 2: RuntimeError: no more rows"


def test_a_callback_can_be_copied_in_the_middle_of_a_training(tmp_path: Path) -> None:
    run, copies = kertasks.Run(home=tmp_path), list[kertasks.Run]()
    fit(network(), Doing(lambda: copies.append(copy.deepcopy(run))), run)
    fit(network(), *copies)
    assert [type(ended(one)) for one in RunStore(tmp_path).runs()] == [Finished, Finished]


def test_the_best_epoch_is_the_programs_own(tmp_path: Path) -> None:
    """Of the larger accuracy, though its name says nothing; weights that are given back after the
    run was told of the end are not claimed."""
    named = keras.metrics.BinaryAccuracy(name="share")
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile(keras.optimizers.SGD(-1.0), "binary_crossentropy", metrics=[named])  # unlearns
    stopping = keras.callbacks.EarlyStopping("share", patience=1, restore_best_weights=True)
    for callbacks in (
        [kertasks.Run(home=tmp_path), stopping],
        [stopping, kertasks.Run(home=tmp_path)],
    ):
        keras.utils.set_random_seed(3)
        model.set_weights([np.array([[3.0], [0], [0], [0]]), np.zeros(1)])
        model.fit(X, Y, epochs=6, batch_size=16, verbose=0, callbacks=callbacks)
    after, before = (ended(run) for run in RunStore(tmp_path).runs())
    for told in (before, after):
        assert told.monitor.name == "share"
        assert told.monitor.mode == "max"
        assert told.best_epoch == 1
        assert told.epochs == 2
    assert (before.restored_epoch, after.restored_epoch) == (None, 1)
    late, early = (keras.models.load_model(run.model_path) for run in RunStore(tmp_path).runs())
    assert all(map(np.array_equal, late.get_weights(), model.get_weights()))
    assert not all(map(np.array_equal, early.get_weights(), model.get_weights()))


def test_a_folder_that_is_deleted_ends_no_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kertasks.runs.event_file.event_log.HEARTBEAT", 0.05)

    def delete() -> None:
        shutil.rmtree(tmp_path / "runs")
        wait_until(lambda: run._fit is None or run._fit._log.folder_gone)

    run = kertasks.Run(home=tmp_path)
    with pytest.warns(UserWarning, match="not followed any more: the run's folder is gone"):
        history = fit(network(), Doing(delete), run, epochs=4).history
    assert len(history["loss"]) == 4


def test_a_training_of_thousands_of_batches_is_held_at_the_next_one(tmp_path: Path) -> None:
    """Keras calls the hooks of batches in other threads until somebody asks for something."""
    said: list[str] = []

    def steer() -> None:
        wait_until(lambda: bool(RunStore(tmp_path).runs()))
        (folder,) = RunStore(tmp_path).runs()
        wait_until(lambda: RunHistory.read(folder.events_path).started is not None)
        folder.send(SteeringCommand.PAUSE)
        wait_until(lambda: folder.state() is RunState.PAUSED)
        place = RunHistory.read(folder.events_path)
        said.append(f"{place.epochs}")
        folder.send(SteeringCommand.LEARNING_RATE, 0.5)
        viewer = Viewer(folder.path)
        viewer.ask(LayersRequest())
        while (look := viewer.read()) is None:
            time.sleep(0.01)
        said.append(look.why_not or type(look.record).__name__)
        viewer.leave()
        folder.send(SteeringCommand.STOP)

    x = np.zeros((20_000, 4), np.float32)
    steering = threading.Thread(target=steer)
    steering.start()
    model = network()
    run = kertasks.Run(home=tmp_path, data=(x, x[:, 0]))
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        history = model.fit(
            x, x[:, 0], batch_size=1, epochs=100, verbose=0, callbacks=[run]
        ).history
    steering.join()
    assert said == ["0", "LayersRecord"]
    (folder,) = RunStore(tmp_path).runs()
    stopped = ended(folder)
    assert isinstance(stopped, Stopped)
    assert (stopped.epochs, len(history["loss"])) == (0, 1)
    assert stopped.within is not None
    assert 0 < stopped.within < len(x)
    assert float(model.optimizer.learning_rate) == 0.5


def test_epochs_that_are_only_noted_are_all_told_and_steered_one_by_one(tmp_path: Path) -> None:
    """Nobody has to see each epoch of rows that are not known."""
    said: list[int] = []

    def steer() -> None:
        wait_until(lambda: bool(RunStore(tmp_path).runs()))
        (folder,) = RunStore(tmp_path).runs()
        wait_until(lambda: RunHistory.read(folder.events_path).epochs > 30)
        folder.send(SteeringCommand.PAUSE)
        wait_until(lambda: folder.state() is RunState.PAUSED)
        for _ in range(2):
            said.append(RunHistory.read(folder.events_path).epochs)
            folder.send(SteeringCommand.EPOCH)
            wait_until(lambda: RunHistory.read(folder.events_path).epochs > said[-1])
            wait_until(lambda: folder.state() is RunState.PAUSED)
        folder.send(SteeringCommand.STOP_BEST)

    steering = threading.Thread(target=steer)
    steering.start()
    model = network()
    history = fit(model, kertasks.Run(home=tmp_path), epochs=100_000).history
    steering.join()
    assert said[1] == said[0] + 1
    (folder,) = RunStore(tmp_path).runs()
    told = RunHistory.read(folder.events_path)
    assert list(told.column("loss")) == history["loss"]
    stopped = told.ended
    assert isinstance(stopped, Stopped)
    assert stopped.epochs == len(history["loss"]) == said[1] + 1
    # It learns with every epoch, and asked for something it holds the weights of each.
    assert stopped.restored_epoch == stopped.best_epoch == stopped.epochs


def test_weights_that_are_held_within_a_share_are_said_of_their_epoch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = RunStore(tmp_path).create_without_recipe("share")
    log, model = EventLog(run.events_path), network()
    writer = EventWriter(log)
    best = BestWeights(writer, run.best_path, log)
    weights, held = [], []
    # Any time is enough for the first two, none for what follows the third.
    for epoch, seconds in enumerate((0.0, 0.0, 1e9, 1e9)):
        monkeypatch.setattr("kertasks.trainer.callbacks.best_weights._HELD_AGAIN", seconds)
        monkeypatch.setattr("kertasks.trainer.callbacks.best_weights._HELD_SHARE", 1e18)
        model.set_weights([np.full((4, 1), epoch), np.zeros(1)])
        weights.append(model.get_weights())
        assert writer.note(epoch, {"loss": 1.0 - epoch / 10})
        best.hold_within_share(model, epoch + 1)
        held.append(best.epoch)
    assert held == [1, 2, 3, 3]
    WeightFiles(run, log, writer, best).save(model)
    log.add(writer.end(Finished, None, 1.0, None))
    log.close()
    of = read_epoch(run.best_path)
    assert of is not None
    assert of.epoch == 3
    saved = keras.models.load_model(run.best_path)
    assert all(map(np.array_equal, saved.get_weights(), weights[2]))
    told = RunHistory.read(run.events_path)
    assert (told.epochs, told.best_epoch) == (4, 4)
    (notice,) = told.notices
    assert notice.text.startswith("best.keras has the weights of epoch 3: the best one, 4,")


def test_a_network_that_is_built_with_its_first_batch_is_seen_from_then_on(tmp_path: Path) -> None:
    looks: list[str] = []

    def look() -> None:
        (folder,) = RunStore(tmp_path).runs()
        viewer = Viewer(folder.path)
        viewer.ask(LayersRequest())
        viewers.append(viewer)

    viewers: list[Viewer] = []
    model = keras.Sequential([keras.layers.Dense(3), keras.layers.Dense(1)])
    model.compile("sgd", "mse")

    class Reading(keras.callbacks.Callback):  # type: ignore[misc]
        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            found = viewers[0].read()
            if found is not None:
                looks.append(found.why_not or str(len(getattr(found.record, "layers", ()))))

    run = kertasks.Run(home=tmp_path, data=(X, Y))
    asking = Doing(look)
    model.fit(X, Y, epochs=40, verbose=0, callbacks=[asking, run, Reading()])
    assert looks[-1] == "2"
    assert RunHistory.read(RunStore(tmp_path).runs()[0].events_path).started is not None


def test_a_list_of_callbacks_of_keras_own_kind_is_followed_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_under_way(Script("train.py", tmp_path))
    monkeypatch.setattr(keras.Model, "fit", keras.Model.fit)  # given back at the end
    follow_fit(keras, fast=False)
    model = network()
    listed = keras.callbacks.CallbackList(
        add_history=True, model=model, epochs=2, steps=4, verbose=0
    )
    model.fit(X, Y, epochs=2, batch_size=16, verbose=0, callbacks=listed)
    (folder,) = RunStore(tmp_path).runs()
    assert isinstance(ended(folder), Finished)
    assert RunHistory.read(folder.events_path).epochs == 2


def test_fast_trains_by_compiled_epochs_and_says_where_it_cannot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = kertasks.fit(network(), X, Y, epochs=3, batch_size=16, verbose=0).history
    set_under_way(Script("train.py", tmp_path))
    monkeypatch.setattr(keras.Model, "fit", keras.Model.fit)  # given back at the end
    follow_fit(keras, fast=True)
    fast = network().fit(X, Y, epochs=3, batch_size=16, verbose=0).history
    assert fast == plain

    def batches() -> Any:
        while True:
            yield X, Y

    network().fit(batches(), steps_per_epoch=2, epochs=2, verbose=0)
    second, first = (RunHistory.read(run.events_path) for run in RunStore(tmp_path).runs())
    assert (first.epochs, second.epochs) == (3, 2)
    assert not first.notices
    assert any("generator" in notice.text for notice in second.notices)
