"""A group on a cluster of two machines, and what its runs told."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from tests.support.ray_cluster import RayCluster
from tests.support.trainers import PATIENCE
from tests.support.waiting import wait_until

from kertasks.groups.cross_validation.asked import CrossValidation
from kertasks.groups.folder import GroupFolder
from kertasks.groups.record import OnRay
from kertasks.groups.store import GroupStore
from kertasks.recipes.changes import with_changes
from kertasks.recipes.recipe import Recipe
from kertasks.runs.event_file.event_reader import EventReader
from kertasks.runs.event_file.events import Epoch, Finished, Started
from kertasks.runs.folder import RunFolder
from kertasks.runs.home.store import RunStore
from kertasks.trainer.dataset_cache import DatasetCache
from kertasks.trainer.process.claiming import claim
from kertasks.trainer.run import train

_Event = TypeVar("_Event")


class ClusterGroup:
    """A cross-validation of two folds, one on each machine, with a runner on the first.

    Args:
        cluster: the machines.
        home: where runs are kept.
        recipe: what is trained.
    """

    def __init__(self, cluster: RayCluster, home: Path, recipe: Recipe) -> None:
        self._cluster = cluster
        on = OnRay(cluster.address)
        asked = CrossValidation(2)
        self.folder: GroupFolder = GroupStore(home).create(recipe, asked, "2 folds", on=on)
        self.runner = cluster.runner(self.folder)

    @property
    def said(self) -> str:
        """What its runners printed."""
        return self.folder.log_path.read_text()

    @property
    def runs(self) -> list[RunFolder]:
        """Those that were begun."""
        return [self.folder.run(member) for member in self.folder.members()]

    def wait_until_both_train(self) -> RunFolder:
        """Wait until both runs have an epoch; returns the one of the far machine."""
        wait_until(lambda: self.runner.poll() is not None or self._both_train(), PATIENCE)
        assert self.runner.poll() is None, self.said
        return next(run for run in self.runs if run.manifest().trained_on == "far")

    def _both_train(self) -> bool:
        return sum(bool(told(run, Epoch)) for run in self.runs) == 2

    def kill_runner(self) -> None:
        """Kill the process that works for it."""
        self.runner.kill()
        self.runner.wait()

    def start_runner(self) -> None:
        """Start another one."""
        self.runner = self._cluster.runner(self.folder)

    def finish(self) -> None:
        """Wait until its runner ends, and see that each run began and ended once."""
        assert self.runner.wait(PATIENCE) == 0, self.said
        assert len(self.runs) == 2
        for run in self.runs:
            assert len(told(run, Started)) == 1
            assert len(told(run, Finished)) == 1
            assert run.model_path.exists()

    def trained_alone(self, run: RunFolder, home: Path) -> RunFolder:
        """A run that is over, trained by this process in another home, for as many epochs."""
        recipe = with_changes(run.recipe(), [f"fit.epochs={len(numbers(run))}"])
        alone = RunStore(home).create(recipe)
        assert train(claim(alone.path), DatasetCache(), "CPU")
        return alone


def told(run: RunFolder, kind: type[_Event]) -> list[_Event]:
    """The events of a kind, from the file's beginning."""
    events = EventReader(run.events_path).read_all()
    return [event for event in events if isinstance(event, kind)]


def numbers(run: RunFolder) -> list[dict[str, float]]:
    """The metrics of each epoch, those told last."""
    last = {event.epoch: dict(event.metrics) for event in told(run, Epoch)}
    return [last[epoch] for epoch in sorted(last)]
