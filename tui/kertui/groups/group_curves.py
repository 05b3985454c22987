"""The widget that draws the curves of a group's runs."""

from __future__ import annotations

from kertasks.groups.folder import GroupState
from kertasks.text.numbers import grouped
from kertui.groups.group_seen import GroupSeen
from kertui.plotting.curves.fold_plot import FoldCurves, FoldPlot, places_in
from kertui.plotting.strips import cells, fit
from kertui.rows.rows_widget import RowsWidget
from kertui.terminal.glyphs import glyphs_for


class GroupCurves(RowsWidget):
    """Draws what was seen last, in whatever size it has.

    Args:
        thick: what the thick curve is of.
    """

    DEFAULT_CSS = """
    GroupCurves { height: 1fr; }
    """

    def __init__(self, thick: str = "mean") -> None:
        super().__init__()
        self._thick = thick
        self._plot = FoldPlot()
        self._curves: FoldCurves | None = None
        self._best, self._waiting = "", ""
        self._chosen: tuple[int, str] | None = None
        self.log_y = False
        """Whether the y axis is logarithmic."""

        self.whole = False
        """Whether the start is shown too where it would press the rest together."""

    @property
    def places(self) -> int:
        """How many places a curve has from left to right."""
        count = 0 if self._curves is None else len(self._curves.folds)
        return places_in(self.size.width, glyphs_for(self.app).marker, count)

    def show(
        self, curves: FoldCurves | None, best: str, chosen: tuple[int, str] | None, waiting: str
    ) -> None:
        """Draw the curves.

        Args:
            curves: of the runs; None where there will be none.
            best: the value at the best epoch, in words; empty without one.
            chosen: the place and the name of one that stands out.
            waiting: what is said while there is no epoch.
        """
        self._curves, self._best = curves, best
        self._chosen, self._waiting = chosen, waiting
        self.redraw()

    def draw_rows(self, width: int) -> None:
        """Draw them in the width there is."""
        curves, glyphs = self._curves, glyphs_for(self.app)
        if curves is None:
            self.show_rows([fit([], width)] * self.size.height)
            return
        said = []
        if self._best and curves.best is not None:
            words = f" best {grouped(round(curves.best[0]))}: {self._best}"
            said = cells(glyphs.best, "best") + cells(words, "dim")
        rows = self._plot.draw(
            curves,
            (width, self.size.height),
            glyphs,
            said=said,
            log_y=self.log_y,
            whole=self.whole,
            chosen=self._chosen,
            thick=self._thick,
            waiting=self._waiting,
        )
        self.show_rows(rows)


def waiting(seen: GroupSeen) -> str:
    """What there is to say while no run has an epoch."""
    if seen.state.goes_on:
        return "starting the trainers" if seen.state is GroupState.RUNNING else "paused"
    return "no run has done an epoch"
