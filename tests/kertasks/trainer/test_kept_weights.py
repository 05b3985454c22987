"""The weights of earlier epochs: which are kept, that they are right, that nothing loses one."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from tests.kertasks.trainer.test_resuming import PATIENCE, SHORT_EPOCHS
from tests.support.killed_training import start_training
from tests.support.trainers import kill_trainers
from tests.support.waiting import wait_until

import kertasks
from kertasks.fitting import fit
from kertasks.recipes.recipe import Recipe
from kertasks.registry import find_task
from kertasks.runs.event_file.event_log import EventLog
from kertasks.runs.event_file.event_reader import EventReader
from kertasks.runs.event_file.events import Epoch, Finished, Notice
from kertasks.runs.folder import RunFolder
from kertasks.runs.history import RunHistory
from kertasks.runs.home.store import RunStore
from kertasks.runs.looking.kept_epochs import is_kept, kept_files, kept_path, stride_at
from kertasks.runs.looking.view import Moment
from kertasks.runs.state import RunState
from kertasks.trainer.callbacks.event_writer import EventWriter
from kertasks.trainer.callbacks.kept_weights import KeptWeights
from kertasks.trainer.dataset_cache import DatasetCache
from kertasks.trainer.process.claiming import claim
from kertasks.trainer.run import train
from kertasks.trainer.weights.epoch_file import write_epoch
from kertasks.trainer.weights.held_weights import HeldEpochs
from kertasks.views.networks.run_network import RunNetwork

pytestmark = pytest.mark.training

KEEP = 22
"""With the best and the last one: 20 files."""


def recipe_of(epochs: int, keep: int = KEEP) -> Recipe:
    return replace(SHORT_EPOCHS, fit=replace(SHORT_EPOCHS.fit, epochs=epochs, keep=keep))


def trained(home: Path, recipe: Recipe) -> RunFolder:
    run = RunStore(home).create(recipe)
    assert train(claim(run.path, resumes=False, epochs=None), DatasetCache(), "CPU")
    return run


def expected_files(epochs: int, files: int) -> list[int]:
    stride = stride_at(epochs, files)
    return [epoch for epoch in range(1, epochs + 1) if is_kept(epoch, stride)]


class EachEpoch(keras.callbacks.Callback):  # type: ignore[misc]  # keras has no types
    """Copies the weights after every epoch."""

    def __init__(self) -> None:
        super().__init__()
        self.weights: list[list[np.ndarray[Any, Any]]] = []

    def on_epoch_end(self, epoch: int, logs: object = None) -> None:
        self.weights.append([weight.copy() for weight in self.model.get_weights()])


def fitted(recipe: Recipe, callbacks: list[keras.callbacks.Callback], epochs: int) -> None:
    data = find_task(recipe.task).load(recipe.data.variant, seed=recipe.seed)
    model = kertasks.build_model(recipe, data)
    fit(
        model,
        data.train.x,
        data.train.y,
        batch_size=recipe.fit.batch_size,
        epochs=epochs,
        callbacks=callbacks,
        seed=recipe.seed,
    )


@pytest.fixture
def killed_home(tmp_path: Path) -> Iterator[Path]:
    """A home whose trainers are processes of their own, which end with the test."""
    yield tmp_path / "killed"
    kill_trainers(tmp_path / "killed")


def test_an_epoch_of_the_past_has_the_weights_it_had(tmp_path: Path) -> None:
    recipe = recipe_of(90)
    run = trained(tmp_path / "kept", recipe)
    each = EachEpoch()
    fitted(recipe, [each], 90)

    assert list(kept_files(run.epochs_path)) == expected_files(90, KEEP - 2)
    assert run.epochs_path.stat().st_mode & 0o777 == 0o700
    network = RunNetwork(run, DatasetCache())
    best = RunHistory.read(run.events_path).best_epoch
    assert best is not None
    for epoch in (*kept_files(run.epochs_path), best, 90):
        assert network.load(Moment(epoch=epoch)).epoch == epoch
        for weight, wanted in zip(
            network.model.get_weights(), each.weights[epoch - 1], strict=True
        ):
            np.testing.assert_array_equal(weight, wanted)
    file = kept_path(run.epochs_path, 1)
    assert file.stat().st_mode & 0o777 == 0o600
    record = np.load(file, allow_pickle=False)  # anybody's NumPy reads it
    np.testing.assert_array_equal(record["0"], each.weights[0][0])

    without = trained(tmp_path / "without", recipe_of(90, keep=0))
    assert not without.epochs_path.exists()
    with_it, without_it = (
        [epoch.metrics for epoch in RunHistory.read(one.events_path).each_epoch()]
        for one in (run, without)
    )
    assert with_it == without_it


def test_a_trainer_killed_again_and_again_loses_none_that_was_kept(
    tmp_path: Path, killed_home: Path
) -> None:
    recipe = recipe_of(1000)
    whole = trained(tmp_path / "whole", recipe)
    run = RunStore(killed_home).create(recipe)
    moments = random.Random(3)
    for number in range(2):
        process = start_training(run.path, 0.05, resumes=number > 0)
        least = max(kept_files(run.epochs_path), default=0) + 1
        wait_until(lambda: max(kept_files(run.epochs_path), default=0) > least, PATIENCE)  # noqa: B023
        time.sleep(moments.uniform(0.0, 0.2))  # a random moment is the subject
        process.kill()
        process.join(PATIENCE)
        assert run.state() is RunState.LOST
        network = RunNetwork(run, DatasetCache())
        told = RunHistory.read(run.events_path).epochs
        for epoch in kept_files(run.epochs_path):
            assert epoch <= told
            network.load(Moment(epoch=epoch))
        latest = network.load(Moment())
        assert max(kept_files(run.epochs_path)) <= latest.epoch <= told
    process = start_training(run.path, 1000.0, resumes=True)
    process.join(PATIENCE)
    assert process.exitcode == 0
    assert kept_files(run.epochs_path) == kept_files(whole.epochs_path)
    assert list(kept_files(run.epochs_path)) == expected_files(1000, KEEP - 2)
    for epoch in kept_files(run.epochs_path):
        one, other = (kept_path(of.epochs_path, epoch).read_bytes() for of in (run, whole))
        assert one == other
    assert [path.name for path in run.epochs_path.iterdir() if path.suffix != ".npy"] == []


def test_epochs_of_another_history_are_deleted(tmp_path: Path) -> None:
    folder, log = tmp_path / "epochs", EventLog(tmp_path / "events.jsonl")
    folder.mkdir()
    told = RunHistory()
    told.add_all([Epoch(float(n), n, {"loss": 9.0}, 1e-3, 1.0) for n in range(1, 41)])
    for epoch in (1, 2, 5, 12, 40):
        write_epoch(kept_path(folder, epoch), [np.zeros(3)])
    writer = EventWriter(log, told)
    kept = KeptWeights(folder, 200, writer, HeldEpochs(), log)
    fitted(recipe_of(7), [writer, kept], 7)
    assert {12, 40}.isdisjoint(kept_files(folder))  # with the first epoch that came out otherwise
    kept.end()
    log.close()
    assert kept_files(folder) == (1, 2, 3, 4, 5, 6, 7)
    assert all(kept_path(folder, epoch).stat().st_size > 200 for epoch in kept_files(folder))


def test_an_end_before_the_last_of_them_is_the_end(tmp_path: Path) -> None:
    run = trained(tmp_path, recipe_of(8))
    # As a trainer leaves it that was killed after it kept more epochs than its last checkpoint.
    weights = [np.zeros(3)]
    write_epoch(kept_path(run.epochs_path, 9), weights)
    write_epoch(kept_path(run.epochs_path, 12), weights)
    assert train(claim(run.path, resumes=True, epochs=9), DatasetCache(), "CPU")
    assert kept_files(run.epochs_path) == tuple(range(1, 10))
    assert kept_path(run.epochs_path, 9).stat().st_size > 200


def test_where_none_can_be_kept_it_is_said_once_and_training_goes_on(tmp_path: Path) -> None:
    run = RunStore(tmp_path).create(recipe_of(400))
    run.epochs_path.write_text("no folder")
    assert train(claim(run.path, resumes=False, epochs=None), DatasetCache(), "CPU")
    events = EventReader(run.events_path).read_all()
    said = [event.text for event in events if isinstance(event, Notice)]
    assert [text for text in said if "earlier epochs" in text] == [
        "File exists: no weights of earlier epochs can be kept in the run's folder. Training goes "
        "on."
    ]
    assert isinstance(events[-1], Finished)
    assert run.epochs_path.read_text() == "no folder"


def test_all_together_take_no_more_than_their_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kertasks.runs.looking.kept_epochs.MOST_BYTES", 100_000)
    run = trained(tmp_path, recipe_of(100, keep=200))
    sizes = [path.stat().st_size for path in run.epochs_path.iterdir()]
    assert 5 < len(sizes) < 20
    assert sum(sizes) <= 100_000
