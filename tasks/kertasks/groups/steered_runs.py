"""What is asked of a group is asked of its runs that are under way."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

from kertasks.errors import UserError
from kertasks.runs.folder import RunFolder
from kertasks.runs.state import RunState
from kertasks.runs.steering.commands import SteeringCommand


class SteeredRuns:
    """The runs of a group that are under way. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._under_way: set[RunFolder] = set()
        self.asked: SteeringCommand | None = None
        """What was asked of the group last."""

        self._told: set[RunFolder] = set()
        """The runs it was asked of since."""

        self._held: set[RunFolder] = set()
        """The runs that were asked to pause, and not yet to go on."""

        self.stopping = False
        """Whether the group was ever asked to stop: no run is begun any more."""

        self.pausing = False
        """Whether no run is to be begun now."""

    def ask(self, command: SteeringCommand) -> None:
        """Something is asked of the group."""
        with self._lock:
            self.asked, self._told = command, set()
            self.stopping |= command is SteeringCommand.STOP
            self.pausing = command is SteeringCommand.PAUSE

    def pass_on(self) -> None:
        """Ask each run that is under way what it was not asked yet."""
        if self.asked is None:
            return
        with self._lock:
            new = self._under_way - self._told
        for run in new:
            self._told.add(run)
            is_held = run in self._held  # and may not have heard of it yet: both are heard in turn
            self._held.discard(run)
            if self.asked is SteeringCommand.PAUSE:
                self._held.add(run)
            elif self.asked is SteeringCommand.RESUME and not (
                is_held or run.state() is RunState.PAUSED
            ):
                continue  # nobody paused it
            with contextlib.suppress(UserError):  # it is over, or its folder is gone
                run.send(self.asked)

    @contextlib.contextmanager
    def watched(self, run: RunFolder) -> Iterator[None]:
        """A run is under way meanwhile."""
        with self._lock:
            self._under_way.add(run)
        try:
            yield
        finally:
            with self._lock:
                self._under_way.discard(run)
                self._told.discard(run)  # with the next trainer it is asked anew
                self._held.discard(run)
