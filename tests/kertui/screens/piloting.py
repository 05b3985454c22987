"""What tests of screens share: waiting for a condition, and reading the screen."""

from __future__ import annotations

import time
from collections.abc import Callable

from textual.app import App
from textual.pilot import Pilot


async def until(pilot: Pilot[None], condition: Callable[[], object], seconds: float = 10.0) -> None:
    """Let the app work until the condition holds.

    Raises:
        AssertionError: it did not in time; shows the screen.
    """
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain; the screen:\n{shown(pilot.app)}"
        await pilot.pause(0.01)


def shown(app: App[None]) -> str:
    """The screen as text, as the terminal would get it, line by line."""
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips)
