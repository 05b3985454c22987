from __future__ import annotations

from dataclasses import replace

import pytest
from tests.support.live_app import exclusive_or, newswires

from kertasks.runs.history import RunHistory
from kertasks.scores.run_baselines import Baseline, RunBaselines
from kertui.plotting.chart import Level
from kertui.plotting.curves.plot import Plot, plot_of_run
from kertui.plotting.curves.plots import Plots
from kertui.plotting.draw import preload
from kertui.plotting.strips import text_of
from kertui.terminal.glyphs import ASCII, UNICODE


@pytest.fixture
def run() -> RunHistory:
    preload()
    history = RunHistory()
    history.add_all(list(newswires(20, 9)))
    return history


def pair(history: RunHistory) -> list[Plot]:
    """Two plots, of which the first needs wider labels."""
    for name in ("loss", "val_loss"):
        column = history.column(name)
        for at, value in enumerate(column):
            column[at] = 1e4 * value
    return [
        plot_of_run(history, metric, 20, over=False, smooth=metric == "accuracy")
        for metric in ("loss", "accuracy")
    ]


def test_plots_under_each_other_have_one_left_edge(run: RunHistory) -> None:
    plots = Plots()
    plots.draw(pair(run), (60, 24), UNICODE)
    assert plots.drawn[0].gutter == plots.drawn[1].gutter > 6
    lines = [text_of(row) for row in plots.rows(None, UNICODE)]
    assert {line.index("└") for line in lines if "└" in line} == {plots.drawn[0].gutter - 1}
    assert [len(line) for line in lines] == [60] * 24


def test_plots_beside_each_other_have_edges_of_their_own(run: RunHistory) -> None:
    plots = Plots()
    plots.draw(pair(run), (122, 12), UNICODE, beside=True)
    assert [drawn.size for drawn in plots.drawn] == [(60, 12), (60, 12)]
    first, second = (drawn.gutter for drawn in plots.drawn)
    assert first > second
    assert [len(row) for row in plots.rows(None, UNICODE)] == [122] * 12


@pytest.mark.parametrize("steady", [False, True])
def test_a_steady_edge_never_moves_back_while_the_run_is_the_same(
    run: RunHistory, steady: bool
) -> None:
    plots = Plots(steady=steady)
    loss, accuracy = pair(run)
    plots.draw([loss, accuracy], (60, 24), UNICODE)
    before = plots.drawn[0].gutter
    plots.draw([accuracy, accuracy], (60, 24), UNICODE)
    assert (plots.drawn[0].gutter == plots.drawn[1].gutter == before) is steady
    other = RunHistory()
    other.add_all(list(exclusive_or(100, 50)))
    plots.draw([plot_of_run(other, "loss", 100, over=False)] * 2, (60, 24), UNICODE)
    assert plots.drawn[0].gutter < before


def test_a_gap_lies_between_and_what_is_odd_goes_to_the_last(run: RunHistory) -> None:
    plots = Plots()
    plots.draw(pair(run), (60, 22), UNICODE, gap=1)
    assert [drawn.size[1] for drawn in plots.drawn] == [10, 11]
    assert text_of(plots.rows(None, UNICODE)[10]).strip() == ""


def test_drawing_the_same_again_gives_the_same(run: RunHistory) -> None:
    plots = Plots()
    plots.draw(pair(run), (60, 24), UNICODE)
    before = plots.rows(3, UNICODE)
    afresh = Plots()
    shown = [drawn.plot for drawn in plots.drawn]
    plots.draw(shown, (60, 24), UNICODE)
    afresh.draw(shown, (60, 24), UNICODE)
    assert plots.rows(3, UNICODE) == before == afresh.rows(3, UNICODE)


def test_what_is_not_known_yet_is_waited_for_without_axes() -> None:
    plots = Plots()
    waiting = replace(plot_of_run(RunHistory(), "loss", 0, over=False), waiting="reading")
    plots.draw([waiting], (40, 8), ASCII)
    rows = [text_of(row).strip() for row in plots.rows(None, ASCII)]
    assert rows[0].startswith("loss")
    assert [row for row in rows[1:] if row] == ["reading"]


@pytest.mark.parametrize("size", [(0, 0), (3, 9), (9, 3), (7, 4), (8, 4)])
def test_a_plot_without_room_is_blank(run: RunHistory, size: tuple[int, int]) -> None:
    plots = Plots()
    plots.draw(pair(run), size, UNICODE)
    assert [len(row) for row in plots.rows(None, UNICODE)] == [size[0]] * size[1]


def test_a_baseline_is_in_sight_unless_it_would_press_the_curves_together(run: RunHistory) -> None:
    found = RunBaselines((Baseline("logistic regression", "accuracy", 0.3),))
    plot = plot_of_run(run, "accuracy", 20, over=False, baselines=found)
    assert plot.level == Level(0.3, "logistic regression 0.300")
    plots = Plots()
    plots.draw([plot], (60, 12), UNICODE)
    assert plots.drawn[0].limits is not None
    assert plots.drawn[0].limits.y_low < 0.3
    assert "logistic regression 0.300" in "\n".join(map(text_of, plots.rows(None, UNICODE)))
    loss = plot_of_run(run, "loss", 20, over=False, baselines=found)
    assert loss.level is None
    far = replace(plot, metric="mae", level=Level(400.0, "mean 400"))
    plots.draw([far], (60, 12), UNICODE)
    assert plots.drawn[0].limits is not None
    assert plots.drawn[0].limits.y_high < 400
    assert "mean 400 ↑" in "\n".join(map(text_of, plots.rows(None, UNICODE)))
