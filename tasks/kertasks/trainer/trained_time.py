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
        self._seconds = 0.0 if math.isnan(before) else before
        self._since: float | None = None

    def go_on(self) -> None:
        """Count from now on."""
        if self._since is None:
            self._since = time.monotonic()

    def rest(self) -> None:
        """Count no more until it goes on."""
        self._seconds, self._since = self.seconds, None

    @property
    def seconds(self) -> float:
        """Seconds of training until now, by all its trainers."""
        more = 0.0 if self._since is None else time.monotonic() - self._since
        return self._seconds + more
