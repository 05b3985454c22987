"""The dialogs that ask for a recipe's file, over files and folders that answer late or never."""

from __future__ import annotations

import os
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.support.piloting import until
from textual import events
from textual.app import App
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input, Static

from kertasks.recipes.recipe import Recipe
from kertasks.recipes.toml_file import load_recipe, save_recipe
from kertasks.registry import find_task
from kertui.dialogs.ask_path import AskPathScreen, typed_path
from kertui.terminal.capabilities import Capabilities
from kertui.terminal.theme import DARK, THEMES, default_tokens
from kertui.workbench.recipe_path import OpenRecipeScreen, SaveRecipeScreen

RECIPE = find_task("xor").recipes["answer"]


class DialogApp(App[None]):
    """A dialog over an empty screen."""

    def __init__(self) -> None:
        self.capabilities = Capabilities()
        super().__init__()
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = DARK.name
        self.answers: list[tuple[Recipe, Path] | None] = []

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return default_tokens(self.current_theme)


class Dialog:
    """An open dialog and the keys to it."""

    def __init__(self, app: DialogApp, pilot: Pilot[None], screen: AskPathScreen[Any]) -> None:
        self.app, self.pilot, self.screen = app, pilot, screen

    @property
    def text(self) -> str:
        return self.screen.query_one(Input).value

    @property
    def said(self) -> str:
        return str(self.screen.query_one("#dialog-say", Static).content)

    async def enter(self, text: str | Path, key: str = "enter") -> None:
        self.screen.query_one(Input).value = str(text)
        self.screen.query_one(Input).cursor_position = len(str(text))
        await self.pilot.pause()
        await self.pilot.press(key)

    async def says(self, words: str) -> None:
        await until(self.pilot, lambda: words in self.said)

    async def is_left(self) -> None:
        await until(self.pilot, lambda: self.app.screen is not self.screen)


@asynccontextmanager
async def opened(screen: AskPathScreen[Any]) -> AsyncIterator[Dialog]:
    app = DialogApp()
    async with app.run_test(size=(100, 30)) as pilot:
        app.push_screen(screen, app.answers.append)
        await until(pilot, lambda: app.screen is screen and screen.query(Input))
        yield Dialog(app, pilot, screen)


class Late:
    """A file system that does not answer until it is let."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answers = threading.Event()

    def path(self, text: str) -> Path:
        self.asked.append(text)
        assert self.answers.wait(60)
        return typed_path(text)


@pytest.fixture
def late(monkeypatch: pytest.MonkeyPatch) -> Iterator[Late]:
    """None of real ones can be made to wait: what asks first in the thread waits instead."""
    late = Late()
    monkeypatch.setattr("kertui.dialogs.ask_path.typed_path", late.path)
    yield late
    late.answers.set()


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    path = tmp_path / "mine.toml"
    save_recipe(RECIPE, path)
    return path


def opening() -> OpenRecipeScreen:
    return OpenRecipeScreen("", None, None)


async def settle(dialog: Dialog) -> None:
    """Wait until no thread has anything to say."""
    await until(dialog.pilot, lambda: all(w.is_finished for w in dialog.app.workers))
    await dialog.pilot.pause()


async def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    pipe, device = tmp_path / "pipe.toml", tmp_path / "null.toml"
    os.mkfifo(pipe)
    device.symlink_to("/dev/zero")
    async with opened(opening()) as dialog:
        await dialog.enter(pipe)
        await dialog.says("a named pipe and no file")
        await dialog.enter(device)
        await dialog.says("a device and no file")
        await dialog.enter(tmp_path)
        await dialog.says("is a folder, not a recipe file")
    async with opened(SaveRecipeScreen("", RECIPE, None)) as dialog:
        for path, words in ((pipe, "a named pipe and no file"), (device, "a device and no file")):
            await dialog.enter(path)
            await dialog.says("is already there")
            await dialog.pilot.press("enter")
            await dialog.says(words)
        await dialog.enter(tmp_path)
        await dialog.says("is a folder; a file name is needed")
    assert pipe.is_fifo()


async def test_a_folder_nobody_may_look_into_is_answered(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    async with opened(SaveRecipeScreen("", RECIPE, None)) as dialog:
        await dialog.enter(tmp_path / "file" / "x.toml")
        await dialog.says("cannot be written: not a directory")
        await dialog.enter(tmp_path / ("x" * 300))
        await dialog.says("cannot be written: file name too long")


async def test_it_says_that_it_reads_and_escape_leaves_it(late: Late, mine: Path) -> None:
    async with opened(opening()) as dialog:
        await dialog.enter(mine)
        await dialog.pilot.press("enter", "enter")
        await dialog.says("reading …")
        assert late.asked == [str(mine)], "one thread waits, not three"
        await dialog.pilot.press("escape")
        await dialog.is_left()
        late.answers.set()
        await settle(dialog)
        assert dialog.app.answers == [None]
        assert len(dialog.app.screen_stack) == 1


async def test_a_file_is_not_written_once_the_person_left(late: Late, tmp_path: Path) -> None:
    path = tmp_path / "new.toml"
    async with opened(SaveRecipeScreen("", RECIPE, None)) as dialog:
        await dialog.enter(path)
        await dialog.says("writing …")
        await dialog.pilot.press("escape")
        await dialog.is_left()
        late.answers.set()
        await settle(dialog)
        assert dialog.app.answers == [None]
    assert not path.exists()


async def test_the_answer_on_another_path_does_nothing(
    late: Late, mine: Path, tmp_path: Path
) -> None:
    async with opened(opening()) as dialog:
        await dialog.enter(mine)
        await until(dialog.pilot, lambda: late.asked)
        await dialog.enter(tmp_path / "none.toml", key="end")
        late.answers.set()
        await settle(dialog)
        assert dialog.app.screen is dialog.screen
        await dialog.pilot.press("enter")
        await dialog.says("no such file")


async def test_an_answer_under_another_screen_waits_for_it(late: Late, mine: Path) -> None:
    async with opened(opening()) as dialog:
        await dialog.enter(mine)
        await until(dialog.pilot, lambda: late.asked)
        over: Screen[None] = Screen()
        await dialog.app.push_screen(over)
        late.answers.set()
        await settle(dialog)
        assert dialog.app.screen is over
        assert dialog.app.answers == []
        dialog.app.pop_screen()
        await dialog.is_left()
        assert dialog.app.answers == [(RECIPE, mine)]


async def test_two_escapes_close_one_dialog(mine: Path) -> None:
    async with opened(opening()) as dialog:
        over = OpenRecipeScreen(str(mine), None, None)
        await dialog.app.push_screen(over)
        over.action_cancel()
        over.action_cancel()
        await until(dialog.pilot, lambda: dialog.app.screen is dialog.screen)
        assert dialog.app.answers == []


async def test_tab_completes_and_tells_what_fits(tmp_path: Path) -> None:
    for number in range(100):
        (tmp_path / f"xor-{number:02}.toml").touch()
    (tmp_path / "only.toml").touch()
    async with opened(opening()) as dialog:
        await dialog.enter(f"{tmp_path}/x", key="tab")
        await dialog.says("xor-00.toml   xor-01.toml")
        assert "and 76 more" in dialog.said
        assert dialog.text == f"{tmp_path}/xor-"
        await dialog.enter(f"{tmp_path}/o", key="tab")
        await until(dialog.pilot, lambda: dialog.text == f"{tmp_path}/only.toml")
        assert "xor-00" not in dialog.said


async def test_a_path_is_typed_and_used_in_one_burst_of_keys(mine: Path) -> None:
    async with opened(OpenRecipeScreen("other", None, None)) as dialog:
        for character in f"\x15{mine}"[:-1] + "\t":
            key = {"\x15": "ctrl+u", "\t": "tab"}.get(character, character)
            dialog.app.post_message(events.Key(key, character))
        await until(dialog.pilot, lambda: dialog.text == str(mine))


async def test_the_own_file_is_written_over_without_asking(mine: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.toml"
    link.symlink_to(mine)
    other = find_task("xor").recipes["as asked"]
    async with opened(SaveRecipeScreen("", other, mine)) as dialog:
        await dialog.enter(tmp_path / "link")
        await dialog.is_left()
        assert dialog.app.answers == [(other, link)]
    assert load_recipe(mine) == other
