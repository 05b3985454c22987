"""What cannot be read among the runs, in the interface: named, and no reason to hide the others."""

from __future__ import annotations

import os

import pytest
from tests.support.live_app import LiveApp
from tests.support.piloting import PatientApp, shown, until
from tests.support.recorded_service import RecordedService
from tests.support.run_damage import no_end
from tests.support.run_folders import NOON, write_run
from tests.support.runs_app import Runs, opened_runs

from kertui.live.pane import LivePane
from kertui.runs.runs_screen import RunsScreen
from kertui.service.training_service import TrainingService
from kertui.terminal.capabilities import Capabilities


async def test_a_loop_of_links_is_a_row_and_a_home_that_becomes_one_is_said(
    service: RecordedService,
) -> None:
    write_run(service.store, "square", "tanh", epochs=3)
    runs_path = service.store.runs_path
    async with opened_runs(service) as runs:
        (runs_path / "x").symlink_to("x")
        await runs.until(lambda: len(runs.listed) == 2)
        runs.table.go_to("x")
        await runs.shows("it cannot be read: Too many levels of symbolic links")
        await runs.press("d")
        await runs.until(lambda: runs.listed == ["square tanh"])
        aside = runs_path.rename(service.store.home / "aside")
        runs_path.symlink_to("runs")
        await runs.says("annot list the runs in")
        await runs.shows("cannot be read now")
        assert runs.listed == ["square tanh"]  # what was read before stays
        runs_path.unlink()
        aside.rename(runs_path)
        await runs.shows("1 run")


async def test_a_home_that_is_a_file_is_not_without_runs(
    service: RecordedService, monkeypatch: pytest.MonkeyPatch
) -> None:
    (service.store.home / "runs").touch()
    # The real one, which looks for a run that goes on when a workbench is opened.
    monkeypatch.setattr(type(service), "find_running", TrainingService.find_running)
    app = PatientApp(service, Capabilities())
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "runs cannot be read" in shown(app))
        await pilot.press("R")
        await until(pilot, lambda: isinstance(app.screen, RunsScreen))
        assert isinstance(app.screen, RunsScreen)
        runs = Runs(app, pilot, app.screen)
        await runs.shows("cannot list the runs in")
        assert "Not a directory" in " ".join(shown(app).split())
        assert "no runs yet" not in shown(app)
        await runs.press("escape", "enter")
        await runs.says("annot list the runs in")


async def test_events_that_cannot_be_read_are_said_in_the_pane(service: RecordedService) -> None:
    run = write_run(service.store, "xor", "answer", epochs=3, trainer=True)
    no_end(run)
    run.events_path.unlink()
    os.mkfifo(run.events_path)
    app = LiveApp()
    async with app.run_test(size=(90, 30)) as pilot:
        app.query_one(LivePane).follow(run)
        await until(pilot, lambda: "cannot read events.jsonl: not a regular file" in shown(app))


async def test_recipes_are_compared_beside_one_that_cannot_be_read(
    service: RecordedService,
) -> None:
    for number, recipe in enumerate(("answer", "as asked")):
        write_run(service.store, "xor", recipe, epochs=3, began=NOON - number)
    spoilt = write_run(service.store, "square", "tanh", epochs=3, began=NOON - 9)
    spoilt.recipe_path.unlink()
    spoilt.recipe_path.symlink_to("recipe.toml")
    async with opened_runs(service) as runs:
        await runs.press("space", "down", "space", "down", "space", "c")
        await runs.shows("recipe.toml cannot be read: Too many levels")
        assert "xor answer" in shown(runs.app)
        assert "xor as asked" in shown(runs.app)
