"""The screen of a table, over real files and the real process that looks at them."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.data_screens import at, choose, says
from tests.support.piloting import Held, shown, until
from tests.support.recorded_service import RecordedService
from textual.pilot import Pilot
from textual.widgets import Input, OptionList

from kertasks.own_tasks.data_task import read_data_task
from kertasks.tables.table import Missing, Role, SplitWay, Table
from kertui.data_screen.data_screen import DataScreen
from kertui.data_screen.form.data_form import DataForm
from kertui.data_screen.save_task import SaveTaskScreen
from kertui.data_screen.seen.column_table import ColumnTable
from kertui.dialogs.unsaved_changes import UnsavedChangesScreen
from kertui.service.table_process import TableProcess
from kertui.session import OpenWorkbench

KINDS = ("flat", "house", "Märchenschloß 城")


@pytest.fixture
def houses(tmp_path: Path) -> Path:
    """A table of 60 houses: semicolons, decimal commas, three cells missing, a wide word."""
    rows = ["id;sold;price;sqft;kind;note"]
    for row in range(60):
        size = "?" if row in (3, 20, 40) else f"{500 + 37 * (row * 7 % 60)},5"
        sold = f"20{14 + row % 6}-0{1 + row % 9}-11"
        rows.append(f"7{row:05};{sold};{90_000 + 1111 * row},25;{size};{KINDS[row % 3]};{row % 2}")
    path = tmp_path / "houses.csv"
    path.write_text("\n".join(rows) + "\n")
    return path


def table_in(file: Path) -> Table:
    """What a task's file says of a table."""
    data = read_data_task(file).data
    assert isinstance(data, Table)
    return data


def row_of(pilot: Pilot[None], name: str) -> str:
    """The line of a column in the table."""
    lines = shown(pilot.app).splitlines()
    return next((line[5:] for line in lines if line[5:].startswith(f"{name} ")), f"no {name}")


async def to_column(pilot: Pilot[None], name: str) -> None:
    table = pilot.app.screen.query_one(ColumnTable)
    await pilot.press("home")
    for _ in range(20):
        if table.column is not None and table.column.name == name:
            return
        await pilot.press("down")
    raise AssertionError(name)


async def test_what_was_understood_is_shown_changed_and_becomes_a_task(
    service: RecordedService, home: Path, houses: Path, opened: list[OpenWorkbench]
) -> None:
    async with at(service, houses) as (pilot, screen):
        await says(pilot, "✓ ready")
        text = shown(pilot.app)
        for words in ("60 rows · 6 columns · CSV", "semicolon separated", "decimal comma"):
            assert words in text
        await says(pilot, "suggested")
        await says(pilot, "◆ price")
        assert row_of(pilot, "sqft").split()[1:4] == ["number", "3", "median"]
        assert row_of(pilot, "id").split()[1] == "identifier"

        # A column's role, what becomes of its missing cells, and back again.
        await to_column(pilot, "sqft")
        await says(pilot, 'row 4, 21, 41 · written "?"')
        await pilot.press("right", "e")
        await choose(pilot, "drop")
        await until(pilot, lambda: "drop" in row_of(pilot, "sqft"))
        await says(pilot, "57 rows used · 3 left out")
        await pilot.press("u")
        await says(pilot, "60 rows used")
        await to_column(pilot, "note")
        await pilot.press("left", "space")
        await choose(pilot, "category")
        await until(pilot, lambda: row_of(pilot, "note").split()[1] == "category")
        await pilot.press("x")
        await until(pilot, lambda: row_of(pilot, "note").split()[1] == "ignore")

        # Another target: what it is, a class or a number, is seen in the file.
        await to_column(pilot, "kind")
        await pilot.press("t")
        await says(pilot, "3 classes")
        await says(pilot, "multiclass")
        await pilot.press("ctrl+z")
        await says(pilot, "regression")

        # The settings: a split by time, a share that cannot be, one that can.
        await pilot.press("s", "end", "home", "down", "down", "down", "enter")
        await choose(pilot, "time")
        await until(pilot, lambda: screen.check_action("undo", ()))
        await says(pilot, "by         sold")
        await pilot.press("down", "enter", *"150%", "enter")
        await says(pilot, "allowed: a share of the rows")
        await pilot.press("ctrl+u", *"25 %", "enter", "escape")
        await says(pilot, "✓ ready")

        await pilot.press("enter")
        await until(pilot, lambda: opened)
        await says(pilot, "✓ kept as houses")
    (asked,) = opened
    kept = table_in(home / "tasks" / "houses.toml")
    assert asked.task.name == "houses"
    assert asked.task.recipes[asked.recipe.name] == asked.recipe
    assert kept.path == str(houses)
    assert (kept.split.way, kept.split.test, kept.split.column) == (SplitWay.TIME, 0.25, "sold")
    assert kept.column("sqft").missing is Missing.MEDIAN
    assert kept.column("note").role is Role.IGNORE
    assert (kept.rows, kept.target) == (60, "price")


async def test_what_cannot_be_used_says_why_and_loses_nothing(
    service: RecordedService, home: Path, houses: Path, opened: list[OpenWorkbench]
) -> None:
    lost = houses.with_name("hous.csv")
    async with at(service, lost, size=(80, 24)) as (pilot, screen):
        await says(pilot, "✗ cannot be read")
        field = screen.query_one(Input)
        await until(pilot, lambda: field.has_focus)
        assert field.value == str(lost)
        field.value = str(houses)
        await pilot.press("enter")
        await says(pilot, "✓ ready")

        # Read as if its decimals were points, no cell of two columns is a number any more.
        await pilot.press("s", *["down"] * 12)
        screen.query_one(DataForm).focus_field(("decimal",))
        await pilot.press("enter")
        await choose(pilot, "point")
        await says(pilot, "problem")
        await pilot.press("escape", "enter")
        await says(pilot, "It cannot be used yet")
        assert not opened
        assert not (home / "tasks").exists()

        # Changes are asked about, and saved beside the data, whose path is then relative.
        await pilot.press("u")
        await says(pilot, "✓ ready")
        await to_column(pilot, "note")
        await pilot.press("x")
        await until(pilot, lambda: "ignore" in row_of(pilot, "note"))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, UnsavedChangesScreen))
        await pilot.press("s")
        await until(pilot, lambda: isinstance(pilot.app.screen, SaveTaskScreen))
        await pilot.press("enter")
        await until(pilot, lambda: not isinstance(pilot.app.screen, (SaveTaskScreen, DataScreen)))
    file = houses.with_suffix(".toml")
    assert table_in(file).path == "houses.csv"

    # That file shows the same, from wherever it lies.
    async with at(service, file, task_file=file) as (pilot, screen):
        await says(pilot, "✓ ready")
        assert row_of(pilot, "note").split()[1] == "ignore"


async def test_a_look_that_takes_long_can_be_left_and_changes_meanwhile_count(
    service: RecordedService, houses: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Held(monkeypatch, TableProcess, "look_at")
    async with at(service, houses) as (pilot, _):
        await says(pilot, "reading 2.8 kB")
        await says(pilot, "esc leaves it")
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(pilot.app.screen, DataScreen))
        held.let_go()
    held = Held(monkeypatch, TableProcess, "look_at")
    async with at(service, houses) as (pilot, screen):
        held.let_go()
        await says(pilot, "✓ ready")
        again = Held(monkeypatch, TableProcess, "look_at")
        await to_column(pilot, "note")
        await pilot.press("x")
        await says(pilot, "looking again")
        await to_column(pilot, "kind")
        await pilot.press("x")
        assert row_of(pilot, "note").split()[1] == "ignore", "what was seen before stays"
        again.let_go()
        await says(pilot, "✓ ready")
        await until(pilot, lambda: len(again.calls) == 2)
        await says(pilot, "✓ ready")
        assert row_of(pilot, "kind").split()[-1] != "category"
        table = again.calls[1][2]
        assert {one.name for one in table.columns if one.role is Role.IGNORE} == {"note", "kind"}
        assert screen.query(OptionList) is not None


async def test_every_size_shows_what_can_be_changed(service: RecordedService, houses: Path) -> None:
    async with at(service, houses) as (pilot, _):
        for size in ((120, 36), (200, 60), (80, 24), (60, 18)):
            await pilot.resize_terminal(*size)
            for words in ("role", "then", "scaling", "price ▾", "suggested", "↵ use"):
                await says(pilot, words)
            assert max(map(len, shown(pilot.app).splitlines())) <= size[0]
