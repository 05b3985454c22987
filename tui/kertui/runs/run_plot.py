"""One metric of several runs on the same axes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from kertasks.runs.history import RunHistory
from kertasks.text import numbers as formatting
from kertui.live.tabs.curves.plot_widget import PlotWidget
from kertui.plotting import draw
from kertui.plotting.chart import LEAST_GUTTER, Layout, chart, gutter_for
from kertui.plotting.draw import Curve
from kertui.plotting.limits import Limits
from kertui.plotting.run_strokes import dashes_of, marker_of, role_of
from kertui.plotting.strips import Row, cells, fit, join
from kertui.plotting.thinning import Buckets
from kertui.terminal.glyphs import Glyphs, glyphs_for


@dataclass(frozen=True, slots=True)
class PlottedRun:
    """A run to draw."""

    place: int
    """Decides its colour and stroke."""

    history: RunHistory
    planned: int
    """Epochs; 0 where that is not known."""

    @property
    def last(self) -> int:
        """The epoch its axis reaches: the planned one until it is over."""
        done = self.history.last.epoch if self.history.last is not None else 0
        return done if self.history.ended is not None and done else max(self.planned, done)


class RunPlot(PlotWidget):
    """Draws a metric of each run, held-out rows by a name with ``val_``; only the spans that
    changed reach the terminal."""

    DEFAULT_CSS = """
    RunPlot { width: 1fr; height: 1fr; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._runs: Sequence[PlottedRun] = ()
        self._waiting = ""
        self._thinned: dict[int, tuple[object, Buckets]] = {}

    def show(self, runs: Sequence[PlottedRun], waiting: str = "") -> None:
        """Draw the runs as they are now.

        Args:
            runs: later ones lie over earlier ones.
            waiting: what to say while there is nothing to draw.
        """
        if [run.place for run in runs] != [run.place for run in self._runs]:
            self._stable.forget()
        self._runs, self._waiting = runs, waiting
        self.redraw()

    def draw_plot(self, width: int, height: int, loaded: bool) -> None:
        """A title, the curves, and what there is to say where there are none."""
        rows = self._chart(width, height - 1, glyphs_for(self.app)) if loaded else []
        marks = cells("log y", "dim") if self.log_y else []
        title = join(cells(formatting.metric_label(self.metric), "strong"), marks, width)
        rows = [title, *rows] + [fit([], width)] * (height - 1 - len(rows))
        self._say(rows, width)
        self.show_rows(rows)

    def _chart(self, width: int, height: int, glyphs: Glyphs) -> list[Row]:
        shown = [run for run in self._runs if run.history.epochs or run.planned]
        if not shown:
            return []
        last = max(1, *(run.last for run in shown))
        layout = Layout(width, height, LEAST_GUTTER)
        for _ in range(2):  # the labels decide the gutter, the gutter the columns
            places = draw.dots_wide(layout.columns, glyphs.ascii)
            thinned = [(run, self._take(run, last, places)) for run in shown]
            limits = self._limits(thinned, last, layout.rows)
            if gutter_for(limits) == layout.gutter:
                break
            layout = Layout(width, height, gutter_for(limits))
        curves = [
            Curve(
                buckets.points(),
                role_of(run.place),
                ascii_marker=marker_of(run.place, glyphs),
                dashes=dashes_of(run.place, glyphs),
            )
            for run, buckets in thinned
        ]
        return chart(curves, layout, limits, glyphs=glyphs)

    def _limits(self, thinned: list[tuple[PlottedRun, Buckets]], last: int, rows: int) -> Limits:
        lows = [b.low_positive if self.log_y else b.low for _, b in thinned]
        high = max(buckets.high for _, buckets in thinned)
        return self._limits_for((1, last), min(lows), high, rows)

    def _take(self, run: PlottedRun, last: int, places: int) -> Buckets:
        """The run's curve with what is new in it; thinned anew where more than that changed."""
        history = run.history
        column = history.column(self.metric)
        numbers = history.epoch_numbers
        key = (id(history), self.metric, last, places)
        kept = self._thinned.get(run.place)
        if kept is None or kept[0] != key or kept[1].taken > len(column):
            kept = self._thinned[run.place] = key, Buckets(1, last, places)
        if column:
            kept[1].take(column, numbers[0])
        return kept[1]

    def _say(self, rows: list[Row], width: int) -> None:
        text = self._words
        if not text or len(rows) < 2:
            return
        text = text[: width - 2]
        at, start = len(rows) // 2, (width - len(text)) // 2
        rows[at] = list(rows[at])
        rows[at][start : start + len(text)] = cells(text, "dim")

    @property
    def _words(self) -> str:
        if not any(run.history.epochs for run in self._runs):
            return self._waiting
        columns = [run.history.column(self.metric) for run in self._runs]
        if not any(columns):
            return f"no {formatting.metric_label(self.metric)} in {self._these}"
        thinned = [buckets for _, buckets in self._thinned.values()]
        if thinned and all(math.isinf(buckets.low) for buckets in thinned):
            return f"{formatting.metric_label(self.metric)} is not a number"
        if self.log_y and all(math.isinf(buckets.low_positive) for buckets in thinned):
            return "nothing above zero to show on a log axis"
        return ""

    @property
    def _these(self) -> str:
        return "this run" if len(self._runs) == 1 else "these runs"
