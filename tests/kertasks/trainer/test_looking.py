"""Looking at a network while it is trained, and afterwards: the same records, no other number."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.support.trainers import kill_trainers
from tests.support.waiting import wait_until

from kertasks.processes.trainer_process import RequestFailed
from kertasks.recipes.changes import with_changes
from kertasks.registry import find_task
from kertasks.runs.event_file.event_reader import EventReader
from kertasks.runs.event_file.events import Epoch
from kertasks.runs.folder import RunFolder
from kertasks.runs.home.store import RunStore
from kertasks.runs.looking.look_files import Viewer
from kertasks.runs.looking.view import Look, Moment, Rows
from kertasks.runs.steering.commands import SteeringCommand
from kertasks.runs.views.confusion_matrix import ConfusionMatrix, ConfusionRequest
from kertasks.runs.views.layer_table import LayerFacts, LayersRecord, LayersRequest
from kertasks.trainer.dataset_cache import DatasetCache
from kertasks.trainer.process.claiming import claim
from kertasks.trainer.run import train
from kertui.service.training_service import TrainingService

pytestmark = pytest.mark.training

RECIPE = with_changes(
    find_task("xor").recipes["answer"], ["fit.epochs=300", "fit.validation_split=0.5"]
)
ALL = ConfusionRequest(Rows.TRAIN)
LAYERS = LayersRequest(Rows.TRAIN)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Iterator[TrainingService]:
    home = tmp_path_factory.mktemp("home")
    service = TrainingService(RunStore(home), cache)
    service.start_spare()
    yield service
    service.close()
    kill_trainers(home)


def epochs_of(run: RunFolder) -> list[dict[str, float]]:
    events = EventReader(run.events_path).read_all()
    return [dict(event.metrics) for event in events if isinstance(event, Epoch)]


def without_updates(look: Look) -> list[LayerFacts]:
    """Other epochs are kept later, against which updates are measured."""
    assert isinstance(look.record, LayersRecord)
    assert look.record.since is not None
    return [replace(layer, update=None) for layer in look.record.layers]


def test_a_run_that_is_looked_at_has_the_numbers_of_one_that_is_not(tmp_path: Path) -> None:
    runs = []
    for name in ("unseen", "seen"):
        run = RunStore(tmp_path / name).create(RECIPE)
        if name == "seen":
            Viewer(run.path).ask(ALL)
        train(claim(run.path), DatasetCache(), "CPU")
        runs.append(run)
    unseen, seen = map(epochs_of, runs)
    assert len(unseen) == 300
    assert seen == unseen
    assert not (runs[1].path / "looking").exists()


def test_a_paused_run_answers_and_afterwards_its_weights_say_the_same(
    service: TrainingService,
) -> None:
    run = service.start(with_changes(RECIPE, ["fit.epochs=1000000"]))
    viewer, looks = Viewer(run.path), list[Look]()

    def answered() -> bool:
        look = viewer.read()
        if look is not None:
            looks.append(look)
        return look is not None

    wait_until(lambda: epochs_of(run))
    viewer.ask(ALL)
    wait_until(answered)
    run.send(SteeringCommand.EPOCH)
    wait_until(lambda: run.state().value == "paused")
    viewer.ask(ConfusionRequest(Rows.VALIDATION))
    wait_until(lambda: answered() and looks[-1].request.rows is Rows.VALIDATION)
    viewer.ask(ALL)
    wait_until(lambda: answered() and looks[-1].request == ALL)
    live = looks[-1]
    assert live.step == 0
    assert isinstance(live.record, ConfusionMatrix)
    assert (live.record.rows, live.record.row_count) == (Rows.TRAIN, 2)
    run.send(SteeringCommand.STOP)
    wait_until(lambda: run.state().is_over)
    assert live.epoch == len(epochs_of(run))
    assert service.look(run, Moment(), ALL) == live
    with pytest.raises(RequestFailed, match="weights of epoch 0 are not kept"):
        service.look(run, Moment(epoch=0), ALL)


def test_an_epoch_of_the_past_says_what_it_said_when_it_was_the_present(
    service: TrainingService,
) -> None:
    run = service.start(with_changes(RECIPE, ["fit.epochs=1000000", "fit.keep=10000"]))
    viewer, looks = Viewer(run.path), list[Look]()

    def answered() -> bool:
        look = viewer.read()
        if look is not None:
            looks.append(look)
        return look is not None

    wait_until(lambda: epochs_of(run))
    run.send(SteeringCommand.EPOCH)
    wait_until(lambda: run.state().value == "paused")
    viewer.ask(ALL)
    wait_until(lambda: answered() and looks[-1].epoch == len(epochs_of(run)))
    present = looks[-1]
    viewer.ask(LAYERS)
    wait_until(lambda: answered() and looks[-1].request == LAYERS)
    inside = looks[-1]
    run.send(SteeringCommand.EPOCH)
    wait_until(lambda: len(epochs_of(run)) > present.epoch)
    run.send(SteeringCommand.STOP)
    wait_until(lambda: run.state().is_over)
    assert service.look(run, Moment(epoch=present.epoch), ALL) == present
    assert without_updates(service.look(run, Moment(epoch=inside.epoch), LAYERS)) == (
        without_updates(inside)
    )
    assert service.look(run, Moment(), ALL).epoch > present.epoch
