"""A program's network is looked at by the files of its run: while JAX trains it, and when the
program is gone. The numbers are those of the same weights by hand."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import keras
import msgspec
import numpy as np
import pytest
from tests.support.closeness import assert_close
from tests.support.waiting import wait_until

from kertasks.data.dataset import Dataset
from kertasks.data.splits import Split
from kertasks.errors import UserError
from kertasks.kinds import TaskKind
from kertasks.runs.history import RunHistory
from kertasks.runs.home.store import RunStore
from kertasks.runs.looking.look_files import Viewer, handed_path
from kertasks.runs.looking.view import Look, Moment, Rows
from kertasks.runs.state import RunState
from kertasks.runs.steering.commands import SteeringCommand
from kertasks.runs.views.confusion_matrix import ConfusionRequest
from kertasks.runs.views.decision_boundary import BoundaryRequest
from kertasks.runs.views.layer_table import LayersRequest
from kertasks.runs.views.worst_rows import MistakesRequest
from kertasks.scripts.views import kept_rows
from kertasks.scripts.views.kept_rows import KeptRows, NoRowsKept, read_rows, too_large
from kertasks.trainer.dataset_cache import DatasetCache
from kertasks.trainer.process.look_answers import LookAnswers
from kertasks.views.table import look

PROGRAM = Path(__file__).parents[1] / "programs" / "seen_from_files.py"
PICTURE = BoundaryRequest(columns=20, cells=8)
REQUESTS = (PICTURE, ConfusionRequest(), MistakesRequest(Rows.TRAIN), LayersRequest())


def numbers_in(what: Any) -> list[float]:
    """All numbers of a record, in their order."""
    if isinstance(what, (int, float)):
        return [float(what)]
    parts = (
        what.values() if isinstance(what, dict) else what if isinstance(what, (list, tuple)) else ()
    )
    return [number for part in parts for number in numbers_in(part)]


class ByHand:
    """The network of the program, with weights that it wrote itself."""

    def __init__(self, folder: Path) -> None:
        with np.load(folder / "weights.npz") as weights, np.load(folder / "data.npz") as data:
            self.weights = dict(weights)
            x, y = data["x"], data["y"]
        self.data = Dataset(
            Split(x[:150], y[:150]),
            Split(x[150:], y[150:]),
            class_names=("0", "1"),
            kind=TaskKind.BINARY,
        )
        self.model = keras.Sequential(
            [
                keras.Input((2,)),
                keras.layers.Dense(4, activation="tanh", name="first"),
                keras.layers.Dense(1, activation="sigmoid", name="last"),
            ]
        )
        self.model.compile(loss="binary_crossentropy")

    def check(self, seen: Look) -> None:
        """Compare what was seen of an epoch."""
        self.model.set_weights([self.weights[f"{seen.epoch}-{n}"] for n in range(4)])
        record = look(self.model, self.data, seen.request)
        found, wanted = msgspec.to_builtins(seen.record), msgspec.to_builtins(record)
        assert found is not None
        assert len(numbers_in(found)) > 3
        assert_close(numbers_in(found), numbers_in(wanted), f"{seen.request}")


def is_handed(viewer: Viewer, epoch: int) -> bool:
    """Whether the program says that its network after an epoch is there to be looked at."""
    seen = viewer.read()
    return seen is not None and seen.from_files and (seen.epoch, seen.step) == (epoch, 0)


@pytest.mark.long
def test_a_network_that_jax_trains_is_seen_while_it_learns_and_afterwards(tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    with log.open("w") as output:
        program = subprocess.Popen(
            [sys.executable, str(PROGRAM), str(tmp_path)], stdout=output, stderr=output
        )
    store, looks = RunStore(tmp_path / "home"), LookAnswers(DatasetCache(), tmp_path / "cache")
    try:
        wait_until(lambda: program.poll() is not None or list(store.runs()))
        assert program.poll() is None, log.read_text()[-3000:]
        (run,) = store.runs()
        wait_until(lambda: RunHistory.read(run.events_path).epochs)
        viewer = Viewer(run.path)
        viewer.ask(PICTURE)
        run.send(SteeringCommand.PAUSE)
        (tmp_path / "go").touch()
        wait_until(lambda: run.state() is RunState.PAUSED)
        at = RunHistory.read(run.events_path).epochs + 1
        run.send(SteeringCommand.EPOCH)  # from wherever in an epoch it was held, to an epoch's end
        wait_until(lambda: RunHistory.read(run.events_path).epochs == at)
        wait_until(lambda: run.state() is RunState.PAUSED)
        wait_until(lambda: is_handed(viewer, at))
        live = [looks.look(run.path, Moment(), request) for request in REQUESTS]
        viewer.leave()
        assert run.rows_path.stat().st_mode & 0o077 == 0
        run.send(SteeringCommand.RESUME)
        assert program.wait(60) == 0, log.read_text()[-3000:]
    finally:
        program.kill()
        program.wait()
    by_hand = ByHand(tmp_path)
    assert {(seen.epoch, seen.step) for seen in live} == {(at, 0)}
    after = [looks.look(run.path, Moment(), request) for request in REQUESTS]
    best = looks.look(run.path, Moment(best=True), PICTURE)
    assert {seen.epoch for seen in after} == {200}
    for seen in (*live, *after, best):
        by_hand.check(seen)
    assert not handed_path(run.path).exists()
    with pytest.raises(UserError, match=r"epoch 7 are not kept; those of epoch \d+ are the near"):
        looks.look(run.path, Moment(7), PICTURE)
    # What only the program has is no part of what is made here.
    call, layer, _ = store.runs()
    with pytest.raises(
        UserError, match=r'layer "wave\w*" \(Wave\) cannot be used: lab>Wave is none'
    ):
        looks.look(layer.path, Moment(), PICTURE)
    with pytest.raises(
        UserError, match="by code of a class of its own, Own, which only its program"
    ):
        looks.look(call.path, Moment(), PICTURE)


def test_rows_that_are_not_kept_say_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run, told = RunStore(tmp_path).create_without_recipe("rows"), list[str]()
    with pytest.raises(NoRowsKept, match=r"its rows are not in the run's folder"):
        read_rows(run)
    rows = Split(np.arange(6.0).reshape(3, 2), np.arange(3))
    kept = KeptRows(run.rows_path, told.append)
    kept.keep(rows, rows)
    kept.wait()
    train, held_out = read_rows(run)
    assert held_out is not None
    assert all(map(np.array_equal, (train.x, held_out.y), (rows.x, rows.y)))
    monkeypatch.setattr(kept_rows, "MOST_BYTES", 71)
    assert too_large(rows, None) == "its rows take 72 B, and at most 71 B are kept"
    with pytest.raises(NoRowsKept, match="holds more than is kept"):
        read_rows(run)
    monkeypatch.undo()
    # A pickle is never read, whoever put it there.
    np.savez(run.rows_path.open("wb"), x=np.array([{}], object), y=np.zeros(1))
    with pytest.raises(NoRowsKept, match="rows"):
        read_rows(run)
    kept.say_why_not("a generator gives them")
    kept.wait()
    with pytest.raises(NoRowsKept, match=r"^a generator gives them$"):
        read_rows(run)
    assert not told
    KeptRows(tmp_path / "nowhere" / "rows.npz", told.append).keep(rows, None)
    wait_until(lambda: told)
    assert told[0].startswith("its rows cannot be kept to look at it later")
