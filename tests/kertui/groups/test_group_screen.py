"""The screen of a cross-validation: what it shows, what its keys do, and a real one from the
workbench to its end."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.support.group_folders import write_group, write_sweep
from tests.support.piloting import PatientApp, shown, until
from tests.support.recorded_service import RecordedService
from tests.support.scenes import open_group
from tests.support.trainers import PATIENCE
from tests.support.workbench_app import open_workbench

from kertasks.groups.cross_validation.asked import FINAL, CrossValidation
from kertasks.groups.folder import GroupState, Refusal
from kertasks.groups.history import GroupHistory
from kertasks.groups.store import GroupStore
from kertasks.groups.sweep.asked import Sweep
from kertasks.groups.sweep.dimension import Choices
from kertasks.recipes.changes import with_changes
from kertasks.registry import find_task
from kertasks.runs.event_file.events import Finished
from kertasks.runs.home.store import RunStore
from kertasks.runs.steering.commands import SteeringCommand
from kertui.groups.group_keys import GroupKeysNow
from kertui.groups.group_screen import GroupScreen
from kertui.plotting.curves.fold_plot import CHOSEN
from kertui.runs.runs_screen import RunsScreen
from kertui.terminal.capabilities import Capabilities
from kertui.workbench.workbench import WorkbenchScreen


async def test_the_folds_their_mean_and_what_keys_do(service: RecordedService) -> None:
    home = service.store.home
    ends = ("finished", "finished", "failed")
    group = write_group(home, CrossValidation(4), epochs=40, ends=ends, gpus=2)
    refused = GroupStore(home).create(group.recipe(), CrossValidation(9), "9 folds")
    refused.refuse(Refusal("9 folds of 4 rows cannot be made; choose fewer folds", True))
    refused.lock_path.touch()
    app = PatientApp(service, Capabilities())
    async with app.run_test(size=(120, 36)) as pilot:

        async def shows(*words: str) -> None:
            await until(pilot, lambda: all(word in shown(app) for word in words))

        # From the list of runs: G opens the group that the run under the cursor is of.
        await pilot.press("R")
        await until(pilot, lambda: isinstance(app.screen, RunsScreen) and app.screen.listed.runs)
        await shows(f"of {group.id}")
        await pilot.press("G")
        await until(pilot, lambda: isinstance(app.screen, GroupScreen))
        await shows("xor › answer › 4 folds", "failed", "2/4 folds", "1/4", "mean of 2 of 4 folds")
        await shows("fold 3/4 failed", "the loss is not finite", "20/40", "waits")
        await shows("device", "GPU 0", "GPU 1")
        await shows("val loss", "◆ best", "━━ mean", "── 1/4", "── others")
        screen = app.screen
        assert isinstance(screen, GroupScreen)
        (body,) = screen.query("GroupCurves")
        chosen = [row.copy() for row in body.rows]  # type: ignore[attr-defined]
        assert any(role == CHOSEN for row in chosen for _, role in row)

        await pilot.press("down")
        await shows("▸ 2/4", "── 2/4")
        assert chosen != body.rows  # type: ignore[attr-defined]
        await pilot.press("y")
        await shows("log y")
        await pilot.press("n")
        await until(pilot, lambda: "val accuracy  log y" in shown(app))

        # What has not begun cannot be opened; the run of a fold that has is a workbench.
        offered = screen.check_action
        assert offered("go_on", ())
        assert not offered("steer", ("pause",))
        await pilot.press("end")
        assert "open" not in {one.binding.action for one in screen.active_bindings.values()}
        await pilot.press("home", "enter")
        await until(pilot, lambda: isinstance(app.screen, WorkbenchScreen))
        assert "fold 1/4" in shown(app)
        screen.post_message(GroupScreen.RunsListed(()))  # a thread's answer that comes late
        await pilot.pause()
        assert isinstance(app.screen, WorkbenchScreen)
        await pilot.press("V")
        await until(pilot, lambda: "holds out fold 1/4 already" in said(app))
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is screen)

        # One that was refused says why, and is on disk no more: it has no run.
        await pilot.press("escape", "escape")
        await open_group(pilot, refused)
        await shows("refused", "No run could be begun", "9 folds of 4 rows cannot be made")
        assert not app.screen.check_action("go_on", ())
        assert not app.screen.check_action("final", ())
        await until(pilot, lambda: not refused.path.exists())
        await pilot.press("o")
        await until(pilot, lambda: isinstance(app.screen, WorkbenchScreen))
        await pilot.press("escape", "escape")

        # The recipe of a trial is read when it is asked for, and may be none by then.
        units = Choices("layers.0.units", ("2",))
        swept = write_sweep(home, Sweep((units,), "grid", 1), [("2",)], epochs=4)
        await open_group(pilot, swept)
        await shows("e its recipe")
        swept.recipe_path.unlink()
        await pilot.press("e")
        await until(pilot, lambda: "recipe.toml cannot be read" in said(app))


def test_a_pause_is_taken_back_before_all_runs_have_come_to_it() -> None:
    pausing = GroupKeysNow(GroupState.RUNNING, asked=SteeringCommand.PAUSE)
    assert pausing.offers("steer", SteeringCommand.RESUME)
    assert not pausing.offers("steer", SteeringCommand.PAUSE)
    assert GroupKeysNow(GroupState.RUNNING).offers("steer", SteeringCommand.PAUSE)


def said(app: PatientApp) -> str:
    # ``_notifications`` is private in Textual 8.2; there is no other way to ask for them.
    return "\n".join(told.message for told in app._notifications)


@contextmanager
def one_core() -> Iterator[None]:
    """Processes that are started meanwhile have one core: one trainer, which imports Keras once."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@pytest.mark.training
async def test_from_the_workbench_to_the_network_on_all_rows(
    trainer_home: Path, service: RecordedService
) -> None:
    service.store = RunStore(trainer_home)
    recipe = with_changes(
        find_task("diabetes").recipes["small"], ["fit.epochs=6", "layers.0.units=4"]
    )
    async with open_workbench(service, "diabetes", recipe) as bench:
        await bench.press("V")
        await bench.until(lambda: "4 runs of 6 epochs" in shown(bench.app))
        await bench.press("1")
        await bench.until(lambda: "folds must be a whole number from 2" in shown(bench.app))
        await bench.press("enter", "backspace", "2", "tab", "tab", "y")
        await bench.until(lambda: "3 runs of 6 epochs" in shown(bench.app))
        await bench.press("backspace", "n")
        with one_core():
            await bench.press("enter")
            await bench.until(lambda: isinstance(bench.app.screen, GroupScreen))
        (group,) = GroupStore(trainer_home).groups()
        screen = bench.app.screen
        assert isinstance(screen, GroupScreen)
        await bench.until(lambda: state(screen) is GroupState.RUNNING)
        assert "  all rows" not in shown(bench.app)
        await bench.press("T")  # nothing is trained yet: the same process goes on to all rows
        await bench.until(lambda: "  all rows" in shown(bench.app))
        assert not screen.check_action("final", ())
        await until(bench.pilot, lambda: state(screen) is GroupState.FINISHED, PATIENCE)
        await bench.until(lambda: "2/2 folds" in shown(bench.app))
        assert "mean of 2 folds" in shown(bench.app)
        assert "test error" in shown(bench.app)
    history = GroupHistory.read(group)
    last = history.members[FINAL].history
    assert isinstance(last.ended, Finished)
    best = screen.seen.best  # type: ignore[union-attr]
    assert best is not None
    assert last.epochs == best.epoch
    assert group.state() is GroupState.FINISHED


def state(screen: GroupScreen) -> GroupState | None:
    return None if screen.seen is None else screen.seen.state
