from __future__ import annotations

import json
import os
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from tests.support.piloting import shown, until
from tests.support.recorded_service import RecordedService
from textual.events import Paste
from textual.pilot import Pilot
from textual.widgets import Input, OptionList, Static

from kertasks.recipes.recipe import Recipe
from kertasks.registry import all_tasks, find_task
from kertasks.task import Task
from kertui.app import KertuiApp
from kertui.dialogs.open_file import OpenFileScreen
from kertui.session import OpenWorkbench
from kertui.tasks_screen.download_screen import DownloadScreen
from kertui.tasks_screen.recipe_list import RecipeList
from kertui.tasks_screen.task_card import DataPicture, TaskCard
from kertui.tasks_screen.task_list import TaskList
from kertui.tasks_screen.tasks_screen import TasksScreen
from kertui.terminal.capabilities import Capabilities


def make(service: RecordedService, **capabilities: Any) -> KertuiApp:
    return KertuiApp(service, Capabilities(**capabilities))


class Opened:
    """Where the workbench would have opened."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.calls: list[tuple[Task, Recipe, Path | None]] = []

        def keep(_: TasksScreen, event: OpenWorkbench) -> None:
            event.stop()
            self.calls.append((event.task, event.recipe, event.path))

        monkeypatch.setattr(TasksScreen, "on_open_workbench", keep, raising=False)


def listed(app: KertuiApp) -> list[str]:
    names = {task.name for task in all_tasks()}
    options = app.screen.query_one(TaskList).options
    return [option.id for option in options if option.id in names]


async def test_every_task_is_listed_before_any_data_is_known(service: RecordedService) -> None:
    app = make(service)
    async with app.run_test(size=(120, 36)):
        assert listed(app) == [task.name for task in all_tasks()]
        assert "threshold" in shown(app)


async def test_typing_filters_at_once_and_enter_opens(
    service: RecordedService, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = Opened(monkeypatch)
    app = make(service)
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: "NO RUN YET" in shown(app))
        await pilot.press("x", "r")
        assert "NO RUN YET" not in shown(app)  # its keys are letters now
        assert listed(app)[0] == "xor"
        assert "Is exactly one of the two inputs 1?" in shown(app)
        await pilot.press("enter")
    ((task, recipe, path),) = opened.calls
    assert (task.name, recipe, path) == ("xor", find_task("xor").recipe(), None)


async def test_letters_of_commands_are_text_while_something_is_typed(
    service: RecordedService,
) -> None:
    app = make(service)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("s", "q")
        assert listed(app) == ["square"]
        await pilot.press("?")
        assert isinstance(app.screen, TasksScreen)
        assert "no task matches" in shown(app)
        await pilot.press("backspace", "backspace", "backspace")
        assert listed(app) == [task.name for task in all_tasks()]


@pytest.mark.parametrize(
    ("pasted", "typed"),
    [("", ""), ("\n", ""), ("xor\nsquare", "xor square"), ("x\tor", "x or"), ("x\x07or", "xor")],
)
async def test_what_is_pasted_is_typed_on_one_line(
    service: RecordedService, pasted: str, typed: str
) -> None:
    app = make(service)
    async with app.run_test(size=(120, 36)) as pilot:
        tasks = app.screen.query_one(TaskList)
        app.post_message(Paste(pasted))
        await pilot.press("end")  # handled after what was pasted
        assert tasks.filter_text == typed
    assert app.crash_line is None


@pytest.mark.parametrize("keys", ["zzzz", ("end",)])
async def test_without_a_task_under_the_cursor_nothing_of_one_is_shown_or_offered(
    service: RecordedService, keys: Sequence[str]
) -> None:
    app = make(service)
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: "→ recipe" in shown(app).splitlines()[-1])
        await until(pilot, lambda: "spread" in shown(app))
        await pilot.press(*keys)
        card = app.screen.query_one(TaskCard)
        await until(pilot, lambda: card.task_shown is None)
        assert [str(part.render()) for part in card.children if part.display] == [
            "Enter opens what is your own: a table, folder, arrays, recipe or task (TOML)."
        ]
        for action in ("choose_recipe", "scroll_card", "head_to_head", "choose_next_variant"):
            assert app.screen.check_action(action, ()) is False
        await until(pilot, lambda: "recipe " not in shown(app).splitlines()[-1])
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: "Features" not in shown(app))
        await pilot.press("escape", "home")
        await until(pilot, lambda: "threshold" in shown(app) and "Recipes" in shown(app))


async def test_escape_shows_every_task_again_and_keeps_the_one_found(
    service: RecordedService,
) -> None:
    app = make(service)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("d", "i", "g", "escape")
        task = app.screen.query_one(TaskList).chosen
        assert task is not None
        assert task.name == "digits"
        assert len(listed(app)) == len(all_tasks())


async def test_the_card_shows_the_data_once_it_is_described(service: RecordedService) -> None:
    app = make(service)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("x", "o", "r")
        await until(pilot, lambda: "baseline" in shown(app))
        screen = shown(app)
        assert "4 rows · all distinct" in screen
        assert "0: 2   1: 2" in screen
        assert "○" in screen


async def test_the_picture_leaves_room_for_the_rest_of_the_card(service: RecordedService) -> None:
    app = make(service)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("x", "o", "r")
        await until(pilot, lambda: "spread" in shown(app))
        card = app.screen.query_one(TaskCard)
        await until(pilot, lambda: card.max_scroll_y == 0)
        assert "accuracy 0.500 · majority" in shown(app)


async def test_moving_past_a_task_does_not_read_its_data(service: RecordedService) -> None:
    app = make(service)
    async with app.run_test(size=(120, 36)) as pilot:
        app.screen.query_one(TaskList).post_message(TaskList.TaskHighlighted(find_task("xor")))
        app.screen.query_one(TaskList).post_message(TaskList.TaskHighlighted(find_task("digits")))
        await until(pilot, lambda: ("digits", "0 to 1") in service.asked)
        assert "xor" not in [task for task, _ in service.asked]


async def test_a_recipe_brings_its_data_and_another_form_can_be_chosen(
    service: RecordedService, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = Opened(monkeypatch)
    app = make(service)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("x", "o", "r", "right")
        chosen = app.screen.query_one(RecipeList).recipe
        assert chosen is not None
        assert chosen.name == next(iter(find_task("xor").recipes))
        variant = find_task("xor").variant(chosen.data.variant).name
        assert f"● {variant}" in shown(app)
        await pilot.press("ctrl+d", "enter")
    ((_, recipe, _),) = opened.calls
    assert recipe.name == chosen.name
    assert recipe.data.variant not in (None, variant)


async def test_single_letters_act_on_the_card(service: RecordedService) -> None:
    app = make(service)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("x", "o", "r", "tab", "d")
        assert "● 40 000 rows" in shown(app)
        assert listed(app) == ["xor"]


async def test_samples_can_be_gone_through(service: RecordedService) -> None:
    app = make(service)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("d", "i", "g")
        await until(pilot, lambda: app.screen.query_one(DataPicture).has_samples)
        await pilot.press("ctrl+n")
        assert app.screen.query_one(DataPicture).first_sample == 1


async def test_missing_data_is_marked_and_enter_downloads_it(service: RecordedService) -> None:
    app = make(service)
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: "↓" in shown(app))
        await pilot.press(*"boston")
        await until(pilot, lambda: "boston_housing.npz is not here yet" in shown(app))
        assert "^g download data" in shown(app)
        download = "kertasks.data.sources.data_files.download"
        started: list[str] = []

        def unreachable(name: str, *_: object) -> None:
            from kertasks.data.sources.source import DownloadFailed

            started.append(name)
            raise DownloadFailed(name, "https://example.org/x", Path("/folder"), "no network")

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(download, unreachable)
            await pilot.press("enter")
            await until(pilot, lambda: "could not be downloaded: no network" in shown(app))
        assert started == ["boston_housing.npz"]
        assert "https://example.org/x" in shown(app)
        assert "kertui data add boston_housing.npz" in shown(app)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, TasksScreen))


async def test_a_download_can_be_cancelled(service: RecordedService) -> None:
    app = make(service)
    async with app.run_test(size=(120, 36)) as pilot:
        from kertasks.data.sources.download import DownloadProgress
        from kertasks.data.sources.source import DownloadCancelled

        def slow(
            name: str,
            on_progress: Callable[[DownloadProgress], None],
            cancelled: Callable[[], bool],
        ) -> None:
            on_progress(DownloadProgress(name, 4_000_000, 17_500_000, 2.0))
            deadline = time.monotonic() + 10
            while not cancelled() and time.monotonic() < deadline:
                os.sched_yield()
            raise DownloadCancelled(name)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("kertasks.data.sources.data_files.download", slow)
            app.push_screen(DownloadScreen("imdb", ("imdb.npz", "imdb_word_index.json")))
            await until(pilot, lambda: "4.0 MB of 17.5 MB" in shown(app))
            assert "1 of 2" in shown(app)
            assert "2.0 MB/s" in shown(app)
            await pilot.press("escape")
            await until(pilot, lambda: isinstance(app.screen, TasksScreen))


async def test_an_unreadable_description_says_why(service: RecordedService) -> None:
    app = make(service)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press(*"diab")
        await until(pilot, lambda: "the data file diabetes.json is not here" in shown(app))


async def test_a_recipe_file_is_opened_and_mistakes_are_said_in_place(
    service: RecordedService, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from kertasks.recipes.toml_file import save_recipe

    good, bad = tmp_path / "mine.toml", tmp_path / "bad.toml"
    save_recipe(find_task("xor").recipe(), good)
    bad.write_text("task = 'xor'\n[fit]\nepohcs = 3\n")
    opened = Opened(monkeypatch)
    app = make(service)
    async with app.run_test(size=(120, 36)) as pilot:
        app.screen.query_one(TaskList).filter_text = str(bad)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, OpenFileScreen))
        await pilot.press("enter")
        await until(pilot, lambda: "epohcs" in shown(app))
        app.screen.query_one(Input).value = str(good)
        await pilot.press("enter")
        await until(pilot, lambda: opened.calls)
    ((task, recipe, path),) = opened.calls
    assert (task.name, recipe.name, path) == ("xor", find_task("xor").recipe().name, good)


async def test_last_runs_are_shown_with_their_results(service: RecordedService) -> None:
    run = service.store.create(find_task("xor").recipe())
    write_finished(run.path)
    app = make(service)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("x", "o", "r")
        await until(pilot, lambda: "Last runs" in shown(app))
        await pilot.press("escape")
        screen = shown(app)
        assert "NO RUN YET" not in screen
        assert "1 run" in screen
        assert "finished" in screen
        assert "test accuracy 0.750" in screen
        assert "just now" in screen


def write_finished(folder: Path) -> None:
    now = time.time()
    manifest = {
        "schema": 1, "id": folder.name, "task": "xor", "recipe": "answer", "seed": 0,
        "created": now, "versions": {}, "device": "CPU", "host": "elsewhere", "pid": 1,
        "process_started": now,
    }  # fmt: skip
    (folder / "run.json").write_text(json.dumps(manifest))
    end = {
        "t": now, "type": "finished", "epochs": 1000, "best_epoch": 990,
        "test": {"loss": 0.3, "accuracy": 0.75}, "unit": None,
    }  # fmt: skip
    (folder / "events.jsonl").write_text(json.dumps(end) + "\n")


async def test_the_mouse_chooses_and_opens(
    service: RecordedService, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = Opened(monkeypatch)
    app = make(service)
    async with app.run_test(size=(120, 36)) as pilot:
        lines = shown(app).splitlines()
        row = next(number for number, line in enumerate(lines) if line.startswith(" square"))
        await pilot.click(offset=(4, row))
        await until(pilot, lambda: "baseline" in shown(app))
        assert not opened.calls
        await pilot.click(offset=(4, row))
        assert [task.name for task, _, _ in opened.calls] == ["square"]
        lines = shown(app).splitlines()
        row = next(number for number, line in enumerate(lines) if "○ 21 points" in line)
        await pilot.click(offset=(lines[row].index("21 points") + 2, row))
        await until(pilot, lambda: "● 21 points" in shown(app))


@pytest.mark.parametrize(
    ("size", "colour"), [((60, 18), True), ((120, 36), True), ((120, 36), False)]
)
async def test_ascii_mode_sends_nothing_but_ascii(
    service: RecordedService, size: tuple[int, int], colour: bool
) -> None:
    app = make(service, ascii=True, colour=colour)
    async with app.run_test(size=size) as pilot:
        card = app.screen.query_one(TaskCard)
        facts = card.query_one("#card-facts", Static)

        def tells(task: str, words: str) -> bool:
            here = card.task_shown is find_task(task)
            return here and words in str(facts.content)

        for task in ("threshold", "square", "digits", "boston"):
            await pilot.press("escape", *task)
            words = "is not here yet" if task == "boston" else "baseline"
            await until(pilot, partial(tells, task, words))
            await pilot.pause()
            assert shown(app).isascii()
        await pilot.press("f1")
        await pilot.pause()
        assert shown(app).isascii()
        await pilot.press("escape", "ctrl+p")
        commands = app.screen.query_one(OptionList)
        await until(pilot, lambda: commands.option_count)
        await pilot.pause()
        assert shown(app).isascii()


async def test_no_color_sends_no_colours_and_shows_the_cursor(service: RecordedService) -> None:
    app = make(service, colour=False)
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: "baseline" in shown(app))
        strips = app.screen._compositor.render_strips()
        segments = [segment for strip in strips for segment in strip]
        styles = [segment.style for segment in segments if segment.style is not None]
        named = {colour for style in styles for colour in (style.color, style.bgcolor) if colour}
        assert {colour.name for colour in named} <= {"default"}
        reversed_text = "".join(s.text for s in segments if s.style and s.style.reverse)
        assert "threshold" in reversed_text
        assert "xor" not in reversed_text


def press(*keys: str) -> Callable[[Pilot[None]], Awaitable[None]]:
    async def run_before(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: "↓" in shown(pilot.app) and "NO RUN YET" in shown(pilot.app))
        await pilot.press(*keys)
        await until(pilot, lambda: "baseline" in shown(pilot.app))
        await pilot.press("escape")
        await pilot.pause()

    return run_before


@pytest.mark.parametrize(
    ("size", "task"), [((80, 24), "xor"), ((120, 36), "digits"), ((200, 60), "square")]
)
def test_it_looks_as_before(
    service: RecordedService,
    snap_compare: Callable[..., bool],
    size: tuple[int, int],
    task: str,
) -> None:
    app = make(service)
    assert snap_compare(app, terminal_size=size, run_before=press(*task))
