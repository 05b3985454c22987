"""The process that gives advice on a recipe and tries what mends it. Blocking, thread-safe.

Call it from thread workers only. Every failure is a ``UserError`` of one line.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from kertasks.errors import UserError
from kertasks.files import open_to_append
from kertasks.processes.trainer_process import ADVISER_LOG, TrainerGone, TrainerProcess

if TYPE_CHECKING:
    from kertasks.recipes.recipe import Recipe
    from kertasks.runs.advice.finding import Finding
    from kertasks.runs.advice.tried_fix import TriedFix

SECONDS = 3.0
"""How long a training of a trial takes at most."""

SEEDS = 3
"""How many seeds a fix is tried on, from the recipe's own one on."""

_ALL_SEEDS = 2**32
"""NumPy's and Keras's are below it."""

_MOST_DEATHS = 2
"""It is started once more where it died, and then left alone."""

_Trial: TypeAlias = "tuple[Recipe, str, int | None, tuple[str, ...]]"
"""What a result is kept by: the recipe, and code, layer and patch of the finding."""


class AdviserGone(UserError):
    """The process that advises died again, or cannot be started."""


class MadeWay(UserError):
    """The question was given up, so that a training has the processor to itself."""

    def __init__(self) -> None:
        super().__init__("a training goes first")


class Adviser:
    """Asks a process of its own, which the first question starts.

    It is another process than the spare, which answers a check within a blink and takes a run at
    once: a trial would hold up both for seconds. Nor could the spare be nicer while it tries than
    while it trains: a process that has lowered its priority may not raise it again. This one runs
    at nice 10 and ends with the interface.

    Args:
        cache_dir: the user's cache folder.
    """

    def __init__(self, cache_dir: Path) -> None:
        self._cache_dir = cache_dir
        self._lock = threading.Lock()
        self._process: TrainerProcess | None = None
        self._deaths = 0
        self._trials = 0
        """How many are under way."""

        self._closed = False
        self._advice: dict[Recipe, tuple[Finding, ...]] = {}
        self._tried: dict[_Trial, TriedFix] = {}

    @property
    def pid(self) -> int | None:
        """The process id; None while there is no process."""
        process = self._process
        return None if process is None else process.pid

    def known(self, recipe: Recipe) -> tuple[Finding, ...] | None:
        """What was found in the recipe before; None where it was not asked for."""
        return self._advice.get(recipe)

    def advise(self, recipe: Recipe) -> tuple[Finding, ...]:
        """What is wrong with a recipe, the worst first; remembered for the session.

        Raises:
            RequestFailed: its data cannot be loaded.
            AdviserGone: nobody can be asked any more.
            MadeWay: a training began; ask again later.
        """
        import msgspec

        from kertasks.recipes.json_form import to_json
        from kertasks.runs.advice.finding import Finding

        found = self.known(recipe)
        if found is None:
            answer = self._ask("advise", recipe=to_json(recipe))
            found = msgspec.convert(answer["findings"], tuple[Finding, ...])
            self._advice[recipe] = found
        return found

    def tried(self, recipe: Recipe, finding: Finding) -> TriedFix | None:
        """What came of trying a fix; None where it was not tried to the end."""
        return self._tried.get(_trial(recipe, finding))

    def forget_trial(self, recipe: Recipe, finding: Finding) -> None:
        """Have a fix tried anew."""
        self._tried.pop(_trial(recipe, finding), None)

    def try_fix(
        self, recipe: Recipe, finding: Finding, goes_on: Callable[[], bool]
    ) -> TriedFix | None:
        """Train a recipe without and with a fix, seed by seed; remembered for the session.

        Args:
            recipe: as it is without the fix.
            finding: what is wrong with it, with a patch.
            goes_on: asked before each seed whether anybody still wants to know.

        Returns:
            None where nobody wants to know.

        Raises:
            RequestFailed: it cannot be tried; the text says why.
            AdviserGone, MadeWay: as ``advise``.
        """
        import msgspec

        from kertasks.recipes.json_form import to_json
        from kertasks.runs.advice.tried_fix import TriedFix

        found = self.tried(recipe, finding)
        asked = {"recipe": to_json(recipe), "finding": msgspec.to_builtins(finding)}
        if found is not None:
            return found
        # Which patch is better, alone or with others, is judged on all seeds together. What was
        # trained before is remembered there: each question costs the seed that is new in it.
        seeds = [(recipe.seed + number) % _ALL_SEEDS for number in range(SEEDS)]
        for number in range(SEEDS):
            if not goes_on():
                return None
            with self._trial_under_way():
                answer = self._ask("try_fix", seconds=SECONDS, seeds=seeds[: number + 1], **asked)
            found = msgspec.convert(answer, TriedFix)
        if found is not None:
            self._tried[_trial(recipe, finding)] = found
        return found

    def make_way(self) -> None:
        """Give up a trial that is under way: it would slow a training that begins. The process
        ends at once, and the next question starts another one."""
        with self._lock:
            process = self._process if self._trials else None
            self._process = None if self._trials else self._process
        if process is not None:
            process.close()

    def close(self) -> None:
        """End the process; nobody is asked any more."""
        with self._lock:
            self._closed = True
            process, self._process = self._process, None
        if process is not None:
            process.close()

    @contextlib.contextmanager
    def _trial_under_way(self) -> Iterator[None]:
        with self._lock:
            self._trials += 1
        try:
            yield
        finally:
            with self._lock:
                self._trials -= 1

    def _ask(self, op: str, **payload: Any) -> dict[str, Any]:
        while True:
            process = self._running()
            try:
                return process.request(op, **payload)
            except TrainerGone as error:
                self._take_leave(process, error)

    def _running(self) -> TrainerProcess:
        with self._lock:
            if self._closed:
                raise MadeWay
            if self._deaths == _MOST_DEATHS:
                raise AdviserGone(f"the process that advises has ended; see {ADVISER_LOG}")
            if self._process is None:
                if not self._deaths:  # what an earlier one printed tells nothing any more
                    with contextlib.suppress(OSError):
                        (self._cache_dir / ADVISER_LOG).unlink()
                try:
                    self._process = TrainerProcess.spawn(self._cache_dir, adviser=True)
                except TrainerGone as error:
                    self._deaths = _MOST_DEATHS
                    raise AdviserGone(str(error)) from error
            return self._process

    def _take_leave(self, process: TrainerProcess, error: TrainerGone) -> None:
        """Take note that a process has died.

        Raises:
            MadeWay: it was let go of, or another thread has taken note already.
        """
        with self._lock:
            if self._process is not process:
                raise MadeWay from error
            self._process = None
            self._deaths += 1
        self._note(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {error}")

    def _note(self, line: str) -> None:
        with contextlib.suppress(OSError):
            log = open_to_append(self._cache_dir / ADVISER_LOG)
            try:
                os.write(log, f"{line}\n".encode())
            finally:
                os.close(log)


def _trial(recipe: Recipe, finding: Finding) -> _Trial:
    return recipe, *finding.id, finding.patch
