"""The runs of whose news a person is told by the terminal, whichever screen is shown."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kertasks.runs.folder import RunFolder
    from kertui.service.run_group import LaterRuns

_LOOK_EVERY = 0.5
_LOOK_AT_STATE = 2.0
"""Seconds without events after which the run's process is looked for."""


class ToldRuns:
    """Follows some runs in a thread of its own, which begins with the first of them.

    Args:
        always: whether a person wants to be told of every run that is begun or shown, and of those
            that a script trains after it.
    """

    def __init__(self, *, always: bool = False) -> None:
        self._always = always
        self._told: dict[RunFolder, _ToldRun] = {}
        self._later: list[LaterRuns] = []
        """The runs after those, where a person wants to hear of all."""

        self._left_out: set[RunFolder] = set()
        """Those of which a person wants to hear no more."""

        self._lock = threading.RLock()
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None
        self.tell: Callable[[str], None] | None = None
        """Is given each piece of news, in that thread; while there is nobody, news waits."""

    def __contains__(self, run: object) -> bool:
        """Whether a person is told of that run."""
        return run in self._told

    def begin(self, run: RunFolder, *, anew: bool = False) -> None:
        """A run is begun, resumed or shown here: tell of it, where a person wants to hear of all.

        Args:
            run: the run.
            anew: whether all its events are news, those that are there already too.
        """
        from kertui.service.run_group import LaterRuns  # not needed before the first paint

        if self._always and run not in self and run not in self._left_out:
            with self._lock:
                self._later.append(LaterRuns(run))
            self._add(run, anew=anew)

    def switch(self, run: RunFolder) -> bool:
        """Tell of a run from now on, or no more; whether it is told of."""
        with self._lock:
            if self._told.pop(run, None) is not None:
                self._left_out.add(run)
                return False
            self._left_out.discard(run)
        self._add(run)
        return True

    def close(self) -> None:
        """Look no more by itself."""
        self._closed.set()

    def look(self, *, thorough: bool = False) -> None:
        """Tell what is new. Reads files.

        Args:
            thorough: whether the process of each run is looked for, too.
        """
        tell = self.tell
        if tell is None:
            return
        with self._lock:
            for later in self._later:
                for run in later.read():
                    if run not in self and run not in self._left_out:
                        self._add(run, anew=True)
            followed = list(self._told.values())
        for one in followed:
            for text in one.news(thorough=thorough):
                tell(text)

    def _add(self, run: RunFolder, *, anew: bool = False) -> None:
        told = _ToldRun(run, anew=anew)
        with self._lock:
            self._told[run] = told
            if self._thread is None:
                self._thread = threading.Thread(target=self._follow, name="told", daemon=True)
                self._thread.start()

    def _follow(self) -> None:
        while not self._closed.wait(_LOOK_EVERY):
            self.look()


class _ToldRun:
    """One of them."""

    def __init__(self, run: RunFolder, *, anew: bool) -> None:
        from kertasks.runs.event_reader import EventReader
        from kertui.service.run_news import RunNews

        self._run, self._news = run, RunNews(run)
        path = run.events_path
        self._reader = EventReader(path) if anew else EventReader.at_end(path)
        self._look_at_state = 0.0
        self._reading = threading.Lock()

    def news(self, *, thorough: bool) -> list[str]:
        """What is new since the last look, as ``ToldRuns.look`` has it."""
        with self._reading:
            here = time.monotonic()
            events = self._reader.read_all()
            found = self._news.take(events, here) if events else self._news.look(here)
            if events:
                self._look_at_state = here + _LOOK_AT_STATE
            if not thorough and here < self._look_at_state:
                return found
            self._look_at_state = here + _LOOK_AT_STATE
            state = self._run.state()
            # What was written before its process ended says more than that it ended.
            found += self._news.take(self._reader.read_all(), here)
            return found + self._news.look(here, state)
