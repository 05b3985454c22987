"""The table of a cross-validation's folds over their curves."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult

from kertui.groups.cross_validation.fold_table import FoldTable
from kertui.groups.cross_validation.folds_seen import FoldsSeen
from kertui.groups.group_body import GroupBody, Wanted
from kertui.groups.group_curves import GroupCurves, waiting
from kertui.text.group_figures import metric_spread

_LEAST_CURVES = 8
"""Rows for the curves, under a table of many folds."""


class FoldsBody(GroupBody[FoldsSeen]):
    """Shows the folds, the one under the cursor apart among the curves."""

    def __init__(self) -> None:
        super().__init__()
        self._seen: FoldsSeen | None = None
        self._metric: str | None = None
        # Held, not looked up: an update may still arrive while the screen is being taken down.
        self._table = FoldTable()
        self._curves = GroupCurves()

    def compose(self) -> ComposeResult:
        """Lay out the table over the curves."""
        yield self._table
        yield self._curves

    def on_mount(self) -> None:
        """Give the keys to the table."""
        self._table.focus()

    def on_resize(self) -> None:
        """Give the table a third of the height at most, and no more than its rows."""
        height = self.size.height
        self._table.give_rows(max(3, min(height - _LEAST_CURVES, max(6, height // 3 + 1))))
        self.call_after_refresh(self.post_message, self.LooksElsewhere())

    @property
    def wanted(self) -> Wanted:
        """The metric that is shown, as finely as there is room for it."""
        return Wanted(self._metric, self._curves.places)

    def show(self, seen: FoldsSeen) -> None:
        """Show the folds as they are now."""
        self._seen = seen
        self._table.show(seen)
        self._draw()

    def _draw(self) -> None:
        seen, here = self._seen, self._table.here
        if seen is None:
            return
        chosen, best = None, ""
        if here is not None and here is not seen.final and here.epochs:
            chosen = self._table.at, here.name
        if seen.best is not None and seen.curves.metric in seen.best.spreads:
            found, name = seen.best.spreads[seen.curves.metric], seen.curves.metric
            best = metric_spread(name, found.mean, found.sd, seen.unit)
        self._curves.show(None if seen.refusal else seen.curves, best, chosen, waiting(seen))

    @on(FoldTable.LineChosen)
    def _mark_fold(self, event: FoldTable.LineChosen) -> None:
        event.stop()
        self._draw()
        self.post_message(self.KeysChanged())

    @on(FoldTable.LineOpened)
    def _open_fold(self, event: FoldTable.LineOpened) -> None:
        event.stop()
        here = self._table.here
        if here is not None and here.run is not None:
            self.post_message(self.RunsOpened((here.run,)))

    def allows(self, action: str) -> bool:
        """Whether a key would do something now."""
        metrics = len(self._seen.metrics) if self._seen is not None else 0
        match action:
            case "next_metric":
                return metrics > 1
            case "toggle_log" | "toggle_whole":
                return metrics > 0
        return False

    def do_next_metric(self) -> None:
        """Draw the next of the metrics."""
        if self._seen is not None and self._seen.metrics:
            metrics = self._seen.metrics
            here = metrics.index(self._seen.curves.metric)
            self._metric = metrics[(here + 1) % len(metrics)]
            self.post_message(self.LooksElsewhere())

    def do_toggle_log(self) -> None:
        """Switch between a linear and a logarithmic axis."""
        self._curves.log_y = not self._curves.log_y
        self._draw()

    def do_toggle_whole(self) -> None:
        """Show the start of the curves too, or leave it out where it presses the rest together."""
        self._curves.whole = not self._curves.whole
        self._draw()
