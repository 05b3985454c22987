"""The first screen: choose a task, see its data, choose a recipe."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.screen import Screen
from textual.widgets import Static

from kertui.widgets.key_line import KeyLine


class TasksScreen(Screen[None]):
    """The tasks, and beside them the card of the one under the cursor."""

    def compose(self) -> ComposeResult:
        """Build the screen."""
        yield Static("kertui")
        yield KeyLine()
