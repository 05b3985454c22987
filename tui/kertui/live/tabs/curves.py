"""The first tab: the loss and another metric over the epochs, and the epochs as a table."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.reactive import var

from kertui.live.epoch_table import EpochTable
from kertui.live.tab import LiveTab, RunView
from kertui.plotting.curves.plot import Plot, plot_of_run
from kertui.plotting.curves.traces import leading_metrics, metrics_of
from kertui.rows.plot_area import PlotArea

_PLOT = 7
"""Rows below which two plots are worse than one."""


class CurvesTab(LiveTab):
    """Two plots where there is room, else one, with the latest epochs below them."""

    title = "curves"
    key = "1"

    DEFAULT_CSS = """
    CurvesTab > EpochTable.-gap { margin-top: 1; }
    """

    # fmt: off
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "cursor(-1)", "Earlier", show=False, id="live.cursor_left",
                tooltip="Read the values a column earlier."),
        Binding("right", "cursor(1)", "Later", show=False, id="live.cursor_right",
                tooltip="Read the values a column later."),
        Binding("shift+left", "cursor(-10)", "Ten earlier", show=False, id="live.cursor_far_left",
                tooltip="Read the values ten columns earlier."),
        Binding("shift+right", "cursor(10)", "Ten later", show=False, id="live.cursor_far_right",
                tooltip="Read the values ten columns later."),
        Binding("home", "cursor_first", "First epoch", show=False, id="live.cursor_first",
                tooltip="Read the values of the first epoch in sight."),
        Binding("end", "cursor_last", "Latest epoch", show=False, id="live.cursor_last",
                tooltip="Read the latest values again."),
        Binding("up", "table(-1)", "Newer epochs", show=False, id="live.table_up",
                tooltip="Scroll the table of epochs towards newer ones."),
        Binding("down", "table(1)", "Older epochs", show=False, id="live.table_down",
                tooltip="Scroll the table of epochs towards older ones."),
        Binding("pageup", "table_page(-1)", "Newer page", show=False, id="live.table_page_up",
                tooltip="Scroll the table of epochs a page towards newer ones."),
        Binding("pagedown", "table_page(1)", "Older page", show=False, id="live.table_page_down",
                tooltip="Scroll the table of epochs a page towards older ones."),
    ]
    # fmt: on

    log_y = var(False)
    """A logarithmic axis for the first plot; shares from 0 to 1 gain nothing from one."""

    smooth = var(False)
    """The trend of each curve, the raw one dimmed."""

    zoomed = var(False)
    """The last part of the run instead of the whole."""

    metric = var("accuracy")
    """What the second plot shows; the first shows the loss, or where there is none what comes
    first."""

    def __init__(self) -> None:
        super().__init__()
        self._view = RunView()
        self._first = "loss"
        """What the first plot shows."""

        self._second = True
        """Whether there is something for a second one."""

        self._metric_chosen = False
        """Whether a person chose the metric; else the run's first decides."""

    def compose(self) -> ComposeResult:
        """Put the plots over the table."""
        yield PlotArea(readable=True)
        yield EpochTable()

    def on_mount(self) -> None:
        """Draw anew whenever the look changes; have the library fetched after the first frame."""
        for name in ("log_y", "smooth", "zoomed", "metric"):
            self.watch(self, name, self._draw, init=False)
        self.call_after_refresh(self.query_one(PlotArea).load)

    def on_resize(self) -> None:
        """Share the new height out among the parts."""
        self._draw()

    @property
    def looks_back(self) -> bool:
        """Values of earlier epochs are read, or the table was scrolled to them."""
        return self.query_one(PlotArea).cursor is not None or self.query_one(EpochTable).back > 0

    def why_not(self, view: RunView) -> str:
        """Without a run there are empty axes to see."""
        del view
        return ""

    def show(self, view: RunView) -> None:
        """Show the run as it is now; another one whole at first."""
        before, self._view = self._view, view
        if view.history is not before.history:
            self.set_reactive(CurvesTab.zoomed, False)
            self.query_one(PlotArea).cursor = None
        self.query_one(PlotArea).set_reactive(PlotArea.marked, view.moment.epoch)
        names = leading_metrics(metrics_of(view.history))
        self._first = names[0] if names else "loss"
        if not self._metric_chosen and names[1:] and self.metric not in names[1:]:
            self.set_reactive(CurvesTab.metric, names[1])
        self._second = len(names) > 1 or not view.history.epochs
        self._draw()

    @property
    def _single(self) -> bool:
        """Whether there is room for one plot only."""
        return arrange(self.size.height).plots == 1

    def _draw(self) -> None:
        if not self.is_mounted or not self.size.height:
            return
        layout = arrange(self.size.height)
        table = self.query_one(EpochTable)
        table.display = layout.table > 0
        table.styles.height = max(1, layout.table)
        table.set_class(layout.gap > 0, "-gap")
        alone = self.metric if self._metric_chosen and self._second else self._first
        both = layout.plots == 2 and self._second
        metrics = [self._first, self.metric] if both else [alone]
        plots = [self._plot(metric, place, layout) for place, metric in enumerate(metrics)]
        self.query_one(PlotArea).show(plots, gap=layout.gap)
        table.show(self._view.history)

    def _plot(self, metric: str, place: int, layout: CurvesLayout) -> Plot:
        history = self._view.history
        plot = plot_of_run(
            history,
            metric,
            history.planned or self._view.planned,
            over=history.ended is not None,
            zoomed=self.zoomed,
            smooth=self.smooth,
            baselines=self._view.baselines,
        )
        return replace(
            plot,
            log_y=self.log_y and place == 0,
            x_labels=layout.x_labels_on_both or place == layout.plots - 1 or not self._second,
            findings=plot.findings if place == 0 else (),
            waiting=self._view.waiting if place == 0 else "",
        )

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
        names = leading_metrics(metrics_of(self._view.history))
        if not self._single:
            names = names[1:]
        if not names:
            return
        here = self.metric if self._metric_chosen or not self._single else self._first
        at = names.index(here) + 1 if here in names else 0
        self._metric_chosen = True
        self.metric = names[at % len(names)]
        self._draw()

    def action_cursor(self, columns: int) -> None:
        """Read the values so many columns further."""
        area = self.query_one(PlotArea)
        area.cursor = area.step(columns)

    def action_cursor_first(self) -> None:
        """Read the first epoch in sight."""
        self.action_cursor(-self.size.width)

    def action_cursor_last(self) -> None:
        """Read the latest epoch again."""
        self.query_one(PlotArea).cursor = None

    def action_table(self, rows: int) -> None:
        """Scroll the table by so many epochs."""
        self.query_one(EpochTable).scroll_by(rows)

    def action_table_page(self, pages: int) -> None:
        """Scroll the table by so many pages of what is in sight."""
        self.query_one(EpochTable).scroll_page(pages)


TAB = CurvesTab


@dataclass(frozen=True, slots=True)
class CurvesLayout:
    """What of the tab is shown, in rows; a part of height 0 is not."""

    plots: int
    """How many: 1 or 2."""

    table: int
    gap: int
    """Blank rows between the parts."""

    x_labels_on_both: bool


def arrange(height: int) -> CurvesLayout:
    """The parts for a tab so many rows high: first the table shrinks, then the second plot goes."""
    if height < 2 * _PLOT:
        return CurvesLayout(1, 1 if height >= 8 else 0, 0, True)
    table = 1
    if height >= 20:
        # A third of what the plots do not need, the plots keep growing with the pane.
        table = min(12, 3 + (height - 20) // 3)
    return CurvesLayout(2, table, 1 if height >= 25 else 0, height - table >= 2 * _PLOT + 6)
