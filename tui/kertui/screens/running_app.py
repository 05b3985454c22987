"""The running app as screens know it: they are below it, and only its type is named here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from textual.screen import Screen

if TYPE_CHECKING:
    from kertui.app import KertuiApp


def running_app(screen: Screen[Any]) -> KertuiApp:
    """The app a screen is shown by: its service, what it can do, what it knows of runs."""
    return cast("KertuiApp", screen.app)
