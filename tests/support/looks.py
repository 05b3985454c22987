"""Pictures of a state of the interface in every look: what a state needs is one row of a table.

A picture must be the same on any machine at any time: no clock, no host's name, no cursor that
blinks, nothing that a thread may still bring.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tests.support.piloting import shown, until
from textual.app import App
from textual.pilot import Pilot
from textual.widgets import Input

from kertui.live.pane import LivePane
from kertui.plotting import draw
from kertui.runs.run_curves import RunCurves
from kertui.runs.runs_screen import RunsScreen
from kertui.terminal.capabilities import Capabilities
from kertui.terminal.theme import LIGHT

Step = Callable[[Pilot[Any]], Awaitable[None]]


class Look(StrEnum):
    """How the interface may look."""

    DARK = "dark"
    LIGHT = "light"
    NO_COLOUR = "no-colour"
    ASCII = "ascii"

    @property
    def capabilities(self) -> Capabilities:
        """Of a terminal in which the interface looks so."""
        return Capabilities(ascii=self is Look.ASCII, colour=self is not Look.NO_COLOUR)

    def put_on(self, app: App[Any]) -> None:
        """Choose the theme in an app that was made with the look's capabilities."""
        if self is Look.LIGHT:
            app.theme = LIGHT.name


EVERY_LOOK = tuple(Look)


@dataclass(frozen=True)
class State:
    """A state of the interface to take pictures of."""

    words: tuple[str, ...]
    """On the screen once all of it is there; the same words in every look."""

    opened: Step | None = None
    """Brings the state about, after the first screen is there."""

    keys: Sequence[str] = ()
    """Pressed after that."""

    size: tuple[int, int] = (80, 24)
    """Columns and rows of the terminal."""

    looks: tuple[Look, ...] = (Look.DARK,)
    """The looks that deserve a picture."""

    before: tuple[str, ...] = ()
    """Words on the screen before anything is opened or pressed."""

    async def bring_about(self, pilot: Pilot[Any]) -> None:
        """Open, press, wait until all is there, and hold still."""
        app = pilot.app
        draw.preload()  # in a thread beside this loop it takes many times as long
        await until(pilot, lambda: shows(app, self.before))
        await until(pilot, lambda: all(worker.is_finished for worker in app.workers))
        await pilot.pause()
        if self.opened is not None:
            await self.opened(pilot)
        await all_drawn(pilot)
        await pilot.press(*self.keys)
        await until(pilot, lambda: shows(app, self.words))
        for field in app.screen.query(Input):
            field.cursor_blink = False
        await all_drawn(pilot)


def shows(app: App[Any], words: Sequence[str]) -> bool:
    """Whether all these words are on the screen."""
    screen = shown(app)
    return all(word in screen for word in words)


async def all_drawn(pilot: Pilot[Any]) -> None:
    """Wait until all that the keys asked for is drawn, what messages under way ask for too."""
    drawn = False
    while not drawn:
        await until(pilot, lambda: not draws_later(pilot.app))
        await pilot.pause()
        drawn = not draws_later(pilot.app)


def draws_later(app: App[Any]) -> bool:
    """Whether a screen waits for a run's events or recipes, or for its turn.

    Words are no sign of that: those of the run that is drawn stay until another one is read.
    """
    if any(worker.group == "recipes" and not worker.is_finished for worker in app.workers):
        return True
    for screen in app.screen_stack:
        if isinstance(screen, RunsScreen) and screen._rest_timer is not None:
            return True
        if any(curves.reading or curves._pace.pending for curves in screen.query(RunCurves)):
            return True
        if any(pane._pace.pending for pane in screen.query(LivePane)):
            return True
    return False


def pictures(states: dict[str, State]) -> list[tuple[str, Look]]:
    """The names of states with each of their looks, for ``pytest.mark.parametrize``."""
    return [(name, look) for name, state in states.items() for look in state.looks]
