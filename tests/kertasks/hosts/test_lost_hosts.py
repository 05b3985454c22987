"""A training that two machines share comes to the numbers of one, whichever process is lost."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from tests.support.cluster_group import numbers, told
from tests.support.ray_cluster import RayCluster, ray_cluster
from tests.support.trainers import PATIENCE
from tests.support.waiting import wait_until

from kertasks.recipes.changes import with_changes
from kertasks.registry import find_task
from kertasks.runs.event_file.events import (
    Checkpointed,
    Epoch,
    Failed,
    Finished,
    Machine,
    Notice,
    Started,
)
from kertasks.runs.folder import RunFolder
from kertasks.runs.home.store import RunStore
from kertasks.runs.state import RunState
from kertasks.runs.steering.commands import SteeringCommand
from kertasks.runs.steering.sending import kill
from kertasks.trainer.dataset_cache import DatasetCache
from kertasks.trainer.process.claiming import claim
from kertasks.trainer.run import train

pytestmark = [pytest.mark.training, pytest.mark.long]

SOON = 20.0
"""Seconds; it would wait for 120."""

CHANGES = ["fit.keep=0", "fit.batch_size=64", "layers.0.kernel_regularizer=l2"]


def test_killed_helper_machine_and_trainer(trainer_home: Path, tmp_path: Path) -> None:
    with ray_cluster() as cluster:
        run = begun(cluster, trainer_home)
        wait_until(lambda: len(told(run, Epoch)) > 20 or failed(run), PATIENCE)
        assert not failed(run)
        assert told(run, Started)[0].device.startswith("2 hosts × CPU")

        cluster.kill_helper()
        wait_until(lambda: has_said(run, "its rows are computed by 1 host"), PATIENCE)
        wait_until(lambda: has_said(run, "far computes too: 2 hosts"), PATIENCE)
        trains_on(run)
        wait_until(lambda: told(run, Machine)[-1].hosts == 2, PATIENCE)

        run.send(SteeringCommand.SAVE)
        wait_until(lambda: told(run, Checkpointed), PATIENCE)
        kill(run)
        wait_until(lambda: run.state() is RunState.LOST, PATIENCE)
        epochs = [event.epoch for event in told(run, Epoch)]
        assert epochs == list(range(1, len(epochs) + 1))  # each once

        asked(cluster, trainer_home, "resume", run.id)
        trains_on(run)
        cluster.kill_far()
        wait_until(lambda: has_said(run, "its rows are computed by 1 host", times=2), PATIENCE)
        trains_on(run)
        done = told(run, Epoch)[-1].epoch
        run.send(SteeringCommand.EPOCHS, done + 100)
        wait_until(lambda: told(run, Finished), PATIENCE)
    ours, alone = numbers(run), numbers(trained_alone(tmp_path / "alone", len(numbers(run))))
    assert len(ours) == done + 100
    for mine, its in zip(ours, alone, strict=True):
        assert mine == pytest.approx(its, rel=1e-5)


def test_more_hosts_than_there_are_and_none_that_is_left(
    trainer_home: Path, tmp_path: Path
) -> None:
    with ray_cluster() as cluster:
        refused = begun(cluster, trainer_home, hosts=3)
        wait_until(lambda: failed(refused), PATIENCE)
        assert told(refused, Failed)[0].reason == (
            "3 hosts: the cluster has 2 machines with 1 processor for a training"
        )
        run = begun(cluster, trainer_home)
        wait_until(lambda: len(told(run, Epoch)) > 20, PATIENCE)

        # A second training waits for the processors that the first one has, and hears a stop.
        waits = begun(cluster, trainer_home)
        wait_until(lambda: told(waits, Started) or failed(waits), PATIENCE)
        waits.send(SteeringCommand.STOP)
        asked_at = time.monotonic()
        wait_until(lambda: waits.state() is RunState.STOPPED, PATIENCE)
        assert time.monotonic() - asked_at < SOON, told(waits, Notice)
        assert not told(waits, Epoch)
        assert len(told(run, Epoch)) > 20
        assert run.state() is RunState.RUNNING

        cluster.pull_the_cable()
        wait_until(lambda: has_said(run, "its rows are computed by 1 host"), PATIENCE)
        trains_on(run)
        run.send(SteeringCommand.STOP)
        wait_until(lambda: run.state() is RunState.STOPPED, PATIENCE)
        done = len(numbers(run))
    for mine, its in zip(numbers(run), numbers(trained_alone(tmp_path, done)), strict=True):
        assert mine == pytest.approx(its, rel=1e-5)


def begun(cluster: RayCluster, home: Path, hosts: int = 2) -> RunFolder:
    """A run that machines of the cluster share; its trainer is on the first of them."""
    changes = [word for change in CHANGES for word in ("--set", change)]
    words = ["diabetes", *changes, "--epochs", "200000", "--detach"]
    return RunStore(home).find(asked(cluster, home, "train", *words, hosts=hosts))


def asked(cluster: RayCluster, home: Path, *words: str, hosts: int = 2) -> str:
    """Say a command on the first machine; returns the last word that it prints."""
    log = home.parent / f"{words[0]}-{hosts}.log"
    place = ["--hosts", str(hosts), "--on", f"ray:{cluster.address}"]
    said = cluster.start("kertui", *words, *place, log_path=log)
    assert said.wait(PATIENCE) == 0, log.read_text()
    return log.read_text().split()[-1]


def trained_alone(home: Path, epochs: int) -> RunFolder:
    """The same training by this process."""
    recipe = find_task("diabetes").recipes["small"]
    run = RunStore(home).create(with_changes(recipe, [*CHANGES, f"fit.epochs={epochs}"]))
    assert train(claim(run.path), DatasetCache(), "CPU")
    return run


def failed(run: RunFolder) -> bool:
    return bool(told(run, Failed))


def has_said(run: RunFolder, text: str, times: int = 1) -> bool:
    return sum(text in notice.text for notice in told(run, Notice)) >= times


def trains_on(run: RunFolder) -> None:
    """Wait until there are some epochs more."""
    done = len(told(run, Epoch))
    wait_until(lambda: len(told(run, Epoch)) > done + 5, PATIENCE)
