"""The spare: a process that has imported Keras, answers what Keras alone knows, and trains the
next run."""

from __future__ import annotations

import contextlib
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kertasks.processes.trainer_process import TrainerGone, TrainerProcess

if TYPE_CHECKING:
    from kertasks.runs.event_file.event_reader import EventReader

_DELAY = 3.0
"""Seconds after which the next one starts even though the run has no epoch yet."""


class Spare:
    """One process at a time, warm or on its way there. It is thread-safe.

    Args:
        cache_dir: where its process keeps what it finds out.
    """

    def __init__(self, cache_dir: Path) -> None:
        self._cache_dir = cache_dir
        self._lock = threading.Lock()
        self._process: TrainerProcess | None = None
        self._closed = threading.Event()

    @property
    def warm(self) -> bool:
        """Whether it answers at once, and a run starts at once."""
        process = self._process
        return process is not None and process.warm

    def start(self, *, for_table: bool = False) -> TrainerProcess:
        """The process that is there, else one that is started now.

        Args:
            for_table: whether one that is started now warms up for a table of a person's own.

        Raises:
            TrainerGone: the system refused to start a process, or this is closed.
        """
        with self._lock:
            if self._closed.is_set():
                raise TrainerGone("kertui is closing")
            if self._process is None or self._process.gone:
                self._process = TrainerProcess.spawn(self._cache_dir, for_table=for_table)
            return self._process

    def request(self, op: str, **payload: Any) -> dict[str, Any]:
        """Ask it something; it is waited for while it warms up.

        Raises:
            RequestFailed: what it answers where it cannot do it.
            TrainerGone: as ``start``, or it ended twice.
        """
        process = self.start()
        try:
            return process.request(op, **payload)
        except TrainerGone:
            if self._closed.is_set():
                raise
            # It was given a run, or killed, while it had the question: ask the next one.
            return self.start().request(op, **payload)

    def take(self) -> TrainerProcess | None:
        """The process, to be given a run: the next who asks something starts another."""
        with self._lock:
            process, self._process = self._process, None
        return process

    def start_later(self, reader: EventReader) -> None:
        """Start the next one once the run has an epoch, has ended, or some seconds have passed:
        importing Keras beside it would slow its start."""
        from kertasks.runs.event_file.events import Epoch, Failed, Finished, Stopped

        def start() -> None:
            deadline = time.monotonic() + _DELAY
            while time.monotonic() < deadline:
                if self._closed.wait(0.05):
                    return
                if any(isinstance(e, Epoch | Finished | Stopped | Failed) for e in reader.read()):
                    break
            with contextlib.suppress(TrainerGone):  # whoever needs it next tries again, and is told
                self.start()

        threading.Thread(target=start, name="next-spare", daemon=True).start()

    def close(self) -> None:
        """End it, unless it trains; none is started after this."""
        self._closed.set()
        process = self.take()
        if process is not None:
            process.close()
