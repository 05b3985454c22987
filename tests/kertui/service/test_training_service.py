"""The service with a warm spare: real checks, real trainings, real deaths."""

from __future__ import annotations

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from tests.support.trainers import PATIENCE, FollowedRun
from tests.support.waiting import wait_until

from kertasks.processes.trainer_process import RequestFailed, TrainerProcess, give_run
from kertasks.recipes.changes import with_changes
from kertasks.recipes.recipe import Layer, Recipe
from kertasks.registry import find_task
from kertasks.runs.event_file.event_reader import EventReader
from kertasks.runs.event_file.events import Control, Finished, Resumed, Stopped
from kertasks.runs.home.store import RunStore
from kertasks.runs.resumable import NotToResume
from kertasks.runs.signs.process import process_is_there
from kertasks.runs.state import RunState
from kertasks.runs.steering.commands import SteeringCommand
from kertasks.trainer.process.claiming import manifest_of
from kertui.service.training_service import SpareUnavailable, TrainingService

pytestmark = pytest.mark.training

ANSWER = find_task("xor").recipes["answer"]
LONG = with_changes(ANSWER, ["fit.epochs=1000000"])


@pytest.fixture
def service(trainer_home: Path, cache: Path) -> Iterator[TrainingService]:
    service = TrainingService(RunStore(trainer_home), cache)
    yield service
    service.close()


def start(service: TrainingService, recipe: Recipe) -> FollowedRun:
    return FollowedRun(service.start(recipe, then_spare=False))


def test_a_spare_checks_describes_and_trains(service: TrainingService) -> None:
    assert not service.warm
    service.start_spare()
    assert service.describe("xor", None).variant == "four rows"
    wait_until(lambda: service.warm, PATIENCE)

    check = service.check(ANSWER)
    assert check.error is None
    assert [layer.parameters for layer in check.layers] == [24, 9]
    assert check.parameters == 33
    refused = service.check(replace(ANSWER, layers=(Layer("Conv2D", {"filters": 2}),)))
    assert refused.error is not None
    assert len(refused.error.splitlines()) == 1
    assert service.catalog().keras_version

    run = service.start(with_changes(ANSWER, ["fit.epochs=20"]))
    followed = FollowedRun(run)
    history = followed.wait_for_end()
    assert isinstance(history.ended, Finished), followed.said()
    assert history.ended.epochs == history.epochs == 20
    assert history.ended.best_epoch == history.best_epoch
    assert history.started is not None
    assert (history.started.epochs, history.started.steps) == (20, 4)
    assert history.started.parameters == 33
    assert run.state() is RunState.FINISHED
    for path in (run.model_path, run.best_path, run.events_path, run.log_path, run.manifest_path):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    assert not [path.name for path in run.path.iterdir() if path.name.startswith(".")]
    manifest = run.manifest()
    assert (manifest.id, manifest.task, manifest.recipe) == (run.id, "xor", "answer")
    wait_until(lambda: not process_is_there(manifest.pid, manifest.process_started), PATIENCE)

    # The next spare is on its way, and gives the same numbers as the first.
    wait_until(lambda: service.warm, PATIENCE)
    again = start(service, with_changes(ANSWER, ["fit.epochs=20"]))
    again.wait_for_end()
    assert [epoch.metrics for epoch in again.epochs()] == [
        epoch.metrics for epoch in followed.epochs()
    ]


def test_a_trainer_killed_before_it_began_is_a_lost_run(service: TrainingService) -> None:
    run = service.start(LONG, then_spare=False)
    assert run.state() is RunState.RUNNING
    os.kill(run.manifest().pid, signal.SIGKILL)
    wait_until(lambda: run.state() is RunState.LOST, 5.0)
    assert not run.events_path.read_bytes()


def test_a_killed_trainer_is_a_lost_run_and_resumed_it_runs_while_its_trainer_imports_keras(
    trainer_home: Path, cache: Path
) -> None:
    service = TrainingService(RunStore(trainer_home), cache, spare=False)
    followed = start(service, LONG)
    followed.wait_for_epochs(2)
    run = followed.run
    os.kill(run.manifest().pid, signal.SIGKILL)
    wait_until(lambda: run.state() is RunState.LOST, PATIENCE)
    assert followed.look().ended is None
    assert isinstance(followed.look().epochs, int)

    service.resume(run, 2_000_000)
    assert run.state() is RunState.RUNNING
    with pytest.raises(NotToResume, match="is being resumed already"):
        service.resume(run, 3_000_000)
    pause = run.send(SteeringCommand.PAUSE).number
    assert not any(isinstance(event, Resumed) for event in EventReader(run.events_path).read_all())
    wait_until(lambda: run.state() is RunState.PAUSED, PATIENCE)
    history = followed.look()
    assert history.planned == 2_000_000
    assert history.controls[-1] == Control(history.controls[-1].t, pause, "pause")
    with pytest.raises(NotToResume, match="is paused"):
        service.resume(run)
    os.kill(run.manifest().pid, signal.SIGKILL)


def test_a_process_that_may_not_have_a_run_ends(trainer_home: Path, cache: Path) -> None:
    run = RunStore(trainer_home).create(LONG)
    run.write_manifest(msgspec.structs.replace(manifest_of(run, LONG, created=1.0), pid=2**22 + 1))
    spare = TrainerProcess.spawn(cache)
    with pytest.raises(RequestFailed, match="taken up by another trainer process"):
        give_run(run, spare, cache)
    wait_until(lambda: spare.gone, PATIENCE)


def test_a_run_whose_folder_is_deleted_ends_by_itself(service: TrainingService) -> None:
    followed = start(service, LONG)
    followed.wait_for_epochs(2)
    manifest = followed.run.manifest()
    shutil.rmtree(followed.run.path)
    wait_until(lambda: not process_is_there(manifest.pid, manifest.process_started), PATIENCE)
    assert not followed.run.path.exists()


def test_without_a_spare_there_are_no_checks_but_everything_else(
    trainer_home: Path, cache: Path
) -> None:
    service = TrainingService(RunStore(trainer_home), cache, spare=False)
    service.start_spare()
    assert not service.warm
    with pytest.raises(SpareUnavailable, match="--no-spare"):
        service.check(ANSWER)
    assert service.describe("threshold", None).task == "threshold"
    assert service.catalog().classes
    followed = FollowedRun(service.start(with_changes(ANSWER, ["fit.epochs=3"])))
    assert isinstance(followed.wait_for_end().ended, Finished), followed.said()
    service.close()


def test_a_spare_beside_a_script_waits_until_it_is_asked(trainer_home: Path, cache: Path) -> None:
    service = TrainingService(RunStore(trainer_home), cache, spare_at_once=False)
    service.start_spare()
    assert service._warm_process._process is None
    service.close()


def test_a_description_is_computed_once(trainer_home: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    service = TrainingService(RunStore(trainer_home), cache, spare=False)
    first = service.describe("xor", None)
    (kept,) = (cache / "descriptions").iterdir()
    fields = json.loads(kept.read_text())
    kept.write_text(json.dumps({**fields, "seed": 41}))
    assert service.describe("xor", "four rows").seed == 41
    kept.write_text("{")  # damaged: computed again
    assert service.describe("xor", None) == first


def test_a_run_goes_on_when_the_interface_is_killed(trainer_home: Path, cache: Path) -> None:
    script = f"""
import pathlib, sys
from kertasks.recipes.changes import with_changes
from kertasks.registry import find_task
from kertui.service.training_service import TrainingService
from kertasks.runs.home.store import RunStore
service = TrainingService(RunStore(pathlib.Path({str(trainer_home)!r})),
                          pathlib.Path({str(cache)!r}))
recipe = with_changes(find_task("xor").recipes["answer"], ["fit.epochs=1000000"])
print(service.start(recipe, then_spare=False).id, flush=True)
sys.stdin.read()
"""
    interface = subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert interface.stdout is not None
    followed = FollowedRun(
        RunStore(trainer_home).find(interface.stdout.readline().decode().strip())
    )
    interface.kill()
    interface.communicate()

    followed.wait_for_epochs(2)
    done = followed.look().epochs
    followed.wait_for_epochs(done + 2)
    assert followed.run.state() is RunState.RUNNING
    followed.run.send(SteeringCommand.STOP)
    history = followed.wait_for_end()
    assert isinstance(history.ended, Stopped), followed.said()
    assert history.ended.epochs == history.epochs
    assert [(control.number, control.command) for control in history.controls] == [(1, "stop")]
    assert followed.run.model_path.is_file()
    assert followed.run.best_path.is_file()
    assert followed.run.state() is RunState.STOPPED
