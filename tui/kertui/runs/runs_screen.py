"""All runs as a table, the curves of the chosen ones on the same axes, live."""

from __future__ import annotations

from time import time
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType

from kertasks.runs.bin import RunBin
from kertasks.text.numbers import short_path
from kertui.comparison.recipe_diff import RecipeDiff
from kertui.rows.header_line import HeaderLine
from kertui.rows.key_line import KeyLine
from kertui.runs.recipe_comparison import RecipeComparison
from kertui.runs.run_changes import RunChanges
from kertui.runs.run_curves import RunCurves
from kertui.runs.run_details import LINES, RunDetails
from kertui.runs.run_filter import RunFilter
from kertui.runs.run_reading import RunReader
from kertui.runs.run_table import RunTable
from kertui.runs.runs_axes import AxesActions
from kertui.runs.runs_changing import ChangeActions
from kertui.runs.runs_keys import RUNS_KEYS, KeysNow
from kertui.terminal.glyphs import glyphs_for

_READ_EVERY = 0.25
"""Seconds between two looks at the runs that go on."""

_LEAST_BELOW = 9
"""Rows for the curves."""


class RunsScreen(AxesActions, ChangeActions):
    """The runs of the home: filter, sort, choose, compare, name, delete, open."""

    CSS_PATH = "runs_screen.tcss"
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = RUNS_KEYS

    _offered: KeysNow | None = None

    def compose(self) -> ComposeResult:
        """Build the screen."""
        yield HeaderLine(f"kertui {glyphs_for(self.app).into} runs")
        yield RunFilter()
        yield RunTable(id="runs")
        yield RunDetails()
        yield RunCurves(id="run-curves")
        yield RecipeDiff(id="recipe-diff")
        yield KeyLine()

    def on_mount(self) -> None:
        """Read the runs once the frame is there to look at."""
        store = self._session.service.store
        self._reader = RunReader(self, store, self._session.over_runs)
        self._bin_path = short_path(RunBin(store).path)
        self._changes = RunChanges(self, store)
        self._comparison = RecipeComparison(self._reader, self.query_one(RecipeDiff))
        if not self._full:
            self._table.focus()
        self._show()
        self.call_after_refresh(self._read_all)
        self.set_interval(_READ_EVERY, self._look)

    def on_screen_resume(self) -> None:
        """Runs may have changed while another screen was on top."""
        if self.complete:  # not the first time, which comes before there is anything
            self._read_all()

    def on_resize(self) -> None:
        """Share the height out anew."""
        self._arrange()

    # --- read in a thread

    def _read_all(self) -> None:
        # Not ``is_current``: that holds under an opaque screen too (Textual 8.2).
        if self.app.screen is self:
            self._reader.look_at_all(self._listed.deleted)

    def _look(self) -> None:
        if self.app.screen is self:
            self._reader.look(self._listed.deleted, self._listed.any_going)

    @on(RunReader.RunsRead)
    def _take_runs(self, event: RunReader.RunsRead) -> None:
        if event.complete:
            self._reader.answered()
        if event.deleted is not self._listed.deleted:
            self._read_all()
            return
        if not self._listed.take(event.runs, event.complete):
            return
        there = {run.id for run in event.runs}
        came = self._chosen.choose_wanted(there)
        if event.complete:
            self._chosen.forget_gone(there)
        self._show()
        for id in came:
            self._table.go_to(id)

    # --- what is shown

    def _show(self) -> None:
        shown = self._listed.shown
        self._table.show(
            shown,
            now=time(),
            places=self.places,
            sorted_by=self._listed.sort,
            reverse=self._listed.reverse,
            empty=self._listed.says_empty(self._bin_path),
            complete=self._listed.complete,
        )
        self.query_one(HeaderLine).facts = self._listed.facts(
            len(shown), self.places, self._bin_path
        )
        self._show_details()
        self._show_below()
        self._arrange()
        self._offer_keys()

    def _show_details(self) -> None:
        self.query_one(RunDetails).show(self._table.run, self._table.place_in_words)

    @on(RunTable.RunHighlighted)
    def _follow_cursor(self, event: RunTable.RunHighlighted) -> None:
        event.stop()
        self._show_details()
        self._offer_keys()
        self._show_below_at_rest()

    def _arrange(self) -> None:
        """The table takes half of the height at most, and no more than its rows."""
        table, details = self._table, self.query_one(RunDetails)
        self._curves.display = not self._comparing
        self.query_one(RecipeDiff).display = self._comparing
        table.display = details.display = not self._full
        room = self.size.height - 2 - self.query_one(RunFilter).display - LINES
        most = max(4, min((room + 1) // 2, room - _LEAST_BELOW))
        rows = max(3, min(len(table.runs) + 1, most))
        if table.styles.height is None or table.styles.height.value != rows:
            table.styles.height = rows
            self.call_after_refresh(self._show_details)  # more or fewer rows are in sight
        self.set_class(room >= 30, "-high")

    # --- keys that act

    @property
    def _keys_now(self) -> KeysNow:
        return KeysNow(
            here=self._table.run is not None,
            listed=bool(self.runs),
            stoppable=bool(self._stoppable()),
            can_undo=self._changes.can_undo,
            deleted=self._listed.deleted,
            full=self._full,
            comparing=self._comparing,
        )

    def _offer_keys(self) -> None:
        """Look anew at which keys act, if that may have changed: the line of keys is sent whole."""
        now = self._keys_now
        if now != self._offered:
            self._offered = now
            self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what would do something."""
        del parameters
        return not self.is_mounted or self._keys_now.offers(action)

    # --- sorting, filtering, leaving

    @on(RunTable.SortAsked)
    def _sort_by(self, event: RunTable.SortAsked) -> None:
        event.stop()
        self._listed.sort_by(event.key)
        self._show()

    def action_sort(self, step: int) -> None:
        """Sort by the next column."""
        self._listed.sort_by_next(step)
        self._show()

    def action_reverse(self) -> None:
        """Turn the order round."""
        self._listed.sort_by(self._listed.sort)
        self._show()

    def action_filter(self) -> None:
        """Type a filter."""
        self.query_one(RunFilter).begin()
        self._arrange()

    @on(RunFilter.FilterChanged)
    def _filter(self, event: RunFilter.FilterChanged) -> None:
        event.stop()
        before = self._table.run
        self._listed.text = event.text
        self._show()
        if self._table.run != before:
            self._table.action_go_first()

    @on(RunFilter.FilterLeft)
    def _leave_filter(self, event: RunFilter.FilterLeft) -> None:
        event.stop()
        self._table.focus()
        self._arrange()

    def action_go_back(self) -> None:
        """Empty the filter, then the choice, then leave."""
        if self._full and not self._opened_full:
            self.action_toggle_full()
        elif self.query_one(RunFilter).text:
            self.query_one(RunFilter).clear()
        elif self._comparing:
            self.action_toggle_diff()
        elif self._listed.deleted:
            self.action_toggle_deleted()
        elif self.places and not self._opened_full:
            self._chosen.clear()
            self._show()
        else:
            self.dismiss(None)
