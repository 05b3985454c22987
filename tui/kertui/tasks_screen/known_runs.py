"""The runs there are, for the card and the header: read in a thread, kept, and told."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from textual import on, work
from textual.message import Message
from textual.widget import Widget

from kertasks.errors import UserError
from kertui.session import Session

if TYPE_CHECKING:
    from kertasks.runs.home.listing import RunSummaries
    from kertasks.runs.home.summary import RunSummary


class KnownRuns(Widget):
    """Reads the runs of the session, once at a time. Never seen itself.

    Args:
        session: its store has the runs.
    """

    DEFAULT_CSS = """
    KnownRuns { display: none; }
    """

    @dataclass
    class RunsRead(Message):
        """The summaries of all runs were read, or could not be."""

        runs: list[RunSummary]
        """The newest run comes first."""

        readable: bool = True
        """Whether the folder of the runs can be listed."""

        changed: bool = False
        """Whether they are others than were told before, or none."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.runs: list[RunSummary] = []
        """The newest run comes first."""

        self.readable = False
        """Whether the folder of the runs could be listed: it was not before the first answer."""

        self._reading = False

    def read(self) -> None:
        """Read the runs, if they are not being read; a ``RunsRead`` answers."""
        if not self._reading:
            self._reading = True
            self._read()

    @cached_property
    def _summaries(self) -> RunSummaries:
        from kertasks.runs.home.listing import RunSummaries  # not needed before the first paint

        return RunSummaries(self._session.service.store, self._session.over_runs)

    @work(thread=True, group="runs")
    def _read(self) -> None:
        try:
            read = self.RunsRead(self._summaries.read())
        except UserError:  # the screen of the runs says why
            read = self.RunsRead([], readable=False)
        self.post_message(read)

    @on(RunsRead)
    def _keep(self, event: RunsRead) -> None:
        self._reading = False
        event.changed = event.runs != self.runs or not self.runs
        if event.changed:
            self.runs, self.readable = event.runs, event.readable
