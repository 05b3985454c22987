"""The screen of folders and of arrays, over real files and the real process that looks at them."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from tests.support.data_screens import choose, says
from tests.support.picture_files import write_pictures, write_texts
from tests.support.piloting import PatientApp, shown, until
from tests.support.recorded_service import RecordedService
from textual.pilot import Pilot
from textual.widgets import Input

from kertasks.arrays.own_arrays import Arrays, ArrayScaling
from kertasks.folders.pictures.picture_folder import PictureFolder
from kertasks.folders.texts.text_folder import TextFolder
from kertasks.own_tasks.data_task import read_data_task
from kertasks.tables.table import TextForm
from kertui.data_screen.data_screen import DataScreen
from kertui.data_screen.form.data_form import DataForm
from kertui.data_screen.save_task import SaveTaskScreen
from kertui.dialogs.open_file import OpenFileScreen
from kertui.session import OpenWorkbench
from kertui.tasks_screen.task_list import TaskList
from kertui.tasks_screen.tasks_screen import TasksScreen
from kertui.terminal.capabilities import Capabilities


async def open_path(pilot: Pilot[None], path: Path) -> DataScreen:
    """Open what is at a path from the list of tasks."""
    await pilot.press("end", "enter")  # the last row: + open a file
    await until(pilot, lambda: isinstance(pilot.app.screen, OpenFileScreen))
    pilot.app.screen.query_one(Input).value = str(path)
    await pilot.press("enter")
    return await data_screen(pilot)


async def data_screen(pilot: Pilot[None]) -> DataScreen:
    await until(pilot, lambda: isinstance(pilot.app.screen, DataScreen))
    assert isinstance(pilot.app.screen, DataScreen)
    return pilot.app.screen


async def leave(pilot: Pilot[None]) -> None:
    await pilot.press("escape")
    await until(pilot, lambda: isinstance(pilot.app.screen, TasksScreen))


async def to_field(pilot: Pilot[None], name: str) -> None:
    pilot.app.screen.query_one(DataForm).focus_field((name,))
    await pilot.press("enter")


async def test_folders_and_arrays_are_seen_changed_and_become_tasks(
    service: RecordedService, home: Path, tmp_path: Path, opened: list[OpenWorkbench]
) -> None:
    pets = write_pictures(tmp_path / "pets", ("cats", "dogs"), each=12)
    (pets / "dogs" / "cut.png").write_bytes((pets / "dogs" / "dogs-00.png").read_bytes()[:-5])
    one = write_pictures(tmp_path / "one", ("cats",), each=3)
    reviews = write_texts(tmp_path / "reviews")
    arrays = tmp_path / "pairs.npz"
    x, y = np.random.default_rng(0).normal(5, 2, (40, 3)), np.arange(40) % 4
    np.savez(arrays, x=x, y=y, price=x.sum(axis=1), held_x=x[:8], held_y=y[:8])
    tasks = home / "tasks"

    app = PatientApp(service, Capabilities())
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        # Pictures: what was seen of them, a size that cannot be, one that can.
        screen = await open_path(pilot, pets)
        await says(pilot, "✓ ready")
        for words in ("24 pictures · 2 classes · 20 % held out", "sizes seen  8 × 8 (24)"):
            await says(pilot, words)
        await until(pilot, lambda: re.search("^ cats +12  ▰{40}$", shown(app), re.MULTILINE))
        await says(pilot, "dogs/cut.png  not whole")
        await says(pilot, "suggested  convolutions")
        for size in ((200, 60), (80, 24), (60, 18), (120, 36)):
            await pilot.resize_terminal(*size)
            for words in ("cats", "grey ▾", "suggested", "↵ use"):
                await says(pilot, words)
            assert max(map(len, shown(app).splitlines())) <= size[0]
        await pilot.press("s")
        await to_field(pilot, "size")
        await pilot.press(*"0x4", "enter")
        await says(pilot, "allowed: width x height in pixels")
        await pilot.press("ctrl+u", *"6x4", "enter")
        await says(pilot, "6 x 4")
        await to_field(pilot, "colour")
        await choose(pilot, "colour")
        await says(pilot, "colour ▾")
        await pilot.press("escape")
        await says(pilot, "✓ ready")
        await pilot.press("enter")
        await until(pilot, lambda: opened)
        await says(pilot, "✓ kept as pets")
        assert opened[0].task.recipes[opened[0].recipe.name] == opened[0].recipe
        kept = read_data_task(tasks / "pets.toml").data
        assert isinstance(kept, PictureFolder)
        assert (kept.path, kept.width, kept.height, kept.colour) == (str(pets), 6, 4, True)
        assert (kept.classes, kept.rows) == (("cats", "dogs"), 24)
        await leave(pilot)

        # The task's own key shows it again; the folder has changed meanwhile.
        (pets / "cats" / "cats-00.png").unlink()
        await until(pilot, lambda: "pets" in shown(app))
        app.screen.query_one(TaskList).go_to("pets")
        await until(pilot, lambda: "edit data" in shown(app))
        await pilot.press("ctrl+e")
        screen = await data_screen(pilot)
        await says(pilot, "6 x 4")
        await says(pilot, "the folder has changed since it was looked at: 24 then")
        await leave(pilot)

        # What cannot be used, and what cannot even be looked at.
        await open_path(pilot, one)
        await says(pilot, "there is one class, cats")
        await pilot.press("enter")
        await says(pilot, "It cannot be used yet")
        assert len(opened) == 1
        await leave(pilot)
        screen = await open_path(pilot, one / "cats")
        await says(pilot, "✗ cannot be read")
        await says(pilot, "there is no folder in it")

        # Its path is corrected to a folder of texts, whose words are to be read in their order.
        screen.query_one(Input).value = str(reviews)
        await pilot.press("enter")
        await says(pilot, "24 texts · 2 classes")
        await pilot.press("s")
        await to_field(pilot, "text_form")
        await choose(pilot, "sequence")
        await says(pilot, "length")
        await to_field(pilot, "most_words")
        await pilot.press(*"2", "enter")
        await says(pilot, "allowed: a whole number, 3 to 60")
        await pilot.press("ctrl+u", *"500", "enter", "escape")
        await says(pilot, "✓ ready")
        await pilot.press("w")
        await until(pilot, lambda: isinstance(app.screen, SaveTaskScreen))
        await pilot.press("enter")
        await data_screen(pilot)
        await until(pilot, lambda: reviews.with_suffix(".toml").exists())
        saved = read_data_task(reviews.with_suffix(".toml")).data
        assert isinstance(saved, TextFolder)
        assert (saved.path, saved.text_form, saved.most_words) == (
            "reviews",
            TextForm.SEQUENCE,
            500,
        )
        await leave(pilot)

        # Arrays: another one is the target, a number then, and rows of the file test it.
        await open_path(pilot, arrays)
        await says(pilot, "40 rows · 4 classes · 5 arrays")
        await says(pilot, "multiclass")
        await pilot.press("s")
        await to_field(pilot, "test")
        await choose(pilot, "held_x")
        await says(pilot, "held_y ▾")
        await to_field(pilot, "as")
        await choose(pilot, "value")
        await says(pilot, "40 rows · a number")
        await to_field(pilot, "y")
        await choose(pilot, "held_y")
        await says(pilot, "x has 40 rows, held_y has 8")
        await pilot.press("u")
        await to_field(pilot, "y")
        await choose(pilot, "price")
        await says(pilot, "price ▾")
        await says(pilot, "regression")
        await to_field(pilot, "as")
        await choose(pilot, "class")
        await says(pilot, "too many targets for classes")
        await pilot.press("escape")
        await says(pilot, "✓ ready")
        await pilot.press("enter")
        await until(pilot, lambda: len(opened) == 2)
    data = read_data_task(tasks / "pairs.toml").data
    assert isinstance(data, Arrays)
    assert (data.x, data.y, data.shape, data.classes) == ("x", "price", (3,), ())
    assert data.scaling is ArrayScaling.STANDARD
    assert app.crash_line is None
