"""The table of a cross-validation's folds over their curves."""

from __future__ import annotations

from kertasks.runs.folder import RunFolder
from kertui.groups.cross_validation.fold_table import FoldTable
from kertui.groups.cross_validation.folds_seen import FoldsSeen
from kertui.groups.group_body import GroupBody
from kertui.groups.group_curves import GroupCurves, waiting
from kertui.text.group_figures import metric_spread


class FoldsBody(GroupBody[FoldsSeen]):
    """Shows the folds, the one under the cursor apart among the curves."""

    _table: FoldTable

    def __init__(self) -> None:
        super().__init__(FoldTable(), GroupCurves())

    def table_part(self, height: int) -> int:
        """A third: folds are few."""
        return height // 3 + 1

    def draw(self) -> None:
        """Draw the folds and their mean."""
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

    def runs_here(self) -> tuple[RunFolder, ...]:
        """The fold's run; none where it was not begun."""
        here = self._table.here
        return () if here is None or here.run is None else (here.run,)
