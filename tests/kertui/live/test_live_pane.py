from __future__ import annotations

import time
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
    record,
    under_way,
)
from tests.support.piloting import until
from tests.support.run_folders import fill_one_read

from kertasks.runs.events import (
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
from kertasks.runs.history import RunHistory
from kertasks.runs.state import RunState
from kertui.live.live_layout import arrange
from kertui.live.live_pane import LivePane
from kertui.live.pane_lines import NoticeLine, OutcomeLines
from kertui.live.run_follower import RunFollower
from kertui.live.run_status import RunBar, RunStatus
from kertui.live.tabs.curves.epoch_table import EpochTable
from kertui.live.tabs.curves.metric_plot import MetricPlot
from kertui.live.tabs.curves.rate_changes import marked_changes
from kertui.plotting.strips import text_of
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
        pane, plot = app.query_one(LivePane), app.query_one("#first-plot", MetricPlot)
        status = app.query_one(RunStatus)
        await until(pilot, lambda: "press space to train" in text(plot))
        pane.follow(claimed(folder))
        await until(pilot, lambda: "starting …" in text(plot) and "● starting" in text(status))
        record(folder, iter([Started(time.time(), 20, 16, 9, "CPU"), Compiling(time.time())]))
        await until(pilot, lambda: "compiling …" in text(plot) and "● compiling" in text(status))
        record(folder, iter([Compiling(time.time(), 1.0)]))
        await until(pilot, lambda: "the first epoch is under way" in text(plot))


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


async def test_a_stopped_run_says_where_its_weights_are(folder: Path) -> None:
    app = LiveApp()
    async with app.run_test(size=(120, 36)) as pilot:
        events = [*newswires(20, 4), Stopped(START + 9, 4, 3, None, None)]
        app.query_one(LivePane).follow(record(folder, iter(events)))
        await until(pilot, lambda: bool(app.ended))
        await pilot.pause()
        said = text(app.query_one(OutcomeLines))
        assert "○ stopped" in said
        assert "4 of 20 epochs" in said
        assert "model.keras" in said


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
        first, second = pane.query(MetricPlot)
        assert "▴" in text(first)
        assert "▴" in text(second)


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
        late = RunFollower(pane, first)
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
        first, second = pane.query(MetricPlot)
        await pilot.press("y", "m", "z")
        assert (first.log_y, second.log_y) == (True, False)
        assert first.smooth
        assert second.smooth
        assert second.zoomed
        assert "smooth" in text(second)
        await pilot.press("left", "left")
        assert (first.cursor, second.cursor) == (198, 198)
        await pilot.press("home")
        assert first.cursor == 181
        await pilot.press("end")
        assert first.cursor is None


async def test_another_run_is_shown_whole_at_first(tmp_path: Path) -> None:
    app = LiveApp()
    async with app.run_test(size=(90, 40)) as pilot:
        pane = app.query_one(LivePane)
        pane.follow(record(tmp_path / "a", finished(200)))
        await until(pilot, lambda: bool(app.ended))
        await pilot.press("z")
        assert all(plot.zoomed for plot in pane.query(MetricPlot))
        pane.follow(record(tmp_path / "b", newswires(500_000, done=0)))
        await until(pilot, lambda: pane.history.started is not None)
        assert not any(plot.zoomed for plot in pane.query(MetricPlot))


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
        second = app.query_one("#second-plot", MetricPlot)
        seen = [second.metric]
        for _ in range(2):
            await pilot.press("n")
            seen.append(second.metric)
        assert seen == ["accuracy", "auc", "accuracy"]


async def test_with_room_for_one_plot_it_goes_through_all_metrics(folder: Path) -> None:
    app = LiveApp()
    async with app.run_test(size=(60, 14)) as pilot:
        pane = app.query_one(LivePane)
        pane.follow(record(folder, newswires(5)))
        await until(pilot, lambda: pane.history.epochs == 5)
        first, second = pane.query(MetricPlot)
        assert not second.display
        assert first.metric == "loss"
        await pilot.press("n")
        assert first.metric == "accuracy"
        await pilot.press("n")
        assert first.metric == "loss"


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
        await until(pilot, lambda: pane.metric == "mae")


async def test_the_log_is_asked_for_with_its_run(folder: Path) -> None:
    app = LiveApp()
    async with app.run_test(size=(90, 36)) as pilot:
        await pilot.press("l")
        assert app.logs == []
        run = record(folder, newswires(3))
        app.query_one(LivePane).follow(run)
        await pilot.press("l")
        await pilot.pause()
        assert [message.run for message in app.logs] == [run]


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


@pytest.mark.parametrize("height", range(1, 70))
@pytest.mark.parametrize("lines", [0, 3])
@pytest.mark.parametrize("machine", [False, True])
def test_the_parts_of_a_pane_fit_its_height(height: int, lines: int, machine: bool) -> None:
    layout = arrange(height, lines, machine=machine)
    least = 4 if layout.plots == 1 else 12
    assert layout.plots == arrange(height, lines).plots, "it costs no plot"
    if height >= 14 + lines:
        used = layout.plots * least // layout.plots + layout.table + layout.bar + lines
        used += layout.machine
        assert used <= height
        assert layout.bar == 1
    assert layout.table <= max(1, height // 3)


def test_the_table_shrinks_before_the_second_plot_goes() -> None:
    heights = [arrange(height) for height in range(60, 5, -1)]
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
        plot = app.query_one("#first-plot", MetricPlot)
        await until(pilot, lambda: "┤" in text(plot))
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
            plot = app.query_one("#first-plot", MetricPlot)
            assert len(plot.rows) == plot.size.height
            assert all(len(row) == size[0] for row in plot.rows)
