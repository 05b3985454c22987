"""The workbench without a spare: everything but Keras's judgement."""

from __future__ import annotations

import hashlib
import json
import zipfile
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from tests.support.workbench_app import open_workbench
from textual.widgets import Input, Static

from kertasks.keras_catalog.catalog import Catalog
from kertasks.recipes.recipe import Layer
from kertasks.recipes.toml_file import load_recipe, save_recipe
from kertasks.registry import find_task
from kertasks.runs.home.store import RunStore
from kertui.comparison.compare import CompareScreen
from kertui.dialogs.unsaved_changes import UnsavedChangesScreen
from kertui.forms.choice_list import ChoiceList
from kertui.forms.field_grid import FieldGrid
from kertui.live.trouble import RunTrouble
from kertui.service.training_service import TrainingService
from kertui.tasks_screen.tasks_screen import TasksScreen
from kertui.workbench.draft.draft import RecipeDraft
from kertui.workbench.layers.add_layer import AddLayerScreen
from kertui.workbench.layers.layer_form import LayerForm
from kertui.workbench.layers.layer_list import INPUT_ROW, LayerList, Waiting
from kertui.workbench.layers.pretrained_path import PretrainedPathScreen
from kertui.workbench.recipe_path import OpenRecipeScreen, SaveRecipeScreen
from kertui.workbench.settings.training_settings import TrainingSettings


@pytest.fixture
def service(tmp_path: Path, cache: Path, catalog: Catalog) -> TrainingService:
    """A service without a spare: nothing is started, Keras's classes come from the cache."""
    return TrainingService(RunStore(tmp_path / "home"), cache, spare=False)


async def test_a_layer_is_added_and_its_form_is_ready(service: TrainingService) -> None:
    async with open_workbench(service) as bench:
        await bench.press("a")
        assert isinstance(bench.app.screen, AddLayerScreen)
        await bench.type("dropo")
        await bench.press("enter")
        assert bench.layers == ["Dense", "Dropout", "Dense"]
        assert bench.selected == 1
        assert isinstance(bench.screen.focused, FieldGrid)
        field = bench.screen.query_one(LayerForm).grid.field
        assert field is not None
        assert (field.label, field.text) == ("rate", "0.5")


def save_base(path: Path) -> None:
    """A ``.keras`` file of two layers, as far as it is read without Keras."""
    layers = [
        {"class_name": name, "config": {"name": name.lower()}}
        for name in ("InputLayer", "Conv2D", "GlobalMaxPooling2D", "Dense")
    ]
    config = {"class_name": "Functional", "config": {"layers": layers}}
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("config.json", json.dumps(config))
        file.writestr("model.weights.h5", b"\x89HDF\r\n\x1a\n")


async def test_layers_of_a_saved_network_are_added_by_its_path(
    service: TrainingService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    save_base(tmp_path / "base.keras")
    async with open_workbench(service, size=(80, 24)) as bench:
        await bench.press("home", "a")
        bench.app.screen.query_one(Input).value = "transfer"
        await bench.press("enter")
        dialog = bench.app.screen
        assert isinstance(dialog, PretrainedPathScreen)
        dialog.query_one(Input).value = "bas.keras"
        await bench.press("enter")
        say = dialog.query_one("#dialog-say", Static)
        await bench.until(lambda: "bas.keras is not there" in str(say.content))
        dialog.query_one(Input).value = "base.keras"
        await bench.press("enter")
        await bench.until(lambda: bench.on_top)
        assert bench.layers == ["Pretrained", "Dense", "Dense"]
        layer = bench.screen.draft.recipe.layers[0]
        assert layer.arguments == {
            "file": str(tmp_path / "base.keras"),
            "until": "globalmaxpooling2d",
            "sha256": hashlib.sha256((tmp_path / "base.keras").read_bytes()).hexdigest(),
        }
        row = bench.screen.query_one(LayerList).rows[0]
        assert row.arguments == ("base.keras", "frozen", "to globalmaxpooling2d")
        # The hash says nothing of another file.
        draft = RecipeDraft(bench.screen.draft.recipe)
        draft.set_argument(0, ("file",), str(tmp_path / "other.keras"))
        other = {"file": str(tmp_path / "other.keras"), "until": "globalmaxpooling2d"}
        assert draft.recipe.layers[0].arguments == other
        form = bench.screen.query_one(LayerForm)
        assert form.grid.field is not None
        assert form.grid.field.label == "until"
        form.focus_field(("trainable",))
        await bench.press("enter")
        assert bench.screen.query_one(LayerList).rows[0].arguments[1] == "trainable"
        form.focus_field(("file",))
        await bench.press("enter")
        form.editor.value = "other.keras"
        await bench.press("enter")
        layer = bench.screen.draft.recipe.layers[0]
        assert layer.arguments["file"] == str(tmp_path / "other.keras")
        await bench.press("escape", "u", "u", "u")
        assert bench.layers == ["Dense", "Dense"]


async def test_a_search_that_finds_nothing_says_so(service: TrainingService) -> None:
    async with open_workbench(service) as bench:
        await bench.press("a")
        await bench.type("qqq")
        about = bench.app.screen.query_one("#add-about", Static)
        assert "No layer of Keras" in str(about.content)
        await bench.press("enter", "escape")
        assert bench.on_top
        assert bench.layers == ["Dense", "Dense"]


async def test_an_argument_is_typed_and_taken(service: TrainingService) -> None:
    async with open_workbench(service) as bench:
        await bench.press("e", "enter")
        await bench.type("32")
        await bench.press("enter")
        assert bench.screen.draft.recipe.layers[0].arguments["units"] == 32
        assert bench.screen.query_one(LayerList).rows[0].arguments == ("32", "relu")
        title = bench.screen.query_one("#workbench-title", Static)
        assert str(title.content).endswith("answer*")


async def test_what_is_not_allowed_stays_and_is_answered(service: TrainingService) -> None:
    async with open_workbench(service) as bench:
        form = bench.screen.query_one(LayerForm)
        await bench.press("e", "enter")
        await bench.type("many")
        await bench.press("enter")
        assert form.editor.value == "many", "it is still there to be mended"
        assert "a whole number of at least 1" in str(form.query_one(".form--words", Static).content)
        assert bench.screen.draft.recipe.layers[0].arguments["units"] == 8
        await bench.press("escape")
        assert form.grid.fields[0].text == "8"
        assert not form.grid.fields[0].problem


async def test_leaving_the_field_applies_or_keeps_what_was_typed(service: TrainingService) -> None:
    async with open_workbench(service) as bench:
        form = bench.screen.query_one(LayerForm)
        await bench.press("e", "enter")
        await bench.type("5")
        bench.screen.query_one(LayerList).focus()
        await bench.pilot.pause()
        assert bench.screen.draft.recipe.layers[0].arguments["units"] == 5
        await bench.press("e", "enter")
        await bench.type("x")
        bench.screen.query_one(LayerList).focus()
        await bench.pilot.pause()
        assert form.grid.fields[0].text == "x"
        assert form.grid.fields[0].problem
        assert bench.screen.draft.recipe.layers[0].arguments["units"] == 5


async def test_a_choice_is_picked_from_a_list(service: TrainingService) -> None:
    async with open_workbench(service) as bench:
        await bench.press("e", "down", "enter")
        assert isinstance(bench.app.screen, ChoiceList)
        await bench.type("tanh")
        await bench.press("enter")
        assert bench.screen.draft.recipe.layers[0].arguments["activation"] == "tanh"
        await bench.press("delete")
        assert "activation" not in bench.screen.draft.recipe.layers[0].arguments


async def test_a_component_brings_its_own_fields(service: TrainingService) -> None:
    async with open_workbench(service) as bench:
        form = bench.screen.query_one(LayerForm)
        form.focus_field(("kernel_regularizer",))
        await bench.press("enter")
        await bench.type("l2")
        await bench.press("enter", "down")
        field = form.grid.field
        assert field is not None
        assert field.path == ("kernel_regularizer", "l2")
        await bench.press("enter")
        await bench.type("0.003")
        await bench.press("enter")
        regularizer = bench.screen.draft.recipe.layers[0].arguments["kernel_regularizer"]
        assert str(regularizer).find("0.003") > 0


async def test_layers_are_copied_moved_deleted_and_it_is_all_undone(
    service: TrainingService,
) -> None:
    async with open_workbench(service) as bench:
        before = bench.screen.draft.recipe
        await bench.press("down", "d")
        assert bench.layers == ["Dense"] * 3
        assert bench.selected == 2
        await bench.press("K", "K")
        assert bench.selected == 0
        assert bench.screen.draft.recipe.layers[0].arguments["units"] == 1
        await bench.press("x")
        assert bench.screen.draft.recipe == before
        await bench.press("u", "u", "u", "u")
        assert bench.screen.draft.recipe == before
        assert not bench.screen.draft.can_undo
        await bench.press("U")
        assert bench.layers == ["Dense"] * 3


async def test_the_input_row_can_be_chosen_but_not_edited(service: TrainingService) -> None:
    async with open_workbench(service) as bench:
        await bench.press("up")
        assert bench.selected == INPUT_ROW
        await bench.press("x", "d", "K")
        assert bench.layers == ["Dense", "Dense"]
        await bench.press("a")
        await bench.type("flatten")
        await bench.press("enter")
        assert bench.layers == ["Flatten", "Dense", "Dense"]


async def test_settings_change_the_recipe(service: TrainingService) -> None:
    async with open_workbench(service) as bench:
        settings = bench.screen.query_one(TrainingSettings)
        await bench.press("t", "right", "enter")
        await bench.type("0.01")
        await bench.press("enter")
        optimizer = bench.screen.draft.recipe.compile.optimizer
        assert dict(optimizer.arguments) == {"learning_rate": 0.01}
        settings.focus_field(("fit", "early_stopping"))
        await bench.press("enter")
        assert bench.screen.draft.recipe.fit.early_stopping is not None
        assert any(field.label == "patience" for field in settings.grid.fields)
        settings.focus_field(("compile", "metrics"))
        await bench.press("enter")
        await bench.type("auc")
        await bench.press("enter", "escape")
        metrics = bench.screen.draft.recipe.compile.metrics
        assert len(metrics) == 2
        assert metrics[0] == "accuracy"


async def test_a_recipe_is_saved_and_opened_again(service: TrainingService, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    async with open_workbench(service) as bench:
        await bench.press("x", "w")
        assert isinstance(bench.app.screen, SaveRecipeScreen)
        bench.app.screen.query_one(Input).value = str(path)
        await bench.press("enter")
        await bench.until(lambda: bench.on_top)
        assert not bench.screen.draft.changed
        saved = load_recipe(path)
        assert saved == bench.screen.draft.recipe
        save_recipe(replace(saved, seed=9), path)
        await bench.press("o")
        assert isinstance(bench.app.screen, OpenRecipeScreen)
        bench.app.screen.query_one(Input).value = str(path)
        await bench.press("enter")
        await bench.until(lambda: bench.on_top)
        assert bench.screen.draft.recipe.seed == 9
        await bench.press("u")
        assert bench.screen.draft.recipe == saved


async def test_another_file_is_written_over_only_after_asking(
    service: TrainingService, tmp_path: Path
) -> None:
    path = tmp_path / "precious.toml"
    path.write_text("precious")
    async with open_workbench(service) as bench:
        await bench.press("w")
        bench.app.screen.query_one(Input).value = str(path)
        await bench.press("enter")
        say = bench.app.screen.query_one("#dialog-say", Static)
        await bench.until(lambda: "already there" in str(say.content))
        assert path.read_text() == "precious"
        bench.app.screen.query_one(Input).value = str(tmp_path / "no" / "where.toml")
        await bench.press("enter")
        await bench.until(lambda: "cannot be written" in str(say.content))
        bench.app.screen.query_one(Input).value = str(path)
        await bench.press("enter")
        await bench.until(lambda: "already there" in str(say.content))
        assert path.read_text() == "precious"
        await bench.press("enter")
        await bench.until(lambda: bench.on_top)
        assert load_recipe(path) == bench.screen.draft.recipe


async def test_a_file_that_is_no_recipe_is_answered_in_place(
    service: TrainingService, tmp_path: Path
) -> None:
    wrong = tmp_path / "wrong.toml"
    wrong.write_text('task = "xor"\nname = "x"\n[[layers]]\nclass = "Dense"\nunits = "sixteen"\n')
    other = tmp_path / "other.toml"
    save_recipe(find_task("square").recipes["answer"], other)
    async with open_workbench(service) as bench:
        before = bench.screen.draft.recipe
        await bench.press("o")
        dialog = bench.app.screen
        say = dialog.query_one("#dialog-say", Static)

        def said(words: str) -> bool:
            return words in str(say.content)

        for path, words in (
            (wrong, "layers.0.units"),
            (other, "square"),
            (tmp_path / "none.toml", "no such file"),
        ):
            dialog.query_one(Input).value = str(path)
            await bench.press("enter")
            await bench.until(partial(said, words))
        await bench.press("escape")
        assert bench.screen.draft.recipe == before


async def test_the_recipe_is_compared_with_what_it_came_from(service: TrainingService) -> None:
    async with open_workbench(service) as bench:
        assert bench.screen.check_action("compare", ()) is False
        await bench.press("x", "c")
        assert isinstance(bench.app.screen, CompareScreen)
        title = bench.app.screen.query_one("#compare-title", Static)
        assert "1 difference" in str(title.content)
        await bench.press("escape")
        assert bench.on_top


async def test_another_recipe_of_the_task_is_taken(service: TrainingService) -> None:
    async with open_workbench(service) as bench:
        await bench.press("R", "home", "enter")
        assert bench.screen.draft.recipe == find_task("xor").recipes["as asked"]
        await bench.press("u")
        assert bench.screen.draft.recipe.name == "answer"


async def test_changes_are_not_left_behind_without_asking(service: TrainingService) -> None:
    async with open_workbench(service) as bench:
        await bench.press("x", "escape")
        assert isinstance(bench.app.screen, UnsavedChangesScreen)
        await bench.press("escape")
        assert bench.on_top
        await bench.press("escape", "l")
        await bench.until(lambda: isinstance(bench.app.screen, TasksScreen))


@pytest.mark.parametrize("key", ["q", "ctrl+c"])
async def test_quitting_asks_about_changes_that_are_in_no_file(
    service: TrainingService, key: str
) -> None:
    async with open_workbench(service) as bench:
        await bench.press("d", key)
        assert isinstance(bench.app.screen, UnsavedChangesScreen)
        await bench.press("escape")
        assert bench.on_top
        await bench.press(key, "l")
        await bench.until(lambda: bench.app.return_code is not None)


async def test_ctrl_c_leaves_from_a_dialog_too(service: TrainingService) -> None:
    async with open_workbench(service) as bench:
        await bench.press("a", "ctrl+c")
        await bench.until(lambda: bench.app.return_code is not None)


async def test_an_invalid_recipe_is_not_started_and_says_why(service: TrainingService) -> None:
    recipe = find_task("xor").recipes["answer"]
    wrong = replace(recipe, layers=(*recipe.layers, Layer("Dense", {"units": 0})))
    async with open_workbench(service, recipe=wrong) as bench:
        rows = bench.screen.query_one(LayerList).rows
        assert rows[2].problem is not None
        assert "at least 1" in rows[2].problem
        await bench.press("space")
        assert bench.screen.run is None
        assert bench.selected == 2, "the cursor goes to what must be mended"
        assert any("Layer 3, Dense" in notice for notice in bench.notices())


async def test_without_a_spare_it_is_said_that_there_are_no_shapes(
    service: TrainingService,
) -> None:
    async with open_workbench(service) as bench:
        assert bench.screen.query_one(LayerList).waiting is Waiting.OFF


async def test_a_training_without_its_data_is_no_run_and_names_the_file(
    service: TrainingService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    async with open_workbench(service, "boston", "book") as bench:
        await bench.press("space")
        trouble = bench.screen.query_one(RunTrouble)
        await bench.until(lambda: trouble.has_class("-shown"))
        assert "boston_housing.npz is not here" in str(trouble.render())
        assert bench.screen.run is None
    assert service.store.runs() == []


async def test_a_narrow_terminal_has_tabs(service: TrainingService) -> None:
    async with open_workbench(service, size=(80, 24)) as bench:
        recipe, live = bench.screen.query_one("#recipe"), bench.screen.query_one("#live")
        assert (recipe.display, live.display) == (True, False)
        await bench.press("6")
        assert (recipe.display, live.display) == (False, True)
        await bench.press("0")
        assert (recipe.display, live.display) == (True, False)
        await bench.pilot.resize_terminal(120, 36)
        await bench.until(lambda: live.display and recipe.display)


async def test_the_mouse_chooses_edits_and_adds(service: TrainingService) -> None:
    async with open_workbench(service) as bench:
        await bench.pilot.click(LayerList, offset=(5, 3))
        assert bench.selected == 1
        await bench.pilot.click(LayerList, offset=(5, 3), times=2)
        await bench.until(lambda: isinstance(bench.screen.focused, FieldGrid))
        await bench.pilot.click("#layer-actions", offset=(3, 0))
        await bench.until(lambda: isinstance(bench.app.screen, AddLayerScreen))


async def test_ascii_is_ascii(service: TrainingService) -> None:
    async with open_workbench(service, ascii=True) as bench:
        bench.app.refresh()
        await bench.pilot.pause()
        shown = bench.app.export_screenshot()
        assert "▸" not in shown
        assert "│" not in shown
        assert "▾" not in shown
