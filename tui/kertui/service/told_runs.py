"""The runs of whose news a person is told by the terminal, whichever screen is shown."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kertasks.runs.event_file.event_reader import EventReader
    from kertasks.runs.folder import RunFolder
    from kertui.service.run_group import LaterRuns
    from kertui.service.run_news import RunNews

_LOOK_EVERY = 0.5
_LOOK_AT_STATE = 2.0
"""Seconds without events after which the run's process is looked for."""

_LOOK_OVER = 5.0
"""Seconds between two looks at a run that is over: somebody may go on with it."""


class ToldRuns:
    """Follows some runs in a thread of its own, which begins with the first of them. Only that
    thread, and who calls ``look``, reads files.

    Args:
        always: whether a person wants to be told of every run that is begun or shown, and of those
            that a script trains after it.
    """

    def __init__(self, *, always: bool = False) -> None:
        self._always = always
        self._told: dict[RunFolder, _ToldRun] = {}
        self._begun: list[RunFolder] = []
        """Runs whose script may train further ones, which nobody has looked for yet."""

        self._left_out: set[RunFolder] = set()
        """Those of which a person wants to hear no more."""

        self._lock = threading.Lock()
        """Of what is above; nobody reads a file while he holds it."""

        self._later: list[LaterRuns] = []
        """The runs after those that were begun, while some may come."""

        self._looking = threading.Lock()
        """Who looks holds it: the files are read by one at a time."""

        self._wanted = threading.Event()
        """Whether a look is wanted at once."""

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
        if self._always and self._add(run, anew=anew):
            with self._lock:
                self._begun.append(run)
            self._wanted.set()

    def switch(self, run: RunFolder) -> bool:
        """Tell of a run from now on, or no more; whether it is told of."""
        with self._lock:
            if self._told.pop(run, None) is not None:
                self._left_out.add(run)
                return False
            self._left_out.discard(run)
        self._add(run)
        self._wanted.set()
        return True

    def close(self) -> None:
        """Look no more by itself."""
        self._closed.set()
        self._wanted.set()

    def look(self, *, thorough: bool = False) -> None:
        """Tell what is new. Reads files.

        Args:
            thorough: whether the process of each run is looked for, too.
        """
        with self._looking:
            for one in self._followed():
                one.start()
            self._look_for_later()
            tell = self.tell
            if tell is None:
                return
            for one in self._followed():
                for text in one.news(thorough=thorough):
                    tell(text)

    def _followed(self) -> list[_ToldRun]:
        with self._lock:
            return list(self._told.values())

    def _look_for_later(self) -> None:
        """Tell of the runs that scripts have begun since the last look, too."""
        from kertui.service.run_group import LaterRuns  # not needed before the first paint

        with self._lock:
            begun, self._begun = self._begun, []
        self._later += map(LaterRuns, begun)
        for later in list(self._later):
            may_come = later.may_come()  # asked before the look at what began until then
            for run in later.read():
                self._add(run, anew=True)
            if not may_come:
                self._later.remove(later)

    def _add(self, run: RunFolder, *, anew: bool = False) -> bool:
        """Tell of a run, unless that is done already, or not wanted; whether it is new."""
        with self._lock:
            if run in self._told or run in self._left_out:
                return False
            self._told[run] = _ToldRun(run, anew=anew)
            if self._thread is None:
                self._thread = threading.Thread(target=self._follow, name="told", daemon=True)
                self._thread.start()
            return True

    def _follow(self) -> None:
        while True:
            self._wanted.wait(_LOOK_EVERY)
            self._wanted.clear()
            if self._closed.is_set():
                return
            self.look()


class _ToldRun:
    """One of them. Reads nothing before ``start``."""

    def __init__(self, run: RunFolder, *, anew: bool) -> None:
        self._run, self._anew = run, anew
        self._read: tuple[EventReader, RunNews] | None = None
        self._look_at_state = self._look_at = 0.0

    def start(self) -> tuple[EventReader, RunNews]:
        """Begin to read the run's events, where that is not done yet."""
        if self._read is None:
            from kertasks.runs.event_file.event_reader import EventReader
            from kertui.service.run_news import RunNews

            path = self._run.events_path
            reader = EventReader(path) if self._anew else EventReader.at_end(path)
            self._read = reader, RunNews(self._run)
        return self._read

    def news(self, *, thorough: bool) -> list[str]:
        """What is new since the last look, as ``ToldRuns.look`` has it."""
        reader, news = self.start()
        here = time.monotonic()
        if not thorough and here < self._look_at:
            return []
        events = reader.read_all()
        found = news.take(events, here) if events else news.look(here)
        if events:
            self._look_at_state = here + _LOOK_AT_STATE
        if thorough or here >= self._look_at_state:
            self._look_at_state = here + _LOOK_AT_STATE
            state = self._run.state()
            # What was written before its process ended says more than that it ended.
            found += news.take(reader.read_all(), here)
            found += news.look(here, state)
        self._look_at = here + _LOOK_OVER if news.is_over else 0.0
        return found
