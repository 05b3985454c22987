"""Has a view of a run computed and tells what comes of it: by the run's trainer while it trains, by
the warm Keras process for a run that is over, for an epoch of the past, or where a trainer that
computes none itself hands its network over by a file."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import on, work
from textual.message import Message
from textual.widget import Widget
from textual.worker import get_current_worker

from kertasks.errors import UserError
from kertasks.runs.folder import RunFolder
from kertasks.runs.looking.look_files import Viewer
from kertasks.runs.looking.view import Look, Moment, ViewRequest
from kertui.live.tab import RunView

if TYPE_CHECKING:
    from kertui.service.training_service import TrainingService

_READ_EVERY = 0.05
"""Seconds between two looks for a further answer of a trainer."""

_READ_FIRST_EVERY = 0.01
"""Between two for the first answer to a request, for which a person waits."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked at."""

    run: RunFolder
    moment: Moment
    request: ViewRequest
    live: bool
    """Whether a trainer is asked: it has the weights that are wanted, and nobody else."""


class LookReader(Widget):
    """Tells its parent what it wants to see, again and again while it changes. Never seen itself.

    Args:
        service: answers for runs that are over; None where nobody does.
    """

    DEFAULT_CSS = """
    LookReader { display: none; }
    """

    @dataclass
    class LookRead(Message):
        """An answer to what is wanted; to what was wanted before, where that has changed since."""

        wanted: Wanted
        look: Look
        by_service: bool = False

    @dataclass
    class NotRead(Message):
        """What is wanted cannot be had; a trainer may still answer later."""

        wanted: Wanted
        reason: str
        by_service: bool = False

    @dataclass
    class HandedOver(Message):
        """A trainer wrote its network, of which the service can compute what is wanted."""

        wanted: Wanted

    def __init__(self, service: TrainingService | None = None) -> None:
        super().__init__()
        self._service = service
        self._lock = threading.Lock()
        self._wanted: Wanted | None = None
        self._following = False
        """Whether a thread asks a trainer."""

        self._asking = False
        """Whether a thread waits for the service."""

        self._handed: Wanted | None = None
        """For what a trainer handed its network over, while the service was at work."""

    @property
    def wanted(self) -> Wanted | None:
        """What is looked at."""
        return self._wanted

    def look(self, view: RunView, request: ViewRequest | None) -> bool:
        """Look at what is asked for of a run as it is now.

        Returns:
            Whether that is something else than before.
        """
        before, run, state = self._wanted, view.run, view.state
        if run is None or state is None or request is None:
            self.want(None)
            return False
        live = not state.is_over and view.moment == Moment()
        self.want(Wanted(run, view.moment, request, live))
        return self._wanted != before

    def want(self, wanted: Wanted | None) -> None:
        """Look at this from now on, at nothing for None."""
        if wanted == self._wanted:
            return
        with self._lock:
            self._wanted = wanted
            follows = wanted is not None and wanted.live and not self._following
            self._following = self._following or follows
        if follows:
            self._follow_trainer()
        self._ask_if_free()

    def _ask_if_free(self) -> None:
        wanted = self._wanted
        if wanted is not None and not wanted.live and not self._asking and self._service:
            self._asking = True
            self._ask_service(self._service, wanted)

    @work(thread=True, group="look back")
    def _ask_service(self, service: TrainingService, wanted: Wanted) -> None:
        try:
            look = service.look(wanted.run, wanted.moment, wanted.request)
        except UserError as error:
            self.post_message(self.NotRead(wanted, str(error), by_service=True))
        else:
            self.post_message(self.LookRead(wanted, look, by_service=True))

    @on(LookRead)
    @on(NotRead)
    def _go_on(self, message: LookRead | NotRead) -> None:
        """What is wanted may have changed while the service was at work, or the network have."""
        if not message.by_service:
            return
        self._asking = False
        if message.wanted != self._wanted:
            self._ask_if_free()
        if self._handed is not None:
            self._compute_handed(self.HandedOver(self._handed))

    @on(HandedOver)
    def _compute_handed(self, message: HandedOver) -> None:
        message.stop()
        self._handed = None
        if message.wanted != self._wanted:
            return
        if self._service is None:
            self.post_message(self.NotRead(message.wanted, "nobody here computes views"))
        elif self._asking:
            self._handed = message.wanted
        else:
            self._asking = True
            self._ask_service(self._service, message.wanted)

    @work(thread=True, group="look live")
    def _follow_trainer(self) -> None:
        cancelled = get_current_worker().cancelled_event
        viewer: Viewer | None = None
        asked: Wanted | None = None
        waits = 0.0
        while not cancelled.wait(waits):
            with self._lock:
                wanted = self._wanted
                if wanted is None or not wanted.live:
                    self._following = False
                    break
            if viewer is None or asked is None or asked.run != wanted.run:
                if viewer is not None:
                    viewer.leave()
                viewer = Viewer(wanted.run.path)
            if asked != wanted:
                asked, waits = wanted, _READ_FIRST_EVERY
                self._ask_trainer(viewer, wanted)
            viewer.keep_asking()
            look = viewer.read()
            if look is not None:
                if not look.from_files:
                    self.post_message(self.LookRead(wanted, look))
                elif look.request == wanted.request:
                    self.post_message(self.HandedOver(wanted))
                if look.request == wanted.request:
                    waits = _READ_EVERY
        if viewer is not None:
            viewer.leave()

    def _ask_trainer(self, viewer: Viewer, wanted: Wanted) -> None:
        try:
            viewer.ask(wanted.request)
        except OSError as error:
            reason = f"its trainer cannot be asked: {error.strerror or error}"
            self.post_message(self.NotRead(wanted, reason))
