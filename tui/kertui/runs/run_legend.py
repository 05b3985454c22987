"""A line for each run on the axes: its stroke, its name, where it is and what it has reached."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from rich.cells import cell_len

from kertasks.runs.history import RunHistory
from kertasks.runs.home.summary import RunSummary
from kertasks.text import numbers as formatting
from kertasks.text.result import not_finite
from kertui.live.followed.follower import RunFollower
from kertui.plotting.curves.run_strokes import sample
from kertui.plotting.strips import Row, cells, fit
from kertui.rows.rows_widget import RowsWidget
from kertui.runs.run_columns import best_text, epochs_text, test_text
from kertui.terminal.cells import padded
from kertui.terminal.glyphs import Glyphs, glyphs_for
from kertui.text.fitting_text import fitted
from kertui.text.run_state_look import STATE_LOOKS

_GAP = "   "
_LONGEST_NAME = 36


@dataclass
class FollowedRun:
    """A run on the axes, with what was read of it."""

    place: int
    summary: RunSummary
    follower: RunFollower
    history: RunHistory = field(default_factory=RunHistory)
    loaded: bool = False
    """Whether all that is there was read."""


class RunLegend(RowsWidget):
    """The legend of the curves of several runs, a row for each run."""

    DEFAULT_CSS = """
    RunLegend { height: auto; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._runs: Sequence[FollowedRun] = ()
        self._metrics: tuple[str, ...] = ()
        self._epochs_wide = 0

    def show(self, runs: Sequence[FollowedRun], metrics: Sequence[str]) -> None:
        """Show the runs with their latest values of these metrics."""
        self._runs, self._metrics = runs, tuple(metrics)
        if self.styles.height is None or self.styles.height.value != max(1, len(runs)):
            self.styles.height = max(1, len(runs))
        self.redraw()

    def draw_rows(self, width: int) -> None:
        """Draw a line for each run."""
        glyphs = glyphs_for(self.app)
        names = _names([run.summary for run in self._runs])
        room = min(_LONGEST_NAME, max([0, *map(cell_len, names)]), max(12, width // 3))
        self._epochs_wide = max([0, *(len(epochs_text(run.summary)) for run in self._runs)])
        rows = zip(self._runs, names, strict=True)
        self.show_rows([self._line(run, name, room, width, glyphs) for run, name in rows])

    def _line(self, run: FollowedRun, name: str, room: int, width: int, glyphs: Glyphs) -> Row:
        row = cells(" ") + sample(run.place, glyphs) + cells(" ")
        row += cells(padded(fitted(name, room, glyphs), room), "strong")
        state = run.summary.state
        row += cells(f"{_GAP}{state.value:<8}", STATE_LOOKS[state].role)
        # What does not fit is left out from the right, a whole part at a time.
        for part in self._parts(run):
            if len(row) + len(_GAP) + len(part) > width:
                break
            row += cells(_GAP) + part
        return fit(row, width)

    def _parts(self, run: FollowedRun) -> list[Row]:
        summary = run.summary
        epochs = epochs_text(summary).ljust(self._epochs_wide)
        parts = [cells("epoch ", "dim") + cells(epochs)]
        if not run.loaded:
            read = formatting.grouped(run.history.epochs)
            parts.append(cells(f"reading, {read} epochs so far", "dim"))
        if summary.not_finite_since is not None:
            parts.append(cells(not_finite(summary.not_finite_since), "bad"))
        elif summary.test_value is not None:
            parts.append(cells("test ", "dim") + cells(test_text(summary)))
        for name in self._metrics:
            column = run.history.column(name)
            if len(column):
                value = "nan" if math.isnan(column[-1]) else formatting.metric(name, column[-1])
                parts.append(cells(f"{formatting.metric_label(name)} ", "dim") + cells(value))
        if summary.best_epoch is not None:
            best = f"best {formatting.grouped(summary.best_epoch)}: "
            parts.append(cells(best, "dim") + cells(best_text(summary)))
        return parts


def _names(runs: Sequence[RunSummary]) -> list[str]:
    """Task and title of each; with the clock from its id where several would be called alike."""
    names = [f"{run.task} {run.title}" for run in runs]
    return [
        f"{name} {run.id[9:15]}" if names.count(name) > 1 else name
        for name, run in zip(names, runs, strict=True)
    ]
