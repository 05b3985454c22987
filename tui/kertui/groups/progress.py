"""How far a group is, and how long it will take: pure."""

from __future__ import annotations

import math
from collections import deque

_SPAN = 30.0
"""Seconds that a rate looks back: runs of a group begin and end unevenly."""

_SETTLED = 1.0
"""Seconds it needs to look back before it says anything."""


class GroupProgress:
    """Measures how fast a group goes by what passes here; a pause is no part of it."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, float]] = deque()

    def left(self, share: float, now: float, *, goes_on: bool) -> float:
        """Seconds until it is done; NaN where that cannot be told.

        Args:
            share: of the whole that is done, from 0 to 1.
            now: monotonic time in seconds.
            goes_on: whether it trains now.
        """
        if not goes_on:
            self._seen.clear()
            return math.nan
        self._seen.append((now, share))
        while now - self._seen[0][0] > _SPAN:
            self._seen.popleft()
        then, before = self._seen[0]
        if now - then < _SETTLED or share <= before:
            return math.nan
        return (1 - share) * (now - then) / (share - before)
