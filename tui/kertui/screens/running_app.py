"""The running app as screens know it: they are below it, and only its type is named here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from textual.app import App
from textual.screen import Screen

if TYPE_CHECKING:
    from kertui.app import KertuiApp


def running_app(screen: Screen[Any]) -> KertuiApp:
    """The app a screen is shown by: its service, what it can do, what it knows of runs."""
    return cast("KertuiApp", screen.app)


def top_screen(app: App[Any]) -> Screen[Any]:
    """The screen a person sees, or would in a larger terminal."""
    from kertui.screens.too_small import TooSmallScreen  # not needed before the first paint

    stack = reversed(app.screen_stack)
    return next(screen for screen in stack if not isinstance(screen, TooSmallScreen))


def is_on_top(screen: Screen[Any]) -> bool:
    """Whether no other screen is over this one.

    A key's message, or a thread's answer, may come when another one is: what it would open is
    not wanted there any more.
    """
    return top_screen(screen.app) is screen
