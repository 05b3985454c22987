"""Going back in time in the live pane: by key, by mouse, as a film, and back to the present."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.support.live_app import LiveApp, exclusive_or, finished, plot_text, record
from tests.support.piloting import until

from kertasks.runs.event_file.events import Event
from kertasks.runs.folder import RunFolder
from kertasks.runs.looking.kept_epochs import kept_path
from kertasks.runs.looking.view import Moment
from kertui.live.looking.epoch_slider import EpochSlider
from kertui.live.pane import LivePane
from kertui.live.tabs.log import LogTab
from kertui.plotting.strips import text_of
from kertui.rows.plot_area import PlotArea

KEPT = range(20, 401, 20)
NAMES = {
    "[": "left_square_bracket",
    "]": "right_square_bracket",
    "{": "left_curly_bracket",
    "}": "right_curly_bracket",
}


def kept_run(folder: Path, events: Iterator[Event], kept: tuple[int, ...]) -> RunFolder:
    run = record(folder, events)
    run.epochs_path.mkdir(exist_ok=True)
    for epoch in kept:
        kept_path(run.epochs_path, epoch).touch()
    return run


def line(app: LiveApp) -> str:
    (row,) = app.query_one(EpochSlider).rows
    return text_of(row)


async def test_keys_and_mouse_go_to_the_epochs_that_are_kept(tmp_path: Path) -> None:
    app = LiveApp()
    async with app.run_test(size=(100, 40)) as pilot:
        pane, slider = app.query_one(LivePane), app.query_one(EpochSlider)
        pane.follow(kept_run(tmp_path / "run", exclusive_or(), (1, *KEPT)))
        await until(pilot, lambda: slider.display and "live" in line(app))
        for key, epoch in (
            ("[", 400),
            ("[", 380),
            ("]", 400),
            ("{", 200),
            ("{", 1),
            ("[", 1),
            ("}", 200),
            ("}", 400),
            ("]", None),  # past the last one is the present
            ("]", None),
            ("{", 220),
            ("g", None),
        ):
            await pilot.press(NAMES.get(key, key))
            assert pane.view.moment == Moment(epoch=epoch), key
        await pilot.press("left_curly_bracket")
        await until(pilot, lambda: "epoch 220" in line(app))
        # The curves mark it, with its value.
        area = app.query_one(PlotArea)
        value = f"{pane.history.value_at('loss', 220):.4f}"
        await until(pilot, lambda: "loss  epoch 220" in plot_text(area))
        assert value in plot_text(area)
        assert plot_text(area).count("│") > area.drawn[0].size[1]
        # Another tab looks at the same moment.
        await pilot.press("6")
        assert isinstance(pane.shown, LogTab)
        assert pane.view.moment == Moment(epoch=220)

        assert await pilot.click(EpochSlider, offset=(0, 0))
        await until(pilot, lambda: pane.moment == Moment(epoch=1))
        await pilot.mouse_down(EpochSlider, offset=(10, 0))
        await until(pilot, lambda: pane.moment not in (Moment(epoch=1), Moment()))
        await pilot.hover(EpochSlider, offset=(20, 0))
        before = pane.moment.epoch
        await pilot.mouse_up(EpochSlider, offset=(20, 0))
        await pilot.hover(EpochSlider, offset=(5, 0))
        assert pane.moment.epoch == before
        assert before in KEPT
        assert await pilot.click(EpochSlider, offset=(line(app).index("g live"), 0))
        await until(pilot, lambda: pane.moment == Moment())
        for size in ((36, 14), (60, 18), (200, 60)):
            await pilot.resize_terminal(*size)
            await pilot.press("left_square_bracket")
            await until(pilot, lambda: "epoch" in line(app))
            assert len(line(app)) == pane.size.width


async def test_what_was_thinned_out_gives_way_to_the_nearest(tmp_path: Path) -> None:
    app = LiveApp()
    async with app.run_test(size=(100, 40)) as pilot:
        pane, slider = app.query_one(LivePane), app.query_one(EpochSlider)
        run = kept_run(tmp_path / "run", exclusive_or(), (1, *KEPT))
        pane.follow(run)
        await until(pilot, lambda: slider.display)
        await pilot.press("left_square_bracket", "left_square_bracket")
        await until(pilot, lambda: pane.moment == Moment(epoch=380))
        for epoch in KEPT[::2]:
            kept_path(run.epochs_path, epoch).unlink()
        await until(pilot, lambda: pane.moment == Moment(epoch=360))


async def test_a_film_of_a_run_that_is_over_ends_at_its_end(tmp_path: Path) -> None:
    app = LiveApp(ascii=True)
    async with app.run_test(size=(100, 40)) as pilot:
        pane, slider = app.query_one(LivePane), app.query_one(EpochSlider)
        kept = (1, 4, 8, 12, 16, 20)
        pane.follow(kept_run(tmp_path / "run", finished(20), kept))
        await until(pilot, lambda: slider.display and "end" in line(app))
        await pilot.press("left_square_bracket")
        # The last epoch is what is looked at already.
        await until(pilot, lambda: pane.moment == Moment(epoch=16))
        seen = list[int | None]()
        await pilot.press("g", "F")
        assert "F stop" in line(app)

        def is_over() -> bool:
            seen.append(pane.moment.epoch)
            return pane.moment == Moment() and "F film" in line(app)

        await until(pilot, is_over)
        shown_epochs = [epoch for epoch in dict.fromkeys(seen) if epoch]
        # A machine that is busy leaves some out.
        assert shown_epochs == sorted({*shown_epochs} & {*kept})
        assert shown_epochs[0] < 16  # it began anew
        await pilot.press("F", "F")
        stopped_at = pane.moment
        assert stopped_at.epoch in kept
        assert "F film" in line(app)
        await pilot.pause(0.6)  # longer than a frame
        assert pane.moment == stopped_at
        assert set(line(app)) < set("+-*# []abcdefghilmnopstFg0123456789")


async def test_a_run_of_which_nothing_is_kept_has_no_line(tmp_path: Path) -> None:
    app = LiveApp()
    async with app.run_test(size=(100, 40)) as pilot:
        pane = app.query_one(LivePane)
        pane.follow(record(tmp_path / "run", finished(20)))
        await until(pilot, lambda: bool(app.ended))
        assert not app.query_one(EpochSlider).display
        await pilot.press("left_square_bracket", "F", "g")
        assert pane.moment == Moment()
