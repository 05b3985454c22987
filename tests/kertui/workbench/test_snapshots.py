"""Pictures of the workbench, one a width, without a spare so that nothing depends on time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from tests.support.piloting import until
from textual.pilot import Pilot
from textual.widgets import Input

from kertasks.keras_catalog.catalog import Catalog
from kertasks.registry import find_task
from kertasks.runs.home.store import RunStore
from kertui.app import KertuiApp
from kertui.service.training_service import TrainingService
from kertui.terminal.capabilities import Capabilities
from kertui.workbench.layers.layer_form import LayerForm
from kertui.workbench.recipe_column import RecipeColumn
from kertui.workbench.workbench import WorkbenchScreen


@pytest.fixture
def service(tmp_path: Path, cache: Path, catalog: Catalog) -> TrainingService:
    """A service without a spare, Keras's classes in its cache."""
    return TrainingService(RunStore(tmp_path / "home"), cache, spare=False)


def shown(*keys: str, task: str = "digits") -> Callable[[Pilot[None]], Awaitable[None]]:
    """Opens a workbench in the app, presses keys, and waits until all is there."""

    async def run(pilot: Pilot[None]) -> None:
        found = find_task(task)
        assert isinstance(pilot.app, KertuiApp)
        screen = WorkbenchScreen(pilot.app.session, found, found.recipes[found.default_recipe])
        await pilot.app.push_screen(screen)
        column = screen.query_one(RecipeColumn)
        await until(pilot, lambda: column.catalog is not None)
        # The Input row tells what is known of the data, which is more than how many rows.
        await pilot.press("home")
        facts = screen.query_one(LayerForm).grid
        await until(pilot, lambda: len(facts.fields) > 1, 60)
        await pilot.press("down", *keys)
        for field in pilot.app.screen.query(Input):
            field.cursor_blink = False
        await pilot.pause()

    return run


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)], ids=str)
def test_workbench(snap_compare: Any, service: TrainingService, size: tuple[int, int]) -> None:
    app = KertuiApp(service, Capabilities())
    assert snap_compare(app, terminal_size=size, run_before=shown("down"))


def test_add_layer(snap_compare: Any, service: TrainingService) -> None:
    app = KertuiApp(service, Capabilities())
    run = shown("a", *"pool")
    assert snap_compare(app, terminal_size=(120, 36), run_before=run)


def test_compare(snap_compare: Any, service: TrainingService) -> None:
    app = KertuiApp(service, Capabilities())
    run = shown("x", "t", "right", "enter", *"5", "enter", "c")
    assert snap_compare(app, terminal_size=(80, 24), run_before=run)


def test_ascii(snap_compare: Any, service: TrainingService) -> None:
    app = KertuiApp(service, Capabilities(ascii=True))
    assert snap_compare(app, terminal_size=(120, 36), run_before=shown("e", "down", "enter"))
