"""What Keras is asked of a recipe that changes meanwhile, and starts that wait for its answer."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.workbench_app import open_workbench

from kertasks.errors import UserError
from kertasks.hosts.asked import AskedHosts
from kertasks.keras_catalog.catalog import Catalog
from kertasks.models.check import LayerCheck, ModelCheck
from kertasks.recipes.recipe import Recipe
from kertasks.runs.folder import RunFolder
from kertasks.runs.home.store import RunStore
from kertui.live.training_column import Phase, TrainingColumn
from kertui.service.training_service import TrainingService
from kertui.workbench.layers.layer_list import LayerList, Waiting


class SlowService(TrainingService):
    """A spare that is not started and answers a check only when it is let."""

    def __init__(self, home: Path, cache: Path) -> None:
        super().__init__(RunStore(home), cache)
        self.asked: list[Recipe] = []
        self.started: list[Recipe] = []
        self.answers = threading.Semaphore(0)
        """One for each check that may be answered."""

        self.error: UserError | None = None

    def start_spare(self) -> None:
        """Start nothing."""

    def check(self, recipe: Recipe) -> ModelCheck:
        self.asked.append(recipe)
        assert self.answers.acquire(timeout=60)
        if self.error is not None:
            raise self.error
        layers = tuple(LayerCheck((number,), 1, 1) for number in range(len(recipe.layers)))
        return ModelCheck((2,), layers, len(layers), len(layers))

    def start(
        self,
        recipe: Recipe,
        source: str | None = None,
        *,
        then_spare: bool = True,
        devices: str | None = None,
        hosts: AskedHosts | None = None,
    ) -> RunFolder:
        del source, then_spare, devices, hosts
        self.started.append(recipe)
        raise UserError("it is not started here")


@pytest.fixture
def service(tmp_path: Path, cache: Path, catalog: Catalog) -> Iterator[SlowService]:
    service = SlowService(tmp_path / "home", cache)
    yield service
    service.answers.release(100)  # a thread that waits would hold up the exit


def waiting(layers: LayerList) -> Waiting:
    return layers.waiting


async def test_one_check_is_under_way_and_of_those_that_come_the_last_one_is_next(
    service: SlowService,
) -> None:
    async with open_workbench(service) as bench:
        layers = bench.screen.query_one(LayerList)
        await bench.until(lambda: len(service.asked) == 1)
        assert waiting(layers) is Waiting.SPARE
        await bench.press("d", "d", "d")
        assert len(service.asked) == 1
        service.answers.release()
        await bench.until(lambda: len(service.asked) == 2)
        assert service.asked[1] == bench.screen.draft.recipe
        assert bench.screen.check.model_check is None, "the answer was on another recipe"
        service.answers.release()
        await bench.checked()
        await bench.pilot.pause()
        assert [row.shape for row in layers.rows] == ["(0)", "(1)", "(2)", "(3)", "(4)"]
        assert waiting(layers) is Waiting.NOTHING
        assert len(service.asked) == 2


async def test_a_start_waits_for_the_check_of_its_recipe(service: SlowService) -> None:
    async with open_workbench(service) as bench:
        column = bench.screen.query_one(TrainingColumn)
        await bench.press("d", "space")
        assert column.phase is Phase.WAITING
        service.answers.release()
        await bench.until(lambda: len(service.asked) == 2)
        assert column.phase is Phase.WAITING, "the answer was on another recipe"
        service.answers.release()
        await bench.until(lambda: service.started)
        assert service.started == [bench.screen.draft.recipe]


async def test_a_start_that_waits_is_given_up_when_the_recipe_changes(
    service: SlowService,
) -> None:
    async with open_workbench(service) as bench:
        column = bench.screen.query_one(TrainingColumn)
        await bench.press("space")
        assert column.phase is Phase.WAITING
        await bench.press("d")
        await bench.until(lambda: column.phase is Phase.IDLE)
        service.answers.release(2)
        await bench.checked()
        await bench.pilot.pause()
        assert service.started == []


async def test_what_keras_cannot_judge_is_said_and_trained_all_the_same(
    service: SlowService,
) -> None:
    service.error = UserError("the data has no shape")
    async with open_workbench(service) as bench:
        await bench.press("space")
        service.answers.release()
        await bench.until(lambda: service.started)
        assert bench.screen.query_one(LayerList).problem == "the data has no shape"
        assert len(service.asked) == 1
