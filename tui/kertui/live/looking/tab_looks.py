"""The latest answers to what the tabs of a live pane want to see of a network, and what there is to
say while there is none."""

from __future__ import annotations

from kertasks.runs.looking.view import Look, Moment, ViewRequest
from kertui.live.followed.followed_run import Change, FollowedRun
from kertui.live.looking.look_reader import LookReader
from kertui.live.tab import LiveTab, RunView

COMPUTING = "computing …"


class TabLooks:
    """What the tabs see of one run.

    Args:
        followed: the run.
        reader: has computed what they want.
    """

    def __init__(self, followed: FollowedRun, reader: LookReader) -> None:
        self._followed = followed
        self._reader = reader
        self._answers: dict[LiveTab, Look] = {}
        self.looking = ""
        """Why there is no answer to the tab that is shown; empty where there is one."""

        self._waited = ""
        """The last of these that said only that no epoch was done yet."""

    @property
    def is_computing(self) -> bool:
        """Whether an answer is awaited."""
        return self.looking == COMPUTING

    def answer(self, tab: LiveTab) -> Look | None:
        """The latest answer to a tab."""
        return self._answers.get(tab)

    def turn(self) -> None:
        """Another tab is shown: what was said of the one before says nothing of it."""
        self.looking = ""

    def want(self, view: RunView, request: ViewRequest | None) -> None:
        """Have computed what the tab that is shown wants; None for nothing."""
        if self._reader.look(view, request):
            self.looking = COMPUTING
        wanted = self._reader.wanted
        if wanted is not None and wanted.live and not self._followed.history.epochs:
            self.looking = self._waited = self._followed.waiting
        elif self.looking and self.looking == self._waited:
            self.looking = COMPUTING

    def take(self, tab: LiveTab, message: LookReader.LookRead) -> Change:
        """Take an answer to the tab that is shown.

        Returns:
            ``OTHER`` for the first answer to what was asked, for which a person waits.
        """
        if message.wanted != self._reader.wanted:
            return Change.NOTHING
        before = self._answers.get(tab)
        self._answers[tab] = message.look
        self.looking = ""
        is_first = before is None or before.request != message.look.request
        return Change.OTHER if is_first else Change.MORE

    def take_reason(self, tab: LiveTab, message: LookReader.NotRead) -> Change:
        """Take why the tab that is shown gets no answer."""
        wanted = message.wanted
        if wanted != self._reader.wanted:
            return Change.NOTHING
        last = self._answers.get(tab)
        # Of a script that is over what was seen last may be all that there will ever be.
        stays = last is not None and last.request == wanted.request
        if self._followed.trained_by.has_recipe or wanted.moment != Moment() or not stays:
            self._answers.pop(tab, None)
        self.looking = message.reason
        return Change.MORE
