"""The runs of whose news a person is told by the terminal, whichever screen is shown."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from kertasks.runs.event_reader import EventReader
from kertasks.runs.folder import RunFolder
from kertui.service.run_news import RunNews

_LOOK_EVERY = 0.5
_LOOK_AT_STATE = 2.0
"""Seconds without events after which the run's process is looked for."""


class ToldRuns:
    """Follows some runs in a thread of its own, which begins with the first of them.

    Args:
        always: whether a person wants to be told of every run that is begun or shown.
    """

    def __init__(self, *, always: bool = False) -> None:
        self._always = always
        self._told: dict[RunFolder, _Followed] = {}
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None
        self.tell: Callable[[str], None] = lambda _text: None
        """Is given each piece of news, in that thread."""

    def __contains__(self, run: object) -> bool:
        """Whether a person is told of that run."""
        return run in self._told

    def begin(self, run: RunFolder, *, anew: bool = False) -> None:
        """A run is begun, resumed or shown here: tell of it, where a person wants to hear of all.

        Args:
            run: the run.
            anew: whether all its events are news, those that are there already too.
        """
        if self._always and run not in self:
            self._add(run, EventReader(run.events_path) if anew else None)

    def switch(self, run: RunFolder) -> bool:
        """Tell of a run from now on, or no more; whether it is told of."""
        with self._lock:
            if self._told.pop(run, None) is not None:
                return False
        self._add(run)
        return True

    def close(self) -> None:
        """Tell of nothing more."""
        self._closed.set()

    def _add(self, run: RunFolder, reader: EventReader | None = None) -> None:
        followed = _Followed(run, reader or EventReader.at_end(run.events_path))
        with self._lock:
            self._told[run] = followed
            if self._thread is None:
                self._thread = threading.Thread(target=self._follow, name="told", daemon=True)
                self._thread.start()

    def _follow(self) -> None:
        while not self._closed.wait(_LOOK_EVERY):
            with self._lock:
                followed = list(self._told.values())
            for one in followed:
                for text in one.news():
                    self.tell(text)


class _Followed:
    """One of them."""

    def __init__(self, run: RunFolder, reader: EventReader) -> None:
        self._run, self._reader, self._news = run, reader, RunNews(run)
        self._look_at_state = 0.0

    def news(self) -> list[str]:
        """What is new since the last look."""
        here = time.monotonic()
        events = self._reader.read_all()
        if events:
            self._look_at_state = here + _LOOK_AT_STATE
            return self._news.take(events, here)
        if here < self._look_at_state:
            return self._news.look(here)
        self._look_at_state = here + _LOOK_AT_STATE
        state = self._run.state()
        # What was written before its process ended says more than that it ended.
        events = self._reader.read_all()
        return self._news.take(events, here) if events else self._news.look(here, state)
