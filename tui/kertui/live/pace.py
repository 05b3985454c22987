"""Draws at most so often, on new data only, and never later than one period after it."""

from __future__ import annotations

import time
from collections.abc import Callable

from textual.timer import Timer
from textual.widget import Widget


class Pace:
    """Calls ``draw`` when asked to, at most once a period."""

    def __init__(self, widget: Widget, period: float, draw: Callable[[], None]) -> None:
        """Nothing is called before the first ``ask``.

        Args:
            widget: whose timer is used.
            period: seconds between two calls at least.
            draw: what to call.
        """
        self._widget = widget
        self._period = period
        self._draw = draw
        self._last = float("-inf")
        self._timer: Timer | None = None

    def ask(self) -> None:
        """There is something new: draw now, or when the period is over."""
        if self._timer is not None:
            return
        wait = self._last + self._period - time.monotonic()
        if wait <= 0:
            self._call()
        else:
            self._timer = self._widget.set_timer(wait, self._call)

    def _call(self) -> None:
        self._timer = None
        self._last = time.monotonic()
        self._draw()
