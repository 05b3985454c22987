"""A healthy run stays readable beside one whose loss is of another size, which is said."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from kertasks.runs.event_file.events import Epoch
from kertasks.runs.history import RunHistory
from kertui.plotting.curves.plot import Plot
from kertui.plotting.curves.plots import Plots
from kertui.plotting.curves.traces import Series
from kertui.plotting.draw import Stroke, preload
from kertui.plotting.strips import text_of
from kertui.terminal.glyphs import UNICODE

EPOCHS = 40


def run(first: float, last: float) -> RunHistory:
    """A run whose loss goes from one value to another."""
    history = RunHistory()
    for n in range(EPOCHS):
        loss = first * (last / first) ** (n / (EPOCHS - 1))
        history.add(Epoch(float(n), n + 1, {"loss": loss}, 0.1, 0.1))
    return history


def plot_of(*histories: RunHistory) -> Plot:
    series = [Series(history, "loss", Stroke("train")) for history in histories]
    return Plot("loss", tuple(series), (1, EPOCHS))


@pytest.mark.parametrize(
    ("others", "said"),
    [
        ([(0.7, 3.6e7)], "1 run beyond the axis: 3.6e7"),
        ([(3.6e7, 0.2), (0.7, 1e300)], "2 runs beyond the axis: 1e300"),
        ([(-0.5, -2.2e6)], "1 run beyond the axis: 2.2e6"),
        ([(0.9, 0.1), (5.0, 4.0)], ""),
    ],
)
def test_a_healthy_run_is_readable_beside_others(
    others: list[tuple[float, float]], said: str
) -> None:
    preload()
    healthy = run(0.7, 0.1)
    plots = Plots()
    plot = plot_of(healthy, *itertools.starmap(run, others))
    plots.draw([plot], (80, 14), UNICODE)
    (drawn,) = plots.drawn
    assert drawn.limits is not None
    assert drawn.limits.height_of(0.7) - drawn.limits.height_of(0.1) > (0.5 if said else 0.1)
    title = text_of(plots.rows(None, UNICODE)[0])
    assert said in title
    assert ("beyond" in title) == bool(said)
    # On a logarithmic axis there is room for all of them.
    plots.draw([replace(plot, log_y=True)], (80, 14), UNICODE)
    assert "beyond" not in text_of(plots.rows(None, UNICODE)[0])


def test_one_run_alone_is_shown_whole() -> None:
    preload()
    plots = Plots()
    plots.draw([plot_of(run(3.6e7, 0.2))], (80, 14), UNICODE)
    assert "beyond" not in text_of(plots.rows(None, UNICODE)[0])


def test_what_was_taken_back_is_drawn_anew() -> None:
    """As where a run is resumed before what its lost trainer told, and comes out otherwise."""
    preload()
    history = run(8.0, 4.0)
    plots, afresh = Plots(), Plots()
    smooth = replace(plot_of(history), smoothing=0.6)
    plots.draw([smooth], (80, 14), UNICODE)
    history.add(Epoch(99.0, 20, {"loss": 1.0}, 0.1, 0.1))
    history.add(Epoch(99.0, 21, {"loss": 0.5}, 0.1, 0.1))
    for drawing in (plots, afresh):
        drawing.draw([smooth], (80, 14), UNICODE)
    assert history.epochs == 21
    assert plots.drawn[0].rows(None, UNICODE) == afresh.drawn[0].rows(None, UNICODE)
