"""The real application with a workbench on top, for tests of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from tests.support.piloting import PatientApp, until
from textual.pilot import Pilot

from kertasks.recipes.recipe import Recipe
from kertasks.registry import find_task
from kertasks.runs.folder import RunFolder
from kertui.app import KertuiApp
from kertui.service.training_service import TrainingService
from kertui.terminal.capabilities import Capabilities
from kertui.workbench.recipe_column import RecipeColumn
from kertui.workbench.workbench import WorkbenchScreen


class Workbench:
    """An open workbench and the keys to it."""

    def __init__(self, app: KertuiApp, pilot: Pilot[None], screen: WorkbenchScreen) -> None:
        self.app = app
        self.pilot = pilot
        self.screen = screen

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait for a condition; fail after a minute."""
        await until(self.pilot, condition)

    async def press(self, *keys: str) -> None:
        """Press keys and let their messages pass."""
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def type(self, text: str) -> None:
        """Type a text."""
        names = {" ": "space", "/": "slash", ".": "full_stop", "-": "minus", "_": "underscore"}
        await self.press(*(names.get(character, character) for character in text))

    async def checked(self) -> None:
        """Wait for Keras's answer on the recipe as it stands."""
        await self.until(lambda: self.screen.check.model_check is not None)

    @property
    def on_top(self) -> bool:
        """Whether no dialog is over the workbench."""
        return self.app.screen is self.screen

    @property
    def selected(self) -> int:
        """The chosen layer, ``INPUT_ROW`` for the data."""
        return self.screen.query_one(RecipeColumn).selected

    @property
    def layers(self) -> list[str]:
        """The classes of the draft's layers."""
        return [layer.class_name for layer in self.screen.draft.recipe.layers]

    def notices(self) -> list[str]:
        """What was said in passing."""
        # ``_notifications`` is private in Textual 8.2; there is no other way to ask for them.
        return [f"{notice.title} {notice.message}" for notice in self.app._notifications]


@asynccontextmanager
async def open_workbench(
    service: TrainingService,
    task: str = "xor",
    recipe: str | Recipe = "answer",
    size: tuple[int, int] = (120, 36),
    ascii: bool = False,
    run: RunFolder | None = None,
) -> AsyncIterator[Workbench]:
    """Open a recipe of a task; Keras's classes are there when it is entered."""
    app = PatientApp(service, Capabilities(ascii=ascii))
    async with app.run_test(size=size) as pilot:
        found = find_task(task)
        taken = found.recipes[recipe] if isinstance(recipe, str) else recipe
        screen = WorkbenchScreen(app.session, found, taken, run=run)
        await app.push_screen(screen)
        bench = Workbench(app, pilot, screen)
        column = screen.query_one(RecipeColumn)
        await bench.until(lambda: column.catalog is not None)
        await pilot.pause()
        yield bench
