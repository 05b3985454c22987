"""A run has one history: what a resumed trainer does otherwise takes the place of what the lost one
told, wherever it is read."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest
from tests.kertasks.trainer.test_resuming import PATIENCE, SHORT_EPOCHS, events_of
from tests.support.killed_training import start_training
from tests.support.trainers import kill_trainers
from tests.support.waiting import wait_until

from kertasks.export.formats import Export, format_named
from kertasks.runs.event_file.events import Checkpointed, Epoch, Finished, Resuming, Stopped
from kertasks.runs.folder import RunFolder
from kertasks.runs.history import RunHistory
from kertasks.runs.home.store import RunStore
from kertasks.runs.home.summary import summarise
from kertasks.runs.state import RunState
from kertasks.runs.steering.commands import SteeringCommand
from kertasks.runs.weights_file import read_epoch
from kertui.live.followed.progress import RateMeter
from kertui.live.outcome import outcome

pytestmark = pytest.mark.training

TOLD = 60
"""Epochs that the first trainer tells at least, before it is killed without a checkpoint."""


@pytest.fixture
def lost(tmp_path: Path) -> RunFolder:
    """A run whose trainer told many epochs and was killed before it kept any of them."""
    stopping = SHORT_EPOCHS.fit.early_stopping
    assert stopping is not None
    fit = replace(
        SHORT_EPOCHS.fit,
        epochs=1_000_000,
        early_stopping=replace(stopping, restore_best_weights=False),
    )
    run = RunStore(tmp_path).create(replace(SHORT_EPOCHS, fit=fit))
    process = start_training(run.path, 1000.0)
    wait_until(lambda: len([e for e in events_of(run) if isinstance(e, Epoch)]) > TOLD, PATIENCE)
    process.kill()
    process.join(PATIENCE)
    assert not any(isinstance(event, Checkpointed) for event in events_of(run))
    return run


@pytest.fixture(autouse=True)
def _end_trainers(tmp_path: Path) -> object:
    yield
    kill_trainers(tmp_path)


def everywhere(run: RunFolder) -> dict[str, int]:
    """How many epochs a run has, in every place that says so; the best one too."""
    history = RunHistory.read(run.events_path)
    summary = summarise(run)
    assert summary is not None
    ended = history.ended
    assert isinstance(ended, Finished | Stopped)
    printed = io.BytesIO()
    format_named("history").write(Export(run, printed, False, lambda: pytest.fail("no catalog")))
    table = list(csv.DictReader(io.StringIO(printed.getvalue().decode())))
    assert [int(row["epoch"]) for row in table] == list(range(1, len(table) + 1))
    said = outcome(history, run.state(), "x")
    assert said is not None
    of = read_epoch(run.model_path)
    assert of is not None
    assert history.best_epoch == summary.best_epoch == ended.best_epoch
    best = read_epoch(run.best_path)
    assert best is not None
    assert best.epoch == history.best_epoch
    assert f"best epoch {best.epoch:,}".replace(",", " ") in said.facts
    return {
        "history": history.epochs,
        "header": RateMeter().read(history, 0, 0.0, run.state()).done,
        "table": len(table),
        "list": summary.epochs,
        "end": ended.epochs,
        "outcome": int(said.facts[0].split(" of ")[0].split(" epoch")[0].replace(" ", "")),
        "weights": of.epoch,
    }


def test_another_learning_rate_takes_the_place_of_what_the_lost_trainer_told(
    lost: RunFolder,
) -> None:
    before = RunHistory.read(lost.events_path)
    process = start_training(lost.path, 1000.0, resumes=True)
    wait_until(lambda: any(isinstance(e, Resuming) for e in events_of(lost)), PATIENCE)
    lost.send(SteeringCommand.LEARNING_RATE, 1e-8)

    def is_told_anew() -> bool:
        history = RunHistory.read(lost.events_path)
        return history.rewritten > 0 and history.epochs > TOLD

    wait_until(is_told_anew, PATIENCE)
    lost.send(SteeringCommand.STOP)
    process.join(PATIENCE)

    assert len(set(everywhere(lost).values())) == 1
    history = RunHistory.read(lost.events_path)
    change = history.learning_rate_changes[0]
    assert history.value_at("loss", TOLD) != before.value_at("loss", TOLD)
    assert list(history.learning_rates)[change.epoch :] == pytest.approx(
        [1e-8] * (history.epochs - change.epoch)
    )


def test_an_end_before_the_last_epoch_that_was_told_is_the_end(lost: RunFolder) -> None:
    shorter = TOLD // 2
    process = start_training(lost.path, 1000.0, resumes=True, epochs=shorter)
    process.join(PATIENCE)
    assert lost.state() is RunState.FINISHED
    assert set(everywhere(lost).values()) == {shorter}
    # Nothing came out otherwise: nothing was told twice.
    numbers = [event.epoch for event in events_of(lost) if isinstance(event, Epoch)]
    assert numbers == sorted(set(numbers))
    # The next trainer goes on from there, and tells what comes after.
    start_training(lost.path, 1000.0, resumes=True, epochs=shorter + 5).join(PATIENCE)
    assert set(everywhere(lost).values()) == {shorter + 5}
