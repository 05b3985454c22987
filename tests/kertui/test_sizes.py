"""Every screen and every dialog at any size of the terminal, while a run trains."""

from __future__ import annotations

import pytest
from tests.support.recorded_service import RecordedService
from tests.support.scenes import (
    DIALOGS,
    SCREENS,
    SMALL,
    LiveRun,
    at_rest,
    draw_at,
    draw_rows,
    fill,
    resize,
    some_sizes,
)
from textual.widgets import Input

from kertasks.registry import find_task
from kertui.app import KertuiApp
from kertui.plotting import draw
from kertui.rows.plot_area import PlotArea
from kertui.rows.rows_widget import RowsWidget
from kertui.tasks_screen import dataset_drawing
from kertui.tasks_screen.card_facts import draw_facts, draw_features, list_facts
from kertui.tasks_screen.recipe_list import draw_recipes
from kertui.terminal.capabilities import Capabilities
from kertui.terminal.glyphs import UNICODE

STORM = ((30, 6), (200, 60), (1, 1), (130, 12))


@pytest.fixture
def live(service: RecordedService) -> LiveRun:
    draw.preload()
    return fill(service.store)


@pytest.fixture
def _never_covered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the screens themselves drawn where they have no room, and not what covers them then."""
    monkeypatch.setattr("kertui.app.is_too_small", lambda *_: False)


@pytest.mark.usefixtures("_never_covered")
async def test_the_screens_are_drawn_at_any_size(service: RecordedService, live: LiveRun) -> None:
    in_order = sorted(SCREENS.items(), key=lambda named: named[1].bench)  # which is left open
    app = KertuiApp(service, Capabilities())
    async with app.run_test(size=(80, 24)) as pilot:
        for name, scene in in_order:
            await scene.open(pilot, live)
            await draw_at(pilot, some_sizes(len(name), 1, 1), live)
            await resize(pilot, 80, 24)
            await scene.close(pilot)


@pytest.mark.usefixtures("_never_covered", "_download_under_way")
async def test_the_dialogs_are_drawn_at_any_size(service: RecordedService, live: LiveRun) -> None:
    app = KertuiApp(service, Capabilities())
    async with app.run_test(size=(80, 24)) as pilot:
        for place, (name, scene) in enumerate(DIALOGS.items()):
            await scene.open(pilot, live)
            assert app.screen.is_modal or isinstance(app.focused, Input), name
            await draw_at(pilot, some_sizes(place, 1, 0), live)
            await resize(pilot, 80, 24)
            await scene.close(pilot)


@pytest.mark.parametrize("name", ["runs", "runs: recipes", "workbench: live"])
async def test_rows_are_drawn_at_every_size(
    service: RecordedService, live: LiveRun, name: str
) -> None:
    app = KertuiApp(service, Capabilities())
    async with app.run_test(size=(80, 24)) as pilot:
        await SCREENS[name].open(pilot, live)
        for widget in app.screen.query(RowsWidget):
            # plotext takes a while.
            for size in SMALL[:: 7 if isinstance(widget, PlotArea) else 1]:
                draw_rows(widget, *size)


@pytest.mark.parametrize("task", ["xor", "square", "digits"])
def test_data_is_drawn_at_every_size(service: RecordedService, task: str) -> None:
    found = find_task(task)
    described = service.describe(task, None)
    recipes = list(found.recipes.values())
    for width, height in SMALL:
        assert dataset_drawing.draw(described, width, height, UNICODE)
    for width in range(1, 41):
        facts = list_facts(described, found.unit, UNICODE)
        for lines in (
            draw_facts(facts, width),
            draw_features(described, width, UNICODE),
            *draw_recipes(recipes, 0, width, UNICODE),
        ):
            assert lines


@pytest.mark.parametrize("name", ["tasks", "runs", "workbench: live"])
async def test_after_a_storm_of_sizes_it_looks_as_painted_afresh(
    service: RecordedService, live: LiveRun, name: str
) -> None:
    scene = SCREENS[name]
    if scene.bench:
        live.finish()  # the time that is left would be another one a second later
    found = {}
    app = KertuiApp(service, Capabilities())
    async with app.run_test(size=(80, 24)) as pilot:
        await scene.open(pilot, live)
        await draw_at(pilot, STORM, live)
        for size in ((80, 24), (120, 36)):
            await resize(pilot, *size)
            found[size] = await at_rest(pilot)
    for size, lines in found.items():
        fresh = KertuiApp(service, Capabilities())
        async with fresh.run_test(size=size) as pilot:
            await scene.open(pilot, live)
            assert await at_rest(pilot) == lines
