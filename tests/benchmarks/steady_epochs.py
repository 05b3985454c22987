"""Seconds an epoch once everything is compiled, without what lies between two runs."""

from __future__ import annotations

import time
from collections.abc import Callable


def seconds(action: Callable[[], object]) -> float:
    """How long something takes."""
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def seconds_an_epoch(train: Callable[[int], object], epochs: int) -> float:
    """A run of so many epochs and one, less a run of one, for each epoch."""
    return (seconds(lambda: train(epochs + 1)) - seconds(lambda: train(1))) / epochs
