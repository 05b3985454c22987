"""The screen of a person's data in tests: opened, read, picked from its lists."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.support.piloting import PatientApp, shown, until
from tests.support.recorded_service import RecordedService
from textual.pilot import Pilot

from kertui.data_screen.data_screen import DataScreen
from kertui.forms.choice_list import ChoiceList
from kertui.session import OpenData
from kertui.terminal.capabilities import Capabilities


@asynccontextmanager
async def at(
    service: RecordedService, asked: Path, size: tuple[int, int] = (120, 36), **of_task: object
) -> AsyncIterator[tuple[Pilot[None], DataScreen]]:
    """The screen of a file, over the tasks."""
    app = PatientApp(service, Capabilities())
    async with app.run_test(size=size, notifications=True) as pilot:
        app.post_message(OpenData(app.screen, asked, **of_task))  # type: ignore[arg-type]
        await until(pilot, lambda: isinstance(app.screen, DataScreen))
        screen = app.screen
        assert isinstance(screen, DataScreen)
        yield pilot, screen
    assert app.crash_line is None


async def says(pilot: Pilot[None], words: str) -> None:
    """Wait until the screen says so."""
    await until(pilot, lambda: words in shown(pilot.app))


async def choose(pilot: Pilot[None], text: str) -> None:
    """Pick from the list that a key opened."""
    await until(pilot, lambda: isinstance(pilot.app.screen, ChoiceList))
    await pilot.press(*text, "enter")
