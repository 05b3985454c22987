"""Tasks of data as files of the home."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from kertasks.own_tasks.data_task import DataTask, read_data_task
from kertasks.own_tasks.kept_tasks import DELETED, NotKept, delete, file_of, keep, read_absolute
from kertasks.own_tasks.kept_tasks import write as write_task
from kertasks.tables.table import Column, Role, Table


def of(path: Path) -> DataTask:
    return DataTask(Table(str(path), "b", (Column("b", Role.NUMBER),), digest="blake2b:1"))


def test_a_task_is_kept_once_and_names_are_free(home: Path, tmp_path: Path) -> None:
    task = of(tmp_path / "Wines 2.csv")
    assert keep(task, frozenset()) == home / "tasks" / "wines-2.toml" == file_of("wines-2")
    assert keep(task, frozenset()) == file_of("wines-2")
    other = replace(task, data=replace(task.data, digest="blake2b:2"))
    assert keep(other, frozenset({"wines-2-2"})).stem == "wines-2-3"
    with pytest.raises(NotKept, match="there is a task xor already"):
        keep(of(tmp_path / "x.csv"), frozenset({"xor"}), "xor")


def test_a_path_is_relative_where_the_data_lies_beside_the_file(tmp_path: Path) -> None:
    task = of(tmp_path / "data" / "x.csv")
    write_task(task, tmp_path / "x.toml")
    assert read_data_task(tmp_path / "x.toml").data.path == "data/x.csv"
    assert read_absolute(tmp_path / "x.toml") == task
    write_task(task, tmp_path / "elsewhere" / "x.toml")
    assert read_data_task(tmp_path / "elsewhere" / "x.toml") == task


def test_a_deleted_task_is_moved_and_covers_no_other(home: Path, tmp_path: Path) -> None:
    task = of(tmp_path / "x.csv")
    places = [delete(keep(task, frozenset())) for _ in range(2)]
    assert [place.name for place in places] == ["x.toml", "x-2.toml"]
    assert all(place.parent == home / "tasks" / DELETED and place.is_file() for place in places)
    assert not file_of("x").exists()
