"""One metric over the epochs: training and validation on the same axes, read by a cursor."""

from __future__ import annotations

import math
from dataclasses import dataclass

from textual import events
from textual.message import Message
from textual.reactive import var

from kertasks.runs.history import RunHistory
from kertasks.text import numbers as formatting
from kertui.live.tabs.curves.plot_legend import legend
from kertui.live.tabs.curves.plot_widget import LEAST_ROWS, PlotWidget
from kertui.live.tabs.curves.rate_changes import marked_changes
from kertui.plotting import draw
from kertui.plotting.chart import LEAST_GUTTER, Layout, Mark, chart, gutter_for, with_cursor
from kertui.plotting.limits import Limits
from kertui.plotting.smoothing import Smoothed, weight_for
from kertui.plotting.strips import Row, cells
from kertui.plotting.traces import VALIDATION, Traces, Window, last_part, whole_run
from kertui.terminal.glyphs import glyphs_for


class MetricPlot(PlotWidget):
    """Draws one metric of a run's history, named without ``val_``; only the spans that changed
    reach the terminal."""

    DEFAULT_CSS = """
    MetricPlot { height: 1fr; min-height: 5; }
    """

    @dataclass
    class CursorMoved(Message):
        """The mouse chose an epoch to read, or left the plot (None)."""

        plot: MetricPlot
        epoch: int | None

        @property
        def control(self) -> MetricPlot:
            """The plot, for ``@on`` with a selector."""
            return self.plot

    smooth = var(False)
    """Show the trend, and the raw curve dimmed."""

    zoomed = var(False)
    """Show the last part of the run instead of the whole."""

    cursor: var[int | None] = var(None)
    """The epoch that is read; None: the latest."""

    waiting = var("")
    """What to say while there is nothing to draw."""

    left_edge = var(LEAST_GUTTER)
    """Columns left of the curves at least, so that plots under each other line up."""

    x_labels = var(True)

    def __init__(
        self,
        metric: str = "loss",
        *,
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self.set_reactive(MetricPlot.metric, metric)
        self.history = RunHistory()
        self.planned = 0
        self._averages: dict[tuple[str, float], Smoothed] = {}
        self._traces: Traces | None = None
        self._layout_now: Layout | None = None
        self._limits: Limits | None = None
        self._without_cursor: list[Row] = []

    def show(self, history: RunHistory, planned: int) -> None:
        """Draw a history as it is now; the same one again when it has grown.

        Args:
            history: of the run.
            planned: epochs, which fix the x axis; 0 where that is not known.
        """
        if history is not self.history:
            self.history = history
            self._averages = {}
            self._traces = None
            self._stable.forget()
        self.planned = planned
        self.redraw()

    @property
    def needed_gutter(self) -> int:
        """Columns the labels of the y axis take now."""
        if self._limits is None:
            return LEAST_GUTTER
        return gutter_for(self._limits)

    def watch_smooth(self) -> None:
        """Draw with or without the trend."""
        self.redraw()

    def watch_zoomed(self) -> None:
        """Draw the other window."""
        self._stable.forget()
        self.redraw()

    def watch_waiting(self) -> None:
        """Say the other text."""
        self.redraw()

    def watch_left_edge(self) -> None:
        """Line up with the other plots."""
        self.redraw()

    def watch_x_labels(self) -> None:
        """Draw with or without the epochs' numbers."""
        self.redraw()

    def watch_cursor(self) -> None:
        """Move the line and read the values; the curves stay as they are."""
        self._show()

    def draw_plot(self, width: int, height: int, loaded: bool) -> None:
        """Draw the curves anew, and the cursor over them."""
        if loaded and (self.history.epochs or self.planned):
            self._draw_curves(width, height - 1)
        else:
            self._limits = self._layout_now = None
        self._show()

    def _draw_curves(self, width: int, height: int) -> None:
        glyphs = glyphs_for(self.app)
        over = self.history.ended is not None
        part = last_part if self.zoomed else whole_run
        first, last = part(self.planned, self._last_epoch, over)
        # The labels decide the gutter, the gutter the columns, the columns what is drawn; the
        # labels depend on the limits alone, so two steps are enough.
        layout = Layout(width, height, self.left_edge, self.x_labels)
        for _ in range(2):
            places = draw.dots_wide(layout.columns, glyphs.ascii)
            traces = self._traces_in(Window(first, last, places))
            low = traces.low_positive if self.log_y else traces.low
            limits = self._limits_for((first, last), low, traces.high, layout.rows)
            needed = max(self.left_edge, gutter_for(limits))
            if needed == layout.gutter:
                break
            layout = Layout(width, height, needed, self.x_labels)
        marks = []
        best = self.history.best_epoch
        if best is not None:
            value = self._best_value(best)
            marks.append(Mark(best, value, glyphs.best, "best"))
        self._layout_now, self._limits = layout, limits
        changes = marked_changes(self.history)
        self._without_cursor = chart(
            traces.curves(), layout, limits, marks=marks, changes=changes, glyphs=glyphs
        )

    def _traces_in(self, window: Window) -> Traces:
        weight = weight_for(self.planned or self._last_epoch) if self.smooth else None
        traces = self._traces
        if traces is None or traces.window != window or traces.metric != self.metric:
            traces = Traces(self.history, self.metric, window, averages=self._averages)
            self._traces = traces
        traces.smoothing = weight
        traces.take()
        return traces

    @property
    def _last_epoch(self) -> int:
        return self.history.last.epoch if self.history.last is not None else 0

    def _best_value(self, epoch: int) -> float:
        held_out = self.value_at(VALIDATION + self.metric, epoch)
        return self.value_at(self.metric, epoch) if math.isnan(held_out) else held_out

    def value_at(self, name: str, epoch: int) -> float:
        """A metric's value at an epoch; NaN where there is none."""
        return self.history.value_at(name, epoch)

    def _show(self) -> None:
        width, height = self.size
        if not self.is_mounted or height < LEAST_ROWS or width <= LEAST_GUTTER + 2:
            return
        glyphs = glyphs_for(self.app)
        if self._limits is None or self._layout_now is None:
            rows: list[Row] = [[] for _ in range(height - 1)]
        elif self.cursor is not None:
            rows = with_cursor(
                self._without_cursor, self._layout_now, self._limits, self.cursor, glyphs
            )
        else:
            rows = list(self._without_cursor)
        if self._says:
            _write_in_the_middle(rows, self._says, width, self._layout_now)
        self.show_rows([legend(self, width, glyphs), *rows])

    @property
    def _says(self) -> str:
        if not self.history.epochs:
            return self.waiting
        if self._traces is not None and not math.isfinite(self._traces.low):
            if not (self.history.column(self.metric) or self.history.column("val_" + self.metric)):
                return f"no {formatting.metric_label(self.metric)} in this run"
            return f"{formatting.metric_label(self.metric)} is not a number"
        if self.log_y and self._traces is not None and math.isinf(self._traces.low_positive):
            return "nothing above zero to show on a log axis"
        return ""

    @property
    def broken_since(self) -> int | None:
        """Since which epoch the metric has no finite value; None while it has."""
        return self._traces.broken_since if self._traces is not None else None

    def step(self, columns: int) -> int | None:
        """The epoch so many columns from the cursor, one epoch at least; None without epochs."""
        last = self._last_epoch
        if not last or self._limits is None or self._layout_now is None:
            return None
        here = self.cursor if self.cursor is not None else last
        per_column = (self._limits.x_high - self._limits.x_low) / max(
            1, self._layout_now.columns - 1
        )
        return self._within(here + round(columns * max(1.0, per_column)))

    def first_shown(self) -> int | None:
        """The first epoch in the window; None without epochs."""
        return self._within(int(self._limits.x_low)) if self._limits else None

    def _within(self, epoch: int) -> int | None:
        last = self._last_epoch
        if not last or self._limits is None:
            return None
        return max(int(self._limits.x_low), min(epoch, last, int(self._limits.x_high)))

    def _epoch_under(self, event: events.MouseEvent) -> int | None:
        if self._layout_now is None or self._limits is None or not self._last_epoch:
            return None
        column = event.x - self._layout_now.gutter
        if not 0 <= column < self._layout_now.columns:
            return None
        return self._within(self._layout_now.epoch_of(column, self._limits))

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Read the epoch under the mouse."""
        epoch = self._epoch_under(event)
        if epoch is not None and epoch != self.cursor:
            self.cursor = epoch
            self.post_message(self.CursorMoved(self, epoch))

    def on_click(self, event: events.Click) -> None:
        """Read the epoch that was clicked, for terminals that report clicks only."""
        epoch = self._epoch_under(event)
        if epoch is not None:
            self.cursor = epoch
            self.post_message(self.CursorMoved(self, epoch))

    def on_leave(self, event: events.Leave) -> None:
        """Back to the latest epoch."""
        if event.node is self and self.cursor is not None:
            self.cursor = None
            self.post_message(self.CursorMoved(self, None))


def _write_in_the_middle(rows: list[Row], text: str, width: int, layout: Layout | None) -> None:
    left, height = (layout.gutter, layout.rows) if layout else (0, len(rows))
    room = width - left - 2
    if room < 4 or not height:
        return
    text = text[:room]
    at = (height - 1) // 2
    start = left + (width - left - len(text)) // 2
    row = list(rows[at]) or cells(" " * width)
    row[start : start + len(text)] = cells(text, "dim")
    rows[at] = row
