"""An engine in a process of its own: it is asked in lines of JSON, and answers in such lines.

- ``{"prepare": workload, "rows": path}``: read the rows, make the network and train a first epoch,
  which compiles. Answer: ``{"seconds": …}``, from the call that trains to that epoch's end.
- ``{"measure": workload, "seconds": s}``: train for about so long. Answer: ``{"seconds": …}`` an
  epoch.

Where an engine has no such network, ``{"absent": why}`` is the answer to both. What an engine
prints beside its answers goes to its stderr.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.benchmarks.peers.workloads import Rows, Workload, find_workload
from tests.benchmarks.steady_epochs import seconds, seconds_an_epoch

ROOT = Path(__file__).parents[3]


class Absent(Exception):
    """An engine has no such network, and why."""


@dataclass(frozen=True)
class Training:
    """A network ready to be trained."""

    train: Callable[[int], float]
    """Trains so many epochs and gives the last one's loss; the first call is of one epoch, and
    compiles."""

    whole_run: Callable[[float], float] | None = None
    """Trains a run, or its beginning if all of it takes much longer than so many seconds, and gives
    the seconds an epoch: all of the run divided by its epochs. If None, an epoch in the middle of a
    run is measured."""


Engine = Callable[[Workload, Rows], Training]
"""Makes a network for a workload's rows, or raises ``Absent``."""


class Answers:
    """What an engine's process answers to one question after the other."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._trainings: dict[str, Training] = {}
        self._estimates: dict[str, float] = {}  # seconds an epoch, once compiled

    def to(self, question: dict[str, Any]) -> dict[str, Any]:
        """The answer."""
        try:
            if "prepare" in question:
                return {"seconds": self._prepare(question["prepare"], Path(question["rows"]))}
            return {"seconds": self._measure(question["measure"], question["seconds"])}
        except Absent as reason:
            return {"absent": str(reason)}

    def _prepare(self, name: str, path: Path) -> float:
        training = self._engine(find_workload(name), Rows.read(path))
        first = seconds(lambda: training.train(1))
        self._trainings[name] = training
        if training.whole_run is None:
            self._estimates[name] = seconds(lambda: training.train(1))
        return first

    def _measure(self, name: str, budget: float) -> float:
        training = self._trainings[name]
        if training.whole_run is not None:
            return training.whole_run(budget)
        if self._estimates[name] > budget:
            return seconds(lambda: training.train(1))
        epochs = int(budget / self._estimates[name])
        found = seconds_an_epoch(training.train, epochs)
        # The first run after compiling may have been slow: the next turn knows better.
        self._estimates[name] = max(found, 1e-5)
        return found


def serve(engine: Engine) -> None:
    """Answer the parent's questions until it closes the pipe."""
    answers = Answers(engine)
    with os.fdopen(os.dup(1), "w") as out:
        os.dup2(2, 1)
        for line in sys.stdin:
            out.write(json.dumps(answers.to(json.loads(line))) + "\n")
            out.flush()


class EngineDied(Exception):
    """An engine's process ended without an answer, and what it said last."""


class EngineProcess:
    """The parent's end of an engine's process.

    Args:
        module: to be run with ``-m``.
        arguments: of the module.
        python: which interpreter.
        environment: variables beside the parent's own.
    """

    def __init__(
        self,
        module: str,
        arguments: Sequence[str] = (),
        python: str = sys.executable,
        environment: dict[str, str] | None = None,
    ) -> None:
        self._said = tempfile.TemporaryFile("w+")  # noqa: SIM115 - closed with the process
        self._process = subprocess.Popen(
            [python, "-m", module, *arguments],
            cwd=ROOT,
            env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", **(environment or {})},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def prepare(self, workload: Workload, rows: Path) -> float:
        """Seconds to the end of the first epoch.

        Raises:
            Absent: the engine has no such network.
            EngineDied: its process ended.
        """
        return self._ask({"prepare": workload.name, "rows": str(rows)})

    def measure(self, workload: Workload, budget: float) -> float:
        """Seconds an epoch, found in about ``budget`` seconds.

        Raises:
            EngineDied: its process ended.
        """
        return self._ask({"measure": workload.name, "seconds": budget})

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):  # of a question nobody read
                    pipe.close()
        self._process.wait()
        self._said.close()

    def _ask(self, question: dict[str, Any]) -> float:
        questions, answers = self._process.stdin, self._process.stdout
        if questions is None or answers is None:
            raise EngineDied("it has no pipes")
        try:
            questions.write(json.dumps(question) + "\n")
            questions.flush()
            line = answers.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            self._process.wait()
            self._said.seek(0)
            last = [text.strip() for text in self._said.read().splitlines() if text.strip()]
            raise EngineDied(last[-1] if last else "it said nothing")
        answer = json.loads(line)
        if "absent" in answer:
            raise Absent(answer["absent"])
        return float(answer["seconds"])
