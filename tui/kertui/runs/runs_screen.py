"""All runs as a table, the curves of the chosen ones on the same axes, live."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from time import time
from typing import Any, ClassVar

from textual import on, work
from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Input

from kertasks.groups.folder import GroupFolder
from kertasks.groups.store import GroupStore
from kertasks.runs.folder import RunFolder
from kertasks.runs.home.bin import RunBin
from kertasks.runs.home.label import Label
from kertasks.runs.home.summary import RunSummary
from kertasks.runs.manifest import Origin
from kertasks.runs.mirrors.home_mark import host_of
from kertasks.text.numbers import short_path
from kertui.plotting.curves.run_strokes import MOST_RUNS
from kertui.rows.header_line import HeaderLine
from kertui.rows.key_line import KeyLine
from kertui.runs import run_changes
from kertui.runs.choose_group import choose_group
from kertui.runs.listed_runs import ChosenRuns, ListedRuns
from kertui.runs.run_changes import DeletedRuns, RunLabelScreen, RunsChanged
from kertui.runs.run_curves import RunCurves
from kertui.runs.run_details import LINES, RunDetails
from kertui.runs.run_filter import RunFilter
from kertui.runs.run_recipes import RunRecipes
from kertui.runs.run_table import RunTable
from kertui.runs.runs_keys import RUNS_KEYS, KeysNow
from kertui.runs.runs_reader import RunsReader
from kertui.session import OpenGroup, OpenRun, Session
from kertui.terminal.glyphs import glyphs_for

_CURSOR_RESTS = 0.1
"""Seconds the cursor rests on a run before its curves are read: moving past costs nothing."""

_LEAST_BELOW = 9
"""Rows for the curves."""


class RunsScreen(Screen[None]):
    """The runs of the home: filter, sort, choose, compare, name, delete, open.

    Args:
        session: whose runs.
        chosen: ids of the runs whose curves are shown at first.
        full: begin with the curves alone.
    """

    CSS_PATH = "runs_screen.tcss"
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = RUNS_KEYS

    def __init__(self, session: Session, chosen: Sequence[str] = (), *, full: bool = False) -> None:
        super().__init__()
        self._service = session.service
        self._bin = RunBin(session.service.store)
        self._bin_path = short_path(self._bin.path)
        self.listed = ListedRuns()
        """All runs that were read, and how they are filtered and ordered."""

        self._reader = RunsReader(session, self._bin, self.listed)
        self.choice = ChosenRuns(chosen)
        """Which place on the axes each chosen run has."""

        self._deleted = DeletedRuns()
        self._filter = RunFilter()
        self._table = RunTable(id="runs")
        self._details = RunDetails()
        self._curves = RunCurves(id="run-curves")
        self._recipes = RunRecipes(session.service, id="run-recipes")
        self._full = full
        self._opened_full = full
        self._comparing = False
        self._rest_timer: Timer | None = None
        """Runs while the cursor has not rested yet."""

        self._offered: KeysNow | None = None

    def compose(self) -> ComposeResult:
        """Lay out the table over the curves and the recipes, of which one is shown."""
        host = host_of(self._service.store.home)
        whose = f" on {host}" if host else ""
        yield HeaderLine(f"kertui {glyphs_for(self.app).into} runs{whose}")
        yield self._reader
        yield self._filter
        yield self._table
        yield self._details
        yield self._curves
        yield self._recipes
        yield KeyLine()

    def on_mount(self) -> None:
        """Read the runs once the frame is there to look at."""
        if not self._full:
            self._table.focus()
        self._show()
        self.call_after_refresh(self._reader.look_at_all)

    def on_screen_resume(self) -> None:
        """Runs may have changed while another screen was on top."""
        if self.listed.complete:  # not the first time, which comes before there is anything
            self._reader.look_at_all()

    def on_resize(self) -> None:
        """Share the new height out among table and curves."""
        self._arrange()

    # --- the runs

    @property
    def chosen(self) -> list[RunSummary]:
        """The chosen runs in the order of their places."""
        return [run for _, run in self.choice.among(self.listed.runs)]

    def _on_axes(self) -> list[tuple[int, RunSummary]]:
        """The runs whose curves are drawn, with their places."""
        return self.choice.drawn(self.listed.runs, self._table.run)

    def _compared(self) -> list[tuple[int, RunSummary]]:
        """The runs that are held against each other, with their places."""
        return self.choice.compared(self.listed.runs, self._table.run)

    def _stoppable(self) -> list[RunSummary]:
        """The runs that a person would stop now: under the cursor, or all that are in sight."""
        runs = [run for _, run in self._on_axes()] if self._full else [self._table.run]
        return [run for run in runs if run is not None and run.can_be_steered]

    @on(RunsReader.RunsNotRead)
    def _say_not_read(self, event: RunsReader.RunsNotRead) -> None:
        event.stop()
        self._show()
        if self.listed.runs:  # what was read before is still shown
            self.notify(event.reason, severity="error", markup=False)

    @on(RunsReader.RunsRead)
    def _take_runs(self, event: RunsReader.RunsRead) -> None:
        event.stop()
        came = self.choice.choose_wanted(event.ids)
        if event.complete:
            self.choice.forget_gone(event.ids)
        self._show()
        for id in came:
            self._table.go_to(id)

    # --- what is shown

    def _show(self) -> None:
        """Bring everything up to date with the runs and the choice."""
        self._table.show(self.listed, self.choice.places, time(), self._bin_path)
        facts = self.listed.facts(len(self._table.runs), self.choice.places, self._bin_path)
        self.query_one(HeaderLine).facts = facts
        self._show_details()
        self._show_below()
        self._arrange()
        self._offer_keys()

    @on(RunTable.HeightChanged)
    def _show_place(self, event: RunTable.HeightChanged) -> None:
        event.stop()
        self._show_details()

    def _show_details(self) -> None:
        self._details.show(self._table.run, self._table.place_in_words)

    def _show_below(self) -> None:
        """Draw the curves, or compare the recipes, of what is chosen and under the cursor."""
        if self._comparing:
            self._recipes.compare(self._compared())
        elif self._rest_timer is None and (self.listed.complete or self.choice.places):
            self._curves.show(self._on_axes())

    @on(RunTable.RunHighlighted)
    def _follow_cursor(self, event: RunTable.RunHighlighted) -> None:
        event.stop()
        self._show_details()
        self._offer_keys()
        if self._rest_timer is not None:
            self._rest_timer.stop()
        self._rest_timer = self.set_timer(_CURSOR_RESTS, self._cursor_rests)

    def _cursor_rests(self) -> None:
        self._rest_timer = None
        self._show_below()

    def _arrange(self) -> None:
        """The table takes half of the height at most, and no more than its rows."""
        table = self._table
        self._curves.display = not self._comparing
        self._recipes.display = self._comparing
        table.display = self._details.display = not self._full
        room = self.size.height - 2 - self._filter.display - LINES
        most = max(4, min((room + 1) // 2, room - _LEAST_BELOW))
        rows = max(3, min(len(table.runs) + 1, most))
        if self.listed.trouble and not table.runs:
            rows = most  # for a reason of several lines
        if table.styles.height is None or table.styles.height.value != rows:
            table.styles.height = rows
        self.set_class(room >= 30, "-high")

    @property
    def _keys_now(self) -> KeysNow:
        return KeysNow(
            here=self._table.run is not None,
            has_recipe=self._table.run is not None and self._table.run.origin is Origin.RECIPE,
            listed=bool(self.listed.runs),
            waiting=not self.listed.complete,
            stoppable=bool(self._stoppable()),
            can_undo=bool(self._deleted.last),
            deleted=self.listed.deleted,
            full=self._full,
            comparing=self._comparing,
            pair=len(self._compared()) == 2,
            groups=any(_group_of(run) for run in self.listed.runs),
        )

    def _offer_keys(self) -> None:
        """Look anew at which keys act, if that may have changed: the line of keys is sent whole."""
        now = self._keys_now
        if now != self._offered:
            self._offered = now
            self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only the keys that would do something now."""
        del parameters
        return not self.is_mounted or self._keys_now.offers(action)

    # --- sorting, filtering, leaving

    @on(RunTable.HeadClicked)
    def _sort_by(self, event: RunTable.HeadClicked) -> None:
        event.stop()
        self.listed.sort_by(event.key)
        self._show()

    def action_sort(self, step: int) -> None:
        """Sort by the column so many further on."""
        self.listed.sort_by_next(step)
        self._show()

    def action_reverse(self) -> None:
        """Turn the order of the runs round."""
        self.listed.sort_by(self.listed.sort)
        self._show()

    def action_filter(self) -> None:
        """Show the line for the filter and type in it."""
        self._filter.begin()
        self._arrange()

    @on(Input.Changed)
    def _narrow(self, event: Input.Changed) -> None:
        event.stop()
        before = self._table.run
        self.listed.text = event.value
        self._show()
        if self._table.run != before:
            self._table.action_go_to_row(0)

    @on(RunFilter.FilterLeft)
    def _leave_filter(self, event: RunFilter.FilterLeft) -> None:
        event.stop()
        self._table.focus()
        self._arrange()

    def action_toggle_deleted(self) -> None:
        """Show the runs in the bin, or those that are not."""
        self.listed.switch()
        self.choice.clear()
        self._show()
        self._reader.look_at_all()

    def action_go_back(self) -> None:
        """Empty the filter, then the choice, then leave."""
        if self._full and not self._opened_full:
            self.action_toggle_full()
        elif self._filter.text:
            self._filter.clear()
        elif self._comparing:
            self.action_toggle_diff()
        elif self.listed.deleted:
            self.action_toggle_deleted()
        elif self.choice.places and not self._opened_full:
            self.choice.clear()
            self._show()
        else:
            self.dismiss(None)

    # --- curves and recipes under the table

    @on(RunTable.RunChosen)
    def _choose(self, event: RunTable.RunChosen) -> None:
        event.stop()
        if self.choice.toggle(event.run.id):
            self._show()
            return
        self.notify(
            f"{MOST_RUNS} runs at most are told apart on the same axes: take one off first (space)."
        )

    def action_next_metric(self) -> None:
        """Draw the next of the metrics in place of this one."""
        self._curves.next_metric()

    def action_toggle_rows(self) -> None:
        """Draw the curves of held-out rows, or of training rows."""
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

    def action_look(self, key: str) -> None:
        """Look at a tab of two runs, beside each other."""
        from kertui.runs.side_by_side import SideBySideScreen

        self.app.push_screen(SideBySideScreen(self._service, self._compared(), key))

    def action_toggle_diff(self) -> None:
        """Show what differs between the recipes, or the curves."""
        self._comparing = not self._comparing
        self._recipes.forget()
        self._arrange()
        if not self._comparing and not self._full:
            self._table.focus()
        self._show_below()
        self._offer_keys()

    # --- opening, naming, stopping, deleting, bringing back

    @on(RunTable.RunOpened)
    def _open(self, event: RunTable.RunOpened) -> None:
        event.stop()
        self._open_run(event.run, recipe_only=False)

    def action_open_recipe(self) -> None:
        """Open the recipe of the run under the cursor, to train it anew or change it."""
        if self._table.run is not None:
            self._open_run(self._table.run, recipe_only=True)

    def _open_run(self, run: RunSummary, *, recipe_only: bool) -> None:
        if self.listed.deleted:
            self.notify("It is in the bin: u brings it back.")
        else:
            self.post_message(OpenRun(self, RunFolder(Path(run.folder)), recipe_only))

    def action_open_group(self) -> None:
        """Open the group of the run under the cursor, or one among all."""
        run, store = self._table.run, GroupStore(self._service.store.home)

        def open(group: GroupFolder | None) -> None:
            if group is not None:
                self.post_message(OpenGroup(self, group))

        if run is not None and (group := _group_of(run)):
            open(GroupFolder(store.groups_path / group))
        else:
            choose_group(self, store, open)

    def action_export(self) -> None:
        """Ask for a format and a path, and write the run under the cursor there."""
        from kertui.runs.export_run import ExportRunScreen

        if (chosen := self._table.run) is not None:
            run = RunFolder(Path(chosen.folder))
            self.app.push_screen(ExportRunScreen(self._service, run, chosen.origin))

    def _change(self, change: Callable[[RunsChanged], str]) -> None:
        self._make_change(self.app, change)

    @work(thread=True, group="change runs")
    def _make_change(self, app: App[Any], change: Callable[[RunsChanged], str]) -> None:
        changed = run_changes.make_change(change)
        self.post_message(changed)
        if changed.text:  # told by the app: the screen may have been left meanwhile
            app.notify(changed.text, severity=changed.severity, markup=False)

    @on(RunsChanged)
    def _take_change(self, event: RunsChanged) -> None:
        event.stop()
        self._deleted.take(event)
        self._offer_keys()
        self._reader.look_at_all()

    def action_edit_label(self, first: str) -> None:
        """Name, tag and note the run under the cursor."""
        run = self._table.run
        if run is None:
            return

        def keep(label: Label | None) -> None:
            if label is not None and label != run.label:
                self._change(partial(run_changes.keep_label, run, label))

        self.app.push_screen(RunLabelScreen(run, first), keep)

    def action_stop_run(self) -> None:
        """Stop the run under the cursor; without the table, those on the axes."""
        for run in self._stoppable():
            self._change(partial(run_changes.stop_run, run))

    def action_delete(self) -> None:
        """Delete the run under the cursor, or the chosen ones: which, is asked."""
        run, chosen = self._table.run, self.chosen
        if run is None:
            return
        if [one.id for one in chosen] in ([], [run.id]):
            self._delete([run])
        else:
            self.app.push_screen(run_changes.delete_question(run, chosen), self._delete)

    def _delete(self, runs: Sequence[RunSummary] | None) -> None:
        if runs:
            self._change(partial(run_changes.delete_runs, self._bin, runs))

    def action_undo(self) -> None:
        """Bring back what was deleted last; among the deleted runs the one under the cursor."""
        run = self._table.run
        ids = self._deleted.last
        if self.listed.deleted:
            ids = [run.id] if run is not None else []
        if self._deleted.begin_restoring(ids):
            self._change(partial(run_changes.restore_runs, self._bin, ids))

    def action_empty_bin(self) -> None:
        """Remove the deleted runs for good, after asking."""

        def answered(yes: bool | None) -> None:
            if yes:
                self._change(partial(run_changes.empty_bin, self._bin))

        question = run_changes.empty_bin_question(self._bin, len(self.listed.runs))
        self.app.push_screen(question, answered)


def _group_of(run: RunSummary) -> str | None:
    """The id of the group that a run was made for; that of a script's runs is none."""
    return run.group if run.origin is Origin.RECIPE else None
