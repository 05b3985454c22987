"""Why a recipe is refused: said in full where it is mended, on terminals of few rows too."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.support.piloting import shown
from tests.support.workbench_app import Workbench, open_workbench

from kertasks.keras_catalog.catalog import Catalog
from kertasks.models.check import Finding, LayerCheck, ModelCheck
from kertasks.recipes.recipe import EarlyStopping, Recipe
from kertasks.registry import find_task
from kertasks.runs.home.store import RunStore
from kertui.service.training_service import TrainingService
from kertui.workbench.layers.layer_form import LayerForm
from kertui.workbench.layers.layer_list import INPUT_ROW, LayerList
from kertui.workbench.recipe_column import RecipeColumn
from kertui.workbench.settings.training_settings import TrainingSettings

SIZES = [(80, 24), (100, 24), (100, 30), (120, 36)]
LONG = "expects 2 dimensions, gets (8, 8, 16), which are three of them: flatten the rows before"


@pytest.fixture
def service(tmp_path: Path, cache: Path, catalog: Catalog) -> TrainingService:
    """A service without a spare: what Keras says is told by the test."""
    return TrainingService(RunStore(tmp_path / "home"), cache, spare=False)


async def answer(bench: Workbench, error: str, path: str, layer: int | None = None) -> None:
    """Have Keras refuse the recipe as it stands."""
    recipe = bench.screen.draft.recipe
    checks = [
        LayerCheck(None, None, None, error if place == layer else None)
        for place in range(len(recipe.layers))
    ]
    check = ModelCheck((8, 8, 1), tuple(checks), None, None, error, path)
    bench.screen.query_one(RecipeColumn).post_message(RecipeColumn.Checked(recipe, check))
    await bench.until(bench.screen.check.refusal)
    await bench.pilot.pause()


@pytest.mark.parametrize("size", SIZES)
async def test_a_layers_reason_stands_in_full_while_it_is_mended(
    service: TrainingService, size: tuple[int, int]
) -> None:
    async with open_workbench(service, "digits", "convolutions", size=size) as bench:
        await answer(bench, LONG, "layers.0", 0)
        form = bench.screen.query_one(LayerForm)
        for keys in ([], ["e"], ["enter"]):
            await bench.press(*keys)
            await bench.until(lambda: _is_shown(bench, form, LONG))


def _is_shown(bench: Workbench, form: LayerForm | TrainingSettings, text: str) -> bool:
    """Whether the text stands in the form, all of it on the screen."""
    area = form.content_region.intersection(bench.screen.region)
    lines = shown(bench.app).splitlines()[area.y : area.bottom]
    inside = " ".join(line[area.x : area.right] for line in lines)
    return text in " ".join(inside.split())


@pytest.mark.parametrize("size", SIZES)
async def test_that_a_form_has_more_fields_is_always_said(
    service: TrainingService, size: tuple[int, int]
) -> None:
    async with open_workbench(service, "digits", "convolutions", size=size) as bench:
        form = bench.screen.query_one(LayerForm)
        await bench.until(lambda: _is_shown(bench, form, "more"))
        before = len(form.grid.fields)
        await bench.press("e")
        await bench.until(lambda: _is_shown(bench, form, "more"))
        if size == (100, 30):
            await bench.until(lambda: len(form.grid.fields) >= before + 3)


def with_monitor(name: str) -> Recipe:
    recipe = find_task("digits").recipe("convolutions")
    return replace(recipe, fit=replace(recipe.fit, early_stopping=EarlyStopping(name)))


@pytest.mark.parametrize("size", SIZES)
async def test_a_refused_setting_is_named_as_on_screen_marked_and_explained_in_full(
    service: TrainingService, size: tuple[int, int]
) -> None:
    said = "there is no metric x; there are loss, accuracy, val_loss, val_accuracy"
    async with open_workbench(service, "digits", with_monitor("x"), size=size) as bench:
        await answer(bench, said, "fit.early_stopping.monitor")
        settings = bench.screen.query_one(TrainingSettings)
        total = bench.screen.query_one(LayerList).problem
        assert total is not None
        assert total.startswith("early stop \u203a monitor: there is no metric x")
        (marked,) = [field for field in settings.grid.fields if field.problem]
        assert (marked.label, marked.problem) == ("monitor", said)
        reason = f"early stop \u203a monitor: {said}"
        await bench.until(lambda: _is_shown(bench, settings, reason))
        await bench.press("space")
        assert any(reason in notice for notice in bench.notices())
        settings.focus_field(("fit", "early_stopping", "monitor"))
        await bench.until(lambda: _is_shown(bench, settings, reason))


async def test_what_should_be_known_before_training_is_said_and_does_not_hold_it_up(
    service: TrainingService,
) -> None:
    async with open_workbench(service, "digits", "convolutions", size=(120, 36)) as bench:
        layers = (LayerCheck((10,), 1, 1),) * len(bench.screen.draft.recipe.layers)
        warned = (
            Finding("compile.loss", "takes probabilities"),
            Finding("layers.5", "always gives 1"),
            Finding("", "x holds nan"),
        )
        check = ModelCheck((8, 8, 1), layers, 6, 6, warnings=warned)
        recipe = bench.screen.draft.recipe
        bench.screen.query_one(RecipeColumn).post_message(RecipeColumn.Checked(recipe, check))
        settings = bench.screen.query_one(TrainingSettings)
        await bench.until(lambda: _is_shown(bench, settings, "! loss: takes probabilities"))
        assert bench.screen.check.refusal() is None
        await bench.press("t", "pagedown")
        await bench.until(lambda: _is_shown(bench, settings, "! layer 6: always gives 1"))


async def test_the_editor_stays_on_its_field_when_others_come(service: TrainingService) -> None:
    async with open_workbench(service, "digits", "convolutions", size=(100, 30)) as bench:
        form = bench.screen.query_one(LayerForm)
        await bench.press("e", "down", "down", "enter")
        edited = form.grid.field
        assert edited is not None
        assert edited.label == "strides"
        await answer(bench, LONG * 2, "layers.0", 0)
        assert form.grid.field == edited
        await bench.until(lambda: form.editor.region.offset == form.grid.value_region().offset)
        assert form.typing


async def test_without_a_layer_that_is_what_is_refused(service: TrainingService) -> None:
    async with open_workbench(service, "threshold", size=(80, 24)) as bench:
        await bench.press(*["x"] * len(bench.layers))
        assert bench.layers == []
        await answer(bench, "a model needs a layer", "layers")
        await bench.press("space")
        assert any("layer" in notice for notice in bench.notices()), bench.notices()
        await bench.press("u")
        assert bench.layers


async def test_where_the_data_is_chosen_the_last_layers_fault_folds_nothing_away(
    service: TrainingService,
) -> None:
    async with open_workbench(service, "digits", "convolutions", size=(80, 24)) as bench:
        await bench.press(*["up"] * (len(bench.layers) + 1))
        assert bench.selected == INPUT_ROW
        last = len(bench.layers) - 1
        await answer(bench, "odd", f"layers.{last}", last)
        assert not bench.screen.query_one(RecipeColumn).has_class("-settings-folded")
