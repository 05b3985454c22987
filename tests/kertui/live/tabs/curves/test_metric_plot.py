from __future__ import annotations

import math
from collections.abc import Iterable

import pytest
from tests.support.live_app import LiveApp, exclusive_or, finished, newswires
from textual.geometry import Region
from textual.pilot import Pilot
from textual.strip import Strip

from kertasks.runs.events import Epoch, Event, Started
from kertasks.runs.history import RunHistory
from kertui.live.live_pane import LivePane
from kertui.live.tabs.curves.metric_plot import MetricPlot
from kertui.plotting.strips import text_of


def history(events: Iterable[Event]) -> RunHistory:
    made = RunHistory()
    made.add_all(list(events))
    return made


def shown(plot: MetricPlot) -> str:
    return "\n".join(text_of(row).rstrip() for row in plot.rows)


def legend(plot: MetricPlot) -> str:
    return text_of(plot.rows[0])


async def plot_in(pilot: Pilot[None]) -> MetricPlot:
    await pilot.pause()
    return pilot.app.query_one("#first-plot", MetricPlot)


class SentCells:
    """What reaches the terminal: the regions refreshed, painted over what was there."""

    def __init__(self, plot: MetricPlot, monkeypatch: pytest.MonkeyPatch) -> None:
        self.plot = plot
        self.screen = self._strips()
        self.cells = 0
        refresh = plot.refresh

        def record(*regions: Region, **options: bool) -> object:
            for region in regions or (Region(0, 0, *plot.size),):
                self.cells += region.area
                for y in range(region.y, region.bottom):
                    old, new = self.screen[y], plot.render_line(y)
                    self.screen[y] = Strip.join(
                        [
                            old.crop(0, region.x),
                            new.crop(region.x, region.right),
                            old.crop(region.right, plot.size.width),
                        ]
                    )
            return refresh(*regions, **options)

        monkeypatch.setattr(plot, "refresh", record)

    def _strips(self) -> list[Strip]:
        return [self.plot.render_line(y) for y in range(self.plot.size.height)]

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
        plot = await plot_in(pilot)
        run = RunHistory()
        plot.show(run, 1000)
        sent = SentCells(plot, monkeypatch)
        events = list(exclusive_or(1000, 1000))
        for number in range(45):
            run.add_all(events[23 * number : 23 * (number + 1)])
            plot.show(run, 1000)
            if number == 20:
                plot.cursor = 100
            if number == 25:
                plot.smooth = True
        assert sent.as_cells() == sent.repainted()


async def test_an_epoch_more_sends_a_fraction_of_the_plot(monkeypatch: pytest.MonkeyPatch) -> None:
    app = LiveApp()
    async with app.run_test(size=(80, 30)) as pilot:
        plot = await plot_in(pilot)
        events = list(exclusive_or(1000, 501))
        run = history(events[:-1])
        plot.show(run, 1000)
        sent = SentCells(plot, monkeypatch)
        plot.show(run, 1000)
        assert sent.cells == 0
        run.add(events[-1])
        plot.show(run, 1000)
        assert 0 < sent.cells < plot.size.area / 10


async def test_the_legend_says_strokes_values_and_the_best_epoch() -> None:
    app = LiveApp()
    async with app.run_test(size=(90, 30)) as pilot:
        plot = await plot_in(pilot)
        run = history(newswires(20, 9))
        plot.show(run, 20)
        assert run.last is not None
        assert legend(plot).startswith("loss ")
        assert f"── train {run.last.metrics['loss']:.4f}" in legend(plot)
        assert f"·· validation {run.last.metrics['val_loss']:.3f}" in legend(plot)
        assert f"◆ best {run.best_epoch}:" in legend(plot)
        assert "◆" in shown(plot).partition("\n")[2]


async def test_the_cursor_reads_both_curves_at_an_epoch() -> None:
    app = LiveApp()
    async with app.run_test(size=(90, 30)) as pilot:
        plot = await plot_in(pilot)
        run = history(newswires(20, 9))
        plot.show(run, 20)
        plot.cursor = 3
        assert "epoch 3" in legend(plot)
        assert f"train {run.column('loss')[2]:.3f}" in legend(plot)
        assert f"validation {run.column('val_loss')[2]:.3f}" in legend(plot)
        assert any("│" in line[8:] for line in shown(plot).splitlines())


async def test_the_mouse_reads_the_epoch_under_it_until_it_leaves() -> None:
    app = LiveApp()
    async with app.run_test(size=(90, 30)) as pilot:
        plot = await plot_in(pilot)
        plot.show(history(finished(20)), 20)
        await pilot.hover(plot, offset=(plot.size.width - 1, 4))
        assert plot.cursor == 20
        assert app.query_one("#second-plot", MetricPlot).cursor == 20
        await pilot.click(plot, offset=(plot.needed_gutter, 4))
        assert plot.cursor == 1
        await pilot.hover("RunBar")
        assert plot.cursor is None


async def test_a_short_run_steps_by_epochs_and_a_long_one_by_columns() -> None:
    app = LiveApp()
    async with app.run_test(size=(90, 30)) as pilot:
        plot = await plot_in(pilot)
        plot.show(history(finished(20)), 20)
        assert plot.step(-1) == 19
        assert plot.step(1) == 20
        plot.show(history(exclusive_or(1000, 1000)), 1000)
        plot.cursor = 500
        assert 500 + 9 <= (plot.step(1) or 0) <= 500 + 15
        assert plot.step(-1000) == 1


async def test_log_y_has_powers_of_ten_and_says_so() -> None:
    app = LiveApp()
    async with app.run_test(size=(90, 40)) as pilot:
        plot = await plot_in(pilot)
        run = RunHistory()
        run.add(Started(0.0, 100, 1, 1, "CPU"))
        for number in range(1, 101):
            run.add(Epoch(0.0, number, {"loss": 10 ** (3 - number / 20)}, 1e-3, 0.1))
        plot.show(run, 100)
        plot.log_y = True
        assert "log y" in legend(plot)
        labels = [line.split("┤")[0].strip() for line in shown(plot).splitlines() if "┤" in line]
        assert "100" in labels
        assert "1" in labels


async def test_a_loss_that_is_no_number_is_a_gap_and_is_named() -> None:
    app = LiveApp()
    async with app.run_test(size=(90, 30)) as pilot:
        plot = await plot_in(pilot)
        run = RunHistory()
        for number, loss in enumerate((1.0, 0.8, math.nan, math.inf, math.nan), start=1):
            run.add(Epoch(0.0, number, {"loss": loss}, 1e-3, 0.1))
        plot.show(run, 10)
        assert "not finite since 3" in legend(plot)


async def test_a_metric_that_never_was_a_number_says_so() -> None:
    app = LiveApp()
    async with app.run_test(size=(90, 30)) as pilot:
        plot = await plot_in(pilot)
        run = RunHistory()
        run.add(Epoch(0.0, 1, {"loss": math.nan}, 1e-3, 0.1))
        plot.show(run, 10)
        assert "loss is not a number" in shown(plot)


async def test_waiting_says_what_for() -> None:
    app = LiveApp()
    async with app.run_test(size=(90, 30)) as pilot:
        plot = await plot_in(pilot)
        await pilot.pause()
        assert "press space to train" in shown(plot)


@pytest.mark.parametrize("size", [(36, 14), (20, 8), (10, 6), (4, 3), (1, 1), (200, 60)])
async def test_any_size_is_drawn_or_left_blank(size: tuple[int, int]) -> None:
    app = LiveApp()
    async with app.run_test(size=size) as pilot:
        plot = await plot_in(pilot)
        plot.show(history(newswires(20, 9)), 20)
        await pilot.pause()
        assert all(len(row) == plot.size.width for row in plot.rows)


@pytest.mark.parametrize("smooth", [False, True])
async def test_ascii_mode_draws_ascii(smooth: bool) -> None:
    app = LiveApp(ascii=True)
    async with app.run_test(size=(90, 30)) as pilot:
        plot = await plot_in(pilot)
        plot.smooth = smooth
        plot.show(history(newswires(20, 9)), 20)
        assert shown(plot).isascii()
        assert "xx train" in legend(plot)


async def test_without_colours_the_strokes_differ() -> None:
    app = LiveApp(colour=False)
    async with app.run_test(size=(90, 30)) as pilot:
        plot = await plot_in(pilot)
        plot.show(history(newswires(20, 9)), 20)
        dots = dict.fromkeys(("train", "validation"), 0)
        for row in plot.rows[1:]:
            for character, role in row:
                if role in dots and "⠀" <= character <= "⣿":
                    dots[role] += (ord(character) - 0x2800).bit_count()
        assert dots["train"] > 1.5 * dots["validation"] > 0


async def test_200_000_epochs_are_looked_at_once() -> None:
    app = LiveApp()
    async with app.run_test(size=(120, 36)) as pilot:
        pane = app.query_one(LivePane)
        plot = await plot_in(pilot)
        run = RunHistory()
        run.add(Started(0.0, 200_000, 1, 1, "CPU"))
        run.add_all([Epoch(0.0, n, {"loss": 1 / n}, 1e-3, 0.1) for n in range(1, 190_001)])
        plot.show(run, 200_000)
        traces = plot._traces
        assert traces is not None
        run.add_all([Epoch(0.0, n, {"loss": 1 / n}, 1e-3, 0.1) for n in range(190_001, 190_101)])
        assert traces.take() == 100
        (curve,) = traces.curves()
        assert len(list(curve.points)) <= 4 * plot.size.width
        assert pane.is_mounted


async def test_another_theme_colours_the_curves_anew() -> None:
    app = LiveApp()
    async with app.run_test(size=(90, 30)) as pilot:
        plot = await plot_in(pilot)
        plot.show(history(newswires(20, 9)), 20)
        await pilot.pause()

        def colours() -> set[str]:
            return {str(segment.style) for y in range(3) for segment in plot.render_line(y)}

        dark = colours()
        app.theme = "kertui-light"
        await pilot.pause()
        assert not dark & colours()
