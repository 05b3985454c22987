"""The workbench with a real spare: Keras's judgement, start and stop."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.support.piloting import shown
from tests.support.trainers import kill_trainers
from tests.support.workbench_app import open_workbench
from textual.widgets import Input

from kertasks.keras_catalog.catalog import Catalog
from kertasks.recipes.changes import with_changes
from kertasks.recipes.recipe import Recipe
from kertasks.registry import find_task
from kertasks.runs.event_file.events import Finished, Stopped
from kertasks.runs.home.store import RunStore
from kertasks.runs.state import RunState
from kertui.live.pane import LivePane
from kertui.live.status import RunStatus
from kertui.live.tabs.classes import ClassDrawing
from kertui.live.training_column import Phase, TrainingColumn
from kertui.service.training_service import TrainingService
from kertui.workbench.layers.layer_list import LayerList, Waiting
from kertui.workbench.settings.training_settings import TrainingSettings

pytestmark = pytest.mark.training


@pytest.fixture(scope="module")
def service(
    tmp_path_factory: pytest.TempPathFactory, cache: Path, catalog: Catalog
) -> Iterator[TrainingService]:
    """A service with a spare that all tests here share: it takes seconds to warm up."""
    home = tmp_path_factory.mktemp("home")
    service = TrainingService(RunStore(home), cache, advice=False)
    service.start_spare()
    yield service
    service.close()
    kill_trainers(home)


async def test_shapes_follow_every_change(service: TrainingService) -> None:
    async with open_workbench(service) as bench:
        layers = bench.screen.query_one(LayerList)
        await bench.checked()
        assert layers.waiting is Waiting.NOTHING
        assert layers.input_shape == "(2)"
        assert [row.shape for row in layers.rows] == ["(8)", "(1)"]
        assert layers.total == 33
        await bench.press("d")
        await bench.checked()
        assert [row.parameters for row in layers.rows] == [24, 72, 9]
        assert layers.total == 105


async def test_a_refused_layer_keeps_its_place_and_says_keras_reason(
    service: TrainingService,
) -> None:
    async with open_workbench(service) as bench:
        layers = bench.screen.query_one(LayerList)
        await bench.press("a")
        await bench.type("conv2d")
        await bench.press("enter")
        await bench.checked()
        assert bench.layers == ["Dense", "Conv2D", "Dense"]
        assert layers.rows[1].problem is not None
        assert "dimensions" in layers.rows[1].problem
        assert layers.rows[0].shape == "(8)"
        assert layers.total is None
        await bench.press("escape", "space")
        assert bench.screen.run is None
        assert any("Layer 2, Conv2D" in notice for notice in bench.notices())
        await bench.press("u")
        await bench.checked()
        assert layers.total == 33
        assert layers.problem is None


async def test_an_output_that_does_not_fit_the_labels_is_said(service: TrainingService) -> None:
    async with open_workbench(service) as bench:
        await bench.press("down", "e", "enter")
        await bench.type("3")
        await bench.press("enter")
        await bench.checked()
        assert bench.screen.check.refusal() is not None
        said = [row.problem for row in bench.screen.query_one(LayerList).rows if row.problem]
        said += [str(bench.screen.query_one(LayerList).problem)]
        assert any(text for text in said)
        await bench.press("escape", "space")
        assert bench.screen.run is None


async def test_a_training_is_started_followed_found_again_stopped_and_kept(
    service: TrainingService,
) -> None:
    async with open_workbench(service) as bench:
        screen = bench.screen
        column, pane = screen.query_one(TrainingColumn), screen.query_one(LivePane)
        screen.query_one(TrainingSettings).focus_field(("fit", "epochs"))
        await bench.press("enter")
        await bench.type("1000000")
        await bench.press("enter", "escape")
        await bench.checked()
        await bench.press("space")
        await bench.until(lambda: pane.history.epochs > 2)
        assert column.phase is Phase.RUNNING
        assert screen.check_action("start_training", ()) is False
        assert screen.check_action("steer", ("pause",)) is True
        assert screen.query_one(RunStatus).rows
        await bench.press("e", "enter")
        await bench.type("4")
        await bench.press("enter")
        assert screen.draft.recipe.layers[0].arguments["units"] == 4, "editing goes on meanwhile"
        run = screen.run
        assert run is not None
    async with open_workbench(service) as again:
        screen = again.screen
        await again.until(lambda: screen.run is not None)
        assert screen.run == run
        column, pane = screen.query_one(TrainingColumn), screen.query_one(LivePane)
        await again.until(lambda: pane.history.epochs > 0)
        await again.press("s")
        await again.until(lambda: column.phase is Phase.IDLE)
        assert isinstance(pane.history.ended, Stopped)
        assert run.state() is RunState.STOPPED
        assert run.model_path.is_file()
        assert run.recipe().layers[0].arguments["units"] == 8
        assert screen.check_action("start_training", ()) is True


async def test_a_training_is_steered_stopped_killed_and_resumed_to_its_end(
    service: TrainingService, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_workbench(service, recipe=endless()) as bench:
        screen = bench.screen
        column, pane = screen.query_one(TrainingColumn), screen.query_one(LivePane)
        await bench.checked()
        await bench.press("space")
        await bench.until(lambda: pane.history.epochs > 2)
        await bench.press("space")
        await bench.until(lambda: column.phase is Phase.PAUSED)
        first = pane.history.paused
        assert first is not None
        await bench.press(">")
        await bench.until(lambda: pane.history.paused not in (None, first))
        second = pane.history.paused
        assert second is not None
        assert (second.epoch, second.step) == (first.epoch + 1, 0)
        await bench.press("L", "down", "enter")
        await bench.until(lambda: pane.history.learning_rate_changes)
        (change,) = pane.history.learning_rate_changes
        assert change.learning_rate == pytest.approx(0.0005)
        assert change.epoch == second.epoch + 1
        await bench.press("space")
        await bench.until(lambda: pane.history.epochs > second.epoch)
        await bench.press("s")
        await bench.until(lambda: column.phase is Phase.IDLE)
        assert pane.state is RunState.STOPPED
        assert screen.check_action("start_training", ()) is True
        stopped = pane.history.ended
        assert isinstance(stopped, Stopped)

        # On a busy machine it may have gone on by the time the key is answered.
        entered, enter = list[Phase](), column._enter

        def entering(phase: Phase) -> None:
            entered.append(phase)
            enter(phase)

        monkeypatch.setattr(column, "_enter", entering)
        await bench.press("r")
        assert Phase.RESUMING in entered
        await bench.until(lambda: pane.state is RunState.RUNNING)
        await bench.until(lambda: pane.history.epochs > stopped.epochs)
        await bench.press("W")
        await bench.until(lambda: any("Saved in" in said for said in bench.notices()))
        run = screen.run
        assert run is not None
        os.kill(run.manifest().pid, signal.SIGKILL)
        await bench.until(lambda: pane.state is RunState.LOST)
        told = pane.history.epochs

        await bench.press("r")
        await bench.until(lambda: pane.history.epochs > told)
        assert list(pane.history.epoch_numbers) == list(range(1, pane.history.epochs + 1))
        await bench.press("space")
        await bench.until(lambda: column.phase is Phase.PAUSED)
        await bench.press("E")
        planned = pane.history.epochs + 20
        bench.app.screen.query_one(Input).value = str(planned)
        await bench.press("enter")
        await bench.until(lambda: pane.history.planned == planned)
        await bench.press("space")
        await bench.until(lambda: pane.state is RunState.FINISHED)
        assert list(pane.history.epoch_numbers) == list(range(1, planned + 1))
        assert pane.history.learning_rates[-1] == pytest.approx(0.0005)
        assert run.state() is RunState.FINISHED


def endless() -> Recipe:
    recipe = find_task("xor").recipes["answer"]
    return replace(recipe, fit=replace(recipe.fit, epochs=1_000_000))


async def test_a_cell_of_the_matrix_leads_to_the_rows_it_counts(service: TrainingService) -> None:
    recipe = with_changes(find_task("digits").recipes["dense"], ["fit.epochs=1"])
    async with open_workbench(service, "digits", recipe) as bench:
        await bench.checked()
        await bench.press("space")
        pane = bench.screen.query_one(LivePane)
        await bench.until(lambda: pane.history.ended is not None)
        await bench.press("3")
        drawing = bench.screen.query_one(ClassDrawing)
        await bench.until(lambda: drawing.matrix is not None and not pane.view.looking)
        matrix, ended = drawing.matrix, pane.history.ended
        assert matrix is not None
        assert isinstance(ended, Finished)
        assert ended.test is not None
        assert sum(map(sum, matrix.counts)) == matrix.row_count == 360
        assert matrix.accuracy == pytest.approx(ended.test["accuracy"], abs=1e-6)
        assert f"accuracy {matrix.accuracy:.3f}" in shown(bench.app)
        true, said = max(
            ((true, said) for true in range(10) for said in range(10) if true != said),
            key=lambda cell: matrix.counts[cell[0]][cell[1]],
        )
        await bench.press(*["down"] * true, *["right"] * said, "enter")
        count = matrix.counts[true][said]
        rows = "1 row" if count == 1 else f"{count} rows"
        await bench.until(lambda: f"{rows} of {true} said to be {said}" in shown(bench.app))
        await bench.press("backspace")
        wrong = 360 - sum(matrix.counts[place][place] for place in range(10))
        await bench.until(lambda: f"{wrong} of 360 test rows are wrong" in shown(bench.app))
