"""The fields of a form as lines of label and value, one of them under the cursor."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.message import Message
from textual.reactive import reactive

from kertui.forms.fields import Entry, Field
from kertui.rows.line_list import LineList
from kertui.terminal.glyphs import Glyphs, glyphs_for
from kertui.text.fitting_text import fitted

_MARK = 2
"""Cells before the label, for the cursor."""

_GAP = 2
"""Cells between label and value."""

_LONGEST_LABEL = 23
"""Of a label and its indent, where the form is narrow."""

_BESIDE = 22
"""Where the second field of a line begins, at the least."""


@dataclass(frozen=True, slots=True)
class _Cell:
    """The line of the grid and the columns in which a field stands."""

    index: int
    line: int
    label_x: int
    value_x: int
    end: int


class FieldGrid(LineList):
    """Lines of label and value. One widget, however many fields there are.

    It shows and chooses; entering a value is up to the form it stands in.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "field--label",
        "field--value",
        "field--changed",
        "field--problem",
        "field--cursor",
        "field--mark",
    }
    DEFAULT_CSS = """
    FieldGrid {
        .field--label { color: $dim; }
        .field--value { color: $dim; }
        .field--changed { color: $foreground; }
        .field--problem { color: $error; text-style: bold; }
        .field--cursor { background: $selection; color: $foreground; }
        .field--mark { color: $accent; text-style: bold; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move_cursor(-1)", "previous field", show=False, system=True,
                id="field.previous", tooltip="Go to the field before."),
        Binding("down,j", "move_cursor(1)", "next field", show=False, system=True, id="field.next",
                tooltip="Go to the next field."),
        Binding("left,right", "move_across", "field beside", show=False, system=True,
                id="field.beside", tooltip="Go to the field beside."),
        Binding("home", "move_cursor(-999)", "first field", show=False, system=True,
                id="field.first", tooltip="Go to the first field."),
        Binding("end", "move_cursor(999)", "last field", show=False, system=True, id="field.last",
                tooltip="Go to the last field."),
        Binding("enter", "enter_field", "change", key_display="↵", id="field.change",
                tooltip="Change the value of the field under the cursor."),
        Binding("delete,backspace", "reset_field", "default", id="field.reset",
                tooltip="Give the field under the cursor Keras's default back."),
    ]  # fmt: skip

    fields: reactive[tuple[Field, ...]] = reactive((), layout=True, always_update=True)
    cursor: reactive[int] = reactive(0)

    class FieldChosen(Message):
        """The cursor came to another field, or the grid got or lost the focus."""

    @dataclass
    class FieldOpened(Message):
        """A person wants to change a field."""

        field: Field

    @dataclass
    class FieldReset(Message):
        """A person wants a field's default back."""

        field: Field

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._cells: list[_Cell] = []
        self._lines: list[list[_Cell]] = []

    @property
    def field(self) -> Field | None:
        """The field under the cursor."""
        return self.fields[self.cursor] if 0 <= self.cursor < len(self.fields) else None

    def value_region(self) -> Region:
        """Where on the screen the value under the cursor is shown."""
        self._arrange_cells()
        cell = self._cells[self.cursor]
        place = self.content_region.offset
        y = place.y + cell.line - self.scroll_offset.y
        return Region(place.x + cell.value_x, y, max(1, cell.end - cell.value_x), 1)

    def count_lines(self) -> int:
        """One for each field that does not stand beside another."""
        return max(1, sum(not field.beside for field in self.fields))

    def watch_fields(self, before: tuple[Field, ...], after: tuple[Field, ...]) -> None:
        """Keep the cursor on the field it was on."""
        old = before[self.cursor].path if 0 <= self.cursor < len(before) else None
        paths = [field.path for field in after]
        place = paths.index(old) if old in paths else min(self.cursor, len(after) - 1)
        self.set_reactive(FieldGrid.cursor, max(0, place))
        self._arrange_cells()
        self.show_lines()
        self.post_message(self.FieldChosen())

    def watch_cursor(self) -> None:
        """Show where the cursor is, and tell that it moved."""
        self._arrange_cells()
        self._bring_cursor()
        self.refresh()
        self.post_message(self.FieldChosen())

    def _bring_cursor(self) -> None:
        """Scroll so that the line of the cursor is in sight."""
        if 0 <= self.cursor < len(self._cells):
            self.scroll_to_line(self._cells[self.cursor].line)

    def on_resize(self) -> None:
        """Place the cells anew, the cursor among those in sight."""
        self._arrange_cells()
        self._bring_cursor()

    def on_focus(self) -> None:
        """Tell which field the cursor is on."""
        self.post_message(self.FieldChosen())

    def on_blur(self) -> None:
        """Tell that the cursor is on no field now."""
        self.post_message(self.FieldChosen())

    def _arrange_cells(self) -> None:
        width = self.scrollable_content_region.width or self.size.width
        labels = [
            cell_len(field.label) + 2 * field.depth for field in self.fields if not field.beside
        ]
        longest = max(_LONGEST_LABEL, width // 2 - _MARK - _GAP)
        column = _MARK + min(max(labels, default=0), longest) + _GAP
        x = self._beside(column, width)
        lines: list[list[_Cell]] = []
        for index, field in enumerate(self.fields):
            if field.beside and lines:
                first = lines[-1][-1]
                end = x - _MARK
                lines[-1][-1] = _Cell(first.index, first.line, first.label_x, first.value_x, end)
                value_x = x + cell_len(field.label) + _GAP
                lines[-1].append(_Cell(index, first.line, x, value_x, width))
            else:
                left = _MARK + 2 * field.depth
                value_x = max(column, left + cell_len(field.label) + 1)
                lines.append([_Cell(index, len(lines), left, value_x, width)])
        self._lines = lines
        self._cells = [cell for line in lines for cell in line]

    def _beside(self, column: int, width: int) -> int:
        """Where the fields beside others begin: past the others' values if there is room."""
        pairs = [(a, b) for a, b in itertools.pairwise(self.fields) if b.beside]
        wanted = max((column + _width_of(first) + _MARK for first, _ in pairs), default=0)
        needed = max((cell_len(b.label) + _GAP + _width_of(b) for _, b in pairs), default=0)
        return max(_BESIDE, column + 8, width // 2, min(wanted, width - needed))

    def draw_line(self, number: int, width: int) -> list[Segment]:  # noqa: ARG002 - cells have it
        """Draw the fields that stand on a line."""
        signs = glyphs_for(self.app)
        segments: list[Segment] = []
        at = 0
        for cell in self._lines[number] if number < len(self._lines) else ():
            at = self._draw_cell(cell, at, segments, signs)
        return segments

    def _draw_cell(self, cell: _Cell, at: int, segments: list[Segment], signs: Glyphs) -> int:
        """Append one field's segments; returns the column they end at."""
        field = self.fields[cell.index]
        chosen = self.has_focus and cell.index == self.cursor
        ground = self.get_component_rich_style("field--cursor") if chosen else Style()
        dim = self.get_component_rich_style("field--label", partial=True)
        mark = self.get_component_rich_style("field--mark", partial=True)
        kind = "problem" if field.problem else "changed" if field.changed or chosen else "value"
        style = self.get_component_rich_style(f"field--{kind}", partial=True)

        def put(text: str, one: Style) -> None:
            nonlocal at
            segments.append(Segment(text, one))
            at += cell_len(text)

        start = max(0, cell.label_x - _MARK - (2 * field.depth if not field.beside else 0))
        put(" " * (start - at), Style())
        sign = signs.cursor if chosen else signs.cross if field.problem else " "
        put(sign + " ", mark if chosen else style)
        put(" " * (cell.label_x - at), ground)
        label = f"{signs.ellipsis} {field.label}" if field.entry is Entry.MORE else field.label
        put(label, dim + ground)
        put(" " * max(0, cell.value_x - at), ground)
        tail = f" {signs.open}" if field.opens_list else ""
        put(fitted(field.text, max(0, cell.end - at - len(tail)), signs), style + ground)
        put(tail, dim + ground)
        if field.note:
            put(fitted("  " + field.note, max(0, cell.end - at), signs), dim + ground)
        put(" " * max(0, cell.end - at), ground)
        return at

    def action_move_cursor(self, by: int) -> None:
        """Go up or down a line; past the ends the cursor stays."""
        if not self.fields:
            return
        cell = self._cells[self.cursor]
        line = max(0, min(cell.line + by, len(self._lines) - 1))
        cells = self._lines[line]
        second = len(self._lines[cell.line]) > 1 and cell is self._lines[cell.line][1]
        self.cursor = cells[min(int(second), len(cells) - 1)].index

    def action_move_across(self) -> None:
        """Go to the other field of the line."""
        if self.fields:
            cells = self._lines[self._cells[self.cursor].line]
            if len(cells) > 1:
                self.cursor = next(cell.index for cell in cells if cell.index != self.cursor)

    def action_enter_field(self) -> None:
        """Ask for the field to be changed."""
        if self.field is not None and self.field.entry is not Entry.FACT:
            self.post_message(self.FieldOpened(self.field))

    def action_reset_field(self) -> None:
        """Ask for the default of the field under the cursor."""
        if self.field is not None and self.field.entry not in {Entry.FACT, Entry.MORE}:
            self.post_message(self.FieldReset(self.field))

    def on_click(self, event: events.Click) -> None:
        """A click chooses a field and changes it."""
        line = event.y + self.scroll_offset.y
        if not 0 <= line < len(self._lines):
            return
        for cell in reversed(self._lines[line]):
            if event.x >= cell.label_x - _MARK:
                event.stop()
                self.focus()
                self.cursor = cell.index
                self.action_enter_field()
                return


def _width_of(field: Field) -> int:
    """The columns of its value, with the sign that it opens a list."""
    return cell_len(field.text) + 2 * field.opens_list
