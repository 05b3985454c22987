"""What a person types and clicks, in the order it came in.

Textual gives a key to the widget that has the focus when it arrives. What the key before does, a
screen it opens or a field it leaves, comes about by messages that take their turn: of keys that
arrive together, as they do over a slow line, the second would act before the first.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any, Final

from textual import events
from textual.app import App

from kertui.terminal.textual_workarounds import is_settled

_PATIENCE: Final = 1.0
"""Seconds that a key waits for what the one before it does: a file system that does not answer
must not make the interface deaf."""

_LEAD_ON: Final = {"open", "path"}
"""Groups of workers after which another screen is on top: that of a run, that beneath a dialog."""

_OFTEN: Final = 20
"""Turns of the loop that are waited one at a time, before a moment's sleep between them."""


class InputOrder:
    """Holds what comes in until all before it has been acted on.

    Args:
        app: whose input it is.
    """

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._held: deque[events.Event] = deque()
        self._next: events.Event | None = None
        """The one whose turn it is, on its way to the app again."""

        self._task: asyncio.Task[None] | None = None

    def holds(self, event: events.Event) -> bool:
        """Whether the event must wait; it is posted to the app again when its turn has come.

        Args:
            event: a key, a click or a paste that the app is handling now.
        """
        if event is self._next:
            self._next = None
            return False
        moves = isinstance(event, events.MouseMove)
        if self._task is None and (moves or is_settled(self._app, within=True)):
            return False
        if moves and self._held and isinstance(self._held[-1], events.MouseMove):
            self._held.pop()  # only where the mouse is now matters
        self._held.append(event)
        if self._task is None:
            self._task = asyncio.create_task(self._release())
        return True

    async def _release(self) -> None:
        while self._held:
            await self._settle()
            self._next = self._held.popleft()
            if not self._app.post_message(self._next):
                self._held.clear()  # the app is closing
        self._task = None

    @property
    def _leads_on(self) -> bool:
        """Whether a thread is at work after which another screen is on top. Only what came at
        once with the key that began it waits for that: later a person sees what is on top."""
        workers = self._app.workers
        return any(one.group in _LEAD_ON and not one.is_finished for one in workers)

    async def _settle(self) -> None:
        loop = asyncio.get_running_loop()
        until, turns = loop.time() + _PATIENCE, 0
        quiet = False
        while loop.time() < until:
            await asyncio.sleep(0 if turns < _OFTEN else 0.002)
            turns += 1
            now = self._next is None and not self._leads_on and is_settled(self._app)
            if now and quiet:  # twice: a task that was just begun has posted nothing yet
                return
            quiet = now
