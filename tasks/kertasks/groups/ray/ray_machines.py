"""The machines of a Ray cluster as the place where a group's runs are trained."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from kertasks.groups.machines import TRAINER_BYTES, Trainer
from kertasks.groups.ray.cluster import Cluster, ClusterNotJoined
from kertasks.groups.ray.fitness import needed_by, require_fit
from kertasks.groups.record import OnRay
from kertasks.processes.trainer_process import TrainerGone
from kertasks.text.numbers import counted

_LOOK_EVERY = 0.2


class RayMachines:
    """A slot on a machine for each trainer, with the processors and GPUs that a run is to have. A
    machine that joins the cluster takes the place of one that is gone.

    Args:
        asked: which cluster, and what a run is to have.
        task: what the runs are of.

    Raises:
        ClusterNotJoined: there is no such cluster, or none of its machines has so much.
        MachineUnfit: one of its machines cannot train them.
        kertasks.UserError: there is no such task here.
    """

    def __init__(self, asked: OnRay, task: str) -> None:
        self._needed = needed_by(task)
        self._asked = asked
        self._cluster = Cluster(asked.address)
        try:
            self._slots = self._count_slots()
            require_fit(self._cluster.ray, self._needed)
        except BaseException:
            self._cluster.close()
            raise

    def most(self, workers: int | None) -> int:
        """As ``Machines.most``: with more than there is room for, machines that join later are used
        too."""
        return workers or self._slots

    def trainer(self, number: int, is_wanted: Callable[[], bool]) -> Trainer | None:  # noqa: ARG002
        """A trainer in a slot of its own; waits until there is one.

        Raises:
            TrainerGone: its machine was gone before it could be asked.
        """
        # They import Ray, which not every kertui has.
        from kertasks.groups.ray.ray_trainer import RayTrainer
        from kertasks.groups.ray.slot import Slot

        ray = self._cluster.ray
        slot: Any = (
            ray.remote(Slot)
            .options(
                num_cpus=self._asked.cpus,
                num_gpus=self._asked.gpus,
                memory=TRAINER_BYTES,
                max_restarts=0,  # the runner begins again what was lost, and knows how far it was
                max_task_retries=0,
            )
            .remote(self._needed.tasks)
        )
        machine = slot.machine.remote()
        while not ray.wait([machine], timeout=_LOOK_EVERY)[0]:
            if not is_wanted():
                ray.kill(slot, no_restart=True)
                return None
        try:
            return RayTrainer(slot, ray.get(machine))
        except ray.exceptions.RayError as error:
            why = str(error).strip().splitlines()[0]
            raise TrainerGone(f"a machine of the cluster was gone at once: {why}") from error

    def close(self) -> None:
        """Leave the cluster, and end it where it was started for this group."""
        self._cluster.close()

    def _count_slots(self) -> int:
        wanted = {"CPU": self._asked.cpus, "GPU": self._asked.gpus, "memory": TRAINER_BYTES}
        found: int = sum(
            min(
                math.floor(node["Resources"].get(name, 0.0) / much)
                for name, much in wanted.items()
                if much
            )
            for node in self._cluster.ray.nodes()
            if node["Alive"]
        )
        if found:
            return found
        cpus, gpus = counted(self._asked.cpus, "processor"), counted(self._asked.gpus, "GPU")
        has = f"{cpus}, {gpus}" if self._asked.gpus else cpus
        raise ClusterNotJoined(
            f"no machine of the cluster has what a run is to have ({has}, 0.8 GB)"
        )
