from __future__ import annotations

import os
import platform
import stat
from pathlib import Path

import pytest
from tests.support.run_folders import write_run

from kertasks.runs.bin import BinTrouble, NotInBin, RunBin, RunGoesOn
from kertasks.runs.state import RunState, process_start_time
from kertasks.runs.store import RunStore


def test_a_deleted_run_is_whole_in_the_bin_and_comes_back(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    run = write_run(store, "xor", "answer", epochs=3)
    files = sorted(path.name for path in run.path.iterdir())
    bin = RunBin(store)
    assert bin.runs() == []

    bin.delete(run)

    assert store.runs() == []
    (deleted,) = bin.runs()
    assert deleted.path == tmp_path / "bin" / run.id
    assert sorted(path.name for path in deleted.path.iterdir()) == files
    assert stat.S_IMODE(bin.path.stat().st_mode) == 0o700
    assert bin.restore(run.id) == run
    assert store.runs() == [run]
    assert run.state() is RunState.FINISHED


def test_a_run_that_goes_on_cannot_be_deleted(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    started = process_start_time(os.getpid())
    assert started is not None
    run = write_run(
        store, "xor", "answer", epochs=3, end="", host=platform.node(), pid=os.getpid(),
        process_started=started,
    )  # fmt: skip
    with pytest.raises(RunGoesOn, match="stop it first"):
        RunBin(store).delete(run)
    assert store.runs() == [run]


def test_nothing_is_replaced_on_the_way_back(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    run = write_run(store, "xor", "answer", epochs=3)
    bin = RunBin(store)
    bin.delete(run)
    run.path.mkdir()
    with pytest.raises(BinTrouble, match="File exists"):
        bin.restore(run.id)
    assert len(bin.runs()) == 1
    with pytest.raises(NotInBin, match="20260101-000000-other is not in"):
        bin.restore("20260101-000000-other")


def test_emptying_removes_for_good(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    bin = RunBin(store)
    assert bin.empty() == []
    runs = [write_run(store, "xor", "answer", epochs=3, seed=seed) for seed in range(3)]
    for run in runs:
        bin.delete(run)
    kept = write_run(store, "xor", "answer", epochs=3, seed=9)
    assert sorted(bin.empty()) == sorted(run.id for run in runs)
    assert bin.runs() == []
    assert store.runs() == [kept]
