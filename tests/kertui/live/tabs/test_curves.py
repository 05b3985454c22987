from __future__ import annotations

import math
from collections.abc import Iterable

import pytest
from tests.support.live_app import (
    LiveApp,
    exclusive_or,
    finished,
    newswires,
    plot_rows,
    plot_text,
)
from textual.geometry import Region
from textual.pilot import Pilot
from textual.strip import Strip

from kertasks.runs.event_file.events import Epoch, Event, Started
from kertasks.runs.history import RunHistory
from kertui.live.pane import LivePane
from kertui.live.tab import RunView
from kertui.live.tabs.curves import CurvesTab
from kertui.plotting.strips import text_of
from kertui.rows.plot_area import PlotArea


def history(events: Iterable[Event]) -> RunHistory:
    made = RunHistory()
    made.add_all(list(events))
    return made


def legend(area: PlotArea) -> str:
    return text_of(area.rows[0])


async def area_in(pilot: Pilot[None]) -> PlotArea:
    await pilot.pause()
    return pilot.app.query_one(PlotArea)


def show(area: PlotArea, run: RunHistory, planned: int) -> None:
    area.screen.query_one(CurvesTab).show(RunView(history=run, planned=planned))


def look(area: PlotArea) -> CurvesTab:
    return area.screen.query_one(CurvesTab)


class SentCells:
    """What reaches the terminal: the regions refreshed, painted over what was there."""

    def __init__(self, area: PlotArea, monkeypatch: pytest.MonkeyPatch) -> None:
        self.area = area
        self.screen = self._strips()
        self.cells = 0
        refresh = area.refresh

        def record(*regions: Region, **options: bool) -> object:
            for region in regions or (Region(0, 0, *area.size),):
                self.cells += region.area
                for y in range(region.y, region.bottom):
                    old, new = self.screen[y], area.render_line(y)
                    self.screen[y] = Strip.join(
                        [
                            old.crop(0, region.x),
                            new.crop(region.x, region.right),
                            old.crop(region.right, area.size.width),
                        ]
                    )
            return refresh(*regions, **options)

        monkeypatch.setattr(area, "refresh", record)

    def _strips(self) -> list[Strip]:
        return [self.area.render_line(y) for y in range(self.area.size.height)]

    def as_cells(self) -> list[list[tuple[str, object]]]:
        return [self._cells_of(strip) for strip in self.screen]

    def repainted(self) -> list[list[tuple[str, object]]]:
        return [self._cells_of(strip) for strip in self._strips()]

    @staticmethod
    def _cells_of(strip: Strip) -> list[tuple[str, object]]:
        # A blank looks the same in every colour: its run's, in which it is sent.
        return [
            (character, segment.style if character != " " else None)
            for segment in strip
            for character in segment.text
        ]


async def test_the_spans_that_changed_make_the_whole_picture(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = LiveApp()
    async with app.run_test(size=(80, 30)) as pilot:
        area = await area_in(pilot)
        run = RunHistory()
        show(area, run, 1000)
        sent = SentCells(area, monkeypatch)
        events = list(exclusive_or(1000, 1000))
        for number in range(45):
            run.add_all(events[23 * number : 23 * (number + 1)])
            show(area, run, 1000)
            if number == 20:
                area.cursor = 100
            if number == 25:
                look(area).smooth = True
        assert sent.as_cells() == sent.repainted()


async def test_an_epoch_more_sends_a_fraction_of_the_plot(monkeypatch: pytest.MonkeyPatch) -> None:
    app = LiveApp()
    async with app.run_test(size=(80, 30)) as pilot:
        area = await area_in(pilot)
        events = list(exclusive_or(1000, 501))
        run = history(events[:-1])
        show(area, run, 1000)
        sent = SentCells(area, monkeypatch)
        show(area, run, 1000)
        assert sent.cells == 0
        run.add(events[-1])
        show(area, run, 1000)
        assert 0 < sent.cells < area.size.area / 10


async def test_the_legend_says_strokes_values_and_the_best_epoch() -> None:
    app = LiveApp()
    async with app.run_test(size=(90, 30)) as pilot:
        area = await area_in(pilot)
        run = history(newswires(20, 9))
        show(area, run, 20)
        assert run.last is not None
        assert legend(area).startswith("loss ")
        assert f"── train {run.last.metrics['loss']:.4f}" in legend(area)
        assert f"·· validation {run.last.metrics['val_loss']:.3f}" in legend(area)
        assert f"◆ best {run.best_epoch}:" in legend(area)
        assert "◆" in plot_text(area).partition("\n")[2]


async def test_the_cursor_reads_both_curves_at_an_epoch() -> None:
    app = LiveApp()
    async with app.run_test(size=(90, 30)) as pilot:
        area = await area_in(pilot)
        run = history(newswires(20, 9))
        show(area, run, 20)
        area.cursor = 3
        assert "epoch 3" in legend(area)
        assert f"train {run.column('loss')[2]:.3f}" in legend(area)
        assert f"validation {run.column('val_loss')[2]:.3f}" in legend(area)
        assert any("│" in line[8:] for line in plot_text(area).splitlines())


async def test_the_mouse_reads_the_epoch_under_it_until_it_leaves() -> None:
    app = LiveApp()
    async with app.run_test(size=(90, 30)) as pilot:
        area = await area_in(pilot)
        show(area, history(finished(20)), 20)
        await pilot.hover(area, offset=(area.size.width - 1, 4))
        assert area.cursor == 20
        assert "epoch 20" in plot_text(area, -1)
        layout = area.drawn[0].layout
        assert layout is not None
        await pilot.click(area, offset=(layout.gutter, 4))
        assert area.cursor == 1
        await pilot.hover("RunBar")
        assert area.cursor is None


async def test_a_short_run_steps_by_epochs_and_a_long_one_by_columns() -> None:
    app = LiveApp()
    async with app.run_test(size=(90, 30)) as pilot:
        area = await area_in(pilot)
        show(area, history(finished(20)), 20)
        assert area.step(-1) == 19
        assert area.step(1) == 20
        show(area, history(exclusive_or(1000, 1000)), 1000)
        area.cursor = 500
        assert 500 + 9 <= (area.step(1) or 0) <= 500 + 15
        assert area.step(-1000) == 1


async def test_log_y_has_powers_of_ten_and_says_so() -> None:
    app = LiveApp()
    async with app.run_test(size=(90, 40)) as pilot:
        area = await area_in(pilot)
        run = RunHistory()
        run.add(Started(0.0, 100, 1, 1, "CPU"))
        for number in range(1, 101):
            run.add(Epoch(0.0, number, {"loss": 10 ** (3 - number / 20)}, 1e-3, 0.1))
        show(area, run, 100)
        look(area).log_y = True
        assert "log y" in legend(area)
        labels = [
            line.split("┤")[0].strip() for line in plot_text(area).splitlines() if "┤" in line
        ]
        assert "100" in labels
        assert "1" in labels


async def test_a_loss_that_is_no_number_is_a_gap_and_is_named() -> None:
    app = LiveApp()
    async with app.run_test(size=(90, 30)) as pilot:
        area = await area_in(pilot)
        run = RunHistory()
        for number, loss in enumerate((1.0, 0.8, math.nan, math.inf, math.nan), start=1):
            run.add(Epoch(0.0, number, {"loss": loss}, 1e-3, 0.1))
        show(area, run, 10)
        assert "not finite since 3" in legend(area)


async def test_a_metric_that_never_was_a_number_says_so() -> None:
    app = LiveApp()
    async with app.run_test(size=(90, 30)) as pilot:
        area = await area_in(pilot)
        run = RunHistory()
        run.add(Epoch(0.0, 1, {"loss": math.nan}, 1e-3, 0.1))
        show(area, run, 10)
        assert "loss is not a number" in plot_text(area)


async def test_waiting_says_what_for() -> None:
    app = LiveApp()
    async with app.run_test(size=(90, 30)) as pilot:
        area = await area_in(pilot)
        await pilot.pause()
        assert "press space to train" in plot_text(area)


@pytest.mark.parametrize("size", [(36, 14), (20, 8), (10, 6), (4, 3), (1, 1), (200, 60)])
async def test_any_size_is_drawn_or_left_blank(size: tuple[int, int]) -> None:
    app = LiveApp()
    async with app.run_test(size=size) as pilot:
        area = await area_in(pilot)
        show(area, history(newswires(20, 9)), 20)
        await pilot.pause()
        assert all(len(row) == area.size.width for row in area.rows)


@pytest.mark.parametrize("smooth", [False, True])
async def test_ascii_mode_draws_ascii(smooth: bool) -> None:
    app = LiveApp(ascii=True)
    async with app.run_test(size=(90, 30)) as pilot:
        area = await area_in(pilot)
        look(area).smooth = smooth
        show(area, history(newswires(20, 9)), 20)
        assert plot_text(area).isascii()
        assert "xx train" in legend(area)


async def test_without_colours_the_strokes_differ() -> None:
    app = LiveApp(colour=False)
    async with app.run_test(size=(90, 30)) as pilot:
        area = await area_in(pilot)
        show(area, history(newswires(20, 9)), 20)
        dots = dict.fromkeys(("train", "validation"), 0)
        for row in plot_rows(area)[1:]:
            for character, role in row:
                if role in dots and "⠀" <= character <= "⣿":
                    dots[role] += (ord(character) - 0x2800).bit_count()
        assert dots["train"] > 1.5 * dots["validation"] > 0


async def test_200_000_epochs_are_looked_at_once() -> None:
    app = LiveApp()
    async with app.run_test(size=(120, 36)) as pilot:
        pane = app.query_one(LivePane)
        area = await area_in(pilot)
        run = RunHistory()
        run.add(Started(0.0, 200_000, 1, 1, "CPU"))
        run.add_all([Epoch(0.0, n, {"loss": 1 / n}, 1e-3, 0.1) for n in range(1, 190_001)])
        show(area, run, 200_000)
        traces = area.drawn[0].traces
        assert traces is not None
        run.add_all([Epoch(0.0, n, {"loss": 1 / n}, 1e-3, 0.1) for n in range(190_001, 190_101)])
        assert traces.take() == 100
        (curve,) = traces.curves()
        assert len(list(curve.points)) <= 4 * area.size.width
        assert pane.is_mounted


async def test_another_theme_colours_the_curves_anew() -> None:
    app = LiveApp()
    async with app.run_test(size=(90, 30)) as pilot:
        area = await area_in(pilot)
        show(area, history(newswires(20, 9)), 20)
        await pilot.pause()

        def colours() -> set[str]:
            return {str(segment.style) for y in range(3) for segment in area.render_line(y)}

        dark = colours()
        app.theme = "kertui-light"
        await pilot.pause()
        assert not dark & colours()
