"""The interface, with a story played in it and its caption beneath."""

from __future__ import annotations

import time
from functools import partial
from typing import Final

from rich.segment import Segment
from textual import events, work
from textual.color import Color
from textual.strip import Strip

from kertui.app import KertuiApp
from kertui.demo.caption import Caption
from kertui.demo.demo_driver import DemoDriver
from kertui.demo.player import Player, Progress
from kertui.first_shown import FirstShown
from kertui.service.training_service import TrainingService
from kertui.terminal.capabilities import Capabilities

_YOURS: Final = Caption("It is yours now: ? shows the keys, q leaves.", hint=False)
_SAID_FOR: Final = 3.0
"""Seconds that a person is told that the demo is over."""

_LAST_SAID_FOR: Final = 6.0
"""Seconds that the last caption stays where the interface is left by itself after it."""

_LEFT_WITHIN: Final = 30.0
"""Seconds for the interface to be left after the keys of an act that end so."""

_NOBODY_THERE: Final = 120.0
"""Seconds without a key after which a booth's story begins anew."""


class DemoApp(KertuiApp):
    """The real interface, which gets a story's keys until a person presses one.

    Args:
        service: as of ``KertuiApp``.
        capabilities: as of ``KertuiApp``.
        first: as of ``KertuiApp``.
        progress: the story, and how far it has come; is told what became of it.
    """

    def __init__(
        self,
        service: TrainingService,
        capabilities: Capabilities,
        first: FirstShown | None,
        progress: Progress,
    ) -> None:
        super().__init__(service, capabilities, first)
        self.driver_class = DemoDriver
        self._progress = progress
        self._caption = Caption("")

    def on_ready(self) -> None:
        """Begin, once there is something to look at."""
        if isinstance(driver := self._driver, DemoDriver):
            driver.take_over = partial(self.call_later, self._take_over)
            self._play()

    def on_resize(self, event: events.Resize) -> None:  # noqa: ARG002 - that of KertuiApp acts too
        """Draw the caption at the new size, after the interface."""
        self.call_after_refresh(self._draw)

    def use(self, capabilities: Capabilities) -> None:
        """Draw the caption too with what the terminal can do."""
        super().use(capabilities)
        self._draw()

    def say(self, caption: Caption) -> None:
        """Show a caption until the next one."""
        self._caption = caption
        self._draw()

    def press(self, key: str) -> None:
        """Press a key as a person does."""
        if isinstance(driver := self._driver, DemoDriver):
            driver.press(key)

    def words(self) -> str:
        """What the screen shows, line by line."""
        # Private in Textual 8.2; its public ways give one widget, or a picture of the screen.
        strips = self.screen._compositor.render_strips()
        return "\n".join(strip.text for strip in strips)

    def as_shown(self, text: str) -> str:
        """A text with the signs that this terminal has."""
        strip = Strip([Segment(text)])
        for each in self._filters:  # as in ``Caption.strips``
            strip = strip.apply_filter(each, Color(0, 0, 0))
        return strip.text

    def _draw(self) -> None:
        if isinstance(driver := self._driver, DemoDriver):
            driver.say(self._caption)

    @work(group="demo", exclusive=True)
    async def _play(self) -> None:
        progress = self._progress
        await Player(self, progress).play()
        if not (progress.failure or progress.is_last_act):
            self.set_timer(_LEFT_WITHIN, self._say_not_left)
            return
        self._say_failure()
        if progress.ends:
            self.set_timer(_LAST_SAID_FOR / progress.speed, self.exit)

    def _say_not_left(self) -> None:
        self._progress.failure = f"The story {self._progress.story.name} did not leave kertui."
        self._say_failure()

    def _say_failure(self) -> None:
        if self._progress.failure:
            self.say(Caption(self._progress.failure, "stopped"))

    def _take_over(self) -> None:
        self._progress.taken_over = True
        self.workers.cancel_group(self, "demo")
        if self._progress.ends:
            self.set_interval(_NOBODY_THERE / 10, self._leave_if_nobody_is_there)
        self.say(_YOURS)
        self.set_timer(_SAID_FOR, self._give_rows)

    def _leave_if_nobody_is_there(self) -> None:
        driver = self._driver
        if isinstance(driver, DemoDriver) and time.monotonic() - driver.acted_at > _NOBODY_THERE:
            self.exit()

    def _give_rows(self) -> None:
        if isinstance(driver := self._driver, DemoDriver):
            driver.give_rows()
