"""Reads all runs again and again, in a thread."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from textual import on
from textual.message import Message
from textual.widget import Widget

from kertasks.errors import UserError
from kertasks.runs.home.bin import RunBin
from kertasks.runs.home.listing import RunSummaries
from kertasks.runs.home.summary import RunSummary
from kertui.runs.listed_runs import ListedRuns
from kertui.session import Session

_LOOK_EVERY = 0.25
"""Seconds between two looks at the runs that go on."""

_ALL_EVERY = 8
"""Every so many looks all runs are looked at: others may come and go."""

_SLICES = 2
"""Of a long log at a look: some 10,000 epochs, a few times what a run adds until the next."""


class RunsReader(Widget):
    """Reads the runs of the store, or of its bin, into what a screen lists. Never seen itself.

    Args:
        session: whose runs.
        bin: where the deleted ones are.
        listed: whether the bin is read, and what was read before.
    """

    DEFAULT_CSS = """
    RunsReader { display: none; }
    """

    @dataclass
    class RunsRead(Message):
        """What is listed is another than before, as far as it is known."""

        ids: set[str]
        complete: bool
        """Whether these are all of them."""

    @dataclass
    class RunsNotRead(Message):
        """What is listed cannot be read any more, for another reason than before."""

        reason: str

    @dataclass
    class _Read(Message):
        """The runs of the store or of its bin, newest first."""

        runs: list[RunSummary]
        deleted: bool
        complete: bool

    @dataclass
    class _Failed(Message):
        deleted: bool
        reason: str

    def __init__(self, session: Session, bin: RunBin, listed: ListedRuns) -> None:
        super().__init__()
        store = session.service.store
        self._of_store = RunSummaries(store, session.over_runs, with_best=True, slices=_SLICES)
        self._of_bin = RunSummaries(bin, with_best=True, slices=_SLICES)
        self._listed = listed
        self._reading = False
        self._looks = 0

    def on_mount(self) -> None:
        """Look at the runs from now on."""
        self.set_interval(_LOOK_EVERY, self._look)

    def look_at_all(self) -> None:
        """Look at all runs, now or as soon as the look under way is over."""
        self._looks = 0
        self._look()

    def _look(self) -> None:
        """Look at the runs that go on, and now and then at all; one look at a time."""
        # Not ``is_current``: that holds under an opaque screen too (Textual 8.2).
        if self._reading or self.app.screen is not self.screen:
            return
        everything = self._looks % _ALL_EVERY == 0
        self._looks += 1
        summaries = self._of_bin if self._listed.deleted else self._of_store
        if everything or self._listed.any_going or summaries.behind:
            self._reading = True
            read = partial(self._read, summaries, self._listed.deleted, everything)
            # Keys that came with the one that opened the table are for a run of it.
            group = "runs" if self._listed.complete else "open"
            self.run_worker(read, thread=True, group=group)

    def _read(self, summaries: RunSummaries, deleted: bool, everything: bool) -> None:
        def tell(runs: list[RunSummary]) -> None:
            self.post_message(self._Read(runs, deleted, complete=False))

        try:
            runs = summaries.read(tell) if everything else summaries.read_running()
        except UserError as error:
            self.post_message(self._Failed(deleted, str(error)))
        else:
            self.post_message(self._Read(runs, deleted, complete=True))

    @on(_Failed)
    def _take_failure(self, event: _Failed) -> None:
        event.stop()
        self._reading = False
        if event.deleted is not self._listed.deleted:
            self.look_at_all()
        elif event.reason != self._listed.trouble:
            self._listed.trouble, self._listed.complete = event.reason, True
            self.post_message(self.RunsNotRead(event.reason))

    @on(_Read)
    def _take_runs(self, event: _Read) -> None:
        event.stop()
        if event.complete:
            self._reading = False
        if event.deleted is not self._listed.deleted:
            self.look_at_all()
        elif self._listed.take(event.runs, event.complete):
            self.post_message(self.RunsRead({run.id for run in event.runs}, event.complete))
