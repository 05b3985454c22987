"""How many steps one compiled call takes, from how long the calls before it took.

Only when something happens depends on it (progress, a stop, a new learning rate), never a
number: state is carried from call to call in the model's own variables.
"""

from __future__ import annotations

import math

CALL_SECONDS = 0.08
"""Aimed at, so that calls stay under 0.1 s on a machine that is a little slower now and then."""

GROWTH = 16
"""A call has at most so many times the steps of the one before: the first is short."""


class Pace:
    """Chooses the length of calls so that none takes much more than ``seconds``."""

    def __init__(self, seconds: float = CALL_SECONDS, limit: int | None = None) -> None:
        self._seconds = seconds
        self._limit = limit
        self._allowed = 1 if limit is None else min(1, limit)

    def steps(self, remaining: int) -> int:
        """Steps of the next call, when ``remaining`` are left: equal parts rather than a rest."""
        calls = math.ceil(remaining / self._allowed)
        return math.ceil(remaining / calls)

    def took(self, steps: int, seconds: float) -> None:
        """Learn from a call that is done."""
        fitting = int(self._seconds * steps / max(seconds, 1e-9))
        self._allowed = max(1, min(fitting, steps * GROWTH))
        if self._limit is not None:
            self._allowed = min(self._allowed, self._limit)
