"""Follows a run's folder, its end included: whoever resumes it, here or elsewhere, is noticed."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from textual import on, work
from textual.message import Message
from textual.widget import Widget
from textual.worker import get_current_worker

from kertasks.errors import UserError
from kertasks.runs.event_file.event_reader import EventReader
from kertasks.runs.event_file.events import Event, Failed, Finished, Resumed, Resuming, Stopped
from kertasks.runs.folder import RunFolder
from kertasks.runs.looking.kept_epochs import kept_moments, stamp_of
from kertasks.runs.state import RunState
from kertasks.scores.run_baselines import RunBaselines, read_baselines

if TYPE_CHECKING:
    from kertasks.data.described.description import Description
    from kertui.service.training_service import TrainingService

POLL = 0.1
"""Seconds between two looks at the events file of a run that goes on."""

POLL_OVER = 1.0
"""Seconds between two looks at the events file of a run that is over."""

LOOK_FOR_KEPT = 0.5
"""Seconds between two looks for epochs whose weights are kept."""

LOOK_AT_STATE = 1.0
"""Seconds without events after which the run's process is looked for."""


class RunFollower(Widget):
    """Tells its parent what a run's folder has more, from when it is mounted until ``remove``.

    What is on its way then still arrives: compare a message's ``follower``. Never seen.

    Args:
        run: the run.
        service: describes its data; None where nobody does.
    """

    DEFAULT_CSS = """
    RunFollower { display: none; }
    """

    @dataclass
    class EventsRead(Message):
        """What a run's events file has more; at first also that it has nothing."""

        follower: RunFollower
        events: tuple[Event, ...]
        behind: bool = False
        """Whether more is there already, of a log too long for one read."""

    @dataclass
    class StateRead(Message):
        """What a silent run's folder says it is doing."""

        follower: RunFollower
        state: RunState
        trouble: str = ""
        """What keeps its events from being read, or its trainer from writing them."""

    @dataclass
    class BaselinesRead(Message):
        """What the run is compared with, once that is known."""

        follower: RunFollower
        baselines: RunBaselines

    @dataclass
    class KeptRead(Message):
        """Other epochs than before can be looked back at."""

        follower: RunFollower
        kept: tuple[int, ...]

    @dataclass
    class WeightsRead(Message):
        """Where the network of a run that has ended is, told before its end and when it changes."""

        follower: RunFollower
        path: Path
        is_there: bool
        """Whether it is there already, or still."""

    @dataclass
    class DataRead(Message):
        """What is known of the run's data: the answer to each ``describe``."""

        follower: RunFollower
        data: Description | None
        """None also where nothing is remembered of it."""

        why_not: str = ""
        """Why it cannot be known, where it cannot."""

    def __init__(self, run: RunFolder, service: TrainingService | None = None) -> None:
        super().__init__()
        self.run = run
        self._service = service
        self._describing = 0
        """Questions what the data is that have no answer yet. Only the event loop counts."""

        self._knows_baselines = False
        self._reader = EventReader(run.events_path)
        self._ended = False
        self._behind = True
        """Whether the parent waits for the end of what is there already."""

        self._state = RunState.RUNNING
        """The state that was told last."""

        self._trouble = ""
        """What was told with it."""

        self._kept_stamp: tuple[int, ...] = ()
        self._weights: tuple[Path, bool] | None = None
        """What was told of the network."""

    def on_mount(self) -> None:
        """Begin to read the run's folder; look whether its data was described before."""
        self._follow()
        self.describe(wait=False)

    @property
    def is_describing(self) -> bool:
        """Whether the data is being looked at."""
        return self._describing > 0

    def describe(self, *, wait: bool = True) -> None:
        """Find out what the run is trained on; unless told to wait, only where that is known."""
        if self._service is not None:
            self._describing += 1
            self._describe(self._service, wait)

    @work(thread=True, group="describe data")
    def _describe(self, service: TrainingService, wait: bool) -> None:
        data, why_not = None, ""
        try:
            recipe = self.run.recipe()
            ask = service.describe if wait else service.remembered_description
            data = ask(recipe.task, recipe.data.variant, recipe.seed)
        except UserError as error:  # a recipe that is none, or data that is not here
            why_not = str(error)
        self.post_message(self.DataRead(self, data, why_not))

    @on(DataRead)
    def _count_answer(self) -> None:
        self._describing -= 1

    @work(thread=True, group="follow")
    def _follow(self) -> None:
        # Set by Textual too, when the widget goes; waiting for it ends the thread at once.
        cancelled = get_current_worker().cancelled_event
        silent_since = time.monotonic()
        kept_at = -LOOK_FOR_KEPT
        looked = False
        look_for_baselines = 0.0
        while not cancelled.is_set():
            if self._read():
                silent_since = time.monotonic()
            if not self._knows_baselines and time.monotonic() >= look_for_baselines:
                look_for_baselines = time.monotonic() + LOOK_AT_STATE
                self._look_at_baselines()
            silent = time.monotonic() - silent_since > LOOK_AT_STATE
            # What was lost long ago is so from the first look.
            if (silent or not looked) and not self._reader.behind:
                silent_since, looked = time.monotonic(), True
                self._look_at_state()
            if time.monotonic() - kept_at >= LOOK_FOR_KEPT:
                kept_at = time.monotonic()
                self._look_for_kept()
                if self._ended:
                    self._look_for_weights()
            if not self._reader.behind:
                over = self._ended or self._state.is_over
                cancelled.wait(POLL_OVER if over else POLL)

    def _read(self) -> bool:
        events = self._reader.read()
        if any(isinstance(event, Finished | Stopped) for event in events):
            self._look_for_weights()
        waited, self._behind = self._behind, self._reader.behind
        if events or (waited and not self._behind):
            self.post_message(self.EventsRead(self, tuple(events), self._behind))
        if not events:
            return False
        for event in events:
            if isinstance(event, Finished | Stopped | Failed):
                self._ended = True
            elif isinstance(event, Resuming | Resumed):
                self._ended = False
        self._state, self._trouble = RunState.RUNNING, ""
        return True

    def _look_at_baselines(self) -> None:
        found = read_baselines(self.run.baselines_path)
        if found.found:
            self._knows_baselines = True
            self.post_message(self.BaselinesRead(self, found))

    def _look_at_state(self) -> None:
        state = self.run.state()
        # What was written before the process ended says more than that it ended.
        if self._read():
            return
        trouble = "" if self._ended else self.run.trouble()
        if (state, trouble) != (self._state, self._trouble):
            self._state, self._trouble = state, trouble
            self.post_message(self.StateRead(self, state, trouble))

    def _look_for_weights(self) -> None:
        path = self.run.where(self.run.model_path)
        found = path, path.exists()
        if found != self._weights:
            self._weights = found
            self.post_message(self.WeightsRead(self, *found))

    def _look_for_kept(self) -> None:
        stamp = stamp_of(self.run)
        if stamp != self._kept_stamp:
            self._kept_stamp = stamp
            self.post_message(self.KeptRead(self, kept_moments(self.run)))
