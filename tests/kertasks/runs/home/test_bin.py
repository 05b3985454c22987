from __future__ import annotations

import os
import platform
import stat
from pathlib import Path

import pytest
from tests.support.run_folders import NOON, write_run

from kertasks.runs.event_file.events import Stopped, format_event
from kertasks.runs.event_file.spool import EventSpool, spool_of
from kertasks.runs.home.bin import BinTrouble, NotInBin, RunBin, RunGoesOn
from kertasks.runs.home.store import RunStore
from kertasks.runs.signs.process import process_start_time
from kertasks.runs.state import RunState


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


def test_what_a_run_has_in_the_spool_goes_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KERTUI_CACHE", str(tmp_path / "cache"))
    store = RunStore(tmp_path)
    bin = RunBin(store)
    run = write_run(store, "xor", "answer", epochs=3, end="")
    spool = EventSpool(run.events_path, run.events_path.stat().st_size)
    spool.write(format_event(Stopped(NOON + 9, 3, 3)).encode())
    spool.close()
    (spool_of(run.path) / run.model_path.name).write_text("weights")

    bin.delete(run)

    (deleted,) = bin.runs()
    assert deleted.state() is RunState.STOPPED
    assert deleted.where(deleted.model_path).read_text() == "weights"
    bin.restore(run.id)
    assert run.state() is RunState.STOPPED
    assert run.where(run.model_path).read_text() == "weights"
    bin.delete(run)
    bin.empty()
    assert list((tmp_path / "cache" / "spool").iterdir()) == []

    # A cache that could not be written in as it was deleted is emptied with the bin all the same.
    run = write_run(store, "xor", "answer", epochs=3)
    spool_of(run.path).mkdir(parents=True)
    run.path.rename(bin.path / run.id)
    bin.empty()
    assert list((tmp_path / "cache" / "spool").iterdir()) == []
