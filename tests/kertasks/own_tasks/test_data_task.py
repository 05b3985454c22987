"""Tasks of data: their files read, written, found, and what is wrong with them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kertasks.errors import UnknownTask
from kertasks.kinds import Group, TaskKind
from kertasks.own_tasks.data_task import (
    DataTask,
    DataTaskError,
    name_for,
    read_data_task,
    write_data_task,
)
from kertasks.registry import TaskIsBroken, all_tasks, broken_tasks, find_task
from kertasks.tables.table import Column, Role, SplitChoice, SplitWay, Table

HOUSES = DataTask(
    Table(
        path="houses.csv",
        target="price",
        columns=(Column("size", Role.NUMBER), Column("price", Role.NUMBER, unit="$")),
        split=SplitChoice(SplitWay.TIME, 0.25, "sold"),
        rows=500,
    ),
    title="what a house costs",
)


@pytest.fixture
def folder(home: Path) -> Path:
    """Where a person's tasks are kept."""
    (home / "tasks").mkdir(parents=True)
    return home / "tasks"


def test_what_is_written_is_read_and_nobody_else_may_read_it(folder: Path) -> None:
    write_data_task(HOUSES, folder / "houses.toml")
    assert read_data_task(folder / "houses.toml") == HOUSES
    assert (folder / "houses.toml").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[data", "no valid TOML (expected"),
        ("", "object missing required field `data`"),
        ('[data]\nkind = "table"', "data: object missing required field `path`"),
        ('[data]\nkind = "spell"', "data.kind: invalid value 'spell'"),
        (
            '[data]\nkind = "table"\npath = "a"\ntarget = "b"\n'
            '[[data.columns]]\nname = "b"\nrole = "wizard"',
            "data.columns.0.role: invalid enum value 'wizard'",
        ),
        ('run = "rm"\n[data]\nkind = "table"', "object contains unknown field `run`"),
        ("x = " + "9" * 5_000, "no valid TOML"),
    ],
)
def test_a_file_that_is_no_task_says_why_and_where(folder: Path, text: str, said: str) -> None:
    (folder / "odd.toml").write_text(text)
    with pytest.raises(DataTaskError) as error:
        read_data_task(folder / "odd.toml")
    assert str(error.value).startswith(f"odd.toml: {said}")


def test_threads_that_read_the_first_task_at_once_do_not_end_the_process(folder: Path) -> None:
    write_data_task(HOUSES, folder / "houses.toml")
    script = f"""
import sys, threading
from pathlib import Path
from kertasks.own_tasks.data_task import read_data_task

sys.setswitchinterval(1e-6)
together, read = threading.Barrier(8), []

def reads():
    together.wait()
    read.append(read_data_task(Path({str(folder / "houses.toml")!r})))

threads = [threading.Thread(target=reads) for _ in range(8)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
print(len(read))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "8\n"), done.stderr


def test_a_pipe_is_no_task_and_nobody_waits_for_it(folder: Path) -> None:
    os.mkfifo(folder / "pipe.toml")
    (broken,) = broken_tasks()
    assert broken.name == "pipe"
    assert "regular file" in broken.why or "invalid argument" in broken.why


def test_a_task_of_the_home_stands_under_yours(folder: Path) -> None:
    write_data_task(HOUSES, folder / "houses.toml")
    task = find_task("houses")
    assert (task.title, task.group, task.kind) == (
        "what a house costs",
        Group.YOURS,
        TaskKind.REGRESSION,
    )
    assert task.unit == "$"
    assert task.question == "Which value of price is it?"
    assert all_tasks()[-1] is task
    assert next(iter(task.recipes.values())).task == "houses"


def test_a_task_is_read_again_once_its_file_or_its_data_is_another(folder: Path) -> None:
    write_data_task(HOUSES, folder / "houses.toml")
    before = find_task("houses")
    assert find_task("houses") is before
    (folder / "houses.csv").write_text("size,price\n1,2\n")
    with_data = find_task("houses")
    assert with_data.version != before.version
    (folder / "houses.toml").write_text('title = "no data"')
    with pytest.raises(TaskIsBroken, match="missing required field `data`"):
        find_task("houses")
    (folder / "houses.toml").unlink()
    with pytest.raises(UnknownTask):
        find_task("houses")


def test_a_name_that_is_taken_or_no_name_is_told(folder: Path) -> None:
    write_data_task(HOUSES, folder / "xor.toml")
    write_data_task(HOUSES, folder / "My Houses.toml")
    whys = {broken.name: broken.why for broken in broken_tasks()}
    assert whys["xor"].startswith("xor.toml: kertui has a task of that name")
    assert "has to be of a to z" in whys["My Houses"]
    assert find_task("xor").group is Group.LEARN


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("houses.csv", "houses-2"),
        ("My Data (final).csv", "my-data-final"),
        ("日本.csv", "data"),
        ("a" * 200 + ".csv", "a" * 56),
    ],
)
def test_a_task_is_named_after_its_data(file: str, name: str) -> None:
    assert name_for(Path(file), frozenset({"houses"})) == name
