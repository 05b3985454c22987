from __future__ import annotations

import os
import platform
import shutil
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.support.run_folders import NOON, locked, write_run

from kertasks.registry import find_task
from kertasks.runs.event_file.events import (
    Epoch,
    Event,
    Failed,
    Finished,
    Started,
    Stopped,
    format_event,
)
from kertasks.runs.folder import RunFolder
from kertasks.runs.home.label import Label, write_label
from kertasks.runs.home.listing import RunSummaries, ordered
from kertasks.runs.home.store import (
    HomeNotReadable,
    HomeNotWritable,
    RunStore,
    UnknownRun,
    shortest_names,
)
from kertasks.runs.manifest import Manifest
from kertasks.runs.run_errors import RunDamaged
from kertasks.runs.signs.heartbeat import HEARTBEAT_GONE
from kertasks.runs.signs.process import boot_id, process_start_time
from kertasks.runs.state import RunState
from kertasks.user_folders import cache_dir, default_home

ANSWER = find_task("xor").recipes["answer"]


def manifest(run: RunFolder, **changes: object) -> Manifest:
    started = process_start_time(os.getpid())
    assert started is not None
    fields: dict[str, object] = {
        "id": run.id,
        "task": "xor",
        "recipe": "answer",
        "seed": 0,
        "created": time.time(),
        "versions": {"keras": "3"},
        "device": "CPU",
        "host": platform.node(),
        "pid": os.getpid(),
        "process_started": started,
        "boot": boot_id(),
        **changes,
    }
    return Manifest(**fields)  # type: ignore[arg-type]  # the test's own fields


def write(run: RunFolder, *events: Event) -> None:
    with run.events_path.open("a") as file:
        file.writelines(map(format_event, events))


def test_a_run_is_a_private_folder_with_its_recipe(tmp_path: Path) -> None:
    store = RunStore(tmp_path / "not" / "there")
    assert store.runs() == []

    run = store.create(ANSWER)

    assert run.path.parent == tmp_path / "not" / "there" / "runs"
    assert stat.S_IMODE(run.path.stat().st_mode) == 0o700
    assert stat.S_IMODE(run.path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(run.recipe_path.stat().st_mode) == 0o600
    assert run.recipe() == ANSWER
    assert run.source() is None
    assert [path.name for path in run.path.iterdir()] == ["recipe.toml"]


def test_ids_say_when_and_what_and_never_collide(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    runs = [store.create(ANSWER) for _ in range(5)]

    assert len({run.id for run in runs}) == 5
    for run in runs:
        day, clock, words = run.id.split("-", 2)
        assert len(day) == 8
        assert len(clock) == 6
        assert words.split("~")[0] == "xor-answer"
    assert [run.id for run in store.runs()] == sorted((run.id for run in runs), reverse=True)


def test_the_recipe_s_file_is_kept(tmp_path: Path) -> None:
    run = RunStore(tmp_path).create(ANSWER, "/some where/ünet.toml")
    assert run.source() == "/some where/ünet.toml"
    assert run.recipe() == ANSWER


def test_a_home_that_cannot_be_made_is_said_in_plain_words(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    with pytest.raises(HomeNotWritable, match=r"cannot keep runs in .*file.*--home"):
        RunStore(in_the_way).create(ANSWER)
    with pytest.raises(HomeNotReadable, match=r"cannot list the runs in .*file/runs: Not a dir"):
        RunStore(in_the_way).runs()


def test_a_full_disk_is_said_before_a_trainer_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def almost_full(_path: object) -> object:
        return SimpleNamespace(total=10**9, used=10**9 - 4096, free=4096)

    monkeypatch.setattr(shutil, "disk_usage", almost_full)
    with pytest.raises(HomeNotWritable, match="No space left on device"):
        RunStore(tmp_path).create(ANSWER)
    assert RunStore(tmp_path).runs() == []


def test_the_manifest_comes_back(tmp_path: Path) -> None:
    run = RunStore(tmp_path).create(ANSWER)
    with pytest.raises(RunDamaged, match="never began"):
        run.manifest()
    written = manifest(run, source="a.toml")
    run.write_manifest(written)
    assert run.manifest() == written
    assert stat.S_IMODE(run.manifest_path.stat().st_mode) == 0o600
    run.manifest_path.write_text("{")
    with pytest.raises(RunDamaged, match="cannot be read"):
        run.manifest()


@pytest.mark.parametrize(
    ("end", "state"),
    [
        (Finished(2.0, 1, 1, None, None), RunState.FINISHED),
        (Stopped(2.0, 1, 1, None, None), RunState.STOPPED),
        (Failed(2.0, "no"), RunState.FAILED),
    ],
)
def test_an_end_decides_whatever_the_process_does(
    tmp_path: Path, end: Event, state: RunState
) -> None:
    run = RunStore(tmp_path).create(ANSWER)
    run.write_manifest(manifest(run, pid=2**22 - 1))
    write(run, Started(1.0, 1, 1, 1, "CPU"), Epoch(1.5, 1, {"loss": 1.0}, 0.1, 0.1), end)
    assert run.state() is state
    assert run.state().is_over


def test_a_half_end_is_no_end(tmp_path: Path) -> None:
    run = RunStore(tmp_path).create(ANSWER)
    run.write_manifest(manifest(run))
    with run.events_path.open("w") as file:
        file.write(format_event(Failed(1.0, "no")).rstrip("\n"))
    assert run.state() is RunState.RUNNING


def test_without_an_end_the_process_decides(tmp_path: Path) -> None:
    run = RunStore(tmp_path).create(ANSWER)
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        started = process_start_time(child.pid)
        run.write_manifest(manifest(run, pid=child.pid, process_started=started))
        write(run, Started(1.0, 1, 1, 1, "CPU"))
        os.utime(run.events_path, (0, 0))  # silence alone decides nothing
        assert run.state() is RunState.RUNNING
        assert started is not None
        # The pid is another process's by now.
        run.write_manifest(manifest(run, pid=child.pid, process_started=started - 60))
        assert run.state() is RunState.LOST
        # The machine was started anew, and a process of that pid as long after its boot.
        run.write_manifest(
            manifest(run, pid=child.pid, process_started=started, boot="another boot")
        )
        assert run.state() is RunState.LOST
        run.write_manifest(manifest(run, pid=child.pid, process_started=started))
    finally:
        child.kill()
        # Not waited for yet: a zombie trains nothing.
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert run.state() is RunState.LOST
        child.communicate()
    assert run.state() is RunState.LOST


def test_on_another_host_the_heartbeat_decides_whatever_its_clock_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr("kertasks.runs.signs.heartbeat._monotonic", lambda: now[0])
    run = RunStore(tmp_path).create(ANSWER)
    elsewhere = manifest(run, host="elsewhere", boot="another", pid=1, process_started=0.0)
    run.write_manifest(elsewhere)
    write(run, Started(1.0, 1, 1, 1, "CPU"))
    assert run.state() is RunState.UNKNOWN  # one look at one stamp says nothing
    for clock in (-86_400, -300, 0, 300, 86_400):
        os.utime(run.events_path, (time.time() + clock, time.time() + clock))
        assert run.state() is RunState.RUNNING
        now[0] += HEARTBEAT_GONE - 1
        assert run.state() is RunState.RUNNING
    now[0] += 1
    assert run.state() is RunState.LOST
    os.utime(run.events_path, (5, 5))  # its host was asleep
    assert run.state() is RunState.RUNNING
    with locked(run):
        now[0] += 2 * HEARTBEAT_GONE
        assert run.state() is RunState.RUNNING  # the lock is seen on a file system that has any
    assert run.state() is RunState.LOST


def test_a_run_that_is_being_started_runs_and_one_that_never_was_is_lost(tmp_path: Path) -> None:
    run = RunStore(tmp_path).create(ANSWER)
    assert run.state() is RunState.RUNNING
    os.utime(run.recipe_path, (0, 0))
    assert run.state() is RunState.LOST


def test_a_run_is_found_by_any_part_only_it_has(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    xor = store.create(ANSWER)
    square = store.create(find_task("square").recipes["tanh"])
    assert store.find("tanh") == square
    assert store.find(xor.id) == xor
    with pytest.raises(UnknownRun, match="2 runs"):
        store.find("-")
    with pytest.raises(UnknownRun, match=f"did you mean '{xor.id}'"):
        store.find(xor.id.replace("answer", "anwser"))


def test_home_and_cache_come_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KERTUI_HOME", str(tmp_path / "h"))
    monkeypatch.setenv("KERTUI_CACHE", str(tmp_path / "c"))
    assert default_home() == tmp_path / "h"
    assert cache_dir() == tmp_path / "c"
    monkeypatch.delenv("KERTUI_HOME")
    monkeypatch.delenv("KERTUI_CACHE")
    assert "kertui" in str(default_home())
    assert "kertui" in str(cache_dir())


def test_a_run_is_found_by_its_start_its_name_or_as_the_last(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    with pytest.raises(UnknownRun, match="there is no last run"):
        store.find("last")
    older = write_run(store, "xor", "answer", epochs=1, began=NOON - 7200)
    newer = write_run(store, "xor", "answer", epochs=1, began=NOON)
    store.create(ANSWER)  # never began
    assert store.find("last") == newer
    # Both ids end alike; one alone begins like this.
    assert store.find(older.id[:13]) == older
    write_label(older.path, Label("small"))
    assert store.find("small") == older
    write_label(newer.path, Label("small"))
    with pytest.raises(UnknownRun, match="2 runs"):
        store.find("small")


def test_the_last_run_is_the_one_on_top_of_the_list(tmp_path: Path) -> None:
    """Not the one whose id reads the greatest, among runs of one second."""
    store = RunStore(tmp_path)
    for task, recipe, began in (
        ("xor", "answer", NOON + 0.2),
        ("digits", "dense", NOON + 0.9),
        ("square", "tanh", NOON + 0.5),
        ("xor", "as asked", NOON + 0.9),
        ("diabetes", "line", NOON - 5000),
    ):
        write_run(store, task, recipe, epochs=1, began=began)
    # Its trainer took half a minute to begin: the id is of before.
    late = write_run(store, "boston", "book", epochs=1, began=NOON - 30)
    late.write_manifest(replace(late.manifest(), created=NOON + 0.7))
    listed = ordered(RunSummaries(store).read())
    assert [run.task for run in listed] == ["xor", "digits", "boston", "square", "xor", "diabetes"]
    assert [run.id for run in store.newest_first()] == [run.id for run in listed]
    assert store.find("last").id == listed[0].id


def test_the_last_run_is_found_without_a_look_at_all_the_others(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    newest = write_run(store, "xor", "answer", epochs=1, began=NOON)
    for minutes in range(5, 50, 5):
        old = write_run(store, "xor", "answer", epochs=1, began=NOON - 60 * minutes)
        # No trainer begins after so long: only who opens the manifest can read this.
        old.write_manifest(replace(old.manifest(), created=NOON + minutes))
    assert store.find("last") == newest


def test_a_folder_without_a_date_in_its_name_is_a_run_like_others(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    newest = write_run(store, "xor", "answer", epochs=1, began=NOON)
    copied = write_run(store, "xor", "answer", epochs=1, began=NOON - 10)
    copied.path.rename(copied.path.with_name("a-copy"))
    assert [run.id for run in store.newest_first()] == [newest.id, "a-copy"]


WORDS = st.sampled_from(
    ["xor", "answer", "as", "asked", "20261129", "104320", "104321", "1", "last"]
)


@given(st.lists(st.lists(WORDS, min_size=1, max_size=4).map("-".join), unique=True, max_size=6))
def test_every_run_is_found_by_its_shortest_name(ids: list[str]) -> None:
    with tempfile.TemporaryDirectory() as home:
        store = RunStore(Path(home))
        for id in ids:
            (store.runs_path / id).mkdir(parents=True)
        named = shortest_names(ids)
        assert set(named) == set(ids)
        for id, name in named.items():
            assert name in id
            if name != "last":  # an id may be that, but then it stands for the newest
                assert store.find(name).id == id


def test_names_that_people_gave_come_first() -> None:
    ids = ["20261129-104320-xor-answer", "20261129-104321-xor-answer"]
    assert list(shortest_names(ids).values()) == ["104320", "104321"]
    assert list(shortest_names(ids, {"104320"}).values()) == ["104320-xor", "104321"]
