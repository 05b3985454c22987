"""The app of one page: what it draws goes to the server, and it ends when the page does."""

from __future__ import annotations

import sys

from textual.drivers.web_driver import WebDriver
from textual.messages import ExitApp

from kertui.app import KertuiApp
from kertui.first_shown import FirstShown
from kertui.service.training_service import TrainingService
from kertui.terminal.capabilities import Capabilities


class PageDriver(WebDriver):
    """Textual's driver for pages, which also ends the app where the server is gone."""

    def run_input_thread(self) -> None:
        """Read until the end; nobody sees the app after it."""
        super().run_input_thread()
        self._app.post_message(ExitApp())


def make_page_app(
    service: TrainingService, capabilities: Capabilities, first: FirstShown | None
) -> KertuiApp:
    """The app, of what ``KertuiApp`` takes. Standard output belongs to the driver: what is printed
    after the end goes to the terminal of the server."""
    sys.stdout = sys.stderr
    app = KertuiApp(service, capabilities, first)
    app.driver_class = PageDriver
    return app
