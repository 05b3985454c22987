from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from tests.support.piloting import shown, until
from tests.support.recorded_service import RecordedService
from tests.support.run_folders import NOON, write_run, write_running
from tests.support.runs_app import Runs, opened_runs
from textual.pilot import Pilot
from textual.widgets import Input

from kertasks.runs.event_file.events import Epoch, Finished, format_event
from kertasks.runs.home.label import Label, read_label, write_label
from kertasks.runs.home.store import RunStore
from kertui.app import KertuiApp
from kertui.comparison.recipe_diff import RecipeDiff
from kertui.dialogs.dialog import Question
from kertui.dialogs.unsaved_changes import UnsavedChangesScreen
from kertui.plotting.strips import Row, text_of
from kertui.rows.header_line import HeaderLine
from kertui.runs.export_run import ExportRunScreen
from kertui.runs.run_changes import RunLabelScreen
from kertui.runs.run_curves import RunCurves
from kertui.runs.run_details import RunDetails
from kertui.runs.run_table import RunTable
from kertui.runs.runs_reader import RunsReader
from kertui.runs.runs_screen import RunsScreen
from kertui.tasks_screen.tasks_screen import TasksScreen
from kertui.terminal.capabilities import Capabilities
from kertui.workbench.workbench import WorkbenchScreen


def write_some(store: RunStore) -> None:
    """Five runs over two hours."""
    write_run(store, "xor", "as asked", epochs=120, began=NOON, held_out=False, seed=1)
    write_run(store, "xor", "answer", epochs=90, began=NOON - 600, held_out=False, seed=2)
    failed = write_run(store, "digits", "dense", epochs=30, began=NOON - 1200, end="failed")
    write_run(store, "digits", "convolutions", epochs=40, began=NOON - 3600, end="stopped", seed=2)
    write_run(store, "square", "tanh", epochs=1500, began=NOON - 7200, seed=3)
    write_label(failed.path, Label("too bold", ("gpu", "rate"), "learning rate 1"))


ALL = ["xor as asked", "xor answer", "digits too bold", "digits convolutions", "square tanh"]


async def test_without_runs_it_says_how_to_make_one(service: RecordedService) -> None:
    async with opened_runs(service) as runs:
        await runs.shows("no runs yet")
        await runs.press("d", "space", "enter", "c", "e", "escape")
        assert isinstance(runs.app.screen, TasksScreen)


async def test_the_newest_is_on_top_and_its_curve_is_drawn(service: RecordedService) -> None:
    write_some(service.store)
    async with opened_runs(service) as runs:
        assert runs.listed == ALL
        await runs.until(lambda: [h.epochs for h in runs.curves.histories.values()] == [120])
        await runs.press("down", "down")
        assert runs.here == "digits too bold"
        await runs.until(lambda: [h.epochs for h in runs.curves.histories.values()] == [30])
        await runs.shows("#gpu #rate")
        assert "the loss is not a number since epoch 3" in shown(runs.app)


async def test_running_ones_are_on_top_and_live(service: RecordedService) -> None:
    write_some(service.store)
    run = write_running(service.store)
    async with opened_runs(service) as runs:
        assert runs.listed == ["xor answer", *ALL]
        await runs.shows("20/1 000")
        await runs.until(lambda: not runs.curves.reading)
        with run.events_path.open("a") as file:
            file.write(format_event(Epoch(NOON, 21, {"loss": 0.125, "accuracy": 0.5}, 0.1, 0.1)))
        await runs.shows("21/1 000")
        await runs.shows("loss 0.1250")
        assert "1 running" in shown(runs.app)
        with run.events_path.open("a") as file:
            file.write(format_event(Finished(NOON, 21, 21, {"loss": 0.1}, None)))
        await runs.until(lambda: runs.listed == [*ALL, "xor answer"])
        # The cursor went with its run.
        assert runs.here == "xor answer"
        assert runs.table.run is not None
        assert runs.table.run.id == run.id


async def test_typing_filters_and_escape_empties(service: RecordedService) -> None:
    write_some(service.store)
    async with opened_runs(service) as runs:
        await runs.press("slash", *"dig")
        assert runs.listed == ["digits too bold", "digits convolutions"]
        assert runs.here == "digits too bold"
        await runs.press("enter", "down")
        assert runs.here == "digits convolutions"
        await runs.press("slash", "space", *"zzz")
        await runs.shows("no run matches 'dig zzz'")
        await runs.press("escape")
        assert runs.listed == ALL
        assert runs.app.screen is runs.screen


async def test_keys_and_heads_sort(service: RecordedService) -> None:
    write_some(service.store)
    async with opened_runs(service) as runs:
        here = runs.here
        column = shown(runs.app).splitlines()[2].index("epochs")
        await runs.pilot.click(RunTable, offset=(column, 0))
        await runs.until(lambda: runs.listed[0] == "square tanh")
        assert runs.here == here  # on its run, wherever that is now
        await runs.press("r")
        assert runs.listed[0] == "digits too bold"
        await runs.press("s")
        assert "best loss ↓" in shown(runs.app)


async def test_keys_that_come_before_the_rows_act_once_they_are_there(
    service: RecordedService,
) -> None:
    write_some(service.store)
    async with opened_runs(service) as runs:
        await runs.press("d")
        await runs.until(lambda: len(runs.listed) == 4)
        runs.screen.action_toggle_deleted()
        assert runs.listed == []
        assert "deleted run" not in " ".join(runs.screen.query_one(HeaderLine).facts)
        runs.table.action_choose()
        await runs.until(lambda: [run.title for run in runs.screen.chosen] == ["as asked"])


async def test_chosen_runs_keep_their_places_and_are_overlaid(service: RecordedService) -> None:
    write_some(service.store)
    async with opened_runs(service) as runs:
        await runs.press("space", "down", "space", "down", "down", "down", "space")
        names = [f"{run.task} {run.title}" for run in runs.screen.chosen]
        assert names == ["xor as asked", "xor answer", "square tanh"]
        await runs.until(
            lambda: [h.epochs for h in runs.curves.histories.values()] == [120, 90, 1500]
        )
        assert runs.screen.choice.places == {
            run.id: at for at, run in enumerate(runs.screen.chosen)
        }
        square = runs.screen.chosen[2].id
        await runs.press("home", "space")
        assert runs.screen.choice.places[square] == 2
        await runs.press("down", "down", "space")
        assert [run.task for run in runs.screen.chosen] == ["digits", "xor", "square"]
        await runs.press("escape")
        assert runs.screen.chosen == []
        assert runs.app.screen is runs.screen


async def test_the_metric_and_the_rows_can_be_changed(service: RecordedService) -> None:
    write_some(service.store)
    async with opened_runs(service, size=(80, 24)) as runs:
        await runs.press("end")
        await runs.until(lambda: "\n val loss" in shown(runs.app))
        await runs.press("v")
        await runs.until(lambda: "\n loss" in shown(runs.app))
        await runs.press("n")
        await runs.until(lambda: "\n accuracy" in shown(runs.app))
        await runs.press("n", "y")
        await runs.shows("log y")


async def test_what_differs_between_the_recipes_is_shown(service: RecordedService) -> None:
    write_some(service.store)
    async with opened_runs(service) as runs:
        await runs.press("c")
        await runs.shows("choose two runs or more with space")
        await runs.press("space", "down")
        await runs.shows("batch_size")
        screen = shown(runs.app)
        assert "Dense 2  relu" in screen
        assert "2000" in screen
        assert "1000" in screen
        assert not runs.curves.display
        await runs.press("c")
        assert runs.curves.display
        assert not runs.screen.query_one(RecipeDiff).display


async def test_a_new_name_shows_in_the_comparison(service: RecordedService) -> None:
    write_some(service.store)
    async with opened_runs(service) as runs:
        await runs.press("space", "down", "space", "c")
        await runs.shows("batch_size")
        await runs.press("e", *"best", "enter")
        await runs.shows("·· xor best")
        assert "── xor as asked" in shown(runs.app)


async def test_the_cursor_goes_to_the_runs_that_were_asked_for(service: RecordedService) -> None:
    write_some(service.store)
    async with opened_runs(service) as runs:
        square = runs.table.runs[-1].id
        screen = RunsScreen(runs.app.session, (square,))
        await runs.app.push_screen(screen)
        await runs.until(lambda: screen.listed.complete)
        assert [run.id for run in screen.chosen] == [square]
        here = screen.query_one(RunTable).run
        assert here is not None
        assert here.id == square


async def test_where_the_cursor_is_is_told_only_while_runs_are_out_of_sight(
    service: RecordedService,
) -> None:
    write_some(service.store)
    async with opened_runs(service, size=(80, 24)) as runs:
        await runs.until(lambda: runs.table.size.height == 6)
        await runs.until(lambda: "1 of 5" not in shown(runs.app))
        # Whatever changed its height, and without a further look at the runs.
        runs.screen.query_one(RunsReader)._reading = True
        runs.table.styles.height = 3
        await runs.until(lambda: "1 of 5" in shown(runs.app))
    for seed in range(20):
        write_run(service.store, "xor", "answer", epochs=2, began=NOON - seed, seed=seed)
    async with opened_runs(service, size=(80, 24)) as runs:
        await runs.press("down")
        assert "2 of 25" in shown(runs.app)


async def test_what_is_told_of_a_run_is_not_cut(service: RecordedService) -> None:
    write_some(service.store)
    async with opened_runs(service, size=(80, 24)) as runs:
        await runs.press("end", "up")
        assert runs.here == "digits convolutions"
        run = runs.table.run
        assert run is not None
        said = " · ".join(text_of(row).strip() for row in rows_of(runs))
        metrics = r"val loss 0\.\d{4} · val accuracy 0\.\d{3} · loss 0\.\d{4} · accuracy 0\.\d{3}"
        assert re.fullmatch(
            rf"stopped · 40 epochs · test accuracy 0\.\d{{3}} · 400 ms · best epoch \d+: {metrics}"
            rf" · {run.id} · GPU H100 on gpu-box",
            said,
        )
        await runs.press("e", "tab", "tab", *("note" * 30), "enter")
        await runs.until(lambda: text_of(rows_of(runs)[-1]).rstrip().endswith("…"))


def rows_of(runs: Runs) -> list[Row]:
    return runs.screen.query_one(RunDetails).rows


async def test_keys_for_a_run_are_offered_only_where_one_is(service: RecordedService) -> None:
    async with opened_runs(service) as runs:
        await runs.shows("no runs yet")
        await runs.until(lambda: "choose" not in shown(runs.app).splitlines()[-1])
        write_some(service.store)
        await runs.until(lambda: runs.listed == ALL)
        await runs.until(lambda: "space choose" in shown(runs.app).splitlines()[-1])


async def test_a_run_gets_a_name_tags_and_a_note(service: RecordedService) -> None:
    write_some(service.store)
    async with opened_runs(service) as runs:
        await runs.press("e")
        assert isinstance(runs.app.screen, RunLabelScreen)
        await runs.press(*"best", "tab", *"#a b", "tab", *"why", "enter")
        await runs.until(lambda: runs.here == "xor best")
        run = runs.table.run
        assert run is not None
        assert read_label(Path(run.folder)) == Label("best", ("a", "b"), "why")
        await runs.press("e", "backspace", "escape")
        assert read_label(Path(run.folder)).name == "best"


async def test_a_deleted_run_comes_back(service: RecordedService) -> None:
    write_some(service.store)
    async with opened_runs(service) as runs:
        await runs.press("down", "d")
        await runs.until(lambda: len(runs.listed) == 4)
        # The next run is under the cursor, and the bin is named.
        assert runs.here == "digits too bold"
        await runs.says("u brings back")
        await runs.press("u")
        await runs.until(lambda: runs.listed == ALL)


async def test_the_bin_can_be_looked_into_and_emptied(service: RecordedService) -> None:
    write_some(service.store)
    async with opened_runs(service) as runs:
        await runs.press("d")
        await runs.until(lambda: len(runs.listed) == 4)
        await runs.press("d")
        await runs.until(lambda: len(runs.listed) == 3)
        await runs.press("D")
        await runs.until(lambda: runs.listed == ALL[:2])
        await runs.press("enter")
        assert runs.app.screen is runs.screen
        await runs.press("u")
        await runs.until(lambda: runs.listed == ALL[1:2])
        await runs.press("E")
        assert isinstance(runs.app.screen, Question)
        await runs.press("enter")  # the first answer keeps them
        await runs.press("E", "down", "enter")
        await runs.until(lambda: runs.listed == [])
        await runs.press("escape")
        await runs.until(lambda: runs.listed == [ALL[0], *ALL[2:]])


async def test_nothing_stands_over_the_question_before_the_bin_is_emptied(
    service: RecordedService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(KertuiApp, "NOTIFICATION_TIMEOUT", 600)
    write_some(service.store)
    async with opened_runs(service, size=(80, 24), toasts=True) as runs:
        await runs.press("d")
        await runs.until(lambda: len(runs.listed) == 4)
        await runs.press("d")
        await runs.until(lambda: len(runs.listed) == 3)
        await runs.press("u")
        await runs.says("brought back")
        await runs.press("D")
        await runs.until(lambda: len(runs.listed) == 1)
        assert runs.screen.query("Toast")
        await runs.press("E")
        await runs.shows("their folders are deleted")
        await runs.until(lambda: not any(screen.query("Toast") for screen in runs.app.screen_stack))
        assert list(runs.app._notifications) == []


async def test_chosen_runs_are_deleted_only_on_request(service: RecordedService) -> None:
    write_some(service.store)
    async with opened_runs(service) as runs:
        await runs.press("space", "down", "space", "down", "d")
        assert isinstance(runs.app.screen, Question)
        await runs.press("down", "enter")
        await runs.until(lambda: runs.listed == ALL[2:])
        assert runs.screen.chosen == []
        await runs.press("u")
        await runs.until(lambda: runs.listed == ALL)


async def test_a_run_that_goes_on_is_not_deleted_but_can_be_stopped(
    service: RecordedService,
) -> None:
    run = write_running(service.store)
    async with opened_runs(service) as runs:
        await runs.press("d")
        await runs.says("stop it first")
        assert runs.listed == ["xor answer"]
        await runs.press("S")
        await runs.until(run.control_path.exists)


async def test_a_run_is_exported_after_asking_how(service: RecordedService) -> None:
    write_some(service.store)
    async with opened_runs(service) as runs:
        assert "Export" in runs.commands
        await runs.press("down", "x")
        dialog = runs.app.screen
        assert isinstance(dialog, ExportRunScreen)
        here = runs.table.run
        assert here is not None
        await runs.shows(here.id)
        await runs.press("escape")
        assert runs.app.screen is runs.screen
        assert runs.screen.chosen == []


async def test_a_run_opens_in_the_workbench_and_f3_comes_back(service: RecordedService) -> None:
    write_some(service.store)
    async with opened_runs(service) as runs:
        await runs.press("enter")
        await runs.until(lambda: isinstance(runs.app.screen, WorkbenchScreen))
        screen = runs.app.screen
        assert isinstance(screen, WorkbenchScreen)
        assert screen.draft.recipe.name == "as asked"
        await runs.press("f3")
        await runs.until(lambda: runs.app.screen is runs.screen)


async def test_unsaved_changes_are_asked_about_wherever_they_are(
    service: RecordedService,
) -> None:
    write_some(service.store)
    async with opened_runs(service) as runs:
        app = runs.app
        await runs.press("escape", "enter")
        await runs.until(lambda: isinstance(app.screen, WorkbenchScreen))
        first = app.screen
        assert isinstance(first, WorkbenchScreen)
        await runs.until(lambda: first.is_mounted)
        await runs.press("d")
        assert first.draft.changed
        await runs.press("f3")
        below = app.screen
        assert isinstance(below, RunsScreen)
        await runs.until(lambda: below.listed.complete)
        await runs.press("enter")
        await runs.until(lambda: isinstance(app.screen, WorkbenchScreen))
        second = app.screen
        assert isinstance(second, WorkbenchScreen)
        await runs.until(lambda: second.is_mounted)
        await runs.press("d")
        assert second.draft.changed
        await runs.press("ctrl+q")
        question = app.screen
        assert isinstance(question, UnsavedChangesScreen)
        await runs.press("l")
        await runs.until(lambda: app.screen is not question)
        assert isinstance(app.screen, UnsavedChangesScreen)
        await runs.press("escape")
        # From the runs' own workbench back to the runs, after asking.
        await runs.press("f3")
        assert isinstance(app.screen, UnsavedChangesScreen)
        await runs.press("l")
        await runs.until(lambda: app.screen is below)


async def test_a_damaged_recipe_is_told(service: RecordedService) -> None:
    run = write_run(service.store, "xor", "answer", epochs=3)
    run.recipe_path.write_text("task = 'xor'\n[fit]\nepohcs = 3\n")
    async with opened_runs(service) as runs:
        await runs.press("o")
        await runs.says("epohcs")
        assert runs.app.screen is runs.screen


async def test_a_click_chooses_moves_and_opens(service: RecordedService) -> None:
    write_some(service.store)
    async with opened_runs(service) as runs:
        await runs.pilot.click(RunTable, offset=(3, 3))
        await runs.until(lambda: [run.title for run in runs.screen.chosen] == ["too bold"])
        await runs.pilot.click(RunTable, offset=(30, 2))
        await runs.until(lambda: runs.here == "xor answer")
        await runs.pilot.click(RunTable, offset=(30, 2))
        await runs.until(lambda: isinstance(runs.app.screen, WorkbenchScreen))


async def test_more_runs_than_colours_are_refused(service: RecordedService) -> None:
    for seed in range(9):
        write_run(service.store, "xor", "answer", epochs=2, began=NOON - seed, seed=seed)
    async with opened_runs(service) as runs:
        await runs.press(*["space", "down"] * 8)
        assert len(runs.screen.chosen) == 8
        await runs.press("space")
        await runs.says("8 runs at most")
        assert len(runs.screen.chosen) == 8


async def test_everything_is_in_the_command_palette(service: RecordedService) -> None:
    write_some(service.store)
    async with opened_runs(service) as runs:
        commands = runs.commands
        assert {"Filter", "Sort", "Compare", "Delete", "Deleted runs", "Name"} <= commands
        assert "Empty the bin" not in commands
        await runs.press("d", "D")
        await runs.until(lambda: runs.listed == ALL[:1])
        commands = runs.commands
        assert "Empty the bin" in commands


@pytest.mark.parametrize("colour", [True, False])
async def test_ascii_mode_sends_nothing_but_ascii(service: RecordedService, colour: bool) -> None:
    write_some(service.store)
    async with opened_runs(service, ascii=True, colour=colour) as runs:
        await runs.press("space", "down", "space")
        await runs.until(lambda: not runs.curves.reading)
        assert shown(runs.app).isascii()
        await runs.press("c")
        await runs.shows("batch_size")
        assert shown(runs.app).isascii()
        await runs.press("e")
        assert shown(runs.app).isascii()


def as_before(*keys: str) -> Callable[[Pilot[None]], Awaitable[None]]:
    async def run_before(pilot: Pilot[None]) -> None:
        await pilot.press("R")
        await until(pilot, lambda: isinstance(pilot.app.screen, RunsScreen))
        screen = pilot.app.screen
        assert isinstance(screen, RunsScreen)
        await until(pilot, lambda: screen.listed.complete)
        await pilot.press(*keys)
        curves = screen.query_one(RunCurves)

        def is_read() -> bool:
            epochs = [history.epochs for history in curves.histories.values()]
            return len(epochs) == 2 and all(epochs) and not curves.reading

        await until(pilot, lambda: is_read() and "⣀" in shown(pilot.app))
        for field in pilot.app.screen.query(Input):
            field.cursor_blink = False
        await pilot.pause()

    return run_before


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)], ids=str)
def test_it_looks_as_before(
    service: RecordedService,
    snap_compare: Callable[..., bool],
    monkeypatch: pytest.MonkeyPatch,
    size: tuple[int, int],
) -> None:
    monkeypatch.setattr("kertui.runs.runs_screen.time", lambda: NOON + 300)
    write_some(service.store)
    app = KertuiApp(service, Capabilities())
    keys = ("space", "down", "space", "end")
    assert snap_compare(app, terminal_size=size, run_before=as_before(*keys))
