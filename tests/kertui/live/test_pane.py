from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.support.live_app import (
    START,
    LiveApp,
    claimed,
    exclusive_or,
    finished,
    newswires,
    plot_text,
    record,
    under_way,
)
from tests.support.piloting import shown, until
from tests.support.run_folders import fill_one_read

from kertasks.runs.event_file.events import (
    Compiling,
    Epoch,
    Failed,
    Finished,
    LearningRate,
    Notice,
    Resumed,
    Started,
    Stopped,
    format_event,
)
from kertasks.runs.folder import RunFolder
from kertasks.runs.history import RunHistory
from kertasks.runs.state import RunState
from kertui.live.epoch_table import EpochTable
from kertui.live.followed.follower import RunFollower
from kertui.live.outcome import OutcomeLines
from kertui.live.pane import LivePane
from kertui.live.pane_layout import PaneLayout
from kertui.live.pane_layout import arrange as arrange_pane
from kertui.live.status import NoticeLine, RunBar, RunStatus
from kertui.live.tab import LiveTab, TabRow, all_tabs
from kertui.live.tabs.curves import CurvesLayout, CurvesTab
from kertui.live.tabs.curves import arrange as arrange_curves
from kertui.live.tabs.log import LogTab
from kertui.plotting.curves.plot import marked_changes
from kertui.plotting.strips import text_of
from kertui.rows.plot_area import PlotArea
from kertui.rows.rows_widget import RowsWidget


def text(widget: RowsWidget) -> str:
    return "\n".join(text_of(row).rstrip() for row in widget.rows)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "run"


async def test_a_recorded_run_replays_to_its_end(folder: Path) -> None:
    app = LiveApp()
    async with app.run_test(size=(90, 36)) as pilot:
        pane = app.query_one(LivePane)
        run = record(folder, finished(20))
        pane.follow(run)
        await until(pilot, lambda: bool(app.ended))
        (message,) = app.ended
        assert isinstance(message.ended, Finished)
        assert message.run == run
        assert pane.history.epochs == 20
        assert pane.state is RunState.FINISHED
        await pilot.pause()
        lines = app.query_one(OutcomeLines)
        assert "✓ finished   test accuracy 0.790" in text(lines)
        assert "20 epochs" in text(lines)
        assert "best epoch 9" in text(lines)
        assert not app.query_one(RunBar).display
        assert "✓ finished   epoch 20/20" in text(app.query_one(RunStatus))


async def test_a_run_is_followed_while_it_is_written(folder: Path) -> None:
    app = LiveApp()
    async with app.run_test(size=(90, 36)) as pilot:
        pane = app.query_one(LivePane)
        events = list(finished(20))
        run = record(folder, iter(events[:5]))
        pane.follow(run)
        await until(pilot, lambda: pane.history.epochs == 2)
        line = format_event(events[5])
        with run.events_path.open("a") as file:
            file.write(line[:20])
            file.flush()
            await until(pilot, lambda: text(app.query_one(EpochTable)) != "")
            assert pane.history.epochs == 2
            file.write(line[20:])
        await until(pilot, lambda: pane.history.epochs == 3)
        await until(pilot, lambda: " 3 " in text(app.query_one(EpochTable)))


async def test_every_state_before_the_first_epoch_is_named(folder: Path) -> None:
    app = LiveApp()
    async with app.run_test(size=(90, 36)) as pilot:
        pane, area = app.query_one(LivePane), app.query_one(PlotArea)
        status = app.query_one(RunStatus)
        await until(pilot, lambda: "press space to train" in plot_text(area))
        await pilot.press("6")
        log = pane.query_one(LogTab)
        await until(pilot, lambda: log.display and "press space to train" in shown(app))
        await pilot.press("1")
        pane.follow(claimed(folder))
        await until(pilot, lambda: "starting …" in plot_text(area) and "● starting" in text(status))
        record(folder, iter([Started(time.time(), 20, 16, 9, "CPU"), Compiling(time.time())]))
        await until(
            pilot, lambda: "compiling …" in plot_text(area) and "● compiling" in text(status)
        )
        record(folder, iter([Compiling(time.time(), 1.0)]))
        await until(pilot, lambda: "the first epoch is under way" in plot_text(area))


async def test_a_failure_gives_its_reason_and_what_to_do(folder: Path) -> None:
    app = LiveApp()
    async with app.run_test(size=(70, 24)) as pilot:
        reason = "out of memory: the network needs 160 GiB and the GPU has 139 GiB; " * 3
        app.query_one(LivePane).follow(record(folder, iter([Failed(START, reason.strip())])))
        await until(pilot, lambda: bool(app.ended))
        await pilot.pause()
        said = " ".join(text(app.query_one(OutcomeLines)).split())
        assert said.startswith("✗ failed out of memory: the network needs 160 GiB")
        assert "l shows the log" in said
        assert app.query_one(LivePane).state is RunState.FAILED


async def test_a_notice_is_said_whole_where_there_is_room(folder: Path) -> None:
    app = LiveApp()
    async with app.run_test(size=(60, 30)) as pilot:
        reason = "Read-only file system: best.keras cannot be written in the run's folder. It waits"
        app.query_one(LivePane).follow(
            record(folder, iter([*newswires(20, 4), Notice(START + 4, reason)]))
        )
        line = app.query_one(NoticeLine)
        await until(pilot, lambda: " ".join(text(line).split()) == f"! {reason}")
        await pilot.resize_terminal(60, 12)
        await until(pilot, lambda: line.size.height == 1)
        assert text(line).startswith("! Read-only file system: ")


async def test_a_stopped_run_says_where_its_weights_are(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, looked, where = LiveApp(), set[int](), RunFolder.where

    def told(run: RunFolder, path: Path) -> Path:
        looked.add(threading.get_ident())
        return where(run, path)

    monkeypatch.setattr(RunFolder, "where", told)
    async with app.run_test(size=(120, 36)) as pilot:
        events = [*newswires(20, 4), Stopped(START + 9, 4, 3, None, None)]
        app.query_one(LivePane).follow(record(folder, iter(events)))
        await until(pilot, lambda: bool(app.ended))
        await pilot.pause()
        said = text(app.query_one(OutcomeLines))
        assert "○ stopped" in said
        assert "4 of 20 epochs" in said
        assert "model.keras" in said
    assert looked
    assert threading.get_ident() not in looked, "no file is looked for while it is drawn"


async def test_a_regression_reports_its_error_in_the_targets_unit(folder: Path) -> None:
    app = LiveApp()
    async with app.run_test(size=(120, 36)) as pilot:
        end = Finished(START + 9, 4, 3, {"loss": 11.0, "mae": 2.64}, "$1,000")
        app.query_one(LivePane).follow(record(folder, iter([*newswires(4), end])))
        await until(pilot, lambda: bool(app.ended))
        await pilot.pause()
        assert "test error $2,640" in text(app.query_one(OutcomeLines))


async def test_a_run_whose_trainer_is_gone_is_lost(folder: Path) -> None:
    app = LiveApp()
    async with app.run_test(size=(90, 36)) as pilot:
        run = record(folder, newswires(20, 3))
        run.manifest_path.write_text("{}")  # no pid in it: nobody trains here
        app.query_one(LivePane).follow(run)
        await until(pilot, lambda: bool(app.ended))
        await pilot.pause()
        assert app.ended[0].ended is None
        assert "✗ lost" in text(app.query_one(OutcomeLines))
        assert app.query_one(LivePane).history.epochs == 3


async def test_a_run_is_followed_past_its_end(folder: Path) -> None:
    app = LiveApp()
    async with app.run_test(size=(90, 36)) as pilot:
        pane = app.query_one(LivePane)
        run = record(folder, iter([*newswires(20, 4), Stopped(START + 9, 4, 3, None, None)]))
        pane.follow(run)
        await until(pilot, lambda: pane.state is RunState.STOPPED)
        record(folder, iter([Resumed(START + 9000, 4, 0)]))
        await until(pilot, lambda: pane.state is RunState.RUNNING)
        await until(pilot, lambda: not app.query_one(OutcomeLines).display)
        assert app.query_one(RunBar).display
        record(folder, iter(list(newswires(20))[7:]))
        record(folder, iter([Finished(START + 9999, 20, 9, None, None)]))
        await until(pilot, lambda: pane.state is RunState.FINISHED)
        await until(pilot, lambda: len(app.ended) == 2)
        assert [type(message.ended) for message in app.ended] == [Stopped, Finished]
        assert pane.history.epochs == 20


async def test_a_log_as_long_as_one_read_is_shown_whole(folder: Path) -> None:
    app = LiveApp()
    async with app.run_test(size=(90, 36)) as pilot:
        run = record(folder, finished(20))
        fill_one_read(run)
        app.query_one(LivePane).follow(run)
        await until(pilot, lambda: bool(app.ended))
        assert app.query_one(LivePane).state is RunState.FINISHED


async def test_a_run_of_long_ago_that_was_lost_is_so_at_once(folder: Path) -> None:
    app = LiveApp()
    async with app.run_test(size=(90, 36)) as pilot:
        run = record(folder, newswires(20, 3))
        run.manifest_path.write_text("{}")
        app.query_one(LivePane).follow(run, RunState.LOST)
        status = app.query_one(RunStatus)
        await until(pilot, lambda: "epoch  3/20   0:04 elapsed" in text(status))
        await until(pilot, lambda: "✗ lost" in text(status))


async def test_a_change_of_the_learning_rate_is_marked(folder: Path) -> None:
    app = LiveApp()
    async with app.run_test(size=(90, 36)) as pilot:
        pane, table = app.query_one(LivePane), app.query_one(EpochTable)
        events = list(newswires(20, 6))
        pane.follow(record(folder, iter([*events, LearningRate(START + 9, 5, 5e-4)])))
        await until(pilot, lambda: "▴" in text(table))
        marked = [line for line in text(table).splitlines() if "▴" in line]
        assert [line.split()[0] for line in marked] == ["5"]
        area = app.query_one(PlotArea)
        assert "▴" in plot_text(area, 0)
        assert "▴" in plot_text(area, -1)


def test_a_schedule_marks_nothing() -> None:
    history = RunHistory()
    for event in newswires(200):
        history.add(event)
    for number in (20, 7, 20):
        history.add(LearningRate(START, number, 1e-3))
    assert marked_changes(history) == [7, 20]
    for number in range(1, 200):
        history.add(LearningRate(START, number, 1 / number))
    assert marked_changes(history) == []


async def test_following_another_run_forgets_the_first(tmp_path: Path) -> None:
    app = LiveApp()
    async with app.run_test(size=(90, 36)) as pilot:
        pane = app.query_one(LivePane)
        first, second = record(tmp_path / "a", finished(20)), record(tmp_path / "b", finished(6))
        pane.follow(first)
        pane.follow(second)
        await until(pilot, lambda: bool(app.ended))
        assert pane.history.epochs == 6
        assert [message.run for message in app.ended] == [second]
        late = RunFollower(first)
        pane.post_message(RunFollower.EventsRead(late, tuple(newswires(3))))
        await pilot.pause()
        assert pane.history.epochs == 6
        pane.clear(50)
        await pilot.pause()
        assert pane.history.epochs == 0
        assert pane.run is None


async def test_keys_change_what_the_plots_show(folder: Path) -> None:
    app = LiveApp()
    async with app.run_test(size=(90, 40)) as pilot:
        pane = app.query_one(LivePane)
        pane.follow(record(folder, finished(200)))
        await until(pilot, lambda: bool(app.ended))
        area = app.query_one(PlotArea)
        await pilot.press("y", "m", "z")
        first, second = (drawn.plot for drawn in area.drawn)
        assert (first.log_y, second.log_y) == (True, False)
        assert first.smoothing is not None
        assert second.smoothing is not None
        assert second.zoomed
        assert "smooth" in plot_text(area, -1)
        await pilot.press("left", "left")
        assert area.cursor == 198
        assert all("epoch 198" in plot_text(area, place) for place in (0, -1))
        await pilot.press("home")
        assert area.cursor == 181
        await pilot.press("end")
        assert area.cursor is None


async def test_another_run_is_shown_whole_at_first(tmp_path: Path) -> None:
    app = LiveApp()
    async with app.run_test(size=(90, 40)) as pilot:
        pane = app.query_one(LivePane)
        pane.follow(record(tmp_path / "a", finished(200)))
        await until(pilot, lambda: bool(app.ended))
        await pilot.press("z")
        area = app.query_one(PlotArea)
        assert [drawn.plot.zoomed for drawn in area.drawn] == [True, True]
        pane.follow(record(tmp_path / "b", newswires(500_000, done=0)))
        await until(pilot, lambda: pane.history.started is not None)
        assert [drawn.plot.zoomed for drawn in area.drawn] == [False, False]


async def test_next_metric_goes_round_those_of_the_run(folder: Path) -> None:
    app = LiveApp()
    async with app.run_test(size=(90, 40)) as pilot:
        pane = app.query_one(LivePane)
        events = list(finished(5))
        for event in events:
            metrics = getattr(event, "metrics", None)
            if isinstance(metrics, dict):
                metrics["auc"] = 0.5
        pane.follow(record(folder, iter(events)))
        await until(pilot, lambda: bool(app.ended))
        area = app.query_one(PlotArea)
        seen = [area.drawn[1].plot.metric]
        for _ in range(2):
            await pilot.press("n")
            seen.append(area.drawn[1].plot.metric)
        assert seen == ["accuracy", "auc", "accuracy"]


async def test_with_room_for_one_plot_it_goes_through_all_metrics(folder: Path) -> None:
    app = LiveApp()
    async with app.run_test(size=(60, 14)) as pilot:
        pane = app.query_one(LivePane)
        pane.follow(record(folder, newswires(5)))
        await until(pilot, lambda: pane.history.epochs == 5)
        area = app.query_one(PlotArea)

        def shown() -> list[str]:
            return [drawn.plot.metric for drawn in area.drawn]

        assert shown() == ["loss"]
        await pilot.press("n")
        assert shown() == ["accuracy"]
        await pilot.press("n")
        assert shown() == ["loss"]


async def test_the_first_metric_of_a_run_is_chosen_by_itself(folder: Path) -> None:
    app = LiveApp()
    async with app.run_test(size=(90, 36)) as pilot:
        pane = app.query_one(LivePane)
        events = list(newswires(3))
        for event in events:
            metrics = getattr(event, "metrics", None)
            if isinstance(metrics, dict):
                metrics["mae"] = metrics.pop("accuracy")
                metrics["val_mae"] = metrics.pop("val_accuracy")
        pane.follow(record(folder, iter(events)))
        await until(pilot, lambda: app.query_one(CurvesTab).metric == "mae")


async def test_the_log_is_asked_for_with_its_run(folder: Path) -> None:
    app = LiveApp()
    async with app.run_test(size=(90, 36)) as pilot:
        pane = app.query_one(LivePane)
        await pilot.press("l")
        assert isinstance(pane.shown, CurvesTab)
        run = record(folder, newswires(3))
        run.log_path.write_text("of this run")
        pane.follow(run)
        await pilot.press("l")
        await pilot.pause()
        assert isinstance(pane.shown, LogTab)
        await until(pilot, lambda: "of this run" in shown(app))


async def test_the_tabs_are_chosen_by_digits_and_clicks(folder: Path) -> None:
    app = LiveApp()
    async with app.run_test(size=(90, 36)) as pilot:
        pane, row = app.query_one(LivePane), app.query_one(TabRow)
        curves, log = pane.tabs[0], pane.tabs[-1]
        pane.follow(record(folder, newswires(3)))
        await until(pilot, lambda: "6 log" in text(row))
        await pilot.press("6")
        assert pane.shown is log
        assert (curves.display, log.display) == (False, True)
        assert app.focused is log
        await pilot.press("1")
        assert (curves.display, log.display) == (True, False)
        assert app.focused is curves
        await pilot.click(row, offset=(text(row).index("6 log"), 0))
        assert pane.shown is log
        await pilot.press("escape")
        assert pane.shown is curves


async def test_where_not_all_titles_fit_the_last_tabs_have_their_digit_alone(folder: Path) -> None:
    app = LiveApp()
    async with app.run_test(size=(53, 36)) as pilot:
        row = app.query_one(TabRow)
        await until(pilot, lambda: "1 curves 2 picture" in text(row))
        assert text(row).rstrip() == "1 curves 2 picture 3 classes 4 mistakes 5 layers 6"
        await pilot.resize_terminal(40, 36)
        await until(pilot, lambda: "3 classes 4 5 6" in text(row))
        await pilot.click(row, offset=(text(row).index("5"), 0))
        await until(pilot, lambda: "5 layers" in text(row))
        assert app.query_one(LivePane).shown.key == "5"
        assert "6" in text(row)


async def test_closing_a_tab_gives_the_focus_back(folder: Path) -> None:
    app = LiveApp()
    async with app.run_test(size=(90, 36)) as pilot:
        pane, status = app.query_one(LivePane), app.query_one(RunStatus)
        pane.follow(record(folder, newswires(3)))
        status.can_focus = True
        status.focus()
        await pilot.press("l")
        assert pane.shown is pane.tabs[-1]
        assert pane.shown.has_focus
        await pilot.press("escape")
        assert status.has_focus
        assert pane.shown is pane.tabs[0]


async def test_a_tab_says_why_there_is_nothing_to_see() -> None:
    app = LiveApp()
    async with app.run_test(size=(90, 36)) as pilot:
        row = app.query_one(TabRow)
        await until(pilot, lambda: "6 log" in text(row))
        assert "there is no run" not in text(row)
        await pilot.press("6")
        assert "there is no run" in text(row)


async def test_the_row_of_tabs_costs_low_panes_no_row_until_it_is_needed(folder: Path) -> None:
    app = LiveApp()
    async with app.run_test(size=(80, 21)) as pilot:
        pane, row = app.query_one(LivePane), app.query_one(TabRow)
        pane.follow(record(folder, newswires(3)))
        await until(pilot, lambda: pane.history.epochs == 3)
        assert not row.display
        await pilot.press("6")
        assert row.display
        await pilot.press("1")
        assert not row.display


def test_every_tab_has_a_digit_and_a_title_of_its_own() -> None:
    tabs = all_tabs()
    assert [tabs[0].title, tabs[-1].title] == ["curves", "log"]
    assert all(len(tab.key) == 1 and tab.key.isdigit() for tab in tabs)
    assert len({tab.key for tab in tabs}) == len({tab.title for tab in tabs}) == len(tabs)
    assert all(issubclass(tab, LiveTab) for tab in tabs)


async def test_a_notice_has_its_line(folder: Path) -> None:
    app = LiveApp()
    async with app.run_test(size=(90, 36)) as pilot:
        notice = app.query_one(NoticeLine)
        assert not notice.display
        events = [*newswires(3), Notice(START, "an op XLA lacks: one step at a time")]
        app.query_one(LivePane).follow(record(folder, iter(events)))
        await until(pilot, lambda: "an op XLA lacks" in text(notice))


async def test_the_table_has_the_newest_on_top_and_keeps_its_place_when_scrolled(
    folder: Path,
) -> None:
    app = LiveApp()
    async with app.run_test(size=(90, 36)) as pilot:
        pane, table = app.query_one(LivePane), app.query_one(EpochTable)
        pane.follow(record(folder, exclusive_or(1000, 400)))
        await until(pilot, lambda: "400" in text(table))
        lines = text(table).splitlines()
        assert lines[0].split() == ["epoch", "loss", "accuracy", "lr", "time"]
        assert lines[1].split()[0] == "400"
        assert len({len(line) for line in lines if line}) == 1
        await pilot.press("down", "down")
        assert text(table).splitlines()[1].split()[0] == "398"
        record(folder, iter(list(exclusive_or(1000, 405))[403:]))
        await until(pilot, lambda: "7 back" in text(table))
        assert text(table).splitlines()[1].split()[0] == "398"
        await pilot.press(*["up"] * 7)
        assert text(table).splitlines()[1].split()[0] == "405"


async def test_steps_are_told_while_an_epoch_is_long(folder: Path) -> None:
    app = LiveApp()
    async with app.run_test(size=(120, 36)) as pilot:
        events = list(newswires(20, 3))
        slow = [replace(e, seconds=4.0) if isinstance(e, Epoch) else e for e in events]
        status = app.query_one(RunStatus)
        app.query_one(LivePane).follow(record(folder, under_way(iter(slow), 7)))
        await until(pilot, lambda: "step  7/16" in text(status))
        assert "epoch  4/20" in text(status)


@dataclass(frozen=True)
class Layout:
    """The parts of a whole pane that shows the curves."""

    around: PaneLayout
    curves: CurvesLayout


def arrange(height: int, lines: int = 0, *, machine: bool = False) -> Layout:
    around = arrange_pane(height, lines, machine=machine)
    taken = lines + around.tabs + around.machine + around.bar + around.gap
    return Layout(around, arrange_curves(max(0, height - taken)))


@pytest.mark.parametrize("height", range(1, 70))
@pytest.mark.parametrize("lines", [0, 3])
@pytest.mark.parametrize("machine", [False, True])
def test_the_parts_of_a_pane_fit_its_height(height: int, lines: int, machine: bool) -> None:
    layout = arrange(height, lines, machine=machine)
    around, curves = layout.around, layout.curves
    least = 4 if curves.plots == 1 else 12
    assert curves.plots == arrange(height, lines).curves.plots, "it costs no plot"
    if height >= 14 + lines:
        used = curves.plots * least // curves.plots + curves.table + around.bar + lines
        used += around.machine + around.tabs + around.gap
        assert used <= height
        assert around.bar == 1
    assert curves.table <= max(1, height // 3)


def test_the_table_shrinks_before_the_second_plot_goes() -> None:
    heights = [arrange(height).curves for height in range(60, 5, -1)]
    tables = [layout.table for layout in heights]
    assert tables == sorted(tables, reverse=True)
    with_two = [layout.table for layout in heights if layout.plots == 2]
    assert with_two[-1] == 1


@pytest.mark.parametrize("size", [(36, 14), (40, 10), (80, 24), (120, 36), (200, 60)])
async def test_every_size_shows_the_loss(folder: Path, size: tuple[int, int]) -> None:
    app = LiveApp()
    async with app.run_test(size=size) as pilot:
        pane = app.query_one(LivePane)
        pane.follow(record(folder, newswires(20, 9)))
        await until(pilot, lambda: pane.history.epochs == 9)
        await until(pilot, lambda: "┤" in plot_text(app.query_one(PlotArea)))
        assert sum(part.outer_size.height for part in pane.children if part.display) <= size[1]
        for part in pane.query(RowsWidget):
            if part.display:
                assert all(len(row) == part.size.width for row in part.rows)


async def test_resizing_draws_for_the_new_size(folder: Path) -> None:
    app = LiveApp()
    async with app.run_test(size=(120, 36)) as pilot:
        pane = app.query_one(LivePane)
        pane.follow(record(folder, newswires(20, 9)))
        await until(pilot, lambda: pane.history.epochs == 9)
        for size in ((60, 18), (36, 14), (200, 60)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            area = app.query_one(PlotArea)
            assert len(area.rows) == area.size.height
            assert all(len(row) == size[0] for row in area.rows)
