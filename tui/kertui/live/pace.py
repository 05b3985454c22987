"""How often the live pane is drawn."""

from __future__ import annotations

import time
from collections.abc import Callable

from textual.timer import Timer
from textual.widget import Widget

DRAW = 0.25
"""Seconds between two drawings at least."""


class Pace:
    """Calls ``draw`` when there is something new, at most once in ``DRAW`` seconds and never later
    than that, by a timer of the widget."""

    def __init__(self, widget: Widget, draw: Callable[[], None]) -> None:
        self._widget = widget
        self._draw = draw
        self._last = float("-inf")
        self._timer: Timer | None = None

    @property
    def pending(self) -> bool:
        """Whether something new is there that is not drawn yet."""
        return self._timer is not None

    def request(self) -> None:
        """Draw now, or when the time since the last drawing is over."""
        if self.pending:
            return
        wait = self._last + DRAW - time.monotonic()
        if wait <= 0:
            self._call()
        else:
            self._timer = self._widget.set_timer(wait, self._call)

    def _call(self) -> None:
        self._timer = None
        self._last = time.monotonic()
        self._draw()
