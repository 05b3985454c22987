"""How a person looks at the plots of the live pane: axis, trend, part, metric and cursor."""

from __future__ import annotations

from textual import on
from textual.reactive import var
from textual.widget import Widget

from kertasks.runs.history import RunHistory
from kertui.live.tabs.curves.epoch_table import EpochTable
from kertui.live.tabs.curves.metric_plot import MetricPlot
from kertui.plotting.chart import LEAST_GUTTER
from kertui.plotting.traces import VALIDATION


class LiveView(Widget):
    """The base of the live pane: what its keys change of the two plots and the table."""

    log_y = var(False)
    smooth = var(False)
    zoomed = var(False)
    metric = var("accuracy")
    """What the second plot shows; the first shows the loss."""

    def __init__(
        self, *, name: str | None = None, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self.history = RunHistory()
        self._chosen = False
        """Whether a person chose the metric; else the run's first decides."""

        self._single = False
        """Whether there is room for one plot only."""

    def _arrange(self) -> None:
        """Share the height out among what is shown."""
        raise NotImplementedError

    def _shown_plots(self) -> list[MetricPlot]:
        return [plot for plot in self.query(MetricPlot) if plot.display]

    def _line_up(self) -> None:
        """Give the plots one left edge. It only ever grows within a run: an edge that moves
        would have every cell sent again."""
        plots = self._shown_plots()
        gutter = max((plot.needed_gutter for plot in plots), default=LEAST_GUTTER)
        for plot in plots:
            plot.left_edge = max(plot.left_edge, gutter)

    def show_whole(self) -> None:
        """Another run: all of it, and no epoch read."""
        self.zoomed = False
        for plot in self.query(MetricPlot):
            plot.left_edge = LEAST_GUTTER
            plot.cursor = None

    def choose_metric(self) -> None:
        """Show the run's first metric, unless it has the one shown or a person chose one."""
        names = [name for name in _metrics(self.history) if name != "loss"]
        if not self._chosen and names and self.metric not in names:
            self.metric = names[0]

    def watch_log_y(self, log_y: bool) -> None:
        """Scale the loss; shares from 0 to 1 gain nothing from a logarithm."""
        if self.is_mounted:
            self.query_one("#first-plot", MetricPlot).log_y = log_y

    def watch_smooth(self, smooth: bool) -> None:
        """Smooth both plots."""
        for plot in self.query(MetricPlot):
            plot.smooth = smooth

    def watch_zoomed(self, zoomed: bool) -> None:
        """Zoom both plots: they share the x axis."""
        for plot in self.query(MetricPlot):
            plot.zoomed = zoomed

    def watch_metric(self, metric: str) -> None:
        """Show another metric."""
        if self.is_mounted:
            self.query_one("#second-plot", MetricPlot).metric = metric
            self._arrange()
            self._line_up()

    # What a person does

    def action_log_y(self) -> None:
        """Switch the loss between a linear and a logarithmic axis."""
        self.log_y = not self.log_y

    def action_smooth(self) -> None:
        """Switch the trend on or off."""
        self.smooth = not self.smooth

    def action_zoom(self) -> None:
        """Switch between the last part and the whole run."""
        self.zoomed = not self.zoomed

    def action_next_metric(self) -> None:
        """Draw the next of the run's metrics; the loss too where there is one plot only."""
        names = _metrics(self.history)
        if not self._single and len(names) > 1:
            names = [name for name in names if name != "loss"]
        if not names:
            return
        here = self.metric if self._chosen or not self._single else "loss"
        at = names.index(here) + 1 if here in names else 0
        self._chosen = True
        self.metric = names[at % len(names)]
        self._arrange()

    def action_cursor(self, columns: int) -> None:
        """Read the values so many columns further."""
        self._read_at(self.query(MetricPlot).first().step(columns))

    def action_cursor_first(self) -> None:
        """Read the first epoch in sight."""
        self._read_at(self.query(MetricPlot).first().first_shown())

    def action_cursor_last(self) -> None:
        """Back to the latest epoch."""
        self._read_at(None)

    def action_table(self, rows: int) -> None:
        """Scroll the table."""
        self.query_one(EpochTable).scroll_by(rows)

    def action_table_page(self, pages: int) -> None:
        """Scroll the table by what is in sight."""
        self.query_one(EpochTable).scroll_page(pages)

    @on(MetricPlot.CursorMoved)
    def _read_same_epoch(self, message: MetricPlot.CursorMoved) -> None:
        message.stop()
        self._read_at(message.epoch)

    def _read_at(self, epoch: int | None) -> None:
        for plot in self.query(MetricPlot):
            plot.cursor = epoch


def _metrics(history: RunHistory) -> list[str]:
    return [name for name in history.metric_names if not name.startswith(VALIDATION)]
