"""The application: puts the screens, the service and the terminal together, and nothing else."""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING, ClassVar

from textual.app import App
from textual.binding import Binding, BindingType
from textual.filter import NoColor

from kertui.glyphs import Glyphs, glyphs
from kertui.screens.tasks import TasksScreen
from kertui.terminal import Capabilities
from kertui.theme import DARK, MONOCHROME, THEMES, default_tokens

if TYPE_CHECKING:
    from kertui.training.service import TrainingService

SMALLEST = (60, 18)
"""Columns and rows below which the screens only say that they need more."""


class KertuiApp(App[None]):
    """kertui in a terminal.

    Args:
        service: describes, checks and trains; every screen uses it from thread workers.
        capabilities: what the terminal can do.
    """

    TITLE = "kertui"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,ctrl+q", "ask_quit", "quit", id="app.quit", tooltip="Leave kertui."),
    ]

    def __init__(self, service: TrainingService, capabilities: Capabilities) -> None:
        self.capabilities = capabilities
        self.service = service
        super().__init__(ansi_color=None if capabilities.colour else True)
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = (DARK if capabilities.colour else MONOCHROME).name
        self._set_line_filters()

    @property
    def glyphs(self) -> Glyphs:
        """The signs to draw with."""
        return glyphs(self.capabilities.ascii)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our tokens, so that Textual's own themes can be chosen too."""
        return default_tokens(self.current_theme)

    def get_default_screen(self) -> TasksScreen:
        """The first screen."""
        return TasksScreen()

    def on_mount(self) -> None:
        """Leave in good order when the system asks for it."""
        if not self.is_headless:
            loop = asyncio.get_running_loop()
            for number in (signal.SIGTERM, signal.SIGHUP):
                loop.add_signal_handler(number, self.exit, None, 128 + number)

    async def action_ask_quit(self) -> None:
        """Leave kertui."""
        self.exit()

    def _set_line_filters(self) -> None:
        # ``_filters`` is private in Textual 8.2, and the only way to see every cell drawn.
        if not self.capabilities.colour and not self.no_color:
            self.no_color = True
            self._filters.append(NoColor())
        if self.capabilities.ascii:
            from kertui.ascii_filter import AsciiFilter

            self._filters.append(AsciiFilter())


def run_app(service: TrainingService, capabilities: Capabilities) -> int:
    """Run kertui until the person leaves, and give the terminal back as it was.

    ``kertui.terminal.prepare_environment`` must have run before this module was imported.

    Returns:
        The exit status.
    """
    app = KertuiApp(service, capabilities)
    app.run(mouse=capabilities.mouse)
    return app.return_code or 0
