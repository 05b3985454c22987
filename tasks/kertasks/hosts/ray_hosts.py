"""The machines of a Ray cluster, as a training has them that they share.

A helper whose process was killed is missed at once, one whose machine is gone when Ray notices (see
``kertasks.groups.ray.cluster.SETTINGS``), and at the latest when it has not answered a call for
``SILENT`` seconds. What it was to compute is computed by the others. Its machine, once it is there
again, or another one of the cluster gets a new helper, which begins with the next step after it is
ready.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from kertasks.groups.machines import TRAINER_BYTES
from kertasks.groups.ray.cluster import Cluster
from kertasks.groups.ray.fitness import Needed, require_fit
from kertasks.hosts.asked import AskedHosts
from kertasks.hosts.part import Arrays, CannotShare, Network, Part, PartSums
from kertasks.text.numbers import counted

SILENT = 10.0
"""Seconds that a helper may take to answer whether it is there, before it counts as lost. It
answers while it computes, however long that takes."""

_ASK_EVERY = 5.0
"""Seconds between two questions to a helper that computes, and between two looks for a machine
that takes the place of a lost one."""

_LOOK_EVERY = 0.1
"""Seconds between two looks whether a training is stopped whose helpers are begun."""

_BEGINS = 120.0
"""Seconds in which all helpers are to be ready: they import Keras and load the network."""

_INLINE_BYTES = 100_000
"""Ray sends smaller things along with a call, and larger ones once to each machine."""


@dataclass(frozen=True, slots=True)
class _Helper:
    actor: Any
    node: str
    machine: str
    ready: Any
    """Ray's reference to what it answers once it is ready."""


class RayHosts:
    """One helper on each of some machines of a cluster.

    Args:
        asked: how many, and of which cluster.
        tell: told in a sentence when a helper is lost and when another one is there.

    Raises:
        ClusterNotJoined: there is no such cluster.
        MachineUnfit: one of its machines has other versions than this one.
        CannotShare: it has fewer machines.
    """

    def __init__(self, asked: AskedHosts, tell: Callable[[str], None]) -> None:
        self._asked = asked
        self._tell = tell
        self._network: Any = None
        self._helpers: list[_Helper] = []
        self._coming: list[_Helper] = []
        self._looked = 0.0
        self._began = False
        self.is_stopped: Callable[[], bool] = lambda: False
        """Says whether the training is to end; asked while helpers are begun."""

        self._cluster = Cluster(asked.on.address)
        self._ray = self._cluster.ray
        try:
            self._require_machines()
            require_fit(self._ray, Needed())
        except BaseException:
            self._cluster.close()
            raise

    @property
    def wanted(self) -> int:
        """As many as were asked for."""
        return self._asked.count

    def begin(self, network: Network) -> None:
        """Start the helpers and wait until all are ready; or there are none where the training is
        stopped before.

        Raises:
            CannotShare: one of them is not.
        """
        self._network = self._ray.put(network)
        nodes = list(self._machines().items())[: self._asked.count]
        self._coming = [self._start(node, machine) for node, machine in nodes]
        deadline = time.monotonic() + _BEGINS
        while self._coming:
            if self.is_stopped():
                self._end_all()
                return
            helper = self._coming[0]
            if self._ray.wait([helper.ready], timeout=_LOOK_EVERY)[0]:
                self._take(helper)
            elif time.monotonic() > deadline:
                raise CannotShare(
                    f"{helper.machine}, a machine of the cluster, is not ready within "
                    f"{_BEGINS:.0f} s: others may have its processors"
                )
        self._began = True

    def _take(self, helper: _Helper) -> None:
        """Take up a helper that has answered.

        Raises:
            CannotShare: it answered that it cannot begin.
        """
        try:
            self._ray.get(helper.ready)
        except self._ray.exceptions.RayError as error:
            why = str(error).strip().splitlines()[-1]
            raise CannotShare(
                f"{helper.machine}, a machine of the cluster, cannot begin: {why}"
            ) from error
        self._coming.remove(helper)
        self._helpers.append(helper)

    def computing(self) -> int | None:
        """How many helpers there are just now, for any thread; None before they have begun."""
        return len(self._helpers) if self._began else None

    def count(self) -> int:
        """How many helpers there are now; sees to it that lost ones are replaced."""
        if self._coming or len(self._helpers) < self._asked.count:
            self._replace()
        return len(self._helpers)

    def compute(self, weights: Arrays, parts: Sequence[Part]) -> list[PartSums | None]:
        """Compute parts, as ``Hosts.compute`` says."""
        given: Any = weights
        if sum(weight.nbytes for weight in weights) > _INLINE_BYTES:
            given = self._ray.put(weights)
        helpers = self._helpers[: len(parts)]
        # This machine's own comes last, which is the first of them: it would compute while the
        # weights are sent to the others, on the same processor where there is one.
        answers = [
            helper.actor.compute.remote(given, part)
            for helper, part in zip(reversed(helpers), reversed(parts), strict=True)
        ][::-1]
        return [
            self._answer(helper, answer) for helper, answer in zip(helpers, answers, strict=True)
        ]

    def close(self) -> None:
        """End the helpers and leave the cluster."""
        self._end_all()
        self._cluster.close()

    def _end_all(self) -> None:
        for helper in [*self._helpers, *self._coming]:
            self._end(helper)
        self._helpers, self._coming = [], []

    def _answer(self, helper: _Helper, answer: Any) -> PartSums | None:
        """What a helper computed; None where it was lost.

        Raises:
            Exception: whatever TensorFlow made of the rows.
        """
        try:
            while not self._ray.wait([answer], timeout=_ASK_EVERY)[0]:
                there = helper.actor.is_there.remote()
                ready, _ = self._ray.wait([there, answer], timeout=SILENT)
                if not ready:
                    self._lose(helper, f"no answer for {SILENT:.0f} s")
                    return None
                if there in ready:
                    self._ray.get(there)
            found: PartSums = self._ray.get(answer)
        except self._ray.exceptions.RayTaskError as error:
            raise (error.cause or error) from None
        except self._ray.exceptions.RayActorError:
            self._lose(helper, "its process or its machine is gone")
            return None
        except self._ray.exceptions.RayError as error:
            self._lose(helper, str(error).strip().splitlines()[0].rstrip("."))
            return None
        return found

    def _lose(self, helper: _Helper, why: str) -> None:
        self._helpers.remove(helper)
        self._end(helper)
        self._looked = time.monotonic()
        left = counted(len(self._helpers), "host")
        if not self._helpers:
            left = "this host alone"
        self._tell(f"{helper.machine} is lost ({why}): its rows are computed by {left}")

    def _replace(self) -> None:
        """Take up helpers that are ready, and start one on each machine that has none."""
        for helper in list(self._coming):
            if not self._ray.wait([helper.ready], timeout=0)[0]:
                continue
            self._coming.remove(helper)
            try:
                self._ray.get(helper.ready)
            except self._ray.exceptions.RayError:  # it is tried again
                self._end(helper)
                continue
            self._helpers.append(helper)
            now = counted(len(self._helpers), "host")
            self._tell(f"{helper.machine} computes too: {now}")
        if time.monotonic() - self._looked < _ASK_EVERY:
            return
        self._looked = time.monotonic()
        used = {helper.node for helper in [*self._helpers, *self._coming]}
        missing = self._asked.count - len(used)
        free = [node for node in self._machines().items() if node[0] not in used]
        self._coming += [self._start(*node) for node in free[:missing]]

    def _start(self, node: str, machine: str) -> _Helper:
        # It imports no Ray, but which kertui has Keras and no Ray has no hosts either.
        from kertasks.hosts.helper import Helper

        by_node = self._ray.util.scheduling_strategies.NodeAffinitySchedulingStrategy
        actor = (
            self._ray.remote(Helper)
            .options(
                num_cpus=self._asked.on.cpus,
                num_gpus=self._asked.on.gpus,
                memory=TRAINER_BYTES,
                max_restarts=0,  # it would wait for its machine; here another one may do
                max_task_retries=0,
                max_concurrency=2,  # it computes, and answers whether it is there
                scheduling_strategy=by_node(node, soft=False),
            )
            .remote(self._network)
        )
        return _Helper(actor, node, machine, actor.machine.remote())

    def _end(self, helper: _Helper) -> None:
        with contextlib.suppress(self._ray.exceptions.RayError):
            self._ray.kill(helper.actor, no_restart=True)

    def _machines(self) -> dict[str, str]:
        """Machines that are there and have what a helper is to have: their names, by Ray's id; this
        one first, if it is one of them."""
        wanted = {"CPU": self._asked.on.cpus, "GPU": self._asked.on.gpus}
        here = self._ray.get_runtime_context().get_node_id()
        found = {
            node["NodeID"]: str(node["NodeManagerHostname"])
            for node in self._ray.nodes()
            if node["Alive"]
            and all(node["Resources"].get(name, 0.0) >= much for name, much in wanted.items())
        }
        return dict(sorted(found.items(), key=lambda item: (item[0] != here, item[1])))

    def _require_machines(self) -> None:
        there = len(self._machines())
        if there >= self._asked.count:
            return
        on = self._asked.on
        each = counted(on.cpus, "processor")
        if on.gpus:
            each += f" and {counted(on.gpus, 'GPU')}"
        raise CannotShare(
            f"{self._asked.count} hosts: the cluster has {counted(there, 'machine')} with {each} "
            "for a training"
        )
