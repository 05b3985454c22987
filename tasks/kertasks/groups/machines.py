"""Where the runs of a group are trained: what its runner asks of a machine, or of a cluster of
them, and this machine as one such place."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, Protocol

from kertasks.processes.free_memory import free_memory
from kertasks.processes.trainer_process import TrainerProcess
from kertasks.user_folders import cache_dir

TRAINER_BYTES = 800_000_000
"""Of memory that a trainer of a small network takes: Keras, TensorFlow and what was compiled."""


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

    def trainer(self, is_wanted: Callable[[], bool]) -> Trainer | None:
        """A new trainer; None where none can be had before it is wanted no more.

        Raises:
            TrainerGone: none can be started.
        """

    def close(self) -> None:
        """Need no more trainers."""


class ThisMachine:
    """Trainer processes on this machine, one a core as far as there is memory. A trainer that has a
    run goes on with it though the runner is killed."""

    def most(self, workers: int | None) -> int:
        """One a core, as far as there is memory, or as many as are wanted at most."""
        return min(workers or _cores(), free_memory() // TRAINER_BYTES)

    def trainer(self, is_wanted: Callable[[], bool]) -> Trainer | None:  # noqa: ARG002
        """Start one, at once.

        Raises:
            TrainerGone: the system refused to start a process.
        """
        return TrainerProcess.spawn(cache_dir(), stays=True)

    def close(self) -> None:
        """There is nothing to let go of."""


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
