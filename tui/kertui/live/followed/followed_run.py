"""What is known of the run that the live pane follows. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto
from typing import TYPE_CHECKING

from kertasks.runs.event_file.events import Ended, Event
from kertasks.runs.folder import RunFolder
from kertasks.runs.history import RunHistory
from kertasks.runs.looking.view import Look, Moment
from kertasks.runs.manifest import Origin
from kertasks.runs.state import RunState
from kertasks.scores.run_baselines import RunBaselines
from kertui.live.tab import RunView, TrainedBy

if TYPE_CHECKING:
    from kertasks.data.described.description import Description

CATCHING_UP = 0.7
"""Seconds between two drawings of a long log that is being read: most are read whole by then."""

IDLE = "press space to train"

_STARTING = {
    Origin.RECIPE: "starting …",
    Origin.SCRIPT: "{by} has not called fit yet: 6 shows what it prints",
    Origin.FILE: "no epoch is in {by} yet",
}
"""What is said before a training begins, by what trains."""


class Change(Enum):
    """What something that was read of a run has changed."""

    NOTHING = auto()
    """Nothing that is to be drawn now."""

    MORE = auto()
    """There is more of what was there."""

    OTHER = auto()
    """It is in another state."""

    OVER = auto()
    """It is over."""


class FollowedRun:
    """A run from when it is followed until another one is; with no run, what there is to say then.

    Args:
        run: None where nothing is followed.
        state: what is known of it before its events are read.
        trained_by: what trains it.
        planned: epochs that are planned, before its events say; 0 where that is not known.
        waiting: what the plots say while there is no run.
        now: seconds by the monotonic clock.
    """

    def __init__(
        self,
        run: RunFolder | None = None,
        state: RunState | None = None,
        trained_by: TrainedBy | None = None,
        *,
        planned: int = 0,
        waiting: str = IDLE,
        now: float = 0.0,
    ) -> None:
        self.run = run
        self.state = state
        self.trained_by = trained_by or TrainedBy()
        self.planned = planned
        self.history = RunHistory()
        self.trouble = ""
        """What keeps its events from being read or written, as far as it was told."""

        self.is_read = False
        """Whether all that its events said when it was opened is read."""

        self.kept: tuple[int, ...] = ()
        """The epochs whose weights are in its folder."""

        self.weights = ""
        """Where the network is that came of it, for a person; empty where it is nowhere."""

        self.data: Description | None = None
        self.no_data = ""
        """Why the data is not known, where that was found out."""

        self.baselines = RunBaselines()
        self._waiting = waiting
        self._gone = state if state is not None and state.is_gone else None
        """The state of a run that was lost or removed when it was opened, until all that was there
        then is read."""

        self._ended_told: Ended | None = None
        self._caught_up = now
        """When a change was last told while more of its log was being read."""

    @property
    def is_over(self) -> bool:
        """Whether there is a run, and nobody trains it any more."""
        return self.state is not None and self.state.is_over

    @property
    def goes_on(self) -> bool:
        """Whether there is a run that may train."""
        return self.state is not None and not self.state.is_over

    @property
    def ended(self) -> Ended | None:
        """How it ended; None where its process or its folder is gone instead."""
        return None if self.state is not None and self.state.is_gone else self.history.ended

    @property
    def knows_plan(self) -> bool:
        """Whether it is known how many epochs there will be, or may still be told."""
        return bool(self.history.planned or self.planned) or not self.history.epochs

    @property
    def waiting(self) -> str:
        """What there is to say while no epoch is done."""
        if self.state is None or self.state.is_over:
            return self._waiting if self.state is None else ""
        if self.history.started is None:
            return _STARTING[self.trained_by.origin].format(by=self.trained_by.name)
        return "compiling …" if self.history.compiling else "the first epoch is under way"

    def take_events(self, events: Sequence[Event], *, behind: bool, now: float) -> Change:
        """Take what its events file has more.

        Args:
            events: in the order of the file.
            behind: whether still more is there already, of a long log.
            now: seconds by the monotonic clock.
        """
        self.trouble = ""
        self.is_read = self.is_read or not behind
        self.history.add_all(events)
        if self.history.latest is None:  # nothing is written yet
            return Change.NOTHING
        if behind and now - self._caught_up < CATCHING_UP:
            return Change.NOTHING
        self._caught_up = now
        before, told, ended = self.state, self._ended_told, self.history.ended
        self._ended_told = ended
        # What it was given as holds until more is told than was there already.
        gone = self._gone if ended is None else None
        self.state = gone or self.history.state
        if not behind:
            self._gone = None
        if ended is not None and ended is not told:
            return Change.OVER
        return Change.MORE if self.state is before else Change.OTHER

    def take_state(self, state: RunState, trouble: str) -> Change:
        """Take what its folder says it is doing while no events come.

        Args:
            state: that of its folder and its process.
            trouble: what keeps its events from being read or written.
        """
        # An end that was told stands, unless all of the run is gone.
        if self.history.ended is not None and state is not RunState.REMOVED:
            return Change.NOTHING
        before = self.state, self.trouble
        told = state.is_gone or state is RunState.UNKNOWN
        self.state = state if told else self.history.state
        self.trouble = trouble
        if self.state is not before[0]:
            return Change.OVER if state.is_gone else Change.OTHER
        return Change.NOTHING if trouble == before[1] else Change.MORE

    def view(self, moment: Moment, look: Look | None, looking: str) -> RunView:
        """What a tab is to show of it.

        Args:
            moment: whose weights are looked at.
            look: the latest answer to what the tab wants to see.
            looking: why there is none.
        """
        return RunView(
            self.run,
            self.history,
            self.state,
            self.planned,
            self.waiting,
            self.data,
            moment,
            look,
            looking,
            self.baselines,
            self.no_data,
            self.trained_by,
        )
