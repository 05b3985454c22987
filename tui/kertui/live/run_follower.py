"""Reads a run's events in a thread for as long as the run is shown, its end included: whoever
resumes it, here or elsewhere, is noticed."""

from __future__ import annotations

import time
from dataclasses import dataclass

from textual.message import Message
from textual.widget import Widget
from textual.worker import get_current_worker

from kertasks.runs.event_reader import EventReader
from kertasks.runs.events import Event, Failed, Finished, Resumed, Resuming, Stopped
from kertasks.runs.folder import RunFolder
from kertasks.runs.state import RunState

POLL = 0.1
"""Seconds between two looks at the events file of a run that goes on."""

POLL_OVER = 1.0
"""The same of a run that is over."""

LOOK_AT_STATE = 1.0
"""Seconds without events after which the run's process is looked for."""


class RunFollower:
    """Tells a widget what a run's folder has more, from now until ``stop`` or the widget's end.

    Args:
        widget: whose thread worker it is, and who gets the messages.
        run: what is followed.
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

    def __init__(self, widget: Widget, run: RunFolder) -> None:
        self.run = run
        self._widget = widget
        self._reader = EventReader(run.events_path)
        self._ended = False
        self._behind = True
        """Whether the widget waits for the end of what is there already."""

        self._state = RunState.RUNNING
        """As told last."""

        self._worker = widget.run_worker(
            self._work, thread=True, group="follow", name=f"follow {run.id}"
        )

    def stop(self) -> None:
        """Read no more. What is on its way still arrives: compare a message's ``follower``."""
        self._worker.cancel()

    def _work(self) -> None:
        # Set by Textual too, when the widget goes; waiting for it ends the thread at once.
        cancelled = get_current_worker().cancelled_event
        silent_since = time.monotonic()
        looked = False
        while not cancelled.is_set():
            if self._read():
                silent_since = time.monotonic()
            silent = time.monotonic() - silent_since > LOOK_AT_STATE
            # What was lost long ago is so from the first look.
            if (silent or not looked) and not self._reader.behind:
                silent_since, looked = time.monotonic(), True
                self._look_at_state()
            if not self._reader.behind:
                over = self._ended or self._state.is_over
                cancelled.wait(POLL_OVER if over else POLL)

    def _read(self) -> bool:
        events = self._reader.read()
        waited, self._behind = self._behind, self._reader.behind
        if events or (waited and not self._behind):
            message = self.EventsRead(self, tuple(events), self._behind)
            self._widget.post_message(message)
        if not events:
            return False
        for event in events:
            if isinstance(event, Finished | Stopped | Failed):
                self._ended = True
            elif isinstance(event, Resuming | Resumed):
                self._ended = False
        self._state = RunState.RUNNING
        return True

    def _look_at_state(self) -> None:
        state = self.run.state()
        # What was written before the process ended says more than that it ended.
        if self._read() or state is self._state:
            return
        self._state = state
        self._widget.post_message(self.StateRead(self, state))
