"""The network of a run at any moment of which there are weights; what a stranger put there is
refused, and nothing of it is run."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kertasks.registry import find_task
from kertasks.runs.event_file.events import Epoch, Event, Started, format_event
from kertasks.runs.folder import RunFolder
from kertasks.runs.home.store import RunStore
from kertasks.runs.looking.kept_epochs import kept_moments, kept_path
from kertasks.runs.looking.view import Moment
from kertasks.runs.state import RunState
from kertasks.runs.weights_file import WeightsEpoch
from kertasks.trainer.callbacks.best_weights import save_model
from kertasks.trainer.dataset_cache import DatasetCache
from kertasks.trainer.weights.checkpoint import BestState, Checkpoint, TrainingPosition, values_of
from kertasks.trainer.weights.epoch_file import write_epoch
from kertasks.views.networks.run_network import RunNetwork
from kertasks.views.networks.saved_weights import NoWeights

ANSWER = find_task("xor").recipes["answer"]


class Marked:
    """Weights of the xor network, all of one number, so that it can be told which were loaded."""

    def __init__(self, network: RunNetwork) -> None:
        self.network = network

    def weights(self, mark: float) -> list[np.ndarray[Any, Any]]:
        return [np.full_like(array, mark) for array in self.network.model.get_weights()]

    def loaded(self, moment: Moment) -> tuple[int, float]:
        of = self.network.load(moment)
        marks = {
            float(number) for array in self.network.model.get_weights() for number in array.flat
        }
        (mark,) = marks
        return of.epoch, mark

    def save(self, path: Path, epoch: int, mark: float) -> None:
        self.network.model.set_weights(self.weights(mark))
        save_model(self.network.model, path, WeightsEpoch(epoch))

    def check(self, epoch: int, mark: float, best: int, best_mark: float) -> None:
        self.network.model.set_weights(self.weights(mark))
        Checkpoint(
            TrainingPosition(epoch),
            100,
            over=False,
            variables=values_of(self.network.model),
            best=BestState(best, {"loss": 0.1}, best, self.weights(best_mark)),
        ).write(self.network.run.checkpoint_path)


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    """A run whose trainer is gone, after five epochs that were told."""
    run = RunStore(tmp_path).create(ANSWER)
    events: list[Event] = [Started(0.0, 100, 4, 33, "CPU")]
    events += [Epoch(float(n), n, {"loss": 1 / n}, 1e-3, 1.0) for n in range(1, 6)]
    run.events_path.write_text("".join(map(format_event, events)))
    os.utime(run.recipe_path, (0, 0))
    assert run.state() is RunState.LOST
    return run


@pytest.fixture
def marked(run: RunFolder) -> Marked:
    return Marked(RunNetwork(run, DatasetCache()))


def test_a_lost_run_is_looked_at_by_whatever_its_trainer_left(
    run: RunFolder, marked: Marked
) -> None:
    with pytest.raises(NoWeights, match=r"model\.keras is not there"):
        marked.network.load(Moment())
    with pytest.raises(NoWeights, match=r"best\.keras is not there"):
        marked.network.load(Moment(best=True))
    with pytest.raises(NoWeights, match=r"weights of epoch 3 are not kept$"):
        marked.network.load(Moment(epoch=3))
    marked.check(4, 0.5, best=3, best_mark=0.75)
    assert marked.loaded(Moment()) == (4, 0.5)
    assert marked.loaded(Moment(epoch=4)) == (4, 0.5)
    assert marked.loaded(Moment(best=True)) == (3, 0.75)
    run.epochs_path.mkdir()
    for epoch in (1, 2, 5):
        write_epoch(kept_path(run.epochs_path, epoch), marked.weights(epoch / 2))
    assert marked.loaded(Moment()) == (5, 2.5)
    assert marked.loaded(Moment(epoch=2)) == (2, 1.0)
    with pytest.raises(NoWeights, match="epoch 9 are not kept; those of epoch 5 are the nearest"):
        marked.network.load(Moment(epoch=9))
    # As of a run that came to an end at epoch 3, and was lost when it was resumed.
    marked.save(run.model_path, 3, 0.125)
    assert marked.loaded(Moment()) == (5, 2.5)
    assert marked.loaded(Moment(epoch=3)) == (3, 0.125)
    marked.save(run.best_path, 4, 0.25)
    assert marked.loaded(Moment(best=True)) == (4, 0.25)
    assert kept_moments(run) == (1, 2, 3, 4, 5)


class Dangerous:
    """Makes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return Path.touch, (self.path,)


def _objects(path: Path) -> None:
    np.save(path, np.array([Dangerous(path.with_name("run"))]), allow_pickle=True)


def _pickled(path: Path) -> None:
    path.write_bytes(pickle.dumps(Dangerous(path.with_name("run"))))


def _header(text: bytes) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        path.write_bytes(b"\x93NUMPY\x02\x00" + len(text).to_bytes(4, "little") + text)

    return write


def _other_network(path: Path) -> None:
    write_epoch(path, [np.zeros((3, 3), np.float32)])


def _cut(path: Path) -> None:
    shape = [np.zeros(s, np.float32) for s in ((2, 8), (8,), (8, 1), (1,))]
    write_epoch(path, shape)
    path.write_bytes(path.read_bytes()[:-4])


HOSTILE = {
    "objects": _objects,
    "a pickle": _pickled,
    "another network": _other_network,
    "its end is missing": _cut,
    "nothing": lambda path: path.write_bytes(b""),
    "a zip file": lambda path: np.savez(path.open("wb"), a=np.zeros(3)),
    "too deep": _header(b"(" * 60_000),
    "too large": _header(b"{'descr': '<f4', 'fortran_order': False, 'shape': (1 << 60,)}\n"),
    "a huge record": _header(b"{'descr': 'V2000000000', 'fortran_order': False, 'shape': ()}\n"),
}


@pytest.mark.parametrize("write", HOSTILE.values(), ids=HOSTILE)
def test_an_epoch_of_a_stranger_is_refused(
    run: RunFolder, marked: Marked, write: Callable[[Path], object]
) -> None:
    run.epochs_path.mkdir()
    path = kept_path(run.epochs_path, 2)
    write(path)
    before = marked.network.model.get_weights()
    with pytest.raises(NoWeights, match=r"epochs/000002\.npy cannot be read"):
        marked.network.load(Moment(epoch=2))
    assert sorted(run.epochs_path.iterdir()) == [path]
    for array, weight in zip(before, marked.network.model.get_weights(), strict=True):
        np.testing.assert_array_equal(array, weight)


def test_a_checkpoint_of_a_stranger_is_refused(run: RunFolder, marked: Marked) -> None:
    path = run.checkpoint_path
    path.parent.mkdir()
    for arrays in (
        {"known": np.array([Dangerous(path.with_name("run"))])},
        {"known": np.frombuffer(b'{"place": {"epoch": 1, "step": 0}}', np.uint8)},
        {
            "known": np.frombuffer(b'{"place": {"epoch": 1, "step": 0}}', np.uint8),
            "variables.0": np.zeros(1 << 22),
        },
    ):
        np.savez_compressed(path, allow_pickle=True, **arrays)
        with pytest.raises(NoWeights, match=r"model\.keras is not there"):
            marked.network.load(Moment())
    assert list(path.parent.iterdir()) == [path]


def test_a_recipe_that_was_changed_since_is_another_network(run: RunFolder, marked: Marked) -> None:
    run.epochs_path.mkdir()
    write_epoch(kept_path(run.epochs_path, 1), marked.weights(1.0))
    changed = replace(ANSWER, layers=(ANSWER.layers[1],))
    run.write_recipe(changed)
    with pytest.raises(NoWeights, match="of another network"):
        RunNetwork(run, DatasetCache()).load(Moment(epoch=1))
