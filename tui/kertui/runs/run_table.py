"""The table of runs: one row each, only those in sight are made."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip

from kertasks.runs.home.listing import SortKey
from kertasks.runs.home.summary import RunSummary
from kertasks.text.numbers import grouped
from kertui.plotting.curves.run_strokes import sample
from kertui.plotting.strips import Row, cells, fit
from kertui.rows.rows_widget import RowsWidget
from kertui.runs.listed_runs import ListedRuns
from kertui.runs.run_columns import GAP, RunColumn, columns_for
from kertui.terminal.cells import padded
from kertui.terminal.glyphs import Glyphs, glyphs_for
from kertui.text.fitting_text import fitted, wrap
from kertui.text.run_state_look import STATE_LOOKS

_HEAD = 1
"""Rows above the first run."""

_MARKS = 5
"""Columns before the first one: the cursor, the stroke of a chosen run, blanks."""

_WHEEL = 3


class RunTable(RowsWidget, can_focus=True):
    """Runs to choose from. The cursor stays on its run while rows move under it.

    Made of cells and not a ``DataTable``: only the cells that changed are sent (135 bytes where
    two of 100 runs train on, against 14,600; 470 for a step of the cursor, against 1,260; Textual
    8.2 at 120x36), and a thousand runs take no longer to show than those in sight.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"run-table--cursor"}
    DEFAULT_CSS = """
    RunTable {
        height: 1fr;
        & > .run-table--cursor { background: $panel; }
        &:focus > .run-table--cursor { background: $selection; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "open", id="runs.open", tooltip="Open the run in the workbench."),
        Binding("space", "choose", "choose", id="runs.choose",
                tooltip="Put the run's curves on the axes beside the others, or take them off."),
        Binding("up,k", "move(-1)", "up", show=False, system=True, id="runs.up",
                tooltip="Go to the run above."),
        Binding("down,j", "move(1)", "down", show=False, system=True, id="runs.down",
                tooltip="Go to the run below."),
        Binding("pageup", "page(-1)", "page up", show=False, system=True, id="runs.page_up",
                tooltip="Go up by as many runs as are in sight."),
        Binding("pagedown", "page(1)", "page down", show=False, system=True, id="runs.page_down",
                tooltip="Go down by as many runs as are in sight."),
        Binding("home", "go_to_row(0)", "first run", show=False, system=True, id="runs.first",
                tooltip="Go to the first run."),
        Binding("end", "go_to_row(999_999)", "last run", show=False, system=True,
                id="runs.last", tooltip="Go to the last run."),
    ]  # fmt: skip

    @dataclass
    class RunHighlighted(Message):
        """The cursor came to another run; None where there is none."""

        run: RunSummary | None

    @dataclass
    class RunOpened(Message):
        """A person wants to see the run in the workbench."""

        run: RunSummary

    @dataclass
    class RunChosen(Message):
        """A person wants the run among the chosen ones, or no longer."""

        run: RunSummary

    @dataclass
    class HeadClicked(Message):
        """A person clicked on the head of a column, to sort by it."""

        key: SortKey

    @dataclass
    class HeightChanged(Message):
        """More or fewer rows are in sight."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._listed = ListedRuns(complete=True)
        self._runs: Sequence[RunSummary] = ()
        self._places: Mapping[str, int] = {}
        self._now = 0.0
        self._bin = ""
        self._at = 0
        self._top = 0
        self._awaited: list[Callable[[], None]] = []
        """What keys asked for before there was a row to do it to."""

        self._marked: int | None = None
        """The row of the widget that is drawn as the cursor's."""

    # What it shows

    @property
    def runs(self) -> Sequence[RunSummary]:
        """The runs that answer the filter, from the first row on."""
        return self._runs

    @property
    def run(self) -> RunSummary | None:
        """The run under the cursor."""
        return self._runs[self._at] if self._at < len(self._runs) else None

    def show(self, listed: ListedRuns, places: Mapping[str, int], now: float, bin: str) -> None:
        """Show the runs that answer the filter, in their order.

        Args:
            listed: the runs; while none is there and they are not complete, keys wait for it.
            places: of the chosen runs, by id.
            now: Unix time in seconds.
            bin: where the deleted runs are.
        """
        before = self.run
        self._listed, self._places, self._now, self._bin = listed, places, now, bin
        in_sight = self._at - self._top
        self._runs = runs = listed.shown
        if before is not None:
            ids = [run.id for run in runs]
            if before.id in ids:
                self._at = ids.index(before.id)
                # Rows come and go above it: the cursor's row stays where it is on the screen.
                self._top = self._at - in_sight
        self._at = max(0, min(self._at, len(runs) - 1))
        self.redraw()
        after = self.run
        if (before.id if before else None) != (after.id if after else None):
            self.post_message(self.RunHighlighted(after))
        if not self._waits:
            awaited, self._awaited = self._awaited, []
            for act in awaited:
                act()

    def on_resize(self) -> None:
        """Tell that more or fewer rows are in sight; the base makes the rows anew."""
        self.post_message(self.HeightChanged())

    @property
    def place_in_words(self) -> str:
        """Where in the list the cursor is; empty where all of it is in sight."""
        if len(self._runs) <= self._visible:
            return ""
        return f"{grouped(self._at + 1)} of {grouped(len(self._runs))}"

    def go_to(self, id: str) -> None:
        """Put the cursor on the run with this id, if it is shown."""
        at = next((at for at, run in enumerate(self._runs) if run.id == id), None)
        if at is not None:
            self._move_to(at)

    @property
    def _visible(self) -> int:
        return max(1, self.size.height - _HEAD)

    def draw_rows(self, width: int) -> None:
        """The heads and the runs in sight, the cursor's among them."""
        height = self.size.height
        glyphs = glyphs_for(self.app)
        visible = self._visible
        self._top = max(0, min(self._top, len(self._runs) - visible))
        self._top = min(max(self._top, self._at - visible + 1), self._at)
        columns = columns_for(width - _MARKS - 1)
        rows = [self._head(columns, width, glyphs)]
        shown = self._runs[self._top : self._top + visible]
        rows += [
            self._line(run, self._top + number == self._at, columns, width, glyphs)
            for number, run in enumerate(shown)
        ]
        if not shown and height > 2:
            says = wrap(self._listed.says_empty(self._bin), max(1, width - 2))
            role = "bad" if self._listed.trouble else "dim"
            rows += [fit([], width), *(fit(cells(f"  {line}", role), width) for line in says)]
        rows += [fit([], width)] * (height - len(rows))
        self.show_rows(rows[:height])
        self._mark(_HEAD + self._at - self._top if shown else None)

    def _mark(self, row: int | None) -> None:
        before, self._marked = self._marked, row
        if before != row:
            for y in (before, row):
                if y is not None:
                    self.refresh(Region(0, y, self.size.width, 1))

    def _head(self, columns: list[tuple[RunColumn, int]], width: int, glyphs: Glyphs) -> Row:
        row = cells(" " * _MARKS)
        for number, (column, room) in enumerate(columns):
            title, role = column.title, "dim"
            if column.key is self._listed.sort:
                arrow = glyphs.up if self._listed.reverse else glyphs.down
                title, role = f"{title} {arrow}", "accent"
            text = padded(title, room, right=column.right)
            row += cells((" " * GAP if number else "") + text, role)
        return fit(row, width)

    def _line(
        self,
        run: RunSummary,
        cursor: bool,
        columns: list[tuple[RunColumn, int]],
        width: int,
        glyphs: Glyphs,
    ) -> Row:
        row = cells(f"{glyphs.cursor} " if cursor else "  ", "accent")
        place = self._places.get(run.id)
        row += cells("   ") if place is None else sample(place, glyphs) + cells(" ")
        going = run.state.goes_on
        for number, (column, room) in enumerate(columns):
            row += cells(" " * GAP if number else "")
            if column.key is SortKey.RECIPE:
                row += self._title(run, room, glyphs)
                continue
            text = fitted(column.fitting(run, self._now, room), room, glyphs)
            role = _role(column, run, going)
            row += cells(padded(text, room, right=column.right), role)
        return fit(row, width)

    def _title(self, run: RunSummary, room: int, glyphs: Glyphs) -> Row:
        row = cells(fitted(run.title, room, glyphs), "strong" if run.label.name else "")
        more = "".join(f" #{tag}" for tag in run.label.tags)
        if run.label.name:
            more = f"  {run.recipe}{more}"
        left = room - len(row)
        if more and left > 4:
            row += cells(fitted(more, left, glyphs), "dim")
        return fit(row, room)

    def render_line(self, y: int) -> Strip:
        """Draw one row; that of the cursor has a ground of its own."""
        strip = super().render_line(y)
        if y != self._marked:
            return strip
        look = self.get_component_rich_style("run-table--cursor", partial=True)
        ground = Style(bgcolor=look.bgcolor)
        return Strip(Segment.apply_style(strip, post_style=ground), strip.cell_length)

    # Keys

    @property
    def _waits(self) -> bool:
        return not self._runs and not self._listed.complete

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to open and to choose only where there is a run, or one may come."""
        del parameters
        return self.run is not None or self._waits or action not in ("open", "choose")

    def _once_there(self, act: Callable[[], None]) -> None:
        """Act now, or as soon as the first rows are there."""
        if self._waits:
            self._awaited.append(act)
        else:
            act()

    def _move_to(self, at: int) -> None:
        at = max(0, min(at, len(self._runs) - 1))
        if at == self._at or not self._runs:
            return
        self._at = at
        self.redraw()
        self.post_message(self.RunHighlighted(self.run))

    def _tell(self, message: type[RunOpened | RunChosen]) -> None:
        if self.run is not None:
            self.post_message(message(self.run))

    def action_move(self, rows: int) -> None:
        """Move the cursor down by so many rows, or up."""
        self._once_there(lambda: self._move_to(self._at + rows))

    def action_page(self, pages: int) -> None:
        """Move the cursor by as many rows as are in sight."""
        self._once_there(lambda: self._move_to(self._at + pages * self._visible))

    def action_go_to_row(self, row: int) -> None:
        """Move the cursor to a run by its row, or to the last one."""
        self._once_there(lambda: self._move_to(row))

    def action_open(self) -> None:
        """Ask for the run under the cursor to be opened."""
        self._once_there(lambda: self._tell(self.RunOpened))

    def action_choose(self) -> None:
        """Put the curves of the run under the cursor on the axes, or take them off."""
        self._once_there(lambda: self._tell(self.RunChosen))

    # Mouse

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Move the cursor some rows down."""
        event.stop()
        self._move_to(self._at + _WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Move the cursor some rows up."""
        event.stop()
        self._move_to(self._at - _WHEEL)

    def on_click(self, event: events.Click) -> None:
        """On a head: sort by it. On a run: go there, or open it where the cursor is already;
        before its columns: choose it."""
        if event.y < _HEAD:
            key = self._column_at(event.x)
            if key is not None:
                self.post_message(self.HeadClicked(key))
            return
        at = self._top + event.y - _HEAD
        if at >= len(self._runs):
            return
        if event.x < _MARKS:
            self.post_message(self.RunChosen(self._runs[at]))
        elif at == self._at:
            self.action_open()
        self._move_to(at)

    def _column_at(self, x: int) -> SortKey | None:
        left = _MARKS
        for column, room in columns_for(self.size.width - _MARKS - 1):
            if left <= x < left + room + GAP:
                return column.key
            left += room + GAP
        return None


def _role(column: RunColumn, run: RunSummary, going: bool) -> str:
    if column.key is SortKey.STATE:
        return STATE_LOOKS[run.state].role
    if column.key in (SortKey.TASK, SortKey.TEST, SortKey.EPOCHS):
        return ""
    return "" if going else "dim"
