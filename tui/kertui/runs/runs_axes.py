"""The part of the screen of runs under the table: curves on the same axes, or the recipes."""

from __future__ import annotations

from textual import on
from textual.timer import Timer

from kertui.plotting.run_strokes import MOST_RUNS
from kertui.runs.run_reading import RunReader
from kertui.runs.run_table import RunTable
from kertui.runs.runs_base import RunsBase

_REST = 0.1
"""Seconds the cursor rests on a run before its curves are read: moving past costs nothing."""


class AxesActions(RunsBase):
    """Chooses runs, draws their curves or compares their recipes."""

    _rest: Timer | None = None
    """Runs while the cursor has not rested yet."""

    @on(RunTable.RunChosen)
    def _choose(self, event: RunTable.RunChosen) -> None:
        event.stop()
        if self._chosen.toggle(event.run.id):
            self._show()
            return
        self.notify(
            f"{MOST_RUNS} runs at most are told apart on the same axes: take one off first (space)."
        )

    def _show_below(self) -> None:
        if self._comparing:
            self._comparison.show(self._chosen.compared(self.runs, self._table.run))
        elif self._rest is None and (self.complete or self.places):
            self._curves.show(self._on_axes())

    def _show_below_at_rest(self) -> None:
        if self._rest is not None:
            self._rest.stop()
        self._rest = self.set_timer(_REST, self._rested)

    def _rested(self) -> None:
        self._rest = None
        self._show_below()

    def action_next_metric(self) -> None:
        """Draw the next metric."""
        self._curves.next_metric()

    def action_toggle_rows(self) -> None:
        """Draw held-out or training rows."""
        self._curves.toggle_rows()

    def action_toggle_log(self) -> None:
        """Switch the loss between a linear and a logarithmic axis."""
        self._curves.log_y = not self._curves.log_y

    def action_toggle_full(self) -> None:
        """Give the curves the whole screen, or show the table again."""
        self._full = not self._full
        self._arrange()
        if self._full:
            self.set_focus(None)
        else:
            self._opened_full = False
            self._table.focus()
        self._offer_keys()

    def action_toggle_diff(self) -> None:
        """Show what differs between the recipes, or the curves."""
        self._comparing = not self._comparing
        self._comparison.forget()
        self._arrange()
        if not self._comparing and not self._full:
            self._table.focus()
        self._show_below()
        self._offer_keys()

    @on(RunReader.RecipesRead)
    def _take_recipes(self, event: RunReader.RecipesRead) -> None:
        self._comparison.take(event)
