"""The widget that shows plots and lets a person read the values at an epoch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from textual import events, work
from textual.reactive import var

from kertui.plotting import draw
from kertui.plotting.plot import Plot
from kertui.plotting.plots import DrawnPlot, Plots
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

    cursor: var[int | None] = var(None)
    """The epoch that is read; None: the latest."""

    def __init__(self, *, readable: bool = False) -> None:
        super().__init__()
        self._readable = readable
        self._plots: Sequence[Plot] = ()
        self._beside = False
        self._gap = 0
        self._drawing = Plots(steady=readable)

    def show(self, plots: Sequence[Plot], *, beside: bool = False, gap: int = 0) -> None:
        """Draw plots as their histories are now.

        Args:
            plots: from the top, or from the left.
            beside: put them beside each other instead of under each other.
            gap: blank rows between two plots.
        """
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
        self.app.call_from_thread(self.redraw)

    def watch_cursor(self) -> None:
        """Move the line and read the values; the curves stay as they are."""
        if self.is_mounted:
            self._show()

    def _show(self) -> None:
        self.show_rows(self._drawing.rows(self.cursor, glyphs_for(self.app)))

    # Reading the values at an epoch. The plots have the x axis and the left edge in common.

    def step(self, columns: int) -> int | None:
        """The epoch so many columns from the cursor, one epoch at least; None without epochs."""
        drawn = next(iter(self.drawn), None)
        if drawn is None or drawn.layout is None or drawn.limits is None:
            return None
        here = self.cursor if self.cursor is not None else _last_epoch(drawn)
        span = drawn.limits.x_high - drawn.limits.x_low
        return self._within(
            here + round(columns * max(1.0, span / max(1, drawn.layout.columns - 1)))
        )

    def first_shown(self) -> int | None:
        """The first epoch in the window; None without epochs."""
        return self._within(0)

    def _within(self, epoch: int) -> int | None:
        """The nearest epoch that is done and shown; None without epochs."""
        drawn = next(iter(self.drawn), None)
        if drawn is None or drawn.limits is None or not _last_epoch(drawn):
            return None
        last = min(_last_epoch(drawn), int(drawn.limits.x_high))
        return max(int(drawn.limits.x_low), min(epoch, last))

    def _read_under(self, event: events.MouseEvent) -> None:
        drawn = next(iter(self.drawn), None)
        if not self._readable or drawn is None or drawn.layout is None or drawn.limits is None:
            return
        column = event.x - drawn.layout.gutter
        if 0 <= column < drawn.layout.columns:
            epoch = self._within(drawn.layout.epoch_of(column, drawn.limits))
            self.cursor = epoch if epoch is not None else self.cursor

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Read the epoch under the mouse."""
        self._read_under(event)

    def on_click(self, event: events.Click) -> None:
        """Read the epoch that was clicked, for terminals that report clicks only."""
        self._read_under(event)

    def on_leave(self, event: events.Leave) -> None:
        """Read the latest epoch again."""
        if event.node is self:
            self.cursor = None


def _last_epoch(drawn: DrawnPlot) -> int:
    """The latest epoch of the run that a plot shows; 0 before the first."""
    last = [one.history.last for one in drawn.plot.series if one.history.last is not None]
    return last[0].epoch if last else 0
