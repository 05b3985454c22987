"""Rows that say where they are clicked, and which way the wheel was turned over them."""

from __future__ import annotations

from dataclasses import dataclass

from textual import events
from textual.message import Message

from kertui.rows.rows_widget import RowsWidget

_WHEEL = 3
"""Rows that a turn of the wheel goes on by."""


class ClickableRows(RowsWidget):
    """Tells its parent what the mouse does; which of its rows mean what, the parent knows."""

    @dataclass
    class Clicked(Message):
        """A person clicked a cell."""

        column: int
        row: int
        twice: bool

    @dataclass
    class Scrolled(Message):
        """A person turned the wheel."""

        rows: int

    def on_click(self, event: events.Click) -> None:
        """Say where."""
        self.post_message(self.Clicked(event.x, event.y, event.chain > 1))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Go some rows down."""
        event.stop()
        self.post_message(self.Scrolled(_WHEEL))

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Go some rows up."""
        event.stop()
        self.post_message(self.Scrolled(-_WHEEL))
