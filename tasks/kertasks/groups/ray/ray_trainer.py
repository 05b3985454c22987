"""A trainer on a machine of the cluster, as the runner of a group has it."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path
from typing import Any

import ray

from kertasks.groups.ray.received_run import NotTaken, ReceivedRun
from kertasks.groups.ray.sent_files import SentFiles, decode_sent
from kertasks.processes.trainer_process import RequestFailed, TrainerGone
from kertasks.runs.folder import RunFolder
from kertasks.runs.run_errors import RunDamaged

SILENT = 30.0
"""Seconds without an answer after which a machine counts as gone, where Ray itself has not noticed
before. A run that still goes on there is given up: nobody asks for it any more."""

_LONG_ASKED = 0.5
"""Seconds that a machine waits for something new before it answers that there is nothing. A command
to a run takes as long on its way at most."""

_FULL = 1.0
"""Seconds between two tries to write what came, where the disk here is full."""

_GONE = TrainerGone.__name__


class RayTrainer:
    """Asks a slot of a machine, a Ray actor, and takes what comes of its runs.

    Args:
        slot: the actor.
        machine: the name of its machine.
    """

    def __init__(self, slot: Any, machine: str) -> None:
        self._slot = slot
        self._machine = machine
        self._gone = False
        self._received: ReceivedRun | None = None

    @property
    def gone(self) -> bool:
        """Whether its machine answers no more. A trainer process that ended there is replaced."""
        return self._gone

    def request(self, op: str, **payload: Any) -> dict[str, Any]:
        """Ask the slot, as ``Trainer.request`` says; files of a run go along with ``train``."""
        if op == "train":
            run = RunFolder(Path(payload["run"]))
            self._begin(run, resumes=payload["resumes"], epochs=payload["epochs"])
            return {}
        answer, why, error_class = self._answer(self._slot.request.remote(op, payload), None)
        self._raise(why, error_class)
        found: dict[str, Any] = answer
        return found

    def wait_until_over(self) -> None:
        """Take what comes of the run until that is all.

        Raises:
            TrainerGone: its trainer ended before, or its machine answers no more.
        """
        received = self._received
        assert received is not None  # noqa: S101 - narrows the type
        try:
            while True:
                sent = self._take_new(received)
                if sent.over:
                    break
        except NotTaken as error:
            self.close()
            raise TrainerGone(f"{self._machine}: {error}") from error
        finally:
            self._let_go()
        self._raise(sent.why_gone, _GONE)

    def close(self) -> None:
        """End the trainer, be it within a run."""
        self._let_go()
        if not self._gone:
            self._gone = True
            with contextlib.suppress(ray.exceptions.RayError):
                ray.wait([self._slot.end.remote()], timeout=1.0)
        with contextlib.suppress(ray.exceptions.RayError):
            ray.kill(self._slot, no_restart=True)

    def _begin(self, run: RunFolder, *, resumes: bool, epochs: int | None) -> None:
        try:
            self._received = received = ReceivedRun(run)
            files = received.files()
        except (OSError, RunDamaged) as error:
            self._let_go()
            raise RequestFailed(f"run {run.id}: {error}", type(error).__name__) from error
        try:
            begun = self._slot.begin.remote(run.id, files, resumes, epochs)
            received.known, why, error_class = self._answer(begun, None)
            self._raise(why, error_class)
        except BaseException:
            self._let_go()
            raise

    def _take_new(self, received: ReceivedRun) -> SentFiles:
        asked = received.asked()
        answer = self._slot.new_files.remote(received.known, asked, _LONG_ASKED)
        sent = decode_sent(self._answer(answer, SILENT))
        try:
            received.take(sent)
        except OSError as error:
            print(f"{received.run.id}: cannot write: {error.strerror}", flush=True)
            time.sleep(_FULL)
            return SentFiles()  # what is missing is asked for again
        return sent

    def _answer(self, reference: Any, seconds: float | None) -> Any:
        """What the slot answers.

        Raises:
            TrainerGone: its machine does not, after so many seconds.
        """
        try:
            ready, _ = ray.wait([reference], timeout=seconds)
            if ready:
                return ray.get(reference)
            why = f"no answer for {SILENT:.0f} s"
        except ray.exceptions.RayError as error:
            why = str(error).strip().splitlines()[0]
        self._gone = True
        self.close()
        raise TrainerGone(f"{self._machine} is gone: {why}")

    def _raise(self, why: str, error_class: str) -> None:
        if error_class == _GONE and why:
            raise TrainerGone(f"{self._machine}: {why}")
        if why:
            raise RequestFailed(f"on {self._machine}: {why}", error_class)

    def _let_go(self) -> None:
        if self._received is not None:
            self._received.close()
            self._received = None
