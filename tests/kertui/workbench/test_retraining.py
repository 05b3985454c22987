"""A key trains a fresh network on all rows of a run that is over, to its best epoch."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.run_folders import write_run
from tests.support.workbench_app import open_workbench

from kertasks.keras_catalog.catalog import Catalog
from kertasks.runs.history import RunHistory
from kertasks.runs.home.store import RunStore
from kertui.live.training_column import TrainingColumn
from kertui.service.training_service import TrainingService


@pytest.fixture
def service(trainer_home: Path, cache: Path, catalog: Catalog) -> TrainingService:
    return TrainingService(RunStore(trainer_home), cache, spare=False)


async def test_the_new_run_is_shown_with_its_recipe(service: TrainingService) -> None:
    before = write_run(service.store, "xor", "answer", epochs=30, host="gpu-box")
    best = RunHistory.read(before.events_path).best_epoch
    async with open_workbench(service, run=before) as bench:
        column = bench.screen.query_one(TrainingColumn)
        await bench.until(lambda: column.can_retrain)
        await bench.press("T")
        await bench.until(lambda: column.run not in (None, before))
        await bench.until(lambda: bench.screen.draft.recipe.name == "answer, retrained")
        run = column.run
        assert run is not None
        assert run.manifest().retrained_from == before.id
        recipe = run.recipe()
        assert (recipe.fit.epochs, recipe.data.train_on_validation) == (best, True)
        assert bench.screen.draft.recipe == recipe
        await bench.press("u")
        await bench.until(lambda: bench.screen.draft.recipe.name == "answer")


async def test_a_run_that_held_nothing_out_is_not_offered(service: TrainingService) -> None:
    run = write_run(service.store, "xor", "answer", epochs=5, held_out=False)
    async with open_workbench(service, run=run) as bench:
        column = bench.screen.query_one(TrainingColumn)
        await bench.until(lambda: column.can_extend)
        assert not column.can_retrain
        await bench.press("T")
        assert column.run == run
