"""How far a run is: pure facts from its history, for the status line and the progress bar."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

from kertasks.runs.events import Resumed
from kertasks.runs.history import RunHistory
from kertasks.runs.state import RunState

_SPAN = 6.0
"""Seconds a rate looks back."""

_SETTLED = 0.5
"""Seconds a rate needs to look back before it says anything."""


@dataclass(frozen=True, slots=True)
class RunProgress:
    """How far a run is at one moment."""

    done: int
    """How many epochs are done."""

    planned: int
    """How many epochs are planned; 0 where that is not known."""

    step: int
    """Batches done in the epoch under way."""

    steps: int
    """How many batches an epoch has."""

    rate: float
    """Epochs a second; 0 where that is not known yet."""

    elapsed: float
    """Seconds it trained, pauses left out; NaN before it started."""

    left: float
    """Seconds still to go; NaN where that is not known."""

    @property
    def exact(self) -> float:
        """Epochs done, the part of the one under way included."""
        return self.done + (self.step / self.steps if self.steps else 0.0)

    @property
    def share(self) -> float:
        """Done of the planned, from 0 to 1."""
        return min(1.0, self.exact / self.planned) if self.planned else 0.0

    @property
    def shows_steps(self) -> bool:
        """Whether an epoch lasts long enough for its steps to be read."""
        return self.steps > 1 and self.step > 0 and self.rate < 2


class RateMeter:
    """Measures how fast epochs are done, from a growing history and its events' own times."""

    def __init__(self) -> None:
        self._history: RunHistory | None = None
        self._resumed: Resumed | None = None
        self._seen: deque[tuple[float, float]] = deque()
        self._alive = -math.inf
        """When it was last read as one that goes on, Unix time in seconds."""

    def read(
        self, history: RunHistory, planned: int, now: float, state: RunState | None = None
    ) -> RunProgress:
        """Where the run is.

        Args:
            history: of the run; another one begins anew.
            planned: epochs, used until the run's start says.
            now: Unix time in seconds.
            state: as its folder says; a lost run has stood still since its last event, or
                since it was last read here as one that goes on.
        """
        if history is not self._history or history.resumed is not self._resumed:
            # A rate that looks back over a pause would be one of waiting.
            self._history, self._resumed = history, history.resumed
            self._seen.clear()
            self._alive = -math.inf
        if state is not None and not state.is_gone:
            self._alive = now
        elif state is not None and history.latest is not None:
            now = max(history.latest, self._alive)
        started, last, progress = history.started, history.last, history.progress
        planned = history.planned or planned
        done = last.epoch if last is not None else 0
        step = _step(history, done)
        steps = started.steps if started is not None else 0
        moment = progress.t if step and progress is not None else last.t if last else None
        exact = done + (step / steps if steps else 0.0)
        rate = self._rate(moment, exact, history)
        left = math.nan
        if history.ended is None and history.paused is None and rate > 0 and planned:
            since = max(moment or now, history.resumed.t if history.resumed is not None else 0.0)
            left = max(0.0, (planned - exact) / rate - max(0.0, now - since))
        return RunProgress(done, planned, step, steps, rate, history.elapsed(now), left)

    def _rate(self, moment: float | None, exact: float, history: RunHistory) -> float:
        if moment is None:
            return 0.0
        seen, resumed = self._seen, history.resumed
        if history.ended is not None or (resumed is not None and moment < resumed.t):
            return self._whole(history)
        if not seen or moment > seen[-1][0]:
            seen.append((moment, exact))
        while len(seen) > 2 and seen[-1][0] - seen[1][0] >= _SPAN:
            seen.popleft()
        span = seen[-1][0] - seen[0][0]
        if span >= _SETTLED and seen[-1][1] > seen[0][1]:
            return (seen[-1][1] - seen[0][1]) / span
        return self._whole(history)

    def _whole(self, history: RunHistory) -> float:
        """From the epochs' own times: all that a run just read, or over, can say."""
        latest = history.seconds[-200:]
        total = sum(latest)
        return len(latest) / total if total > 0 and math.isfinite(total) else 0.0


def _step(history: RunHistory, done: int) -> int:
    """Batches done of the epoch after those that are done; not of one that is trained again."""
    paused, progress = history.paused, history.progress
    if paused is not None:
        return paused.step if paused.epoch == done else 0
    return progress.step if progress is not None and progress.epoch == done + 1 else 0
