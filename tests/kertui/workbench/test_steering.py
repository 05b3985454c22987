"""Steering from the workbench: each key writes its command, and the events alone decide."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.support.live_app import plot_text
from tests.support.piloting import shown
from tests.support.steered_run import SteeredRun
from tests.support.workbench_app import Workbench, open_workbench
from textual.actions import parse
from textual.binding import BindingsMap
from textual.widgets import Input

from kertasks.keras_catalog.catalog import Catalog
from kertasks.recipes.recipe import CompileSettings, Component, Value
from kertasks.registry import find_task
from kertasks.runs.event_file.events import (
    Checkpointed,
    Control,
    Failed,
    Finished,
    LearningRate,
    Paused,
    Planned,
    Progress,
    Resumed,
    Stopped,
)
from kertasks.runs.home.store import RunStore
from kertasks.runs.state import RunState
from kertasks.runs.steering.commands import SteeringCommand
from kertasks.runs.steering.control_file import write_command
from kertui.dialogs.dialog import Question
from kertui.live.ask_number import AskNumberScreen
from kertui.live.epoch_table import EpochTable
from kertui.live.outcome import OutcomeLines
from kertui.live.pane import LivePane
from kertui.live.status import RunStatus
from kertui.live.steering import steering_keys
from kertui.live.training_column import Phase, TrainingColumn
from kertui.live.trouble import RunTrouble
from kertui.plotting.strips import text_of
from kertui.rows.plot_area import PlotArea
from kertui.rows.rows_widget import RowsWidget
from kertui.service.training_service import TrainingService
from kertui.workbench.workbench import WorkbenchScreen


@pytest.fixture
def service(tmp_path: Path, cache: Path, catalog: Catalog) -> TrainingService:
    return TrainingService(RunStore(tmp_path / "home"), cache, spare=False)


@pytest.fixture
def run(service: TrainingService) -> Iterator[SteeredRun]:
    steered = SteeredRun(service.store)
    steered.begin()
    yield steered
    steered.end()


def text(widget: RowsWidget) -> str:
    return "\n".join(text_of(row).rstrip() for row in widget.rows)


def status(bench: Workbench) -> str:
    return text(bench.screen.query_one(RunStatus)).strip()


def column(bench: Workbench) -> TrainingColumn:
    return bench.screen.query_one(TrainingColumn)


def acts(bench: Workbench, key: str) -> str | None:
    """The action a key has now; None where it has none."""
    active = bench.screen.active_bindings.get(key)
    return active.binding.action if active is not None else None


async def follow(bench: Workbench, phase: Phase = Phase.RUNNING, epochs: int = 3) -> None:
    await bench.until(lambda: bench.screen.query_one(LivePane).history.epochs >= epochs)
    await bench.until(lambda: column(bench).phase is phase)


async def asked(bench: Workbench, run: SteeredRun, *commands: tuple[str, float | None]) -> None:
    await bench.until(lambda: run.asked() == list(commands))


async def test_space_pauses_and_goes_on_and_the_events_say_so(
    service: TrainingService, run: SteeredRun
) -> None:
    async with open_workbench(service, run=run.folder) as bench:
        await follow(bench)
        assert "space pause" in shown(bench.app).splitlines()[-1]
        await bench.press("space")
        await asked(bench, run, ("pause", None))
        await bench.until(lambda: status(bench).startswith("● pausing"))
        await bench.press("space")
        await asked(bench, run, ("pause", None))
        assert column(bench).phase is Phase.RUNNING, "it does so until its trainer says otherwise"
        run.answer(Paused(time.time(), 3, 2))
        await follow(bench, Phase.PAUSED)
        await bench.until(lambda: status(bench).startswith("○ paused   epoch  4/10   step 2/4"))
        await bench.until(lambda: "space go on" in shown(bench.app).splitlines()[-1])
        await bench.press("space")
        await asked(bench, run, ("pause", None), ("resume", None))
        run.answer(Resumed(time.time(), 3, 2))
        await follow(bench)
        await bench.until(lambda: status(bench).startswith("● training"))


@pytest.mark.parametrize(
    ("key", "command"),
    [
        ("greater_than_sign", "epoch"),
        ("full_stop", "batch"),
        ("W", "save"),
        ("s", "stop"),
        ("S", "stop_best"),
    ],
)
async def test_a_key_writes_its_command(
    service: TrainingService, run: SteeredRun, key: str, command: str
) -> None:
    async with open_workbench(service, run=run.folder) as bench:
        await follow(bench)
        await bench.press(key)
        await asked(bench, run, (command, None))


async def test_every_command_has_a_key_of_its_own_that_is_explained(
    service: TrainingService, run: SteeredRun
) -> None:
    steering = BindingsMap(steering_keys()).key_to_bindings
    bound = BindingsMap([*WorkbenchScreen.BINDINGS, *LivePane.BINDINGS]).key_to_bindings
    allowed = [f"steer('{command}')" for command in SteeringCommand]
    for key in steering:
        for binding in bound[key]:
            assert binding.action in [*allowed, "start_training"], f"{key} means two things"
    async with open_workbench(service, run=run.folder) as bench:
        await follow(bench)
        act_now = [
            binding
            for bindings in steering.values()
            for binding in bindings
            if bench.screen.check_action(*parse(binding.action)[1:])
        ]
        assert len(act_now) == len(SteeringCommand) - 1, "all but to go on: nothing pauses"
        explained = [command.help for command in bench.app.get_system_commands(bench.app.screen)]
        for binding in act_now:
            assert acts(bench, binding.key) == binding.action
            assert binding.tooltip in explained


async def test_an_epoch_to_train_is_announced_until_its_pause(
    service: TrainingService, run: SteeredRun
) -> None:
    async with open_workbench(service, run=run.folder) as bench:
        await follow(bench)
        await bench.press(">")
        await asked(bench, run, ("epoch", None))
        run.answer()
        await bench.until(lambda: "pauses after this epoch" in status(bench))
        run.train(4, 4)
        run.tell(Paused(time.time(), 4, 0))
        await follow(bench, Phase.PAUSED)
        await bench.until(lambda: "pauses" not in status(bench))


async def test_the_learning_rate_is_asked_for_changed_and_marked(
    service: TrainingService, run: SteeredRun
) -> None:
    async with open_workbench(service, run=run.folder) as bench:
        await follow(bench)
        await bench.press("L")
        assert isinstance(bench.app.screen, AskNumberScreen)
        field = bench.app.screen.query_one(Input)
        assert field.value == "0.001"
        await bench.press("down", "down")
        assert field.value == "0.00025"
        await bench.press("up")
        assert field.value == "0.0005"
        field.value = "-1"
        await bench.press("enter")
        await bench.until(lambda: "must be a number from 1.2e-38 to 3.4e+38" in shown(bench.app))
        field.value = "0.0004"
        await bench.press("enter")
        assert bench.on_top
        await asked(bench, run, ("learning_rate", 0.0004))
        run.answer(LearningRate(time.time(), 4, 0.0004))
        run.train(4, 5, 0.0004)
        table = bench.screen.query_one(EpochTable)
        await bench.until(lambda: "▴4e-4" in text(table))
        assert text(table).count("▴") == 1
        area = bench.screen.query_one(PlotArea)
        await bench.until(lambda: all("▴" in plot_text(area, place) for place in (0, -1)))
        assert all("┊" in plot_text(area, place) for place in (0, -1))
        await bench.press("L")
        assert bench.app.screen.query_one(Input).value == "0.0004"


@pytest.mark.parametrize(("arguments", "rate"), [({"learning_rate": 0.02}, "0.02"), ({}, "0.001")])
async def test_before_the_first_epoch_the_learning_rate_is_the_recipes(
    service: TrainingService, arguments: dict[str, Value], rate: str
) -> None:
    run = SteeredRun(service.store)
    run.begin(epochs=0)
    compiled = CompileSettings(optimizer=Component("Adam", arguments))
    recipe = replace(find_task("xor").recipe(), compile=compiled)
    async with open_workbench(service, recipe=recipe, run=run.folder) as bench:
        await follow(bench, epochs=0)
        await bench.press("L")
        assert bench.app.screen.query_one(Input).value == rate
    run.end()


async def test_the_plan_is_changed_and_shown_everywhere(
    service: TrainingService, run: SteeredRun
) -> None:
    async with open_workbench(service, run=run.folder) as bench:
        await follow(bench)
        await bench.press("E")
        field = bench.app.screen.query_one(Input)
        assert field.value == "10"
        await bench.press("up")
        assert field.value == "20"
        field.value = "2.5"
        await bench.press("enter")
        await bench.until(lambda: "must be a whole number" in shown(bench.app))
        field.value = "40"
        await bench.press("enter")
        await asked(bench, run, ("epochs", 40))
        run.answer(Planned(time.time(), 40))
        await bench.until(lambda: "/40" in status(bench))
        area = bench.screen.query_one(PlotArea)
        await bench.until(lambda: plot_text(area, -1).splitlines()[-1].split()[-1] == "40")


async def test_a_finished_run_is_given_more_epochs(
    service: TrainingService, run: SteeredRun
) -> None:
    run.tell(Finished(time.time(), 3, 3, None, None))
    async with open_workbench(service, run=run.folder) as bench:
        await bench.until(lambda: column(bench).pane.state is RunState.FINISHED)
        assert acts(bench, "r") is None
        assert "E trains on" in text(bench.screen.query_one(OutcomeLines))
        await bench.press("E")
        bench.app.screen.query_one(Input).value = "3"
        await bench.press("enter")
        await bench.until(lambda: "must be a whole number of at least 4" in shown(bench.app))
        await bench.press("escape")
        assert bench.on_top
        assert run.asked() == []


async def test_a_refusal_is_said_to_whoever_asked(
    service: TrainingService, run: SteeredRun
) -> None:
    async with open_workbench(service, run=run.folder) as bench:
        await follow(bench)
        await bench.press("L", "enter")
        await asked(bench, run, ("learning_rate", 0.001))
        run.answer(refused="the recipe's learning rate follows a schedule")
        reason = "was not changed: the recipe's learning rate follows a schedule"
        await bench.until(lambda: any(reason in notice for notice in bench.notices()))
        write_command(run.folder.control_path, SteeringCommand.RESUME)
        run.answer(Progress(time.time(), 4, 1, {}), refused="it is not paused")
        pane = bench.screen.query_one(LivePane)
        await bench.until(lambda: pane.history.progress is not None)
        assert not any("not paused" in notice for notice in bench.notices())


async def test_two_interfaces_follow_what_a_third_does(
    service: TrainingService, run: SteeredRun
) -> None:
    async with open_workbench(service, run=run.folder) as bench:
        await follow(bench)
        number = run.folder.send(SteeringCommand.PAUSE).number
        run.tell(Control(time.time(), number, "pause"), Paused(time.time(), 3, 0))
        await follow(bench, Phase.PAUSED)
        assert acts(bench, "space") == "steer('resume')"
        number = run.folder.send(SteeringCommand.STOP).number
        run.tell(Control(time.time(), number, "stop"))
        await bench.until(lambda: status(bench).startswith("○ stopping"))
        assert acts(bench, "s") is None
        run.tell(Stopped(time.time(), 3, 3, None, None))
        await bench.until(lambda: status(bench).startswith("○ stopped"))
        await bench.until(lambda: acts(bench, "space") == "start_training")
        run.tell(Resumed(time.time(), 3, 0), Progress(time.time(), 4, 1, {}))
        await follow(bench)
        await bench.until(lambda: status(bench).startswith("● training"))
        assert acts(bench, "space") == "steer('pause')"
        assert not bench.screen.query_one(OutcomeLines).display
        run.train(4, 10)
        run.tell(Finished(time.time(), 10, 10, None, None))
        await bench.until(lambda: status(bench).startswith("✓ finished"))


async def test_a_run_that_lost_its_trainer_is_lost_and_found_again(
    service: TrainingService, run: SteeredRun
) -> None:
    run.tell(Checkpointed(time.time(), 2, 0))
    async with open_workbench(service, run=run.folder) as bench:
        await follow(bench)
        run.end()
        await bench.until(lambda: status(bench).startswith("✗ lost"))
        lines = bench.screen.query_one(OutcomeLines)
        await bench.until(lambda: "r resumes from epoch 2" in text(lines))
        assert acts(bench, "r") == "resume_run"
        run.take_over()
        run.tell(Resumed(time.time(), 2, 0), Progress(time.time(), 3, 1, {}))
        await bench.until(lambda: status(bench).startswith("● replaying   to epoch 3"))
        assert acts(bench, "r") is None
        run.train(4, 4)
        await bench.until(lambda: status(bench).startswith("● training"))


async def test_killing_asks_first_and_says_what_is_kept(
    service: TrainingService, run: SteeredRun
) -> None:
    run.tell(Checkpointed(time.time(), 2, 3))
    async with open_workbench(service, run=run.folder) as bench:
        await follow(bench)
        await bench.press("X")
        assert isinstance(bench.app.screen, Question)
        assert "of epoch 2, step 3, stays" in shown(bench.app)
        await bench.press("enter")
        assert bench.on_top
        assert run.process.poll() is None
        await bench.press("X", "down", "enter")
        await bench.until(lambda: run.process.poll() is not None)
        await bench.until(lambda: status(bench).startswith("✗ lost"))
        assert run.asked() == []


async def test_a_command_that_comes_too_late_says_so(
    service: TrainingService, run: SteeredRun
) -> None:
    async with open_workbench(service, run=run.folder) as bench:
        await follow(bench)
        await bench.press("E")
        run.tell(Stopped(time.time(), 3, 3, None, None))
        await bench.until(lambda: column(bench).pane.state is RunState.STOPPED)
        await bench.press("escape")
        column(bench).send(SteeringCommand.PAUSE)
        await bench.until(
            lambda: any("Not paused" in said and "is over" in said for said in bench.notices())
        )
        assert run.asked() == []


async def test_a_run_whose_folder_is_removed_offers_nothing_that_needs_it(
    service: TrainingService, run: SteeredRun
) -> None:
    async with open_workbench(service, run=run.folder) as bench:
        await follow(bench)
        shutil.rmtree(run.folder.path)
        pane = bench.screen.query_one(LivePane)
        await bench.until(lambda: pane.state is RunState.REMOVED)
        await bench.until(lambda: "its folder was removed" in shown(bench.app))
        assert "memory" not in shown(bench.app)
        assert [acts(bench, key) for key in ("r", "l", "E")] == [None] * 3
        pane.focus()
        await bench.until(lambda: bench.screen.focused is pane.shown)
        assert acts(bench, "l") is None
        assert acts(bench, "m") is not None, "the curves are here still"


async def test_the_folder_of_a_stopped_run_is_missed_too(
    service: TrainingService, run: SteeredRun
) -> None:
    run.tell(Stopped(time.time(), 3, 3, None, None))
    async with open_workbench(service, run=run.folder) as bench:
        await bench.until(lambda: acts(bench, "r") is not None)
        shutil.rmtree(run.folder.path)
        await bench.until(lambda: acts(bench, "r") is None)
        await bench.until(lambda: "its folder was removed" in shown(bench.app))


async def test_a_failure_is_said_once_and_its_advice_goes_with_its_recipe(
    service: TrainingService, run: SteeredRun
) -> None:
    async with open_workbench(service, run=run.folder) as bench:
        await follow(bench)
        await bench.press("W")
        await asked(bench, run, ("save", None))
        run.tell(Failed(time.time(), "the loss is not finite since epoch 4"))
        trouble = bench.screen.query_one(RunTrouble)
        await bench.until(lambda: trouble.display)
        assert column(bench).phase is Phase.IDLE
        assert bench.notices() == []
        await bench.press("R", "home", "enter")
        assert bench.on_top
        assert not trouble.display


async def test_what_a_reason_advises_itself_is_not_said_again(
    service: TrainingService, run: SteeredRun
) -> None:
    async with open_workbench(service, run=run.folder) as bench:
        await follow(bench)
        reason = "out of memory: 192 GB are needed. Narrower layers or fewer of them need less."
        run.tell(Failed(time.time(), reason))
        await bench.until(lambda: "them need less" in shown(bench.app))
        assert column(bench).phase is Phase.IDLE
        assert not bench.screen.query_one(RunTrouble).display


async def test_keys_that_make_no_sense_do_nothing(service: TrainingService) -> None:
    async with open_workbench(service) as bench:
        await bench.press("s", "S", ">", ".", "L", "E", "W", "X", "r")
        assert bench.on_top
        assert bench.screen.run is None
        assert [acts(bench, key) for key in ("s", "L", "X", "r")] == [None] * 4


async def test_a_run_is_shown_with_its_own_recipe(
    service: TrainingService, run: SteeredRun
) -> None:
    async with open_workbench(service, task="digits", recipe="dense") as bench:
        bench.app.open_run(run.folder)
        await bench.until(lambda: not bench.on_top)
        second = bench.app.screen
        assert isinstance(second, WorkbenchScreen)
        await bench.until(lambda: [pane.history.epochs for pane in second.query(LivePane)] == [3])
        area = second.query_one(PlotArea)
        await bench.until(
            lambda: (
                [series.history.epochs for one in area.drawn for series in one.plot.series]
                == [3] * 4
            )
        )
        assert second.draft.recipe == run.folder.recipe()
        assert run.folder in service.session_runs
        await bench.press("E")
        bench.app.open_run(run.folder)
        await bench.until(lambda: bench.app.screen is second)
        await bench.press("escape")
        await bench.until(lambda: bench.on_top)


async def test_a_run_that_cannot_be_read_is_a_message(
    service: TrainingService, run: SteeredRun
) -> None:
    async with open_workbench(service) as bench:
        run.folder.recipe_path.write_text("task = 'no such task'")
        bench.app.open_run(run.folder)
        await bench.until(lambda: any("cannot be shown" in said for said in bench.notices()))
        run.folder.recipe_path.unlink()
        bench.app.open_run(run.folder)
        await bench.until(lambda: any("no recipe.toml" in said for said in bench.notices()))
        assert bench.on_top
