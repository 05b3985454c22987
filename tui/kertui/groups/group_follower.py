"""Follows a group's folder in a thread, and says what there is to show."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from textual import work
from textual.message import Message
from textual.widget import Widget
from textual.worker import get_current_worker

from kertasks.errors import UserError
from kertasks.groups.folder import GroupFolder
from kertui.groups.group_seen import GroupReader, GroupSeen, Wanted
from kertui.groups.readers import reader_of

_LOOK_EVERY = 0.5
"""Seconds between two looks at a group that goes on."""

_LOOK_OVER = 1.0
"""Seconds between two looks at one that is over: somebody may go on with it."""


class GroupFollower(Widget):
    """Tells its parent what a group is like, from when it is mounted until it is removed. All that
    takes time, reading, means and thinned curves, is done in its thread. Never seen.

    Args:
        group: the group.
    """

    DEFAULT_CSS = """
    GroupFollower { display: none; }
    """

    @dataclass
    class SeenNow(Message):
        """What there is to show now, where it is another thing than before."""

        seen: GroupSeen

    @dataclass
    class NotRead(Message):
        """The group cannot be read."""

        reason: str

    def __init__(self, group: GroupFolder) -> None:
        super().__init__()
        self._group = group
        self._wanted = Wanted()
        self._asked = threading.Event()
        """Whether a look is wanted at once."""

        self._is_over = False

    def on_mount(self) -> None:
        """Begin to read the group's folder."""
        self._follow()

    def on_unmount(self) -> None:
        """End the thread that reads the group's folder."""
        self._asked.set()

    def end(self) -> None:
        """Read no more: what was told last stays so."""
        self._is_over = True
        self._asked.set()

    def want(self, wanted: Wanted) -> None:
        """Look in another way at its curves from now on."""
        if wanted != self._wanted:
            self._wanted = wanted
            self.look_now()

    def look_now(self) -> None:
        """Do not wait for the next look: something was asked of the group."""
        self._asked.set()

    @work(thread=True, group="follow")
    def _follow(self) -> None:
        worker = get_current_worker()
        reader: GroupReader | None = None
        before: GroupSeen | None = None
        trouble = ""
        while not (worker.is_cancelled or self._is_over):
            self._asked.clear()
            seen = before
            try:
                reader = reader or reader_of(self._group)
                seen = reader.look(self._wanted)
            except UserError as error:
                if str(error) != trouble:
                    trouble = str(error)
                    self.post_message(self.NotRead(trouble))
            else:
                trouble = ""
            if seen is not None and seen != before:
                self.post_message(self.SeenNow(seen))
            before = seen
            goes_on = seen is not None and seen.state.goes_on
            self._asked.wait(_LOOK_EVERY if goes_on else _LOOK_OVER)
