"""How far a run is: pure facts from its history, for the status line and the progress bar.

A run's events have the time of its trainer's clock, which may be another one than that of this
host, and may jump. It is compared with itself alone; what passes here is measured by the monotonic
clock.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

from kertasks.runs.event_file.events import Resumed
from kertasks.runs.history import RunHistory
from kertasks.runs.state import RunState

_SPAN = 6.0
"""Seconds a rate looks back."""

_SETTLED = 0.5
"""Seconds a rate needs to look back before it says anything."""

QUIET = 10.0
"""Seconds without an event after which that is said: a trainer at work tells of its machine every
two."""


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
    """How many batches an epoch has; 0 where that is not known."""

    rate: float
    """Epochs a second; 0 where that is not known yet."""

    elapsed: float
    """Seconds it trained, pauses left out; NaN before it started."""

    left: float
    """Seconds still to go; NaN where that is not known."""

    silent: float = 0.0
    """Seconds, measured here, since it was last heard of."""

    @property
    def exact(self) -> float:
        """Epochs done, the part of the one under way included."""
        return self.done + (self.step / self.steps if self.steps else 0.0)

    @property
    def share(self) -> float:
        """Done of the planned, from 0 to 1."""
        return min(1.0, self.exact / self.planned) if self.planned else 0.0

    @property
    def is_quiet(self) -> bool:
        """Whether it was not heard of for so long that what it does now can only be guessed."""
        return self.silent >= QUIET

    @property
    def shows_steps(self) -> bool:
        """Whether an epoch lasts long enough for its steps to be read."""
        return self.steps != 1 and self.step > 0 and self.rate < 2


class TrainerClock:
    """What time it is by a trainer's clock: that of its latest event, and on from there by the
    monotonic clock here."""

    def __init__(self) -> None:
        self._history: RunHistory | None = None
        self._latest: float | None = None
        self._heard = 0.0

    def now(self, history: RunHistory, monotonic: float) -> float:
        """Unix time in seconds; 0 before the first event.

        Args:
            history: of the run; another one begins anew.
            monotonic: the time here in seconds.
        """
        if history is not self._history or history.latest != self._latest:
            self._history, self._latest, self._heard = history, history.latest, monotonic
        return 0.0 if self._latest is None else self._latest + (monotonic - self._heard)


class RateMeter:
    """Measures how fast epochs are done, from a growing history and its events' own times."""

    def __init__(self) -> None:
        self._history: RunHistory | None = None
        self._resumed: Resumed | None = None
        self._seen: deque[tuple[float, float]] = deque()
        """Times by the trainer's clock, with the epochs that were done then."""

        self._seen_here = 0.0
        """When the last of them was read, by the monotonic clock."""

        self._alive = -math.inf
        """When it was last read as one that goes on, by the trainer's clock."""

        self._latest: float | None = None
        self._heard = 0.0
        """When the latest event was read, by the monotonic clock."""

    def read(
        self,
        history: RunHistory,
        planned: int,
        now: float,
        state: RunState | None = None,
        monotonic: float | None = None,
    ) -> RunProgress:
        """Where the run is.

        Args:
            history: of the run; another one begins anew.
            planned: epochs, used until the run's start says.
            now: Unix time in seconds by the trainer's clock, as ``TrainerClock`` has it.
            state: as its folder says; a lost run has stood still since its last event, or
                since it was last read here as one that goes on.
            monotonic: the time here in seconds; as ``now`` for None.
        """
        here = now if monotonic is None else monotonic
        if history is not self._history or history.latest != self._latest:
            self._latest, self._heard = history.latest, here
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
        steps = started.steps or 0 if started is not None else 0
        # How far within an epoch a step is says only the number of its steps.
        within = progress if step and steps else None
        moment = within.t if within is not None else last.t if last else None
        exact = done + (step / steps if steps else 0.0)
        rate = self._rate(moment, exact, history, here)
        silent = here - self._heard
        left = math.nan
        if history.ended is None and history.paused is None and rate > 0 and planned:
            since = max(moment or now, history.resumed.t if history.resumed is not None else 0.0)
            left = max(0.0, (planned - exact) / rate - max(0.0, now - since))
        elapsed = history.elapsed(now)
        return RunProgress(done, planned, step, steps, rate, elapsed, left, silent)

    def _rate(self, moment: float | None, exact: float, history: RunHistory, here: float) -> float:
        if moment is None:
            return 0.0
        seen, resumed = self._seen, history.resumed
        if history.ended is not None or (resumed is not None and moment < resumed.t):
            return self._whole(history)
        if not seen or moment != seen[-1][0]:
            if seen and self._jumped(moment, exact, history, here):
                seen.clear()
            seen.append((moment, exact))
            self._seen_here = here
        while len(seen) > 2 and seen[-1][0] - seen[1][0] >= _SPAN:
            seen.popleft()
        span = seen[-1][0] - seen[0][0]
        if span >= _SETTLED and seen[-1][1] > seen[0][1]:
            return (seen[-1][1] - seen[0][1]) / span
        return self._whole(history)

    def _jumped(self, moment: float, exact: float, history: RunHistory, here: float) -> bool:
        """Whether the trainer's clock was set since it was last seen, or its machine slept: by it
        more time passed than its epochs say they took, or than passed here, or less than none."""
        before, done = self._seen[-1]
        epochs = int(exact) - int(done)
        took = sum(history.seconds[-epochs:]) if epochs > 0 else here - self._seen_here
        passed = moment - before
        return passed < 0 or passed > took + QUIET

    def _whole(self, history: RunHistory) -> float:
        """From the epochs' own times: all that a run just read, or over, can say."""
        # Of a log that is followed, only those are known that were seen to come.
        latest = [took for took in history.seconds[-200:] if not math.isnan(took)]
        total = sum(latest)
        return len(latest) / total if total > 0 and math.isfinite(total) else 0.0


def _step(history: RunHistory, done: int) -> int:
    """Batches done of the epoch after those that are done; not of one that is trained again."""
    paused, progress = history.paused, history.progress
    if paused is not None:
        return paused.step if paused.epoch == done else 0
    return progress.step if progress is not None and progress.epoch == done + 1 else 0
