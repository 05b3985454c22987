"""All runs as a table, the curves of the chosen ones on the same axes, live."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from time import time
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen
from textual.timer import Timer

from kertasks.errors import UserError
from kertasks.registry import find_task
from kertui.formatting import grouped, short_path
from kertui.glyphs import glyphs_for
from kertui.plotting.run_strokes import MOST_RUNS, free_place
from kertui.screens.open_run import open_run
from kertui.screens.run_changes import RunChanges
from kertui.screens.run_reading import RunReader
from kertui.screens.runs_keys import RUNS_KEYS
from kertui.training.run_bin import RunBin
from kertui.training.run_folder import RunFolder
from kertui.training.run_listing import SortKey, matches, ordered
from kertui.training.run_summary import RunSummary
from kertui.widgets.header_line import HeaderLine
from kertui.widgets.key_line import KeyLine
from kertui.widgets.recipe_diff import DiffRun, RecipeDiff
from kertui.widgets.run_curves import RunCurves
from kertui.widgets.run_details import RunDetails
from kertui.widgets.run_filter import RunFilter
from kertui.widgets.run_table import RunTable

if TYPE_CHECKING:
    from kertui.app import KertuiApp

_READ_EVERY = 0.25
"""Seconds between two looks at the runs that go on."""

_REST = 0.1
"""Seconds the cursor rests on a run before its curves are read: moving past costs nothing."""

_LEAST_BELOW = 9
"""Rows for the curves."""


class RunsScreen(Screen[None]):
    """The runs of the home: filter, sort, choose, compare, name, delete, open.

    Args:
        chosen: ids of the runs whose curves are shown at first.
        full: begin with the curves alone.
    """

    CSS_PATH = "runs.tcss"
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = RUNS_KEYS

    def __init__(self, chosen: Sequence[str] = (), *, full: bool = False) -> None:
        super().__init__()
        self._all: list[RunSummary] = []
        self._complete = False
        self._wanted = tuple(chosen)
        """Runs to choose that were not read yet."""

        self._places: dict[str, int] = {}
        self._sort = SortKey.WHEN
        self._reverse = False
        self._deleted = False
        self._full = full
        self._opened_full = full
        self._diff = False
        self._compared: Sequence[tuple[int, RunSummary]] = ()
        self._rest: Timer | None = None
        self._offered: tuple[bool, ...] = ()

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
        kertui = cast("KertuiApp", self.app)  # screens are below the app: only its type is named
        store = kertui.service.store
        self._reader = RunReader(self, store, kertui.over_runs)
        self._bin_path = short_path(RunBin(store).path)
        self._changes = RunChanges(self, store, self._read_all)
        self._arrange()
        if not self._full:
            self._table.focus()
        self._show()
        self.call_after_refresh(self._read_all)
        self.set_interval(_READ_EVERY, self._look)

    def on_screen_resume(self) -> None:
        """Runs may have changed while another screen was on top."""
        if self._complete:  # not the first time, which comes before there is anything
            self._read_all()

    def on_resize(self) -> None:
        """Share the height out anew."""
        self._arrange()

    @property
    def _table(self) -> RunTable:
        return self.query_one(RunTable)

    @property
    def runs(self) -> list[RunSummary]:
        """What was read, newest first."""
        return self._all

    @property
    def complete(self) -> bool:
        """Whether all runs were read once."""
        return self._complete

    @property
    def places(self) -> dict[str, int]:
        """Which place on the axes each chosen run has, by its id."""
        return dict(self._places)

    @property
    def chosen(self) -> list[RunSummary]:
        """The chosen runs in the order of their places."""
        return [run for _, run in self._chosen_places()]

    def _chosen_places(self) -> list[tuple[int, RunSummary]]:
        found = [(self._places[run.id], run) for run in self._all if run.id in self._places]
        return sorted(found, key=lambda pair: pair[0])

    # --- read in a thread

    def _read_all(self) -> None:
        # Not ``is_current``: that holds under an opaque screen too (Textual 8.2).
        if self.app.screen is self:
            self._reader.look_at_all(self._deleted)

    def _look(self) -> None:
        if self.app.screen is self:
            going = any(not run.state.is_over for run in self._all)
            self._reader.look(self._deleted, going)

    @on(RunReader.RunsRead)
    def _take_runs(self, event: RunReader.RunsRead) -> None:
        if event.complete:
            self._reader.answered()
        if event.deleted is not self._deleted:
            self._read_all()
            return
        if self._complete and not event.complete:
            return
        self._complete = self._complete or event.complete
        self._all = event.runs
        there = {run.id for run in event.runs}
        for id in [id for id in self._wanted if id in there]:
            self._put_on_axes(id)
            self._table.go_to(id)
        self._wanted = tuple(id for id in self._wanted if id not in there)
        if event.complete:
            self._places = {id: at for id, at in self._places.items() if id in there}
        self._show()

    # --- what is shown

    def _show(self) -> None:
        text = self.query_one(RunFilter).text
        shown = ordered(
            (run for run in self._all if matches(run, text)), self._sort, reverse=self._reverse
        )
        self._table.show(
            shown,
            now=time(),
            places=self._places,
            sorted_by=self._sort,
            reverse=self._reverse,
            empty=self._empty_words(text),
        )
        self._show_header(len(shown), bool(text))
        self._show_details()
        self._show_below()
        self._arrange()
        self._offer_keys()

    def _offer_keys(self) -> None:
        """Look anew at which keys act, if that may have changed: the line of keys is sent whole."""
        run = self._table.run
        now = (
            run is None,
            bool(self._stoppable()),
            self._deleted,
            self._full,
            self._diff,
            bool(self._all),
            self._changes.can_undo,
        )
        if now != self._offered:
            self._offered = now
            self.refresh_bindings()

    def _empty_words(self, text: str) -> str:
        if not self._complete:
            return "reading the runs"
        if self._all:
            return f"no run matches {text!r}: esc empties the filter"
        if self._deleted:
            return f"no deleted runs in {self._bin_path}: D shows the others"
        return "no runs yet: esc, choose a task, open it and press space to train"

    def _show_header(self, shown: int, filtered: bool) -> None:
        count = grouped(len(self._all))
        kind = "deleted run" if self._deleted else "run"
        words = f"{count} {kind}{'' if len(self._all) == 1 else 's'}"
        facts = [f"{grouped(shown)} of {words} match" if filtered else words]
        if self._deleted:
            facts.insert(0, self._bin_path)
        running = sum(not run.state.is_over for run in self._all)
        if running:
            facts.append(f"{running} running")
        if self._places:
            facts.append(f"{len(self._places)} chosen")
        self.query_one(HeaderLine).facts = tuple(facts)

    def _show_details(self) -> None:
        self.query_one(RunDetails).show(self._table.run, self._table.place_in_words)

    def _on_axes(self) -> list[tuple[int, RunSummary]]:
        """The chosen runs with their places; the one under the cursor where none is."""
        found = self._chosen_places()
        if not found and self._table.run is not None:
            found = [(0, self._table.run)]
        return found

    def _show_below(self) -> None:
        if self._diff:
            self._compare()
        elif self._rest is None and (self._complete or self._places):
            self.query_one(RunCurves).show(self._on_axes())

    @on(RunTable.RunHighlighted)
    def _follow_cursor(self, event: RunTable.RunHighlighted) -> None:
        event.stop()
        self._show_details()
        self._offer_keys()
        if self._rest is not None:
            self._rest.stop()
        self._rest = self.set_timer(_REST, self._rested)

    def _rested(self) -> None:
        self._rest = None
        self._show_below()

    def _arrange(self) -> None:
        """The table takes half of the height at most, and no more than its rows."""
        table, details = self._table, self.query_one(RunDetails)
        self.query_one(RunCurves).display = not self._diff
        self.query_one(RecipeDiff).display = self._diff
        table.display = details.display = not self._full
        room = self.size.height - 2 - self.query_one(RunFilter).display - 2
        most = max(4, min((room + 1) // 2, room - _LEAST_BELOW))
        rows = max(3, min(len(table.runs) + 1, most))
        if table.styles.height is None or table.styles.height.value != rows:
            table.styles.height = rows
        self.set_class(room >= 30, "-high")

    # --- choosing, sorting, filtering

    @on(RunTable.RunChosen)
    def _choose(self, event: RunTable.RunChosen) -> None:
        event.stop()
        if event.run.id in self._places:
            del self._places[event.run.id]
        elif not self._put_on_axes(event.run.id):
            self.notify(
                f"{MOST_RUNS} runs at most are told apart on the same axes: "
                "take one off first (space)."
            )
            return
        self._show()

    def _put_on_axes(self, id: str) -> bool:
        place = free_place(self._places.values())
        if place is None:
            return False
        self._places.setdefault(id, place)
        return True

    @on(RunTable.SortAsked)
    def _sort_by(self, event: RunTable.SortAsked) -> None:
        event.stop()
        self._reverse = not self._reverse if event.key is self._sort else False
        self._sort = event.key
        self._show()

    def action_sort(self, step: int) -> None:
        """Sort by the next column."""
        keys = list(SortKey)
        self._sort = keys[(keys.index(self._sort) + step) % len(keys)]
        self._reverse = False
        self._show()

    def action_reverse(self) -> None:
        """Turn the order round."""
        self._reverse = not self._reverse
        self._show()

    def action_filter(self) -> None:
        """Type a filter."""
        self.query_one(RunFilter).begin()
        self._arrange()

    @on(RunFilter.FilterChanged)
    def _filter(self, event: RunFilter.FilterChanged) -> None:
        event.stop()
        before = self._table.run
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
        elif self._diff:
            self.action_toggle_diff()
        elif self._deleted:
            self.action_toggle_deleted()
        elif self._places and not self._opened_full:
            self._places = {}
            self._show()
        else:
            self.dismiss(None)

    # --- curves and recipes

    def action_next_metric(self) -> None:
        """Draw the next metric."""
        self.query_one(RunCurves).next_metric()

    def action_toggle_rows(self) -> None:
        """Draw held-out or training rows."""
        self.query_one(RunCurves).toggle_rows()

    def action_toggle_log(self) -> None:
        """Switch the loss between a linear and a logarithmic axis."""
        curves = self.query_one(RunCurves)
        curves.log_y = not curves.log_y

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
        self._diff = not self._diff
        self._compared = ()
        self._arrange()
        if not self._diff and not self._full:
            self._table.focus()
        self._show_below()
        self._offer_keys()

    def _compare(self) -> None:
        runs = self._chosen_places()
        if len(runs) == 1 and self._table.run is not None and self._table.run != runs[0][1]:
            runs.append((1 if runs[0][0] != 1 else 2, self._table.run))
        if len(runs) < 2:
            self._compared = ()
            problem = "choose two runs or more with space to see what differs in their recipes"
            self.query_one(RecipeDiff).show((), problem)
            return
        if [run.id for _, run in runs] != [run.id for _, run in self._compared]:
            self._compared = runs
            self._reader.read_recipes(runs)

    @on(RunReader.RecipesRead)
    def _show_recipes(self, event: RunReader.RecipesRead) -> None:
        if event.runs is not self._compared:
            return
        found: list[DiffRun] = []
        for (place, run), recipe in zip(event.runs, event.recipes, strict=True):
            if isinstance(recipe, UserError):
                self.query_one(RecipeDiff).show((), str(recipe))
                return
            found.append(DiffRun(place, run, recipe))
        self.query_one(RecipeDiff).show(found)

    # --- opening

    @on(RunTable.RunOpened)
    def _open(self, event: RunTable.RunOpened) -> None:
        event.stop()
        if self._says_deleted():
            return
        open_run(self.app, RunFolder(Path(event.run.folder)))

    def _says_deleted(self) -> bool:
        if self._deleted:
            self.notify("It is in the bin: u brings it back.")
        return self._deleted

    @on(RunReader.RecipeToOpen)
    def _open_workbench(self, event: RunReader.RecipeToOpen) -> None:
        from kertui.screens.workbench import WorkbenchScreen

        if isinstance(event.recipe, UserError):
            self.notify(str(event.recipe), severity="error", markup=False)
            return
        try:
            task = find_task(event.recipe.task)
        except UserError as error:
            self.notify(str(error), severity="error", markup=False)
            return
        self.app.push_screen(WorkbenchScreen(task, event.recipe))

    def action_open_recipe(self) -> None:
        """Open the recipe of the run under the cursor, to train it anew or change it."""
        run = self._table.run
        if run is not None and not self._says_deleted():
            self._reader.read_to_open(run)

    # --- changes

    def action_edit_label(self, first: str) -> None:
        """Name, tag and note the run under the cursor."""
        if self._table.run is not None:
            self._changes.label(self._table.run, first)

    def action_stop_run(self) -> None:
        """Stop the run under the cursor; without the table, those on the axes."""
        for run in self._stoppable():
            self._changes.stop(run)

    def _stoppable(self) -> list[RunSummary]:
        runs = [run for _, run in self._on_axes()] if self._full else [self._table.run]
        return [run for run in runs if run is not None and not run.state.is_over]

    def action_delete(self) -> None:
        """Delete the run under the cursor, or the chosen ones."""
        if self._table.run is not None:
            self._changes.delete(self._table.run, self.chosen)

    def action_undo(self) -> None:
        """Bring back what was deleted last; among the deleted runs the one under the cursor."""
        if not self._deleted:
            self._changes.undo()
        elif self._table.run is not None:
            self._changes.restore(self._table.run)

    def action_toggle_deleted(self) -> None:
        """Show the runs in the bin, or those that are not."""
        self._deleted = not self._deleted
        self._all, self._places, self._complete = [], {}, False
        self._show()
        self._read_all()

    def action_empty_bin(self) -> None:
        """Remove the deleted runs for good, after asking."""
        self._changes.empty_bin(self._all)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what would do something."""
        del parameters
        if not self.is_mounted:
            return True
        run = self._table.run
        match action:
            case "edit_label" | "open_recipe" | "delete":
                return run is not None and not self._deleted and not self._full
            case "stop_run":
                return bool(self._stoppable())
            case "undo":
                return run is not None if self._deleted else self._changes.can_undo
            case "toggle_deleted":
                return not self._full
            case "empty_bin":
                return self._deleted and bool(self._all)
            case "filter" | "sort" | "reverse":
                return bool(self._all) and not self._full
            case "next_metric" | "toggle_rows" | "toggle_log":
                return run is not None and not self._diff
            case "toggle_full" | "toggle_diff":
                return run is not None
        return True
