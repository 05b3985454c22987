"""The widget that draws the curves of a cross-validation."""

from __future__ import annotations

from kertasks.groups.folder import GroupState
from kertasks.text.numbers import grouped
from kertui.groups.cross_validation.folds_seen import FoldsSeen
from kertui.plotting.fold_plot import FoldPlot, places_in
from kertui.plotting.strips import Row, cells, fit
from kertui.rows.rows_widget import RowsWidget
from kertui.terminal.glyphs import Glyphs, glyphs_for
from kertui.text.group_figures import metric_spread


class FoldCurvesView(RowsWidget):
    """Draws what was seen last, in whatever size it has."""

    DEFAULT_CSS = """
    FoldCurvesView { height: 1fr; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._plot = FoldPlot()
        self._seen: FoldsSeen | None = None
        self._chosen: tuple[int, str] | None = None
        self.log_y = False
        """Whether the y axis is logarithmic."""

        self.whole = False
        """Whether the start is shown too where it would press the rest together."""

    @property
    def places(self) -> int:
        """How many places a curve has from left to right."""
        folds = 0 if self._seen is None else len(self._seen.folds)
        return places_in(self.size.width, glyphs_for(self.app).marker, folds)

    def show(self, seen: FoldsSeen, place: int) -> None:
        """Draw the curves.

        Args:
            seen: of which group.
            place: of the fold that stands out, where that has curves.
        """
        self._seen, self._chosen = seen, None
        if place < len(seen.folds) and seen.folds[place].epochs:
            self._chosen = place, seen.folds[place].name
        self.redraw()

    def draw_rows(self, width: int) -> None:
        """Draw them in the width there is."""
        seen, glyphs = self._seen, glyphs_for(self.app)
        if seen is None or seen.refusal:  # there will be no curves
            self.show_rows([fit([], width)] * self.size.height)
            return
        rows = self._plot.draw(
            seen.curves,
            (width, self.size.height),
            glyphs,
            said=_best(seen, glyphs),
            log_y=self.log_y,
            whole=self.whole,
            chosen=self._chosen,
            waiting=waiting(seen),
        )
        self.show_rows(rows)


def _best(seen: FoldsSeen, glyphs: Glyphs) -> Row:
    name = seen.curves.metric
    if seen.best is None or name not in seen.best.spreads:
        return []
    text = f" best {grouped(seen.best.epoch)}: "
    found = seen.best.spreads[name]
    text += metric_spread(name, found.mean, found.sd, seen.unit)
    return cells(glyphs.best, "best") + cells(text, "dim")


def waiting(seen: FoldsSeen) -> str:
    """What there is to say while no fold has an epoch."""
    if seen.state is GroupState.RUNNING:
        return "starting the trainers" if not any(one.run for one in seen.folds) else "starting"
    return (
        "paused before the first epoch" if seen.state is GroupState.PAUSED else "no fold has begun"
    )
