"""The key ``a`` on the first screen: a new recipe from a template that fits the data."""

from __future__ import annotations

from tests.support.piloting import shown, until
from tests.support.recorded_service import RecordedService

from kertui.app import KertuiApp
from kertui.tasks_screen.choose_template import ChooseTemplateScreen
from kertui.terminal.capabilities import Capabilities
from kertui.workbench.workbench import WorkbenchScreen


async def test_a_offers_what_fits_the_data_and_enter_opens_it(service: RecordedService) -> None:
    app = KertuiApp(service, Capabilities())
    async with app.run_test(size=(80, 24)) as pilot:
        tasks = app.screen
        await pilot.press(*"digits")
        await pilot.press("ctrl+d")  # to bytes
        await until(pilot, lambda: bool(tasks.check_action("choose_template", ())))
        await pilot.press("tab", "a")
        await until(pilot, lambda: isinstance(app.screen, ChooseTemplateScreen))
        await pilot.pause()
        assert "Fitted to 1 437 rows of 8 × 8 × 1" in shown(app)
        lines = [line.strip() for line in shown(app).splitlines()]
        assert {"convolutions", "dense", "two branches", "residual"} <= {*lines}
        await pilot.press("a")
        assert app.screen is tasks
        await pilot.press("a")
        await until(pilot, lambda: isinstance(app.screen, ChooseTemplateScreen))
        await pilot.press("end", "enter")
        await until(pilot, lambda: isinstance(app.screen, WorkbenchScreen))
        bench = app.screen
        assert isinstance(bench, WorkbenchScreen)
        recipe = bench.draft.recipe
        assert (recipe.task, recipe.name) == ("digits", "residual")
        assert recipe.data.variant == "0 to 16"
        assert recipe.layers[-1].arguments["units"] == 10
