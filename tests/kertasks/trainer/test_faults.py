"""What can happen to a run from outside, what is said of it then, and that nothing is lost."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from tests.kertasks.trainer.test_resuming import SHORT_EPOCHS, events_of
from tests.support.file_systems import run_with_own_mounts
from tests.support.killed_training import start_training
from tests.support.trainers import kill_trainers
from tests.support.waiting import wait_until

from kertasks.runs.event_file.event_reader import EventReader, last_checkpoint
from kertasks.runs.event_file.events import (
    Epoch,
    Failed,
    Finished,
    Notice,
    Paused,
    Resumed,
    Stopped,
    format_event,
)
from kertasks.runs.folder import RunFolder
from kertasks.runs.history import RunHistory
from kertasks.runs.home.store import RunStore
from kertasks.runs.resumable import NotToResume, require_resumable
from kertasks.runs.run_errors import RunDamaged, RunIsOver
from kertasks.runs.signs.process import process_start_time
from kertasks.runs.state import RunState
from kertasks.runs.steering.commands import SteeringCommand
from kertasks.runs.steering.control_file import last_number, read_commands

pytestmark = pytest.mark.training

PATIENCE = 120.0
RECIPE = replace(SHORT_EPOCHS, fit=replace(SHORT_EPOCHS.fit, epochs=40))
EPOCHS = list(range(1, 41))
DONE = 2
"""Epochs of a run when something befalls it."""


@pytest.fixture
def running(tmp_path: Path) -> RunFolder:
    """A run whose trainer waits after the second epoch, with a checkpoint of that moment."""
    run = RunStore(tmp_path).create(RECIPE)
    run.write_command(SteeringCommand.PAUSE)
    start_training(run.path, 1000.0)
    for epoch in range(DONE + 1):
        wait_until(partial(_is_paused_at, run, epoch), PATIENCE)
        if epoch < DONE:
            run.send(SteeringCommand.EPOCH)
    wait_until(lambda: _checkpoint_epoch(run) == DONE)
    return run


def _checkpoint_epoch(run: RunFolder) -> int | None:
    checkpoint = last_checkpoint(run.events_path)
    return None if checkpoint is None else checkpoint.epoch


def _is_paused_at(run: RunFolder, epoch: int) -> bool:
    events = [event for event in events_of(run) if isinstance(event, Paused | Resumed)]
    return bool(events) and isinstance(events[-1], Paused) and events[-1].epoch == epoch


@pytest.fixture(autouse=True)
def _end_trainers(tmp_path: Path) -> object:
    yield
    kill_trainers(tmp_path)


def kill(run: RunFolder) -> None:
    os.kill(run.manifest().pid, signal.SIGKILL)
    wait_until(lambda: run.state() is RunState.LOST, 5.0)


def finish(run: RunFolder) -> RunHistory:
    """Resume a run and wait for its end."""
    start_training(run.path, 1000.0, resumes=True).join(PATIENCE)
    history = RunHistory()
    history.add_all(events_of(run))
    assert isinstance(history.ended, Finished), history.ended
    return history


def test_a_trainer_killed_in_a_pause_is_lost_within_five_seconds_and_goes_on_when_resumed(
    running: RunFolder,
) -> None:
    before = read_commands(running.control_path)
    kill(running)
    with pytest.raises(RunIsOver, match="is over \\(lost\\): nothing was changed"):
        running.send(SteeringCommand.PAUSE)
    assert read_commands(running.control_path) == before
    assert list(finish(running).epoch_numbers) == EPOCHS


def test_a_half_written_event_costs_nothing(running: RunFolder) -> None:
    kill(running)
    with running.events_path.open("a") as file:
        file.write('{"t":1.0,"type":"epo')
    history = finish(running)
    assert list(history.epoch_numbers) == EPOCHS
    broken = [line for line in running.events_path.read_text().splitlines() if "epo" in line[:24]]
    assert '{"t":1.0,"type":"epo' in broken  # left as it was, on a line of its own


def test_damaged_events_are_passed_over(running: RunFolder) -> None:
    kill(running)
    lines = running.events_path.read_bytes().splitlines(keepends=True)
    middle = len(lines) // 2
    lines[middle:middle] = [b"\xff\xfe\x00 not an event\n", b"[" * 5000 + b"\n", b"null\n", b"\n"]
    running.events_path.write_bytes(b"".join(lines))
    assert running.state() is RunState.LOST
    assert list(finish(running).epoch_numbers) == EPOCHS


def test_without_events_it_is_still_a_run_and_can_go_on(running: RunFolder) -> None:
    kill(running)
    running.events_path.unlink()
    assert running.state() is RunState.LOST
    history = finish(running)
    # What the checkpoint has is not trained, nor told, again.
    assert list(history.epoch_numbers) == EPOCHS[DONE:]


def test_a_damaged_manifest_is_said_and_written_anew(running: RunFolder) -> None:
    kill(running)
    running.manifest_path.write_text('{"id": ')
    with pytest.raises(RunDamaged, match="cannot be read"):
        running.manifest()
    assert running.state() is RunState.LOST
    finish(running)
    assert running.manifest().task == "xor"


def test_a_damaged_checkpoint_fails_in_plain_words_and_keeps_everything(
    running: RunFolder,
) -> None:
    kill(running)
    whole = running.checkpoint_path.read_bytes()
    running.checkpoint_path.write_bytes(whole[: len(whole) // 2])
    epochs = [event for event in events_of(running) if isinstance(event, Epoch)]
    start_training(running.path, 1000.0, resumes=True).join(PATIENCE)
    ended = events_of(running)[-1]
    assert isinstance(ended, Failed)
    assert "state.npz cannot be read" in ended.reason
    assert [event for event in events_of(running) if isinstance(event, Epoch)] == epochs
    running.checkpoint_path.write_bytes(whole)
    finish(running)


def test_a_changed_recipe_does_not_go_on_with_the_weights_of_another(running: RunFolder) -> None:
    kill(running)
    recipe = running.recipe_path.read_text()
    running.recipe_path.write_text(recipe.replace("units = 8", "units = 9", 1))
    assert running.recipe_path.read_text() != recipe
    start_training(running.path, 1000.0, resumes=True).join(PATIENCE)
    ended = events_of(running)[-1]
    assert isinstance(ended, Failed)
    assert "is of another network" in ended.reason


def test_what_a_killed_trainer_left_unfinished_is_cleared(running: RunFolder) -> None:
    kill(running)
    (running.path / ".model.keras-abc").mkdir()
    (running.path / ".model.keras-abc" / "model.keras").write_bytes(b"half")
    (running.path / "checkpoint" / ".state.npz-abc").write_bytes(b"half")
    finish(running)
    hidden = [path.name for path in running.path.rglob(".*")]
    assert hidden == []


def test_a_removed_folder_ends_the_training(running: RunFolder) -> None:
    pid = running.manifest().pid
    shutil.rmtree(running.path)
    assert running.state() is RunState.REMOVED
    with pytest.raises(RunIsOver, match="is over \\(removed\\)"):
        running.send(SteeringCommand.PAUSE)
    wait_until(lambda: process_start_time(pid) is None)
    assert not running.path.exists()


def test_a_clock_that_jumps_changes_no_state(running: RunFolder) -> None:
    """A trainer is told from a later process by its start since the boot, and only another
    host's by the age of its heartbeat."""
    for moved in (-86_400.0, 86_400.0):
        moment = time.time() + moved
        os.utime(running.events_path, (moment, moment))
        assert running.state() is RunState.PAUSED
    running.send(SteeringCommand.STOP)
    wait_until(lambda: running.state() is RunState.STOPPED)


def test_times_that_go_backwards_leave_a_history_whole() -> None:
    history = RunHistory()
    history.add_all(
        [
            Epoch(1000.0, 1, {"loss": 3.0}, 0.1, 0.5),
            Epoch(10.0, 2, {"loss": 2.0}, 0.1, 0.5),
            Epoch(5000.0, 3, {"loss": 1.0}, 0.1, 0.5),
        ]
    )
    assert list(history.column("loss")) == [3.0, 2.0, 1.0]
    assert history.best_epoch == 3


_ON_A_FULL_DISK = """
import sys, threading, time
from pathlib import Path
from kertasks.trainer.callbacks import best_weights, checkpoints
from kertasks.trainer.process.claiming import claim
from kertasks.runs.steering.commands import SteeringCommand
from kertasks.runs.steering.control_file import write_command
from kertasks.trainer.dataset_cache import DatasetCache
from kertasks.trainer.run import train

checkpoints.EVERY = checkpoints.AT_THE_LATEST = best_weights._WRITE_EVERY = 0.05
checkpoints._SHARE = best_weights._SHARE = 0
run = Path(sys.argv[1])
filler = run.parent / "filler"
failed = {"checkpoint": 0, "best": 0}

def counted(write, what):
    def written(*arguments):
        try:
            write(*arguments)
        except OSError:
            failed[what] += 1
            raise
    return written

checkpoints.Checkpoint.write = counted(checkpoints.Checkpoint.write, "checkpoint")
best_weights.save_model = counted(best_weights.save_model, "best")

def fill():
    while not (run / "checkpoint" / "state.npz").exists():
        time.sleep(0.01)
    with filler.open("wb", buffering=0) as file:
        while min(failed.values()) < 5:
            try:
                file.write(b"x" * 65536)
            except OSError:
                time.sleep(0.01)
    filler.unlink()
    write_command(run / "control.json", SteeringCommand.STOP)

threading.Thread(target=fill, daemon=True).start()
raise SystemExit(0 if train(claim(run), DatasetCache(), "CPU") else 1)
"""


def test_a_disk_that_fills_up_and_is_freed_costs_no_epoch(tmp_path: Path) -> None:
    """A real one: a file system in memory that only the trainer's process sees."""
    disk = tmp_path / "disk"
    disk.mkdir()
    endless = replace(SHORT_EPOCHS, fit=replace(SHORT_EPOCHS.fit, epochs=100_000_000))
    run = RunStore(tmp_path).create(endless)
    script = tmp_path / "train.py"
    script.write_text(textwrap.dedent(_ON_A_FULL_DISK))
    done = run_with_own_mounts(
        f"""
        mount -t tmpfs -o size=64m none {disk}
        cp -r {run.path} {disk}/run
        {sys.executable} {script} {disk}/run || status=$?
        cp {disk}/run/events.jsonl {tmp_path}/events.jsonl
        exit ${{status:-0}}
        """,
        disk,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    events = EventReader(tmp_path / "events.jsonl").read_all()
    epochs = [event.epoch for event in events if isinstance(event, Epoch)]
    assert isinstance(events[-1], Stopped)
    assert epochs == list(range(1, events[-1].epochs + 1))
    told = [event.text for event in events if isinstance(event, Notice)]
    for what in ("no checkpoint can be written", "best.keras cannot be written"):
        # Each of them failed five times or more, most in a row.
        assert 1 <= len([text for text in told if what in text]) < 5, told


_WRITER = """
import sys
from pathlib import Path
from kertasks.keras_import import import_keras
import_keras()
from kertasks.runs.steering.commands import SteeringCommand
from kertasks.runs.steering.control_file import write_command
from kertasks.runs.folder import RunFolder
from kertasks.trainer.weights.checkpoint import BestState, Checkpoint, TrainingPosition
import numpy as np

run = RunFolder(Path(sys.argv[1]))
manifest, recipe = run.manifest(), run.recipe()
number = 0
while True:
    number += 1
    run.write_manifest(manifest)
    run.write_recipe(recipe)
    write_command(run.control_path, SteeringCommand.BATCH)
    variables = [np.full(20_000, number, dtype=np.float32)]
    checkpoint = Checkpoint(TrainingPosition(number), 1, False, variables, BestState())
    checkpoint.write(run.checkpoint_path)
"""


def test_no_file_of_a_run_is_ever_seen_half_written(running: RunFolder, tmp_path: Path) -> None:
    from kertasks.trainer.weights.checkpoint import Checkpoint

    kill(running)
    running.events_path.unlink()
    running.control_path.unlink(missing_ok=True)
    running.checkpoint_path.unlink()
    script = tmp_path / "writer.py"
    script.write_text(_WRITER)
    looks = numbers = 0
    for _ in range(2):
        writer = subprocess.Popen([sys.executable, str(script), str(running.path)])
        seen = last_number(running.control_path)

        def writes(before: int = seen) -> bool:
            return last_number(running.control_path) > before

        wait_until(writes, 60.0)
        until = time.monotonic() + 0.7
        while time.monotonic() < until:
            looks += 1
            assert running.manifest().task == "xor"
            assert running.recipe().task == "xor"
            commands = json.loads(running.control_path.read_bytes())["commands"]
            assert all(command["command"] == "batch" for command in commands)
            checkpoint = Checkpoint.read(running.checkpoint_path)
            if checkpoint is not None:
                (values,) = checkpoint.variables
                assert (values == checkpoint.position.epoch).all()
                numbers = max(numbers, checkpoint.position.epoch)
        writer.kill()
        writer.wait()
    assert looks > 100
    assert numbers > 5


def test_a_finished_run_says_so_to_whoever_wants_to_steer_it(tmp_path: Path) -> None:
    run = RunStore(tmp_path).create(SHORT_EPOCHS)
    run.events_path.write_text(format_event(Finished(1.0, 5, 5, None, None)))
    with pytest.raises(RunIsOver, match="is over \\(finished\\)"):
        run.send(SteeringCommand.STOP)
    with pytest.raises(NotToResume, match="is finished"):
        require_resumable(run)
