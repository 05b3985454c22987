"""Who trains a run: what a claim needs, what it writes, and what two at once come to."""

from __future__ import annotations

import fcntl
import multiprocessing
import os
import shutil
import threading
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
from msgspec.structs import replace

from kertasks.errors import UserError
from kertasks.recipes.recipe_errors import RecipeError
from kertasks.registry import find_task
from kertasks.runs.event_file.event_log import EventLog
from kertasks.runs.event_file.event_reader import EventReader
from kertasks.runs.event_file.events import (
    Checkpointed,
    Epoch,
    Planned,
    Resuming,
    Started,
    Stopped,
    format_event,
)
from kertasks.runs.folder import RunFolder
from kertasks.runs.history import RunHistory
from kertasks.runs.home.store import RunStore
from kertasks.runs.resumable import NotToResume, require_resumable
from kertasks.runs.state import RunState
from kertasks.runs.steering.commands import SteeringCommand
from kertasks.trainer.process import claiming
from kertasks.trainer.process.claiming import ClaimedByAnother, claim, manifest_of

SPAWN = multiprocessing.get_context("spawn")
EPOCH = Epoch(2.0, 7, {"loss": 0.5}, 0.001, 0.1)


@pytest.fixture
def fresh(tmp_path: Path) -> RunFolder:
    return RunStore(tmp_path).create(find_task("xor").recipe())


@pytest.fixture
def stopped(fresh: RunFolder) -> RunFolder:
    """A run whose trainer, a process that is gone, was stopped after seven epochs."""
    manifest = manifest_of(fresh, fresh.recipe(), created=10.0)
    fresh.write_manifest(replace(manifest, pid=2**22 + 1))
    fresh.events_path.write_text(
        format_event(Started(1.0, 20, 4, 33, "CPU"))
        + format_event(EPOCH)
        + format_event(Stopped(3.0, 7, 7, None, None))
    )
    return fresh


class Claimant:
    """Another process that claims a run, and lives on until it is ended."""

    def __init__(self, run: RunFolder, *, resumes: bool = True, epochs: int | None = None) -> None:
        self._said, theirs = SPAWN.Pipe()
        arguments = (run.path, resumes, epochs, theirs)
        self.process: BaseProcess = SPAWN.Process(target=_claim, args=arguments)
        self.process.start()

    def outcome(self) -> str:
        """``"claimed"`` or why not."""
        assert self._said.poll(60)
        return str(self._said.recv())

    def kill(self) -> None:
        self.process.kill()
        self.process.join(60)


def _claim(path: Path, resumes: bool, epochs: int | None, said: Connection) -> None:
    try:
        claimed = claim(path, resumes=resumes, epochs=epochs)
    except UserError as error:
        said.send(str(error))
        return
    said.send("claimed")
    threading.Event().wait()
    claimed.log.close()


def test_a_run_is_claimed_before_anything_of_it_is_trained(fresh: RunFolder) -> None:
    fresh.send(SteeringCommand.PAUSE)
    claimed = claim(fresh.path)
    assert fresh.manifest() == claimed.manifest
    assert claimed.manifest.pid == os.getpid()
    assert fresh.state() is RunState.RUNNING
    assert (claimed.resumes, claimed.done) == (False, 0)  # the pause is for this trainer
    with pytest.raises(ClaimedByAnother):
        claim(fresh.path)
    claimed.fail("no Keras")
    assert fresh.state() is RunState.FAILED


def test_a_run_that_is_resumed_runs_from_its_claim_on(stopped: RunFolder) -> None:
    with pytest.raises(NotToResume, match="has 7 epochs already"):
        require_resumable(stopped, 7)
    stopped.write_command(SteeringCommand.STOP)
    claimed = claim(stopped.path, resumes=True, epochs=30)
    assert stopped.state() is RunState.RUNNING
    assert claimed.done == 1  # the stop was for the trainer before
    assert stopped.send(SteeringCommand.PAUSE).number == 2
    assert stopped.manifest().created == 10.0
    history = RunHistory.read(stopped.events_path)
    assert history.resuming
    assert (history.ended, history.planned, history.state) == (None, 30, RunState.RUNNING)
    with pytest.raises(NotToResume, match="is being resumed already"):
        require_resumable(stopped)
    with pytest.raises(NotToResume, match="is being resumed already"):
        claim(stopped.path, resumes=True)
    claimed.log.close()


def test_of_two_that_resume_at_once_one_does(stopped: RunFolder) -> None:
    claimants = [Claimant(stopped, epochs=epochs) for epochs in (30, 40)]
    try:
        outcomes = {claimant.outcome() for claimant in claimants}
    finally:
        for claimant in claimants:
            claimant.kill()
    assert "claimed" in outcomes
    (refused,) = outcomes - {"claimed"}
    assert "being resumed already" in refused or "taken up by another" in refused
    events = EventReader(stopped.events_path).read_all()
    assert len([event for event in events if isinstance(event, Resuming)]) == 1
    assert len([event for event in events if isinstance(event, Planned)]) == 1


def test_a_claim_ends_with_its_process(stopped: RunFolder) -> None:
    for _ in range(2):
        claimant = Claimant(stopped, epochs=30)
        assert claimant.outcome() == "claimed"
        assert stopped.state() is RunState.RUNNING
        claimant.kill()
        assert stopped.state() is RunState.LOST
    claimed = claim(stopped.path, resumes=True)
    # What the killed one was asked holds: nobody took it back.
    assert RunHistory.read(stopped.events_path).planned == 30
    claimed.log.close()


def test_the_threads_of_a_killed_trainer_are_waited_for(stopped: RunFolder) -> None:
    with stopped.events_path.open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        thread = threading.Timer(0.2, lambda: fcntl.flock(held, fcntl.LOCK_UN))
        thread.start()
        claimed = claim(stopped.path, resumes=True)
        thread.join()
    claimed.log.close()


def test_a_run_that_was_resumed_and_stopped_meanwhile_does_not_come_back(
    stopped: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One waits for the lock while the other resumes the run, is stopped and lets go of it."""
    before = stopped.events_path.read_bytes()
    outcome: list[object] = []
    waits = threading.Event()

    def open_log(path: Path) -> EventLog:
        try:
            return EventLog(path)
        except BlockingIOError:
            waits.set()
            raise

    monkeypatch.setattr(claiming, "EventLog", open_log)

    def resume() -> None:
        try:
            outcome.append(claim(stopped.path, resumes=True))
        except ClaimedByAnother as error:
            outcome.append(error)

    with stopped.events_path.open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        thread = threading.Thread(target=resume)
        thread.start()
        assert waits.wait(60)
        stopped.write_manifest(replace(stopped.manifest(), pid=2**22 + 2))
    thread.join(60)
    (refused,) = outcome
    assert isinstance(refused, ClaimedByAnother)
    assert stopped.events_path.read_bytes() == before
    assert stopped.state() is RunState.STOPPED
    # Its own wish to resume would be another.
    claim(stopped.path, resumes=True).log.close()


def test_whoever_holds_the_lock_longer_has_the_run(
    stopped: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claiming, "_DYING", 0.1)
    before = stopped.manifest()
    with stopped.events_path.open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(ClaimedByAnother, match="taken up by another trainer process"):
            claim(stopped.path, resumes=True)
    assert stopped.manifest() == before


def test_a_folder_with_a_recipe_alone_can_be_resumed(fresh: RunFolder) -> None:
    os.utime(fresh.recipe_path, (1.0, 1.0))
    assert fresh.state() is RunState.LOST
    claimed = claim(fresh.path, resumes=True)
    assert fresh.state() is RunState.RUNNING
    assert claimed.before is None
    claimed.log.close()


def test_a_lost_run_has_the_epochs_of_its_last_checkpoint(stopped: RunFolder) -> None:
    stopped.events_path.write_text(format_event(Checkpointed(1.0, 5, 0)) + format_event(EPOCH))
    assert stopped.state() is RunState.LOST
    with pytest.raises(NotToResume, match="has 5 epochs already"):
        require_resumable(stopped, 5)
    require_resumable(stopped, 6)


def test_what_cannot_be_claimed_says_why_and_stays_as_it_was(stopped: RunFolder) -> None:
    recipe = stopped.recipe_path.read_text()
    stopped.recipe_path.write_text(recipe.replace("epochs", "epoch"))
    before = {path: path.read_bytes() for path in stopped.path.iterdir()}
    with pytest.raises(RecipeError, match="epoch"):
        claim(stopped.path, resumes=True)
    assert {path: path.read_bytes() for path in stopped.path.iterdir()} == before
    shutil.rmtree(stopped.path)
    with pytest.raises(UserError):
        claim(stopped.path, resumes=True)
    assert not stopped.path.exists()
