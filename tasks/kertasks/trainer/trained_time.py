"""For how long a run was trained."""

from __future__ import annotations

import math
import time


class TrainedTime:
    """Seconds of training, pauses and the rest between two trainers left out.

    Args:
        before: what earlier trainers trained; NaN counts as nothing.
    """

    def __init__(self, before: float) -> None:
        # Both in one place: threads ask for the time while it is set.
        self._counted: tuple[float, float | None] = 0.0 if math.isnan(before) else before, None
        """Seconds of training, and since when more of them pass, by the monotonic clock; None
        while it rests."""

    def go_on(self) -> None:
        """Count from now on."""
        seconds, since = self._counted
        if since is None:
            self._counted = seconds, time.monotonic()

    def rest(self) -> None:
        """Count no more until it goes on."""
        self._counted = self.seconds, None

    def pause(self, paused: bool) -> None:
        """Rest where a training pauses, and go on where it does."""
        if paused:
            self.rest()
        else:
            self.go_on()

    @property
    def seconds(self) -> float:
        """Seconds of training until now, by all its trainers."""
        seconds, since = self._counted
        return seconds if since is None else seconds + time.monotonic() - since
