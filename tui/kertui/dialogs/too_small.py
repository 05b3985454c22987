"""What is shown instead of a screen that has no room."""

from __future__ import annotations

from typing import Any, ClassVar

from textual.app import App, ComposeResult
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

LEAST_WIDTH, LEAST_HEIGHT = 60, 18
"""Columns and rows below which nothing useful can be laid out."""


def is_too_small(width: int, height: int) -> bool:
    """Whether a terminal of that size is too small."""
    return width < LEAST_WIDTH or height < LEAST_HEIGHT


class TooSmallScreen(ModalScreen[None]):
    """Says which size is needed; goes by itself when the terminal is larger."""

    DEFAULT_CSS: ClassVar[str] = """
    TooSmallScreen {
        align: center middle;
        background: $background;
        &:ansi { background: $background; }
        Static { width: 100%; height: auto; text-align: center; }
    }
    """

    def compose(self) -> ComposeResult:
        """Build the only text of the screen."""
        yield Static()

    def on_mount(self) -> None:
        """Show which size is needed."""
        self._show_sizes()

    def on_resize(self) -> None:
        """Show the size that it is now, or go when it is enough."""
        if is_too_small(*self.app.size):
            self._show_sizes()
        elif self.is_current:
            self.dismiss(None)

    def on_screen_resume(self) -> None:
        """Go where the terminal has grown while another screen was on top."""
        if not is_too_small(*self.app.size):
            self.dismiss(None)

    def _show_sizes(self) -> None:
        width, height = self.app.size
        self.query_one(Static).update(
            Content.assemble(
                ("The terminal is too small\n", "bold"),
                f"{width} by {height}; kertui needs {LEAST_WIDTH} by {LEAST_HEIGHT}\n",
                ("Trainings are not disturbed. Ctrl-C leaves.", "dim"),
            )
        )


def top_screen(app: App[Any]) -> Screen[Any]:
    """The screen a person sees, or would in a larger terminal."""
    stack = reversed(app.screen_stack)
    return next(screen for screen in stack if not isinstance(screen, TooSmallScreen))


def is_on_top(screen: Screen[Any]) -> bool:
    """Whether no other screen is over this one.

    A key's message, or a thread's answer, may come when another one is: what it would open is
    not wanted there any more.
    """
    return top_screen(screen.app) is screen
