"""The tasks of a person's own in the picker: they come, go, are broken, edited and deleted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.support.piloting import PatientApp, shown, until
from tests.support.recorded_service import RecordedService
from textual.widgets import Input

from kertasks.own_tasks.data_task import DataTask, write_data_task
from kertasks.own_tasks.found_tasks import BrokenTask
from kertasks.own_tasks.kept_tasks import DELETED
from kertasks.registry import all_tasks, find_task
from kertasks.tables.table import Column, Role, Table
from kertui.dialogs.ask_path import Mistake
from kertui.dialogs.dialog import Question
from kertui.dialogs.open_file import DataFile, DataTaskFile, OpenFileScreen, RecipeFile, found_at
from kertui.session import OpenData
from kertui.tasks_screen import known_data
from kertui.tasks_screen.known_data import KnownData
from kertui.tasks_screen.own_tasks import OwnTasks, own_file
from kertui.tasks_screen.task_list import TaskList
from kertui.tasks_screen.tasks_screen import TasksScreen
from kertui.terminal.capabilities import Capabilities

COLUMNS = (Column("sqft", Role.NUMBER), Column("price", Role.NUMBER))


def write_task(home: Path, name: str, title: str) -> Path:
    table = Table(path=f"{home}/{name}.csv", target="price", columns=COLUMNS, rows=30)
    path = home / "tasks" / f"{name}.toml"
    write_data_task(DataTask(table, title=title), path)
    return path


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[OpenData]:
    """The screens of data that would have opened."""
    found: list[OpenData] = []

    def keep(_: TasksScreen, event: OpenData) -> None:
        event.stop()
        found.append(event)

    monkeypatch.setattr(TasksScreen, "on_open_data", keep, raising=False)
    return found


async def test_own_tasks_come_and_go_while_the_picker_is_open(
    service: RecordedService,
    home: Path,
    tmp_path: Path,
    asked: list[OpenData],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = PatientApp(service, Capabilities())
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        tasks = app.screen.query_one(TaskList)
        await until(pilot, lambda: "+ open a file" in shown(app))
        assert "houses" not in shown(app)

        # Data of a task whose file is gone by now is asked for in vain, and so are files that
        # nobody knows.
        known, gone = app.screen.query_one(KnownData), find_task("xor").recipe()
        known._recall(("gone", "rows", 0))
        known.look_for_baselines(replace(gone, task="gone"))
        with monkeypatch.context() as patch:
            strange = replace(find_task("xor"), files=("mine.csv",))
            patch.setattr(known_data, "all_tasks", lambda: (strange,))
            looks = known.look_at_files()
            await until(pilot, lambda: looks.is_finished)

        # It comes, with what a person wrote shown as it stands.
        file = write_task(home, "houses", "what [bold]it[/] costs")
        await until(pilot, lambda: "houses         what [bold]it[/]" in shown(app))
        tasks.go_to("houses")
        await until(pilot, lambda: "30 rows, 2 columns" in shown(app))
        await until(pilot, lambda: "edit data" in shown(app))
        await pilot.press("ctrl+e")
        await until(pilot, lambda: asked)
        assert (asked[0].path, asked[0].task_file, asked[0].is_kept) == (file, file, True)

        # Its data says that it is gone, and the key that mends it.
        await until(pilot, lambda: "say otherwise what it is" in shown(app))

        # Its file is broken, and whole again.
        whole = file.read_text()
        file.write_text("[data")
        await until(pilot, lambda: "houses         cannot be read" in shown(app))
        await until(pilot, lambda: "The list follows the file" in shown(app))
        await pilot.press("enter")
        await until(pilot, lambda: len(app._notifications) == 1)
        file.write_text(whole.replace("costs", "is worth"))
        await until(pilot, lambda: "is worth" in shown(app))

        # It is deleted, after a question.
        tasks.go_to("houses")
        await until(pilot, lambda: "30 rows, 2 columns" in shown(app))
        await pilot.press("delete")
        await until(pilot, lambda: isinstance(app.screen, Question))
        await pilot.press("enter")
        assert file.exists()
        await pilot.press("delete")
        await until(pilot, lambda: isinstance(app.screen, Question))
        await pilot.press("down", "enter")
        await until(pilot, lambda: "is worth" not in shown(app))
        assert not file.exists()
        assert (home / "tasks" / DELETED / "houses.toml").is_file()

        # Any file is opened by what it is.
        table = tmp_path / "wines.csv"
        table.write_text("a,b\n1,2\n")
        await pilot.press("ctrl+o")
        await until(pilot, lambda: isinstance(app.screen, OpenFileScreen))
        monkeypatch.chdir(tmp_path)  # a short path, which stands on one line
        app.screen.query_one(Input).value = "nowhere.csv"
        await pilot.press("enter")
        await until(pilot, lambda: "nowhere.csv: no such file" in shown(app))
        app.screen.query_one(Input).value = str(table)
        await pilot.press("enter")
        await until(pilot, lambda: len(asked) == 2)
        assert (asked[1].path, asked[1].task_file) == (table, None)
    assert app.crash_line is None


def test_the_first_screen_waits_for_no_file_of_a_persons_own(home: Path) -> None:
    file = write_task(home, "houses", "")
    houses = find_task("houses")
    first = OwnTasks()
    assert houses not in first.tasks
    assert first.tasks == tuple(task for task in all_tasks() if task is not houses)
    assert first.has_own, "nobody is greeted as a newcomer before it is known"
    file.unlink()
    assert own_file(houses) == file, "a key is offered without a look at the disk"
    assert own_file(find_task("xor")) is None
    assert own_file(BrokenTask("ring", home / "tasks" / "ring.py", "no task")) is None


def test_a_file_is_what_is_in_it(home: Path, tmp_path: Path) -> None:
    from kertasks.recipes.toml_file import save_recipe
    from kertasks.registry import find_task

    recipe = tmp_path / "mine.toml"
    save_recipe(find_task("xor").recipe(), recipe)
    found = found_at(recipe)
    assert isinstance(found, RecipeFile)
    task = write_task(home, "houses", "")
    assert found_at(task) == DataTaskFile(task)
    assert found_at(tmp_path / "mine.toml.csv") == Mistake(
        f"{tmp_path}/mine.toml.csv: no such file"
    )
    (tmp_path / "x.parquet").touch()
    assert found_at(tmp_path / "x.parquet") == DataFile(tmp_path / "x.parquet")
    assert found_at(tmp_path) == DataFile(tmp_path), "whoever looks at it says what is in it"
    mistake = found_at(Path(__file__))
    assert isinstance(mistake, Mistake)
    assert "is a program" in mistake.text
