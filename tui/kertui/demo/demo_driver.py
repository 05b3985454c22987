"""The terminal while the program is shown to others: the interface has all rows but the last two.

A story's keys come in as a person's do, and those of a person end the story.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from rich.control import Control
from textual import events
from textual.app import App
from textual.geometry import Size
from textual.message import Message

from kertui.demo.caption import ROWS, Caption
from kertui.demo.key_bytes import bytes_of
from kertui.terminal.driver import TerminalDriver

_ACTS = (events.Key, events.MouseDown, events.MouseScrollDown, events.MouseScrollUp, events.Paste)
"""What a person does on purpose."""

_LEAVES = ("ctrl+c", "ctrl+q")
"""Keys that act though they end the story: who presses them wants to leave."""


class DemoDriver(TerminalDriver):
    """A terminal with a caption beneath the interface.

    Args:
        app: the interface.
        more: as of ``TerminalDriver``.
    """

    _rows_kept = ROWS
    """Rows at the bottom that the interface does not have."""

    def __init__(self, app: App[Any], **more: Any) -> None:
        super().__init__(app, **more)
        self._size = self._get_terminal_size()  # Textual would ask the terminal for all of it
        self.take_over: Callable[[], object] | None = None
        """What a person's first key or click does, in the thread of the loop; None after it."""

        self.acted_at = 0.0
        """When a person acted last, by ``time.monotonic``."""

    def press(self, key: str) -> None:
        """Press a key: what a terminal sends for it goes the way of what a person types."""
        for event in self._events(bytes_of(key) or ""):
            self.process_message(event)

    def say(self, caption: Caption) -> None:
        """Draw a caption in the rows beneath the interface, if they are kept still."""
        if not (self._taken and self._rows_kept):
            return
        width, height = self._get_terminal_size()
        console = self._app.console
        parts = ["\x1b7"]  # the cursor stays where the interface has put it
        for row, strip in enumerate(caption.strips(self._app, width), height):
            parts += [Control.move_to(0, row).segment.text, strip.render(console)]
        self.write("".join([*parts, "\x1b8"]))
        self.flush()

    def give_rows(self) -> None:
        """Give the caption's rows to the interface."""
        self._rows_kept = 0
        size = Size(*self._get_terminal_size())
        self.process_message(events.Resize(size, size))

    def process_message(self, message: Message) -> None:
        """Hand an event to the interface, unless it is a person's first."""
        if isinstance(message, events.Resize):  # the terminal itself counts all of its rows
            size = Size(*self._get_terminal_size())
            message = events.Resize(size, size)
        if isinstance(message, _ACTS) and threading.current_thread() is self._key_thread:
            self.acted_at = time.monotonic()
            take_over, self.take_over = self.take_over, None
            if take_over is not None:
                self._loop.call_soon_threadsafe(take_over)
                if not (isinstance(message, events.Key) and message.key in _LEAVES):
                    return  # meant for the demo, whatever it would do in the interface
        super().process_message(message)

    def _get_terminal_size(self) -> tuple[int, int]:
        width, height = super()._get_terminal_size()
        return width, max(1, height - self._rows_kept)
