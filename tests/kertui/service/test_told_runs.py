"""Which runs a person is told of, and when."""

from __future__ import annotations

from pathlib import Path

import msgspec
from tests.support.live_app import claimed
from tests.support.runs_without_recipe import begin

from kertasks.runs.event_file.events import Failed, Stopped, format_event
from kertasks.runs.folder import RunFolder
from kertasks.runs.home.store import RunStore
from kertui.service.told_runs import ToldRuns


def fail(run: RunFolder) -> None:
    with run.events_path.open("a") as file:
        file.write(format_event(Failed(1.0, "no memory")))


def test_of_a_run_that_was_chosen_only_what_comes_is_told(tmp_path: Path) -> None:
    run, told, said = claimed(tmp_path), ToldRuns(), list[str]()
    told.begin(run)
    assert run not in told
    run.events_path.write_text(format_event(Stopped(1.0, 1, None, None, None)))
    assert told.switch(run)
    told.close()
    told.look(thorough=True)  # while nobody listens, news waits
    told.tell = said.append
    told.look(thorough=True)
    assert said == []
    fail(run)
    told.look()
    told.look(thorough=True)
    assert said == ["xor answer failed: no memory"]
    assert not told.switch(run)
    fail(run)
    told.look()
    assert len(said) == 1


def test_all_runs_of_a_script_are_told_but_those_switched_off(tmp_path: Path) -> None:
    store, told, said = RunStore(tmp_path), ToldRuns(always=True), list[str]()
    told.tell = said.append
    before, first, other = (begin(store, called=name) for name in ("before", "first", "other"))
    first.write_manifest(msgspec.structs.replace(first.manifest(), group=before.id))
    told.begin(first, anew=True)
    told.close()
    told.look()
    later = begin(store, called="later", group=before.id)
    off = begin(store, called="off", group=before.id)
    told.look()
    assert later in told
    assert not told.switch(off)
    told.begin(off)
    assert off not in told
    for run in (before, first, other, later, off):
        fail(run)
    told.look()
    assert said == ["train.py first failed: no memory", "train.py later failed: no memory"]


def test_who_only_asks_waits_for_no_file(tmp_path: Path) -> None:
    store, told, said = RunStore(tmp_path), ToldRuns(always=True), list[str]()
    told.tell = said.append
    gone, shown = begin(store, called="gone", lives=False), claimed(tmp_path)
    with told._looking:  # as while a disk does not answer
        told.begin(gone, anew=True)
        assert told.switch(shown)
        assert not told.switch(gone)
        assert gone not in told
    told.close()
    told.look()
    assert told._later == [], "of a script that is gone no run is looked for any more"
