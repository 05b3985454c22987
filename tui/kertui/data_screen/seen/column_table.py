"""The columns of a table, a row each; a cursor on the cell that a key changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip

from kertasks.tables.table import Column, Role, Table
from kertasks.tables.table_look import ColumnLook
from kertui.data_screen.seen.column_cells import (
    EDITED,
    GAP,
    Cell,
    CellColumn,
    cell_choices,
    cell_columns,
    cell_text,
)
from kertui.plotting.strips import Row, cells, fit
from kertui.rows.rows_widget import RowsWidget
from kertui.terminal.cells import padded
from kertui.terminal.glyphs import Glyphs, glyphs_for
from kertui.text.fitting_text import fitted

_HEAD = 1
"""Rows above the first column of the table."""

_MARKS = 4
"""Cells before the first one: the cursor and the mark of the target."""

_WHEEL = 3
_UNUSED = (Role.IDENTIFIER, Role.IGNORE)


class ColumnTable(RowsWidget, can_focus=True):
    """Columns to choose from; only those in sight are drawn, of however many there are."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"column-table--row", "column-table--cell"}
    DEFAULT_CSS = """
    ColumnTable {
        height: 1fr;
        & > .column-table--row { background: $panel; }
        & > .column-table--cell { background: $selection; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "screen.use", "use", id="data.use",
                tooltip="Keep it as a task of yours and open the suggested recipe in the "
                "workbench."),
        Binding("e,space", "change", "change", id="data.change",
                tooltip="Change what is under the cursor: a column's role, what becomes of missing "
                "cells, its scaling."),
        Binding("t", "make_target", "target", id="data.target",
                tooltip="Make the column under the cursor what the network is to predict."),
        Binding("x,delete", "ignore", "ignore", id="data.ignore",
                tooltip="Leave the column under the cursor out."),
        Binding("up,k", "move(-1)", "up", show=False, system=True, id="data.up",
                tooltip="Go to the column above."),
        Binding("down,j", "move(1)", "down", show=False, system=True, id="data.down",
                tooltip="Go to the column below."),
        Binding("left", "go_across(-1)", "left", show=False, system=True, id="data.left",
                tooltip="Go to the cell on the left that can be changed."),
        Binding("right", "go_across(1)", "right", show=False, system=True, id="data.right",
                tooltip="Go to the cell on the right that can be changed."),
        Binding("pageup", "page(-1)", "page up", show=False, system=True, id="data.page_up",
                tooltip="Go up by as many columns as are in sight."),
        Binding("pagedown", "page(1)", "page down", show=False, system=True, id="data.page_down",
                tooltip="Go down by as many columns as are in sight."),
        Binding("home", "go_to_row(0)", "first", show=False, system=True, id="data.first",
                tooltip="Go to the first column."),
        Binding("end", "go_to_row(999_999)", "last", show=False, system=True, id="data.last",
                tooltip="Go to the last column."),
    ]  # fmt: skip

    @dataclass
    class ColumnChosen(Message):
        """The cursor came to another column."""

    @dataclass
    class CellOpened(Message):
        """A person wants to change a cell."""

        column: Column
        cell: Cell
        region: Region
        """Where on the screen it is."""

    @dataclass
    class RoleWanted(Message):
        """A person wants a column to be something: the target, or nothing."""

        column: Column
        target: bool

    def __init__(self) -> None:
        super().__init__()
        self._table: Table | None = None
        self._seen: Mapping[str, ColumnLook] = {}
        self._at = 0
        self._top = 0
        self._edited = 0
        self._marked: int | None = None
        """The row of the widget that is drawn as the cursor's."""

    # What it shows

    @property
    def column(self) -> Column | None:
        """The column under the cursor."""
        columns = self._table.columns if self._table is not None else ()
        return columns[self._at] if self._at < len(columns) else None

    @property
    def look(self) -> ColumnLook | None:
        """What was seen in the column under the cursor."""
        return self._seen.get(self.column.name) if self.column is not None else None

    @property
    def cell(self) -> Cell:
        """What the cursor is on in its row."""
        return EDITED[self._edited]

    def show(self, table: Table, looks: Mapping[str, ColumnLook]) -> None:
        """Show a table's columns, the cursor where it is, at first on the target.

        Args:
            table: as a person has it now.
            looks: what was seen in them last, by name.
        """
        before = self.column.name if self.column is not None else table.target
        self._table, self._seen = table, looks
        names = [column.name for column in table.columns]
        at = names.index(before) if before in names else min(self._at, len(names) - 1)
        self._at = max(0, at)
        self.redraw()
        self.post_message(self.ColumnChosen())

    def go_to(self, name: str) -> None:
        """Put the cursor on the column of that name, if there is one."""
        names = [column.name for column in self._table.columns] if self._table else []
        if name in names:
            self._move_to(names.index(name))

    @property
    def _visible(self) -> int:
        return max(1, self.size.height - _HEAD)

    def draw_rows(self, width: int) -> None:
        """The heads and the columns in sight, the cursor's among them."""
        table = self._table
        if table is None:
            return
        glyphs, visible = glyphs_for(self.app), self._visible
        self._top = max(0, min(self._top, len(table.columns) - visible))
        self._top = min(max(self._top, self._at - visible + 1), self._at)
        shown = cell_columns(width - _MARKS - 1)
        rows = [self._head(shown, width, glyphs)]
        for at in range(self._top, min(self._top + visible, len(table.columns))):
            rows.append(self._row(table.columns[at], at == self._at, shown, width, glyphs))
        rows += [fit([], width)] * (self.size.height - len(rows))
        self.show_rows(rows[: self.size.height])
        before, self._marked = self._marked, _HEAD + self._at - self._top
        for y in {before, self._marked} - {None}:
            self.refresh(Region(0, y or 0, width, 1))

    @staticmethod
    def _head(shown: list[tuple[CellColumn, int]], width: int, glyphs: Glyphs) -> Row:
        row = cells(" " * _MARKS)
        for number, (one, room) in enumerate(shown):
            title = one.cell.value.replace("…", glyphs.to)
            text = padded(fitted(title, room, glyphs), room, right=one.right)
            row += cells((" " * GAP if number else "") + text, "dim")
        return fit(row, width)

    def _row(
        self,
        column: Column,
        cursor: bool,
        shown: list[tuple[CellColumn, int]],
        width: int,
        glyphs: Glyphs,
    ) -> Row:
        table, look = self._table, self._seen.get(column.name)
        assert table is not None  # noqa: S101 (rows are drawn of a table)
        is_target = column.name == table.target
        row = cells(f"{glyphs.cursor} " if cursor else "  ", "accent")
        row += cells(f"{glyphs.best} " if is_target else "  ", "accent")
        unused = column.role in _UNUSED and not is_target
        for number, (one, room) in enumerate(shown):
            row += cells(" " * GAP if number else "")
            text = cell_text(one.cell, column, look, table, glyphs, room)
            opens = bool(cursor and cell_choices(one.cell, column, table))
            tail = f" {glyphs.open}" if opens else ""
            role = "dim" if unused or one.cell not in (Cell.NAME, *EDITED) else ""
            if one.cell is Cell.NAME and is_target:
                role = "chosen"
            cut = fitted(text, max(0, room - len(tail)), glyphs)
            row += cells(padded(cut + tail, room, right=one.right), role)
        return fit(row, width)

    def render_line(self, y: int) -> Strip:
        """Draw one row; that of the cursor has a ground of its own, and its cell another."""
        strip = super().render_line(y)
        if y != self._marked or self._table is None:
            return strip
        ground = self._ground("column-table--row")
        strip = Strip(Segment.apply_style(strip, post_style=ground), strip.cell_length)
        if not self.has_focus:
            return strip
        left, right = self._cell_span()
        before, inside, behind = strip.divide([left, right, strip.cell_length])
        marked = Segment.apply_style(inside, post_style=self._ground("column-table--cell"))
        return Strip.join([before, Strip(marked, inside.cell_length), behind])

    def _ground(self, name: str) -> Style:
        look = self.get_component_rich_style(name, partial=True)
        return Style(bgcolor=look.bgcolor, reverse=look.reverse)

    def _cell_span(self) -> tuple[int, int]:
        """The columns of the widget in which the cell under the cursor is."""
        left = _MARKS
        for one, room in cell_columns(self.size.width - _MARKS - 1):
            if one.cell is self.cell:
                return left, left + room
            left += room + GAP
        return _MARKS, _MARKS

    def on_focus(self) -> None:
        """Draw the cell under the cursor."""
        self.refresh()

    def on_blur(self) -> None:
        """Draw the cursor's row without its cell."""
        self.refresh()

    # Keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what can be done to the column under the cursor."""
        del parameters
        column, table = self.column, self._table
        if column is None or table is None:
            return action not in ("change", "make_target", "ignore")
        match action:
            case "change":
                return bool(cell_choices(self.cell, column, table))
            case "make_target":
                return column.name != table.target
            case "ignore":
                return column.name != table.target and column.role is not Role.IGNORE
        return True

    def _move_to(self, at: int) -> None:
        columns = self._table.columns if self._table is not None else ()
        at = max(0, min(at, len(columns) - 1))
        if columns and at != self._at:
            self._at = at
            self.redraw()
            self.post_message(self.ColumnChosen())

    def action_move(self, rows: int) -> None:
        """Move the cursor down by so many columns, or up."""
        self._move_to(self._at + rows)

    def action_page(self, pages: int) -> None:
        """Move the cursor by as many columns as are in sight."""
        self._move_to(self._at + pages * self._visible)

    def action_go_to_row(self, row: int) -> None:
        """Move the cursor to a column by its place, or to the last one."""
        self._move_to(row)

    def action_go_across(self, step: int) -> None:
        """Move the cursor to another cell of its row."""
        self._edited = max(0, min(self._edited + step, len(EDITED) - 1))
        self.redraw()
        self.refresh()
        self.post_message(self.ColumnChosen())

    def action_change(self) -> None:
        """Ask for the cell under the cursor to be changed."""
        if self.column is None:
            return
        left, right = self._cell_span()
        place = self.content_region.offset
        y = place.y + _HEAD + self._at - self._top
        region = Region(place.x + left, y, right - left, 1)
        self.post_message(self.CellOpened(self.column, self.cell, region))

    def action_make_target(self) -> None:
        """Ask for the column under the cursor to be the target."""
        if self.column is not None:
            self.post_message(self.RoleWanted(self.column, target=True))

    def action_ignore(self) -> None:
        """Ask for the column under the cursor to be left out."""
        if self.column is not None:
            self.post_message(self.RoleWanted(self.column, target=False))

    # Mouse

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Move the cursor some columns down."""
        event.stop()
        self._move_to(self._at + _WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Move the cursor some columns up."""
        event.stop()
        self._move_to(self._at - _WHEEL)

    def on_click(self, event: events.Click) -> None:
        """Go to a cell, or change it where the cursor is on it already."""
        at = self._top + event.y - _HEAD
        if self._table is None or event.y < _HEAD or at >= len(self._table.columns):
            return
        edited, left = self._edited, _MARKS
        for one, room in cell_columns(self.size.width - _MARKS - 1):
            if left <= event.x < left + room and one.cell in EDITED:
                edited = EDITED.index(one.cell)
            left += room + GAP
        again = (at, edited) == (self._at, self._edited)
        self._edited = edited
        self._move_to(at)
        self.redraw()
        self.refresh()
        if again:
            self.action_change()
