"""A group trains its runs once each, whoever of those who work for it is killed."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import optuna
import pytest
from tests.support.trainers import PATIENCE
from tests.support.waiting import wait_until

from kertasks.data.folds.fold import Fold
from kertasks.groups.cross_validation.asked import CrossValidation
from kertasks.groups.cross_validation.results import results_of
from kertasks.groups.folder import GroupFolder, GroupState
from kertasks.groups.history import GroupHistory
from kertasks.groups.store import GroupStore
from kertasks.groups.sweep.asked import Sweep, recipe_of_trial
from kertasks.groups.sweep.dimension import Range
from kertasks.groups.sweep.results import TrialState
from kertasks.groups.sweep.results import results_of as results_of_sweep
from kertasks.recipes.changes import with_changes
from kertasks.recipes.of_fold import recipe_of_fold
from kertasks.registry import find_task
from kertasks.runs.event_file.event_reader import EventReader
from kertasks.runs.event_file.events import Epoch, Resuming, Started
from kertasks.runs.folder import RunFolder
from kertasks.runs.home.store import RunStore
from kertasks.runs.state import RunState
from kertasks.runs.steering.commands import SteeringCommand
from kertasks.trainer.dataset_cache import DatasetCache
from kertasks.trainer.process.claiming import claim
from kertasks.trainer.run import train
from kertui.service.group_process import start_runner

pytestmark = pytest.mark.training

EPOCHS = 1_500
RECIPE = with_changes(
    find_task("diabetes").recipes["small"],
    [f"fit.epochs={EPOCHS}", "fit.keep=0", "layers.0.units=8"],
)


@pytest.fixture
def runners() -> Iterator[list[subprocess.Popen[bytes]]]:
    started: list[subprocess.Popen[bytes]] = []
    yield started
    for runner in started:
        runner.kill()
        runner.wait()


def run_of(group: GroupFolder, key: str) -> RunFolder | None:
    return next((group.run(one) for one in group.members() if one.key == key), None)


def begun(group: GroupFolder) -> set[str]:
    """The runs that a trainer was given."""
    return {member.key for member in group.members() if group.run(member).has_manifest}


def numbers(run: RunFolder) -> list[dict[str, float]]:
    """The metrics of each epoch, those told last."""
    told = {
        event.epoch: dict(event.metrics)
        for event in EventReader(run.events_path).read_all()
        if isinstance(event, Epoch)
    }
    return [told[epoch] for epoch in sorted(told)]


def finished(group: GroupFolder) -> set[str]:
    return {key for key, state in group.states().items() if state is RunState.FINISHED}


def test_killed_trainer_and_killed_runner(
    trainer_home: Path, runners: list[subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    group = GroupStore(trainer_home).create(RECIPE, CrossValidation(3), "3 folds")
    runner = start_runner(group, workers=2)
    runners.append(runner)
    # A trainer claims its run seconds before it has imported Keras: what is asked by then comes
    # in time, however busy the machine is.
    wait_until(lambda: begun(group) >= {"fold 1/3", "fold 2/3"}, PATIENCE)
    group.send(SteeringCommand.PAUSE)
    wait_until(lambda: group.state() is GroupState.PAUSED, PATIENCE)
    first, second = run_of(group, "fold 1/3"), run_of(group, "fold 2/3")
    assert first is not None
    assert second is not None
    killed = first.manifest().pid
    os.kill(killed, signal.SIGKILL)
    wait_until(lambda: first.state() is RunState.LOST, PATIENCE)
    group.send(SteeringCommand.RESUME)

    # The third fold is the second run of its trainer, while a new one goes on with the first fold.
    wait_until(lambda: "fold 3/3" in begun(group) and first.manifest().pid != killed, PATIENCE)
    runner.kill()
    runner.wait()
    events = EventReader(first.events_path).read_all()
    assert any(isinstance(event, Resuming) for event in events)

    again = start_runner(group, workers=1)
    runners.append(again)
    assert again.wait(PATIENCE) == 0, group.log_path.read_text()
    assert group.state() is GroupState.FINISHED
    assert set(group.states().values()) == {RunState.FINISHED}
    assert len(RunStore(trainer_home).runs()) == 3

    events = EventReader(second.events_path).read_all()
    assert sum(isinstance(event, Started) for event in events) == 1
    assert [e.epoch for e in events if isinstance(e, Epoch)] == [*range(1, EPOCHS + 1)]
    found = results_of(GroupHistory.read(group))
    assert [one.epochs for one in found.folds] == 3 * [EPOCHS]
    assert sum(one.rows for one in found.folds) == 353
    assert group.run(group.members()[0]).manifest().group == group.id

    # What it was trained on was compiled before it.
    third = run_of(group, "fold 3/3")
    assert third is not None
    alone = RunStore(tmp_path / "alone").create(recipe_of_fold(RECIPE, Fold(3, 3)))
    assert train(claim(alone.path), DatasetCache(), "CPU")
    assert numbers(alone) == numbers(third)
    assert numbers(first) != numbers(third)


def test_a_pruned_sweep_whose_runner_is_killed(
    trainer_home: Path, runners: list[subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    recipe = with_changes(find_task("xor").recipes["answer"], ["fit.epochs=900", "fit.keep=0"])
    rate = Range("compile.optimizer.learning_rate", 1e-5, 1e-1, log=True)
    sweep = Sweep((rate,), "random", trials=6, prune=True, seed=recipe.seed, generation=6)
    group = GroupStore(trainer_home).create(recipe, sweep, "6 trials")
    runners.append(start_runner(group, workers=2))
    wait_until(lambda: len(finished(group)) >= 2, PATIENCE)
    runners[0].kill()
    runners[0].wait()
    before = finished(group)

    runners.append(start_runner(group, workers=1))
    assert runners[1].wait(PATIENCE) == 0, group.log_path.read_text()
    assert group.state() is GroupState.FINISHED
    found = results_of_sweep(GroupHistory.read(group))
    states = [one.state for one in found.ranking]
    assert states.count(TrialState.FINISHED) >= 2
    assert states.count(TrialState.PRUNED) >= 3
    assert len(RunStore(trainer_home).runs()) == 6
    for member in group.members():
        told = [
            event.epoch
            for event in EventReader(group.run(member).events_path).read_all()
            if isinstance(event, Epoch)
        ]
        assert told == [*range(1, len(told) + 1)]  # none twice, whoever trained it
        assert len(told) in (100, 300, 900)
    assert before <= finished(group)
    study = optuna.load_study(study_name="sweep", storage=f"sqlite:///{group.study_path}")
    assert len(study.trials) == 6
    assert study.best_value == found.ranking[0].value.mean

    # The best was trained in three goes; at once its numbers are the same.
    best = found.ranking[0]
    at_once = recipe_of_trial([recipe], sweep.dimensions, best.values)
    alone = RunStore(tmp_path / "alone").create(at_once)
    assert train(claim(alone.path), DatasetCache(), "CPU")
    assert numbers(alone) == numbers(RunFolder(trainer_home / "runs" / best.runs[0]))
