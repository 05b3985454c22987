"""What training came to is not lost by what fails after it: a test, a metric, a folder that cannot
be written in."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from tests.kertasks.trainer.test_resuming import SHORT_EPOCHS, events_of
from tests.support.waiting import wait_until

from kertasks.data.dataset import Dataset
from kertasks.data.folds.fold import Fold
from kertasks.data.splits import Split
from kertasks.export.formats import Export, format_named
from kertasks.recipes.changes import with_changes
from kertasks.recipes.recipe import Recipe
from kertasks.registry import find_task
from kertasks.runs.event_file.event_reader import EventReader
from kertasks.runs.event_file.events import Epoch, Failed, Finished, Notice, Stopped
from kertasks.runs.event_file.spool import spool_of
from kertasks.runs.folder import RunFolder
from kertasks.runs.history import RunHistory
from kertasks.runs.home.store import RunStore
from kertasks.runs.home.summary import summarise
from kertasks.runs.state import RunState
from kertasks.runs.weights_file import read_epoch
from kertasks.trainer.callbacks.best_weights import BestWeights
from kertasks.trainer.dataset_cache import DatasetCache
from kertasks.trainer.process.claiming import claim
from kertasks.trainer.run import train
from kertasks.trainer.weights import weight_files

pytestmark = pytest.mark.training

DIGITS = with_changes(find_task("digits").recipes["dense"], ["fit.epochs=2"])


class OneData(DatasetCache):
    """Has one dataset, whatever is asked for."""

    def __init__(self, data: Dataset) -> None:
        super().__init__()
        self._data = data

    def load(self, task: str, variant: str | None, seed: int, fold: Fold | None = None) -> Dataset:
        return self._data


def trained(home: Path, recipe: Recipe, data: DatasetCache) -> RunFolder:
    run = RunStore(home).create(recipe)
    train(claim(run.path), data, "CPU")
    return run


def notices(run: RunFolder) -> list[str]:
    return [event.text for event in events_of(run) if isinstance(event, Notice)]


def test_a_test_that_fails_is_a_notice(tmp_path: Path) -> None:
    data = find_task("digits").load(None, seed=DIGITS.seed)
    assert data.test is not None
    labels = data.test.y.copy()
    labels[7] = 99
    run = trained(tmp_path, DIGITS, OneData(replace(data, test=Split(data.test.x, labels))))
    ended = events_of(run)[-1]
    assert isinstance(ended, Finished)
    assert (ended.epochs, ended.test) == (2, None)
    (said,) = (text for text in notices(run) if text.startswith("testing failed"))
    assert "99" in said
    assert said.endswith("The weights are kept.")
    assert read_epoch(run.model_path) is not None
    assert read_epoch(run.best_path) is not None


def test_weights_whose_place_is_taken_lie_in_the_spool(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(weight_files, "_TRIES_AGAIN", 0.0)
    monkeypatch.setenv("KERTUI_CACHE", str(tmp_path / "cache"))
    run = RunStore(tmp_path / "home").create(DIGITS)
    (run.model_path / "somebody's file").mkdir(parents=True)
    run.checkpoint_path.parent.touch()
    data = find_task("digits").load(None, seed=DIGITS.seed)
    assert data.test is not None
    # Its rows have a column less, too.
    data = replace(data, test=Split(data.test.x[:, 1:], data.test.y))
    train(claim(run.path), OneData(data), "CPU")
    ended = events_of(run)[-1]
    assert isinstance(ended, Finished)
    assert (ended.epochs, ended.test) == (2, None)
    told = notices(run)
    assert any(text.startswith("Is a directory: model.keras cannot be written") for text in told)
    assert any(text.startswith("testing failed") for text in told)
    kept = read_epoch(run.where(run.model_path))
    assert kept is not None
    assert kept.epoch == 2
    assert run.where(run.best_path) == run.best_path
    with pytest.raises(OSError, match=r"model\.keras|checkpoint"):
        claim(run.path, resumes=True, epochs=3)


def test_a_metric_of_several_values_is_shown_by_its_mean(tmp_path: Path) -> None:
    recipe = with_changes(
        DIGITS, ["compile.metrics=['accuracy', 'F1Score']", "compile.loss=categorical_crossentropy"]
    )
    data = find_task("digits").load(None, seed=DIGITS.seed)

    def one_hot(split: Split) -> Split:
        return Split(split.x, np.eye(10, dtype=np.float32)[np.asarray(split.y)])

    assert data.test is not None
    data = replace(data, train=one_hot(data.train), test=one_hot(data.test), validation=None)
    run = trained(tmp_path, recipe, OneData(data))
    ended = events_of(run)[-1]
    assert isinstance(ended, Finished)
    assert ended.test is not None
    assert 0 < ended.test["F1Score"] < 1
    epochs = [event for event in events_of(run) if isinstance(event, Epoch)]
    assert all(0 < epoch.metrics["F1Score"] < 1 for epoch in epochs)
    told = "F1Score has 10 values, one a class: what is shown is their mean"
    assert notices(run).count(told) == 1


def test_a_training_that_fails_leaves_the_network_of_what_it_trained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    genuine = BestWeights.on_epoch_end

    def on_epoch_end(self: BestWeights, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        if epoch == 1:
            raise KeyError("gone")
        genuine(self, epoch, logs)

    monkeypatch.setattr(BestWeights, "on_epoch_end", on_epoch_end)
    run = trained(tmp_path, DIGITS, DatasetCache())
    ended = events_of(run)[-1]
    assert isinstance(ended, Failed)
    assert ended.trained is not None
    kept = read_epoch(run.model_path)
    assert kept is not None
    assert kept.epoch == 2


@pytest.fixture
def lock(tmp_path: Path) -> Iterator[Callable[[Path], None]]:
    """Makes a folder and all in it immutable, until the test is over."""
    if subprocess.run(["chattr", "+i", str(tmp_path)], capture_output=True).returncode:
        pytest.skip("no file can be made immutable here")
    subprocess.run(["chattr", "-i", str(tmp_path)], check=True)

    def lock_folder(folder: Path) -> None:
        subprocess.run(["chattr", "-R", "+i", str(folder)], check=True)

    yield lock_folder
    subprocess.run(["chattr", "-R", "-i", str(tmp_path)], check=True)


def train_until(run: RunFolder, step: Callable[[], object], *, resumes: bool = False) -> None:
    """Train, and end the training by SIGTERM once ``step``, in a thread beside it, is done."""

    def steer() -> None:
        step()
        os.kill(os.getpid(), signal.SIGTERM)

    thread = threading.Thread(target=steer)
    thread.start()
    train(claim(run.path, resumes=resumes), DatasetCache(), "CPU")
    thread.join()


def test_a_folder_that_cannot_be_written_in_any_more_costs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lock: Callable[[Path], None]
) -> None:
    monkeypatch.setattr(weight_files, "_TRIES_AGAIN", 0.1)
    monkeypatch.setenv("KERTUI_CACHE", str(tmp_path / "cache"))
    endless = replace(SHORT_EPOCHS, fit=replace(SHORT_EPOCHS.fit, epochs=10_000_000))
    run = RunStore(tmp_path / "home").create(endless)
    reader, history = EventReader(run.events_path), RunHistory()

    def follow(epochs: int) -> bool:
        history.read_more(reader)
        return history.epochs >= epochs

    def lock_it() -> None:
        wait_until(lambda: follow(20), 60.0)
        lock(run.path)
        # At once, and the curve goes on.
        wait_until(lambda: follow(0) and len(history.notices) > 0, 60.0)
        wait_until(lambda: follow(history.epochs + 50), 60.0)

    train_until(run, lock_it)
    assert history.notices[0].text.startswith("Operation not permitted: ")
    follow(0)
    ended = history.ended
    assert isinstance(ended, Stopped)
    assert list(history.epoch_numbers) == list(range(1, ended.epochs + 1))
    assert (run.state(), RunHistory.read(run.events_path).epochs) == (
        RunState.STOPPED,
        ended.epochs,
    )
    summary = summarise(run)
    assert summary is not None
    assert (summary.state, summary.epochs) == (RunState.STOPPED, ended.epochs)
    assert not run.model_path.exists()
    kept = run.where(run.model_path)
    assert kept.is_relative_to(tmp_path / "cache")
    of = read_epoch(kept)
    assert of is not None
    assert of.epoch == (ended.restored_epoch or ended.epochs)
    said = format_named("model").write(Export(run, tmp_path / "m.keras", False, pytest.fail))
    assert said == f"epoch {of.epoch:,}".replace(",", " ")
    weights = keras.models.load_model(tmp_path / "m.keras").get_weights()

    # Once it can be written in again, whoever resumes it brings all of it there.
    subprocess.run(["chattr", "-R", "-i", str(run.path)], check=True)
    claimed = claim(run.path, resumes=True)
    claimed.fail("only claimed")
    assert not spool_of(run.path).exists()
    for weight, wanted in zip(
        keras.models.load_model(run.model_path).get_weights(), weights, strict=True
    ):
        np.testing.assert_array_equal(weight, wanted)
    monkeypatch.setenv("KERTUI_CACHE", str(tmp_path / "none"))
    numbers = [event.epoch for event in events_of(run) if isinstance(event, Epoch)]
    assert numbers == list(history.epoch_numbers)
    assert run.checkpoint_path.is_file()


def test_a_folder_that_can_be_written_in_again_gets_all_that_was_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lock: Callable[[Path], None]
) -> None:
    monkeypatch.setenv("KERTUI_CACHE", str(tmp_path / "cache"))
    endless = replace(SHORT_EPOCHS, fit=replace(SHORT_EPOCHS.fit, epochs=10_000_000))
    run = RunStore(tmp_path / "home").create(endless)

    def lock_for_a_while() -> None:
        wait_until(lambda: any(isinstance(e, Epoch) for e in events_of(run)), 60.0)
        lock(run.path)
        wait_until(lambda: len(notices(run)) > 0, 60.0)
        subprocess.run(["chattr", "-R", "-i", str(run.path)], check=True)
        wait_until(lambda: "can be written in again" in notices(run)[-1], 60.0)

    train_until(run, lock_for_a_while)
    assert not spool_of(run.path).exists()
    monkeypatch.setenv("KERTUI_CACHE", str(tmp_path / "none"))
    events = events_of(run)
    ended = events[-1]
    assert isinstance(ended, Stopped)
    numbers = [event.epoch for event in events if isinstance(event, Epoch)]
    assert numbers == list(range(1, ended.epochs + 1))
    assert read_epoch(run.model_path) is not None
