"""The study of a sweep: in which database, under whose password, and when that is gone for a while.
PostgreSQL itself is in no test: its driver is an extra."""

from __future__ import annotations

import shutil
from pathlib import Path

import optuna
import pytest
from msgspec.structs import replace

from kertasks.errors import UserError
from kertasks.groups.folder import GroupFolder
from kertasks.groups.note import notes_of
from kertasks.groups.own_word import has_mark, keep_mark
from kertasks.groups.planning import plan_of, work_of
from kertasks.groups.record import OnRay
from kertasks.groups.roster import Roster
from kertasks.groups.steered_runs import SteeredRuns
from kertasks.groups.store import GroupStore
from kertasks.groups.sweep.asked import Sweep
from kertasks.groups.sweep.dimension import Choices
from kertasks.groups.sweep.search import Told
from kertasks.groups.sweep.storage import StorageRefused, read_address
from kertasks.groups.sweep.trials_file import TrialsFile
from kertasks.registry import find_task

SWEEP = Sweep((Choices("layers.0.units", ("2", "8")),), trials=2)


def make(home: Path, sweep: Sweep) -> GroupFolder:
    return GroupStore(home).create(find_task("xor").recipes["answer"], sweep, "2 trials")


def test_an_address_is_kept_without_its_password() -> None:
    assert read_address("postgresql://me:s%40c@db.example:5433/studies?sslmode=require") == (
        "postgresql://me@db.example:5433/studies?sslmode=require",
        "s@c",
    )
    assert read_address("postgres://[::1]/studies") == ("postgresql://[::1]/studies", None)
    for wrong in (
        "mysql://me:secret@db/studies",
        "postgresql://me:secret@db",
        "postgresql:///studies",
        "postgresql://me:secret@db:port/studies",
        "postgresql://me:secret@db/studies?passfile=/home/mate/.pgpass",
    ):
        with pytest.raises(StorageRefused) as refused:
            read_address(wrong)
        assert "secret" not in str(refused.value)


def test_a_database_that_cannot_be_written_in_refuses_the_sweep(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KERTUI_CACHE", str(tmp_path / "cache"))
    asked = replace(SWEEP, storage="postgresql://me@127.0.0.1:1/studies")
    group = make(tmp_path, asked)
    with pytest.raises(StorageRefused, match="no command of yours on this machine asked for that"):
        plan_of(group)  # whoever brought it
    keep_mark(group, asked)
    with pytest.raises(StorageRefused, match=r"kertui\[postgres\]|127.0.0.1:1/studies: connection"):
        plan_of(group)
    refusal = group.refusal()
    assert refusal is not None
    assert not refusal.is_wrong_recipe


def test_what_could_not_be_written_is_told_and_written_when_it_can_be(tmp_path: Path) -> None:
    group = make(tmp_path, SWEEP)
    group.study_path.mkdir()  # there is no database meanwhile
    trials = TrialsFile(group, SWEEP)
    told = [Told((units,), "finished", value, {}) for units, value in (("2", 0.5), ("8", 0.25))]
    trials.keep(told[:1], "min")
    assert notes_of(group)[0].startswith("the study cannot be written to ")
    assert notes_of(group)[0].endswith("study.db: unable to open database file")
    group.study_path.rmdir()
    assert trials.end(told, "min", [])
    assert notes_of(group) == ()
    study = optuna.load_study(study_name="sweep", storage=f"sqlite:///{group.study_path}")
    assert [trial.value for trial in study.trials] == [0.5, 0.25]


def test_a_cluster_that_no_command_here_asked_for_is_not_joined(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KERTUI_CACHE", str(tmp_path / "cache"))
    recipe, on = find_task("xor").recipes["answer"], OnRay("127.0.0.1:1")
    own = GroupStore(tmp_path / "own").create(recipe, SWEEP, "2 trials", on=on)
    assert has_mark(own, on)
    brought = GroupFolder(tmp_path / "brought" / own.id)
    shutil.copytree(own.path, brought.path)
    with pytest.raises(UserError, match=r"the cluster 127\.0\.0\.1:1, and no command"):
        work_of(brought, plan_of(brought), Roster(brought), SteeredRuns())
    refusal = brought.refusal()
    assert refusal is not None
    assert "it is not joined" in refusal.text
