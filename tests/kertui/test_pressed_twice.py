"""Keys that are pressed again, and other keys, before the first was answered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from tests.support.piloting import Held, Threads, until
from tests.support.recorded_service import RecordedService
from tests.support.run_folders import NOON, write_run, write_running
from textual.pilot import Pilot

from kertasks.registry import find_task
from kertasks.runs.folder import RunFolder
from kertui.app import KertuiApp
from kertui.dialogs.help import HelpScreen
from kertui.dialogs.open_file import OpenFileScreen
from kertui.dialogs.quit import QuitQuestion
from kertui.dialogs.too_small import TooSmallScreen
from kertui.first_shown import FirstRun
from kertui.live.tabs.log import LogTab
from kertui.runs.runs_screen import RunsScreen
from kertui.tasks_screen.task_list import OPEN_FILE, TaskList
from kertui.tasks_screen.tasks_screen import TasksScreen
from kertui.terminal.capabilities import Capabilities
from kertui.workbench.workbench import WorkbenchScreen


def make(service: RecordedService, attach: RunFolder | None = None) -> KertuiApp:
    return KertuiApp(service, Capabilities(), None if attach is None else FirstRun(attach))


def stack(app: KertuiApp) -> list[type]:
    return [type(screen) for screen in app.screen_stack]


async def open_runs(pilot: Pilot[None], app: KertuiApp) -> RunsScreen:
    """The screen of runs, the first run under the cursor and nothing to be read any more."""
    await pilot.press("R")
    await until(pilot, lambda: isinstance(app.screen, RunsScreen))
    screen = app.screen
    assert isinstance(screen, RunsScreen)
    await until(pilot, lambda: screen.listed.complete)
    return screen


async def test_a_task_is_opened_once(service: RecordedService) -> None:
    app = make(service)
    async with app.run_test(size=(120, 36)) as pilot:
        tasks = app.screen.query_one(TaskList)
        tasks.action_select()
        tasks.action_select()
        await until(pilot, lambda: isinstance(app.screen, WorkbenchScreen))
        await pilot.pause()
        assert stack(app) == [TasksScreen, WorkbenchScreen]


async def test_one_file_is_asked_for(service: RecordedService) -> None:
    app = make(service)
    async with app.run_test(size=(120, 36)) as pilot:
        tasks = app.screen.query_one(TaskList)
        tasks.highlighted = tasks.get_option_index(OPEN_FILE)
        tasks.action_select()
        tasks.action_select()
        await until(pilot, lambda: isinstance(app.screen, OpenFileScreen))
        await pilot.pause()
        assert stack(app) == [TasksScreen, OpenFileScreen]


@pytest.mark.parametrize("turns", [0, 3])
@pytest.mark.parametrize("leave", [KertuiApp.pop_screen, KertuiApp.exit])
async def test_a_screen_that_is_left_before_it_is_built_is_no_error(
    service: RecordedService, leave: Callable[[KertuiApp], object], turns: int
) -> None:
    app = make(service)
    xor = find_task("xor")
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        app.push_screen(WorkbenchScreen(app.session, xor, xor.recipes["answer"]))
        for _ in range(turns):  # of the loop, in which some parts are built and others not
            await asyncio.sleep(0)
        leave(app)
        await until(pilot, lambda: app.return_code is not None or stack(app) == [TasksScreen])
    assert app.return_code in (None, 0)
    assert app.crash_line is None


@pytest.mark.parametrize("keys", [("enter", "enter"), ("enter", "o"), ("o", "enter")])
async def test_a_run_is_opened_once_as_asked_last(
    service: RecordedService, monkeypatch: pytest.MonkeyPatch, keys: tuple[str, ...]
) -> None:
    write_run(service.store, "xor", "answer", epochs=3, seed=1)
    app = make(service)
    async with app.run_test(size=(120, 36)) as pilot:
        threads = Threads()
        await open_runs(pilot, app)
        reading = Held(monkeypatch, RunFolder, "recipe")
        before = len(threads.work)
        for key in keys:
            await pilot.press(key)
        await until(pilot, lambda: len(reading.calls) == len(keys))
        asked = threads.work[before:]
        reading.let_go()
        await until(pilot, lambda: all(work.done() for work in asked))
        await until(pilot, lambda: isinstance(app.screen, WorkbenchScreen))
        await pilot.pause()
        assert stack(app) == [TasksScreen, RunsScreen, WorkbenchScreen]
        assert isinstance(app.screen, WorkbenchScreen)
        assert (app.screen.run is not None) is (keys[-1] == "enter")


async def test_a_run_is_not_opened_over_what_was_opened_meanwhile(
    service: RecordedService, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_run(service.store, "xor", "answer", epochs=3, seed=1)
    app = make(service)
    async with app.run_test(size=(120, 36)) as pilot:
        threads = Threads()
        await open_runs(pilot, app)
        reading = Held(monkeypatch, RunFolder, "recipe")
        before = len(threads.work)
        await pilot.press("enter")
        await until(pilot, lambda: len(reading.calls) == 1)
        asked = threads.work[before:]
        await pilot.press("f1")
        assert isinstance(app.screen, HelpScreen)
        reading.let_go()
        await until(pilot, lambda: all(work.done() for work in asked))
        await pilot.pause()
        assert stack(app) == [TasksScreen, RunsScreen, HelpScreen]


async def test_a_workbench_is_known_by_the_run_it_is_given(service: RecordedService) -> None:
    run = write_run(service.store, "xor", "answer", epochs=3, seed=1)
    other = write_run(service.store, "xor", "answer", epochs=3, began=NOON - 60, seed=2)
    app = make(service)
    async with app.run_test(size=(120, 36)) as pilot:
        task = find_task("xor")
        screen = WorkbenchScreen(app.session, task, task.recipe(), run=run)
        assert screen.shows(run)
        assert not screen.shows(other)
        await app.push_screen(screen)
        await until(pilot, lambda: screen.run == run)
        assert screen.shows(run)


async def test_a_run_is_attached_to_in_a_terminal_too_small_for_it(
    service: RecordedService, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = write_run(service.store, "xor", "answer", epochs=3)
    reading = Held(monkeypatch, RunFolder, "recipe")
    app = make(service, run)
    async with app.run_test(size=(50, 12)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, TooSmallScreen))
        reading.let_go()
        await until(pilot, lambda: WorkbenchScreen in stack(app))
        await pilot.pause()


async def test_one_log_is_shown(service: RecordedService) -> None:
    run = write_run(service.store, "xor", "answer", epochs=3)
    app = make(service, run)
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, WorkbenchScreen))
        bench = app.screen
        assert isinstance(bench, WorkbenchScreen)
        await until(pilot, lambda: bench.is_mounted and bench.run == run)
        bench.action_live("log")
        bench.action_live("log")
        await until(pilot, lambda: bench.query_one(LogTab).display)
        await pilot.pause()
        assert bench.query_one(LogTab).display
        assert stack(app) == [TasksScreen, WorkbenchScreen]


async def test_one_question_is_asked_on_leaving(
    service: RecordedService, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.take_up(write_running(service.store))
    app = make(service)
    async with app.run_test(size=(120, 36)) as pilot:
        threads = Threads()
        looking = Held(monkeypatch, app, "session_runs")
        before = len(threads.work)
        await pilot.press("q")
        await until(pilot, lambda: len(looking.calls) == 1)
        await pilot.press("q")
        asked = threads.work[before:]
        looking.let_go()
        await until(pilot, lambda: all(work.done() for work in asked))
        await until(pilot, lambda: isinstance(app.screen, QuitQuestion))
        await pilot.pause()
        assert stack(app) == [TasksScreen, QuitQuestion]
        # Whoever stays can leave later.
        await pilot.press("escape", "q")
        await until(pilot, lambda: isinstance(app.screen, QuitQuestion))
        await pilot.pause()
