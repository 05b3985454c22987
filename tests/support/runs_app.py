"""The real application with the screen of runs on top, for tests of it."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from tests.support.piloting import PatientApp, shown, until
from tests.support.recorded_service import RecordedService
from textual.pilot import Pilot

from kertui.app import KertuiApp
from kertui.runs.run_curves import RunCurves
from kertui.runs.run_table import RunTable
from kertui.runs.runs_screen import RunsScreen
from kertui.terminal.capabilities import Capabilities


class Runs:
    """An open screen of runs and the keys to it."""

    def __init__(self, app: KertuiApp, pilot: Pilot[None], screen: RunsScreen) -> None:
        self.app, self.pilot, self.screen = app, pilot, screen

    @property
    def table(self) -> RunTable:
        return self.screen.query_one(RunTable)

    @property
    def curves(self) -> RunCurves:
        return self.screen.query_one(RunCurves)

    @property
    def listed(self) -> list[str]:
        return [f"{run.task} {run.title}" for run in self.table.runs]

    @property
    def here(self) -> str:
        run = self.table.run
        return f"{run.task} {run.title}" if run is not None else ""

    @property
    def ids(self) -> list[str]:
        """The runs that are listed."""
        return [run.id for run in self.table.runs]

    @property
    def said(self) -> str:
        """What was said in passing."""
        # ``_notifications`` is private in Textual 8.2; there is no other way to ask for them.
        return "\n".join(told.message for told in self.app._notifications)

    def offers(self, action: str) -> bool:
        """Whether an action of the screen would do something."""
        return bool(self.screen.check_action(action, ()))

    @property
    def commands(self) -> set[str]:
        """What the command palette offers."""
        found = self.app.get_system_commands(self.app.screen)
        return {command.title for command in found}

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def until(self, condition: Callable[[], object]) -> None:
        await until(self.pilot, condition)

    async def says(self, text: str) -> None:
        """Wait for a notification."""
        await self.until(lambda: text in self.said)

    async def shows(self, text: str) -> None:
        await self.until(lambda: text in shown(self.app))


@asynccontextmanager
async def opened_runs(
    service: RecordedService,
    size: tuple[int, int] = (120, 36),
    *,
    toasts: bool = False,
    **capabilities: Any,
) -> AsyncIterator[Runs]:
    """Open the screen of runs; all of them are read when it is entered.

    Args:
        service: of the runs.
        size: of the terminal.
        toasts: whether notifications are shown, not only kept.
        capabilities: of the terminal.
    """
    app = PatientApp(service, Capabilities(**capabilities))
    async with app.run_test(size=size, notifications=toasts) as pilot:
        await pilot.press("R")
        deadline = time.monotonic() + 60  # of a machine that is busy with other things
        while not isinstance(app.screen, RunsScreen) and time.monotonic() < deadline:
            await pilot.pause(0.02)
        assert isinstance(app.screen, RunsScreen)
        runs = Runs(app, pilot, app.screen)
        count = len(service.store.runs())
        await runs.until(
            lambda: len(runs.screen.listed.runs) == count and runs.screen.listed.complete
        )
        yield runs
