"""What a person who looks elsewhere wants to hear of a run: that it is over, that its loss is no
number any more, that it stands still."""

from __future__ import annotations

from collections.abc import Iterable

from kertasks.runs.event_file.events import (
    Compiling,
    Epoch,
    Event,
    Failed,
    Finished,
    Paused,
    Progress,
    Resumed,
    Resuming,
    Stopped,
)
from kertasks.runs.folder import RunFolder
from kertasks.runs.history import state_of
from kertasks.runs.home.summary import summarise
from kertasks.runs.state import RunState
from kertasks.text.numbers import duration
from kertasks.text.result import not_finite

STALLS = 60.0
"""Seconds without a batch or an epoch before which no run is said to stand still."""

_TIMES_USUAL = 10
"""How many times the longest time that ever passed from one to the next it must be, too."""

_WHOLE = 2
"""Epochs after which a whole one was seen, its validation included: until then the time seen so
far counts as usual."""


class RunNews:
    """Finds the news in a run's events, each once.

    A run is paused, compiled or begun for as long as it takes: it stands still only where batches
    or epochs came and then came no more. Times are those of the monotonic clock here, in seconds.

    Args:
        run: the run; what happened to it before is no news.
    """

    def __init__(self, run: RunFolder) -> None:
        self._run = run
        self._name = ""
        self._over = self._broken = self._stands = False
        """What was told and holds."""

        self._rests = False
        """Whether it is paused or compiles."""

        self._seen = False
        """Whether it was seen to go on."""

        self._began: float | None = None
        self._moved: float | None = None
        """When the first and the last batch or epoch was seen; None where a rest lies between."""

        self._longest = 0.0
        """Seconds from one to the next."""

        self._epochs = 0

    def take(self, events: Iterable[Event], here: float) -> list[str]:
        """What is new in the next events, read at that moment."""
        news, ended = [], None
        for event in events:
            self._seen = True
            match event:
                case Epoch():
                    self._epochs += 1
                    self._move(here)
                    if not event.is_finite and not self._broken:
                        self._broken = True
                        news.append(f"{self.name}: {not_finite(event.epoch)}")
                case Progress():
                    self._move(here)
                case Compiling() | Paused():
                    self._rest(rests=isinstance(event, Paused) or event.seconds is None)
                case Resuming() | Resumed():
                    self._rest(rests=False)
                    ended, self._over = None, False
                case Finished() | Stopped() | Failed():
                    ended = event
        if ended is None or self._over:
            return news
        self._over = True
        return [self._end(state_of(ended))]  # which tells of numbers that are none, too

    def look(self, here: float, state: RunState | None = None) -> list[str]:
        """What is new though no event came: it stands still, or nobody trains it any more.

        Args:
            here: the moment.
            state: as the run's folder says, where it was looked at.
        """
        if state is not None and state.goes_on:
            self._seen = True
        if state is not None and state.is_gone:
            told, self._over = self._over or not self._seen, True
            return [] if told else [self._end(state)]
        if self._over or self._rests or self._stands or self._moved is None or not self._longest:
            return []
        quiet = here - self._moved
        if quiet <= max(STALLS, _TIMES_USUAL * self._usual):
            return []
        self._stands = True
        return [f"{self.name} stands still: no batch for {duration(quiet)}"]

    @property
    def is_over(self) -> bool:
        """Whether the run's end was told, and it was not gone on with since."""
        return self._over

    @property
    def name(self) -> str:
        """The run's task and name. Reads files, once."""
        if not self._name:
            summary = summarise(self._run)
            self._name = self._run.id if summary is None else f"{summary.task} {summary.title}"
        return self._name

    @property
    def _usual(self) -> float:
        """The longest time from a batch or epoch to the next, as far as it can be known."""
        if self._epochs >= _WHOLE or self._moved is None or self._began is None:
            return self._longest
        return max(self._longest, self._moved - self._began)

    def _move(self, here: float) -> None:
        if self._began is None:
            self._began = here
        if self._moved is not None and not self._stands:
            self._longest = max(self._longest, here - self._moved)
        self._moved = here
        self._rests = self._stands = False

    def _rest(self, *, rests: bool) -> None:
        self._rests, self._stands, self._moved = rests, False, None

    def _end(self, state: RunState) -> str:
        name, summary = self.name, summarise(self._run)
        why = {RunState.LOST: "its process is gone", RunState.REMOVED: "its folder is gone"}
        result = "" if summary is None else summary.result
        said = why.get(state, result)
        return f"{name} {state}: {said}" if said else f"{name} {state}"
