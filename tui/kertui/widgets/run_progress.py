"""How far a run is: pure facts from its history, for the status line and the progress bar."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

from kertui.training.history import RunHistory

_SPAN = 6.0
"""Seconds a rate looks back."""

_SETTLED = 0.5
"""Seconds a rate needs to look back before it says anything."""


@dataclass(frozen=True, slots=True)
class RunProgress:
    """A moment of a run."""

    done: int
    """Epochs."""

    planned: int
    """Epochs; 0 where that is not known."""

    step: int
    """Batches done in the epoch under way."""

    steps: int
    """Batches an epoch."""

    rate: float
    """Epochs a second; 0 where that is not known yet."""

    elapsed: float
    """Seconds since the run started; NaN before."""

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
    """Turns a growing history into ``RunProgress``; times are the events' own."""

    def __init__(self) -> None:
        self._history: RunHistory | None = None
        self._seen: deque[tuple[float, float]] = deque()

    def read(self, history: RunHistory, planned: int, now: float) -> RunProgress:
        """Where the run is.

        Args:
            history: of the run; another one begins anew.
            planned: epochs, used until the run's start says.
            now: Unix time in seconds.
        """
        if history is not self._history:
            self._history = history
            self._seen.clear()
        started, last, progress = history.started, history.last, history.progress
        planned = started.epochs if started is not None else planned
        done = last.epoch if last is not None else 0
        step = progress.step if progress is not None and progress.epoch == done + 1 else 0
        steps = started.steps if started is not None else 0
        moment = progress.t if step and progress is not None else last.t if last else None
        exact = done + (step / steps if steps else 0.0)
        rate = self._rate(moment, exact, history)
        end = history.ended.t if history.ended is not None else now
        elapsed = max(0.0, end - started.t) if started is not None else math.nan
        left = math.nan
        if history.ended is None and rate > 0 and planned:
            waited = max(0.0, now - moment) if moment is not None else 0.0
            left = max(0.0, (planned - exact) / rate - waited)
        return RunProgress(done, planned, step, steps, rate, elapsed, left)

    def _rate(self, moment: float | None, exact: float, history: RunHistory) -> float:
        if moment is None:
            return 0.0
        seen = self._seen
        if history.ended is not None:
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
