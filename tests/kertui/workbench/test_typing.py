"""What acts on the recipe while a value is being typed: never without it, never on another one."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.workbench_app import Workbench, open_workbench
from textual import events
from textual.screen import Screen
from textual.widgets import Input

from kertasks.keras_catalog.catalog import Catalog
from kertasks.recipes.toml_file import load_recipe
from kertasks.runs.home.store import RunStore
from kertui.comparison.compare import CompareScreen
from kertui.dialogs.unsaved_changes import UnsavedChangesScreen
from kertui.live.trouble import RunTrouble
from kertui.runs.runs_screen import RunsScreen
from kertui.service.training_service import TrainingService
from kertui.workbench.choose_recipe import ChooseRecipeScreen
from kertui.workbench.layers.add_layer import AddLayerScreen
from kertui.workbench.layers.layer_form import LayerForm
from kertui.workbench.layers.layer_list import LayerList
from kertui.workbench.recipe_path import OpenRecipeScreen, SaveRecipeScreen
from kertui.workbench.settings.training_settings import TrainingSettings


@pytest.fixture
def service(tmp_path: Path, cache: Path, catalog: Catalog) -> TrainingService:
    """A service without a spare: nothing is started, Keras's classes come from the cache."""
    return TrainingService(RunStore(tmp_path / "home"), cache, spare=False)


def units(bench: Workbench) -> list[object]:
    return [layer.arguments["units"] for layer in bench.screen.draft.recipe.layers]


async def type_units(bench: Workbench, text: str) -> LayerForm:
    """Begin to type the units of the layer under the cursor."""
    await bench.press("e", "enter")
    await bench.type(text)
    form = bench.screen.query_one(LayerForm)
    assert form.editor.value == text
    return form


def press_twice(bench: Workbench, key: str) -> None:
    """As from a key that is held: the second comes before the first has done anything."""
    for _ in range(2):
        bench.app.post_message(events.Key(key, None))


async def test_undo_and_redo_leave_what_is_being_typed_to_its_layer(
    service: TrainingService,
) -> None:
    async with open_workbench(service) as bench:
        await type_units(bench, "9")
        await bench.press("enter", "escape", "down")
        form = await type_units(bench, "77")
        await bench.press("ctrl+z", "ctrl+y")
        assert form.typing
        assert (units(bench), bench.selected) == ([9, 1], 1)
        await bench.press("enter")
        assert units(bench) == [9, 77]
        await bench.press("ctrl+z", "ctrl+z")
        assert units(bench) == [8, 1]


async def test_another_layer_in_the_form_closes_the_editor(service: TrainingService) -> None:
    async with open_workbench(service) as bench:
        form = await type_units(bench, "77")
        draft, column = bench.screen.draft, bench.screen.query_one(LayerList)
        await bench.pilot.click(column, offset=(5, 3))
        await bench.until(lambda: bench.selected == 1)
        assert units(bench) == [77, 1], "it was of the first layer"

        await type_units(bench, "5")
        draft.delete_layer(0)
        form.show_layer(draft.recipe, 0, None)
        assert not form.typing
        await bench.pilot.pause()
        assert units(bench) == [1], "nobody can say whose it was"


@pytest.mark.parametrize(
    ("action", "screen"),
    [
        ("save_recipe", SaveRecipeScreen),
        ("open_recipe", OpenRecipeScreen),
        ("choose_recipe", ChooseRecipeScreen),
        ("compare", CompareScreen),
        ("edit('add_layer')", AddLayerScreen),
    ],
)
async def test_what_the_palette_does_finds_the_value_in_the_recipe(
    service: TrainingService, action: str, screen: type[Screen[object]]
) -> None:
    async with open_workbench(service) as bench:
        await type_units(bench, "9")
        await bench.press("enter", "escape", "down")
        form = await type_units(bench, "77")
        await bench.app.run_action(action, bench.screen)
        await bench.until(lambda: isinstance(bench.app.screen, screen))
        assert units(bench) == [9, 77]
        assert not form.typing
        await bench.press("escape")
        assert bench.on_top
        assert bench.screen.focused is form.grid


async def test_a_layer_is_changed_by_the_mouse_with_what_was_typed_in_it(
    service: TrainingService,
) -> None:
    async with open_workbench(service) as bench:
        await type_units(bench, "77")
        await bench.app.run_action("edit('duplicate_layer')", bench.screen)
        await bench.until(lambda: units(bench) == [77, 77, 1])
        await type_units(bench, "5")
        await bench.app.run_action("edit('move_layer', -1)", bench.screen)
        await bench.until(lambda: units(bench) == [5, 77, 1])
        await type_units(bench, "6")
        await bench.app.run_action("edit('delete_layer')", bench.screen)
        await bench.until(lambda: units(bench) == [77, 1])
        await bench.press("u")
        assert units(bench) == [6, 77, 1]


async def test_the_file_has_the_value_that_was_being_typed(
    service: TrainingService, tmp_path: Path
) -> None:
    path = tmp_path / "mine.toml"
    async with open_workbench(service) as bench:
        await bench.press("t", "right", "enter")
        await bench.type("0.25")
        press_twice(bench, "ctrl+s")
        await bench.until(lambda: isinstance(bench.app.screen, SaveRecipeScreen))
        await bench.pilot.pause()
        assert [type(screen) for screen in bench.app.screen_stack].count(SaveRecipeScreen) == 1
        bench.app.screen.query_one(Input).value = str(path)
        await bench.press("enter")
        await bench.until(lambda: bench.on_top)
        assert dict(load_recipe(path).compile.optimizer.arguments) == {"learning_rate": 0.25}
        assert not bench.screen.draft.changed
        assert bench.screen.focused is bench.screen.query_one(TrainingSettings).grid


async def test_what_is_not_allowed_is_answered_and_nothing_else_happens(
    service: TrainingService,
) -> None:
    async with open_workbench(service) as bench:
        form = await type_units(bench, "many")
        await bench.press("ctrl+s")
        await bench.until(bench.notices)
        await bench.app.run_action("start_training", bench.screen)
        await bench.until(lambda: len(bench.notices()) == 2)
        told = "units cannot be many Allowed: a whole number of at least 1."
        assert bench.notices() == [told, told]
        assert bench.on_top
        assert bench.screen.run is None
        assert form.typing
        assert form.editor.has_class("-refused")
        await bench.press("backspace", "backspace", "backspace", "backspace", "3", "ctrl+s")
        await bench.until(lambda: isinstance(bench.app.screen, SaveRecipeScreen))
        assert units(bench) == [3, 1]


async def test_a_training_starts_with_the_value_that_was_being_typed(
    service: TrainingService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    async with open_workbench(service, "boston", "book") as bench:
        await type_units(bench, "77")
        await bench.app.run_action("start_training", bench.screen)
        # It is tried: the data is not here.
        await bench.until(lambda: bench.screen.query_one(RunTrouble).has_class("-shown"))
        assert bench.screen.draft.recipe.layers[0].arguments["units"] == 77


async def test_leaving_asks_about_the_value_that_was_being_typed(service: TrainingService) -> None:
    async with open_workbench(service) as bench:
        form = await type_units(bench, "77")
        press_twice(bench, "ctrl+c")
        await bench.until(lambda: isinstance(bench.app.screen, UnsavedChangesScreen))
        await bench.pilot.pause()
        assert units(bench) == [77, 1]
        await bench.press("escape", "u", "enter")
        await bench.type("x")
        assert form.typing
        await bench.press("ctrl+c")  # what is not allowed is in no recipe, and keeps nobody here
        await bench.until(lambda: bench.app.return_code is not None)


async def test_typing_goes_on_after_a_look_at_the_runs(service: TrainingService) -> None:
    async with open_workbench(service) as bench:
        await type_units(bench, "7")
        await bench.press("f3")
        await bench.until(lambda: isinstance(bench.app.screen, RunsScreen))
        await bench.press("escape")
        await bench.until(lambda: bench.on_top)
        await bench.press("6", "enter")
        assert units(bench) == [76, 1]
