"""Where the runs of a group are trained: what its runner asks of a machine, or of a cluster of
them, and this machine as one such place."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, Protocol

from kertasks.processes.free_memory import free_memory
from kertasks.processes.gpus import gpu_environments
from kertasks.processes.trainer_process import TrainerProcess
from kertasks.user_folders import cache_dir

TRAINER_BYTES = 800_000_000
"""Of memory that a trainer of a small network takes: Keras, TensorFlow and what was compiled."""

_GROWING = {"TF_FORCE_GPU_ALLOW_GROWTH": "true", "XLA_PYTHON_CLIENT_PREALLOCATE": "false"}
"""Has TensorFlow and JAX take a GPU's memory as they need it. The first of several would else take
all of it."""


class Trainer(Protocol):
    """A process with Keras that trains one run after another, wherever it is."""

    @property
    def gone(self) -> bool:
        """Whether it answers no more."""

    def request(self, op: str, **payload: Any) -> dict[str, Any]:
        """Ask and wait for the answer: ``check``, or ``train``, which has claimed the run when it
        returns.

        Raises:
            RequestFailed: it was refused; the text is for the person.
            TrainerGone: it ended first, or its machine did.
        """

    def wait_until_over(self) -> None:
        """Wait until the run that it was given last is over, and all of it is in its folder here.

        Raises:
            TrainerGone: it ended before, or its machine did.
        """

    def close(self) -> None:
        """Let go of it."""


class Machines(Protocol):
    """One place where trainers can be had."""

    def most(self, workers: int | None) -> int:
        """How many trainers there can be at once.

        Args:
            workers: how many are wanted at most; None for as many as the place is made for.
        """

    def trainer(self, number: int, is_wanted: Callable[[], bool]) -> Trainer | None:
        """A new trainer; None where none can be had before it is wanted no more.

        Args:
            number: which of those at once it is to be, from 0.
            is_wanted: whether it still is.

        Raises:
            TrainerGone: none can be started.
        """

    def close(self) -> None:
        """Need no more trainers."""


class ThisMachine:
    """Processes on this machine, one a GPU, or one a core where there is none, as far as there is
    memory. A trainer that has a run goes on with it though the runner is killed.

    Args:
        tell: is told what a person should know of it.
    """

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._gpus = gpu_environments()
        """Asked once: a process that takes the place of another has the same GPU."""

        self._shares_gpus = False

    def most(self, workers: int | None) -> int:
        """One a GPU or a core, as far as there is memory, or as many as are wanted at most."""
        gpus = len(self._gpus)
        most = min(workers or gpus or _cores(), free_memory() // TRAINER_BYTES)
        self._shares_gpus = 0 < gpus < most
        return most

    def environment(self, number: int) -> dict[str, str]:
        """What a process gets besides this one's environment: a GPU of its own, as long as there is
        one for each; several in turn share one. Nothing where there is none.

        Args:
            number: which of those at once it is, from 0.
        """
        gpus = self._gpus
        if not gpus:
            return {}
        if number >= len(gpus):
            self._tell(
                f"more are trained at once than there are GPUs ({len(gpus)}), which they share; "
                f"--workers {len(gpus)} gives each one of its own"
            )
        growing = {name: os.environ.get(name, value) for name, value in _GROWING.items()}
        return {**gpus[number % len(gpus)], **(growing if self._shares_gpus else {})}

    def trainer(self, number: int, is_wanted: Callable[[], bool]) -> Trainer | None:  # noqa: ARG002
        """Start one, at once.

        Raises:
            TrainerGone: the system refused to start a process.
        """
        return TrainerProcess.spawn(cache_dir(), stays=True, environment=self.environment(number))

    def close(self) -> None:
        """There is nothing to let go of."""


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
