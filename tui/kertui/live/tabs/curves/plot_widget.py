"""What plots of a metric over the epochs have in common."""

from __future__ import annotations

from functools import partial

from textual.reactive import var

from kertasks.text import numbers as formatting
from kertui.plotting import draw
from kertui.plotting.chart import LEAST_GUTTER
from kertui.plotting.limits import Limits, StableLimits
from kertui.rows.rows_widget import RowsWidget

LEAST_ROWS = 4
"""Title, one row of curves, axis and labels: below this a plot shows nothing."""


class PlotWidget(RowsWidget):
    """Has a metric, a scale and limits that keep still; has the drawing library loaded in a
    thread when it is first needed."""

    metric = var("loss")
    """Keras's name of what is drawn."""

    log_y = var(False)

    def __init__(
        self, *, name: str | None = None, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._stable = StableLimits()

    def watch_metric(self) -> None:
        """Another metric has limits of its own."""
        self._stable.forget()
        self.redraw()

    def watch_log_y(self) -> None:
        """Draw on the other scale."""
        self.redraw()

    def draw_rows(self, width: int) -> None:
        """Draw where there is room, and again once the drawing library is there."""
        height = self.size.height
        if height < LEAST_ROWS or width <= LEAST_GUTTER + 2:
            self.show_rows([])
            return
        loaded = draw.is_loaded()
        if not loaded:
            self.run_worker(partial(_load, self), thread=True, group="plotext", exclusive=True)
        self.draw_plot(width, height, loaded)

    def draw_plot(self, width: int, height: int, loaded: bool) -> None:
        """Make the rows of a plot and show them by ``show_rows``.

        Args:
            width: in cells.
            height: in rows, ``LEAST_ROWS`` at least.
            loaded: whether curves can be drawn yet.
        """
        raise NotImplementedError

    def _limits_for(self, epochs: tuple[int, int], low: float, high: float, rows: int) -> Limits:
        """The axes' limits for what lies in the window, as near to the last ones as can be.

        Args:
            epochs: first and last of the window.
            low: the lowest value, of those above zero where the scale is logarithmic.
            high: the highest value.
            rows: of the curves.
        """
        share = formatting.is_share(self.metric)
        return self._stable.fit(epochs, low, high, rows, self.log_y, share)


def _load(plot: PlotWidget) -> None:
    draw.preload()
    plot.app.call_from_thread(plot.redraw)
