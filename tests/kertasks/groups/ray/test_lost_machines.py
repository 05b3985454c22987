"""A group on a Ray cluster trains its runs once each, whichever machine and whichever process is
lost, and comes to the numbers of this machine alone."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest
from tests.support.cluster_group import ClusterGroup, numbers, told
from tests.support.ray_cluster import ray_cluster
from tests.support.trainers import PATIENCE
from tests.support.waiting import wait_until

from kertasks.groups.folder import GroupState
from kertasks.recipes.changes import with_changes
from kertasks.registry import find_task
from kertasks.runs.event_file.events import Checkpointed, Epoch, Resuming
from kertasks.runs.folder import RunFolder
from kertasks.runs.signs.process import process_start_time
from kertasks.runs.state import RunState
from kertasks.runs.steering.commands import SteeringCommand

pytestmark = pytest.mark.training

RECIPE = with_changes(
    find_task("diabetes").recipes["small"],
    ["fit.epochs=200_000", "fit.keep=0", "layers.0.units=8"],  # it ends when it is told to
)


def test_a_killed_machine_and_a_killed_runner(trainer_home: Path, tmp_path: Path) -> None:
    with ray_cluster() as cluster:
        group = ClusterGroup(cluster, trainer_home, RECIPE)
        try:
            lost = group.wait_until_both_train()
            group.folder.send(SteeringCommand.PAUSE)
            wait_until(lambda: group.folder.state() is GroupState.PAUSED, PATIENCE)
            group.folder.send(SteeringCommand.RESUME)
            wait_until(lambda: group.folder.state() is GroupState.RUNNING, PATIENCE)
            lost.send(SteeringCommand.SAVE)
            wait_until(lambda: told(lost, Checkpointed), PATIENCE)
            done = told(lost, Checkpointed)[-1].epoch

            left_alone = cluster.kill_far()
            wait_until(lambda: "far is gone" in group.said, PATIENCE)
            end_soon(next(run for run in group.runs if run != lost))
            wait_until(lambda: trains_again(lost, 1), PATIENCE)
            assert first_epoch_again(lost) > done
            wait_until(lambda: not any(map(is_there, left_alone)), PATIENCE)
            group.kill_runner()
            assert lost.state() is RunState.LOST
            assert group.folder.state() is GroupState.STOPPED

            group.start_runner()
            wait_until(lambda: trains_again(lost, 2), PATIENCE)
            end_soon(lost)
            group.finish()
        finally:
            group.kill_runner()
    assert group.folder.state() is GroupState.FINISHED
    assert numbers(lost) == numbers(group.trained_alone(lost, tmp_path / "alone"))


def is_there(process: psutil.Process) -> bool:
    return process_start_time(process.pid) is not None


def end_soon(run: RunFolder) -> None:
    """Let a run end a moment later, wherever it is trained."""
    run.send(SteeringCommand.EPOCHS, told(run, Epoch)[-1].epoch + 500)


def trains_again(run: RunFolder, times: int) -> bool:
    taken_up = told(run, Resuming)
    return len(taken_up) >= times and told(run, Epoch)[-1].t > taken_up[-1].t


def first_epoch_again(run: RunFolder) -> int:
    since = told(run, Resuming)[0].t
    return next(event.epoch for event in told(run, Epoch) if event.t > since)
