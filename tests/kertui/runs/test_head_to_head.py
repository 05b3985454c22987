"""Two recipes trained side by side, for real."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.support.piloting import Held, shown, until
from tests.support.recorded_service import RecordedService
from tests.support.trainers import PATIENCE, kill_trainers

from kertasks.models.messages import BuildError
from kertasks.recipes.changes import with_changes
from kertasks.registry import find_task
from kertasks.runs.state import RunState
from kertui.app import KertuiApp
from kertui.dialogs.dialog import Question
from kertui.runs.head_to_head import opponents, train_head_to_head
from kertui.runs.run_curves import RunCurves
from kertui.runs.runs_screen import RunsScreen
from kertui.tasks_screen.tasks_screen import TasksScreen
from kertui.terminal.capabilities import Capabilities


@pytest.fixture
def trainers(home: Path) -> Iterator[None]:
    yield
    kill_trainers(home)


def said(app: KertuiApp) -> str:
    return "\n".join(notice.message for notice in app._notifications)


@pytest.mark.parametrize(
    ("task", "recipe", "first"),
    [
        ("xor", "as asked", "answer"),
        ("xor", "answer", "as asked"),
        ("xor", "as asked, four rows", "as asked"),
        ("digits", "dense", "convolutions"),
        ("square", "tanh", "as asked"),
    ],
)
def test_the_likeliest_opponent_comes_first(task: str, recipe: str, first: str) -> None:
    found = find_task(task)
    others = opponents(found, found.recipes[recipe])
    assert others[0].name == first
    assert {other.name for other in others} == set(found.recipes) - {recipe}


async def test_escape_starts_nothing(service: RecordedService) -> None:
    app = KertuiApp(service, Capabilities())
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press(*"xor", "escape", "H")
        assert isinstance(app.screen, Question)
        await pilot.press("escape")
        assert isinstance(app.screen, TasksScreen)
        assert service.store.runs() == []


async def test_a_letter_of_a_command_is_text_while_something_is_typed(
    service: RecordedService,
) -> None:
    app = KertuiApp(service, Capabilities())
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press(*"XOR")
        assert isinstance(app.screen, TasksScreen)
        await pilot.press("f3")
        assert isinstance(app.screen, RunsScreen)


@pytest.mark.training
async def test_two_recipes_are_trained_on_the_same_axes(
    service: RecordedService, trainers: None
) -> None:
    app = KertuiApp(service, Capabilities())
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press(*"xor", "escape", "H", "enter")
        await until(pilot, lambda: isinstance(app.screen, RunsScreen))
        screen = app.screen
        assert isinstance(screen, RunsScreen)
        await until(pilot, lambda: len(screen.chosen) == 2)
        assert [run.recipe for run in screen.chosen] == ["as asked", "answer"]
        curves = screen.query_one(RunCurves)
        await until(
            pilot,
            lambda: (
                len(curves.histories) == 2
                and all(history.epochs > 5 for history in curves.histories.values())
            ),
            PATIENCE,
        )
        # Drawn at most four times a second: what was read a moment ago may not be shown yet.
        await until(pilot, lambda: "accuracy" in shown(app).splitlines()[3])
        lines = shown(app).splitlines()
        assert lines[1].startswith(" ── xor as asked")
        assert lines[2].startswith(" ·· xor answer")
        # The quicker one may be through already.
        await pilot.press("S")
        over = {RunState.STOPPED, RunState.FINISHED}
        await until(pilot, lambda: {run.state for run in screen.chosen} <= over, PATIENCE)
        assert any("asked to stop" in told.message for told in app._notifications)
        await pilot.press("escape")
        assert isinstance(app.screen, TasksScreen)


@pytest.mark.training
async def test_neither_is_trained_where_one_cannot_be(
    service: RecordedService, trainers: None
) -> None:
    service.spare = True
    task = find_task("xor")
    changes = ["layers.1.units=2", "compile.loss=mse", "compile.metrics=['nothing']"]
    wrong = replace(with_changes(task.recipes["answer"], changes), name="wrong")
    task = replace(task, recipes={"wrong": wrong, "answer": task.recipes["answer"]})
    app = KertuiApp(service, Capabilities())
    async with app.run_test(size=(120, 36)) as pilot:
        train_head_to_head(app.session, app.screen, task, wrong)
        await until(pilot, lambda: "Nothing is trained" in said(app), PATIENCE)
        assert service.store.runs() == []
        assert isinstance(app.screen, TasksScreen)
        with pytest.raises(BuildError) as alone:
            await asyncio.to_thread(service.require_trainable, wrong)
        assert len(alone.value.findings) > 1
        for finding in alone.value.findings:
            assert f"'wrong': {finding}" in said(app)
        assert "'answer':" not in said(app)


@pytest.mark.training
async def test_while_both_are_started_nothing_more_is_and_nothing_is_covered(
    service: RecordedService, trainers: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = KertuiApp(service, Capabilities())
    async with app.run_test(size=(120, 36)) as pilot:
        starting = Held(monkeypatch, service, "start")
        await pilot.press(*"xor", "escape", "H", "enter")
        await until(pilot, lambda: len(starting.calls) == 1)
        await pilot.press("H")
        assert isinstance(app.screen, TasksScreen)
        await until(pilot, lambda: "Starting both" in said(app))
        await pilot.press("R")
        await until(pilot, lambda: isinstance(app.screen, RunsScreen))
        runs = app.screen
        assert isinstance(runs, RunsScreen)
        starting.let_go()
        await until(pilot, lambda: "'as asked' and 'answer' are being trained" in said(app))
        assert len(service.store.runs()) == 2
        assert app.screen_stack[1:] == [runs]
        # They are started: another pair may be.
        await pilot.press("escape", "H")
        assert isinstance(app.screen, Question)
