"""When a training writes its checkpoints, at a small share of its time."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from kertasks.runs.event_file.event_log import EventLog
from kertasks.runs.event_file.events import Checkpointed
from kertasks.trainer.failure import WriteTrouble
from kertasks.trainer.weights.checkpoint import Checkpoint

EVERY = 5.0
"""Seconds between two checkpoints while epochs end."""

AT_THE_LATEST = 25.0
"""Seconds after which one is written within an epoch."""

_SHARE = 50
"""Checkpoints may take one part in so many of the time, copying and writing together."""


class Checkpoints:
    """Writes checkpoints in a thread of its own, each after the events before it.

    Args:
        path: the file.
        log: flushed first, so that no checkpoint is ahead of the events.
        trained: for how many seconds the run was trained until now.
        first: called before each is written, in the thread: what a trainer that goes on from it
            does not come by again is to be on disk then.
    """

    def __init__(
        self,
        path: Path,
        log: EventLog,
        trained: Callable[[], float] | None = None,
        first: Callable[[], None] = lambda: None,
    ) -> None:
        self._first = first
        self._path = path
        self._trained = trained
        self._log = log
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="checkpoint")
        self._writing: Future[None] | None = None
        self._last = time.perf_counter()
        self._not_before = 0.0
        self._trouble = WriteTrouble(log)

    def due(self, now: float, *, within_epoch: bool) -> bool:
        """Whether it is time for the next one.

        Args:
            now: by ``time.perf_counter``.
            within_epoch: whether the epoch is not done: better wait for its end, if it is near.
        """
        if now - self._last < (AT_THE_LATEST if within_epoch else EVERY) or now < self._not_before:
            return False
        return self._writing is None or self._writing.done()

    def save(self, take: Callable[[], Checkpoint], *, wait: bool = False) -> bool:
        """Take a checkpoint and write it.

        Args:
            take: copies the state, in this thread.
            wait: return only once it is on disk: what comes next relies on it.

        Returns:
            False when it was waited for and could not be written; a notice says why.
        """
        began = time.perf_counter()
        checkpoint = take()
        copied = time.perf_counter() - began
        self._last = began
        self._writing = self._thread.submit(self._write, checkpoint, copied)
        if wait:
            self._writing.result()
            return not self._trouble.lasts
        return True

    def close(self) -> None:
        """Wait for what is being written."""
        self._thread.shutdown()

    def _write(self, checkpoint: Checkpoint, copied: float) -> None:
        began = time.perf_counter()
        self._log.flush()
        self._first()
        self._trouble.write(
            self._path.parents[1],
            self._path,
            checkpoint.write,
            "no checkpoint can be written",
            "Training goes on, but could only be resumed from the one before.",
        )
        if not self._trouble.lasts:
            position = checkpoint.position
            trained = None if self._trained is None else self._trained()
            self._log.add(Checkpointed(time.time(), position.epoch, position.step, trained))
        now = time.perf_counter()
        self._not_before = now + _SHARE * (now - began + copied)
