"""Waiting for a condition, with a deadline, instead of sleeping and hoping."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any


def next_look(began: float) -> float:
    """Seconds until a condition is looked at again: a tenth of those since ``began``, at most 0.05.

    What comes at once is seen at once; what takes seconds is left the processor it needs.

    Args:
        began: when the waiting began, by ``time.monotonic``.
    """
    return min(0.05, max(0.01, (time.monotonic() - began) / 10))


def wait_until(condition: Callable[[], Any], seconds: float = 60.0) -> None:
    """Return as soon as the condition holds; fail after ``seconds``."""
    began = time.monotonic()
    while not condition():
        if time.monotonic() > began + seconds:
            raise AssertionError(f"{condition} did not come true in {seconds} s")
        time.sleep(next_look(began))
