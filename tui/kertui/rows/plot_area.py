"""The widget that shows plots and lets a person read the values at an epoch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from textual import events, on, work
from textual.message import Message
from textual.reactive import var

from kertui.plotting import draw
from kertui.plotting.axes import Limits
from kertui.plotting.chart import Layout
from kertui.plotting.curves.plot import Plot
from kertui.plotting.curves.plots import DrawnPlot, Plots
from kertui.rows.rows_widget import RowsWidget
from kertui.terminal.glyphs import glyphs_for


class PlotArea(RowsWidget):
    """Draws plots under or beside each other; only the spans that changed reach the terminal.

    Args:
        readable: whether a cursor reads the values at an epoch, for plots of one run that share
            the x axis and hold their left edge still.
    """

    DEFAULT_CSS = """
    PlotArea { height: 1fr; }
    """

    class Loaded(Message):
        """The drawing library is there."""

    cursor: var[int | None] = var(None)
    """The epoch that is read; None: the latest."""

    marked: var[int | None] = var(None)
    """The epoch whose values are shown while none is read; None: the latest."""

    def __init__(self, *, readable: bool = False) -> None:
        super().__init__()
        self._readable = readable
        self._plots: Sequence[Plot] = ()
        self._beside = False
        self._gap = 0
        self._drawing = Plots(steady=readable)

    def show(self, plots: Sequence[Plot], *, beside: bool = False, gap: int = 0) -> None:
        """Draw plots as their histories are now, laid out as ``Plots.draw`` says."""
        self._plots, self._beside, self._gap = plots, beside, gap
        self.redraw()

    @property
    def drawn(self) -> list[DrawnPlot]:
        """The plots as they are shown."""
        return self._drawing.drawn

    def draw_rows(self, width: int) -> None:
        """Draw all plots in one pass, and again once the drawing library is there."""
        loaded = draw.is_loaded()
        if not loaded:
            self.load()
        plots = self._plots if loaded else [replace(plot, window=None) for plot in self._plots]
        self._drawing.draw(
            plots,
            (width, self.size.height),
            glyphs_for(self.app),
            beside=self._beside,
            gap=self._gap,
        )
        self._show()

    @work(thread=True, group="plotext", exclusive=True)
    def load(self) -> None:
        """Have the drawing library imported, which takes a while, and draw."""
        draw.preload()
        self.post_message(self.Loaded())

    @on(Loaded)
    def _draw_loaded(self, message: Loaded) -> None:
        message.stop()
        self.redraw()

    def watch_cursor(self) -> None:
        """Move the line and read the values; the curves stay as they are."""
        if self.is_mounted:
            self._show()

    def watch_marked(self) -> None:
        """Move the line, as for the cursor."""
        if self.is_mounted:
            self._show()

    @property
    def _line_at(self) -> int | None:
        return self.marked if self.cursor is None else self.cursor

    def _show(self) -> None:
        self.show_rows(self._drawing.rows(self._line_at, glyphs_for(self.app)))

    # Reading the values at an epoch. The plots have the x axis and the left edge in common.

    def step(self, columns: int) -> int | None:
        """The epoch so many columns from the cursor, one epoch at least; None without epochs."""
        axis = self._x_axis
        if axis is None:
            return None
        layout, limits, last = axis
        here = last if self._line_at is None else self._line_at
        wide = (limits.x_high - limits.x_low) / max(1, layout.columns - 1)
        return _within(here + round(columns * max(1.0, wide)), limits, last)

    @property
    def _x_axis(self) -> tuple[Layout, Limits, int] | None:
        """The axis that the plots share, with the latest epoch that is done; None without one."""
        first = next(iter(self.drawn), None)
        if first is None or first.layout is None or first.limits is None:
            return None
        done = (series.history.last for series in first.plot.series)
        last = next((epoch for epoch in done if epoch is not None), None)
        return (first.layout, first.limits, last.epoch) if last is not None else None

    # Of terminals some report clicks only.
    @on(events.MouseMove)
    @on(events.Click)
    def _read_under(self, event: events.MouseEvent) -> None:
        axis = self._x_axis
        if not self._readable or axis is None:
            return
        layout, limits, last = axis
        column = event.x - layout.gutter
        if 0 <= column < layout.columns:
            self.cursor = _within(layout.epoch_of(column, limits), limits, last)

    def on_leave(self, event: events.Leave) -> None:
        """Read the latest epoch again."""
        if event.node is self:
            self.cursor = None


def _within(epoch: int, limits: Limits, last: int) -> int:
    """The nearest epoch that is shown and not after the last one."""
    return max(int(limits.x_low), min(epoch, last, int(limits.x_high)))
