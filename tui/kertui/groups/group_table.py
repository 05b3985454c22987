"""What the tables of all kinds of groups have in common: a cursor, and columns that fit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from rich.cells import cell_len
from textual import on
from textual.binding import Binding, BindingType
from textual.message import Message

from kertasks.text.numbers import grouped
from kertui.plotting.strips import Row, cells, fit, text_of
from kertui.rows.clickable_rows import ClickableRows
from kertui.terminal.cells import padded
from kertui.terminal.glyphs import Glyphs, glyphs_for
from kertui.text.fitting_text import fitted

GAP = 3
"""Blanks between two columns."""


@dataclass(frozen=True, slots=True)
class GroupColumn:
    """A column, as wide as its widest text."""

    title: str
    width: int
    right: bool = True
    """Whether its texts stand to the right, as numbers do."""


def column(title: str, texts: Iterable[str], *, right: bool = True) -> GroupColumn:
    """The column that holds these texts and its title."""
    return GroupColumn(title, max(map(cell_len, (title, *texts))), right)


def fitting(
    columns: Sequence[GroupColumn], gone: Sequence[str], width: int
) -> Sequence[GroupColumn]:
    """The columns that fit into so many cells; those named give way, the first of them first."""
    for title in gone:
        if sum(one.width + GAP for one in columns) <= width:
            break
        columns = [one for one in columns if one.title != title]
    return columns


def in_columns(columns: Sequence[GroupColumn], parts: Mapping[str, Row]) -> Row:
    """A line of a table, its parts by the titles of their columns."""
    row: Row = []
    for number, one in enumerate(columns):
        part = parts.get(one.title, [])
        part = fit(part, min(one.width, len(part)))
        blank = cells(" " * (one.width - len(part)))
        row += cells(" " * GAP if number else "")
        row += blank + part if one.right else part + blank
    return row


def _whole_titles(row: Row, width: int) -> Row:
    """The titles that fit into so many cells, none cut."""
    text = text_of(row).rstrip()
    end = len(text) if len(text) <= width else text.rfind(" " * GAP, 0, width + GAP)
    return fit(row[: max(0, end)], width)


Entry = TypeVar("Entry")


class GroupTable(ClickableRows, Generic[Entry], can_focus=True):
    """Rows with a cursor under a head; a subclass says what is in them."""

    DEFAULT_CSS = """
    GroupTable { height: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "open", id="group.open",
                tooltip="Open the runs of the line under the cursor, live or over."),
        Binding("up,k", "move(-1)", "up", show=False, system=True, id="group.up",
                tooltip="Go to the line above."),
        Binding("down,j", "move(1)", "down", show=False, system=True, id="group.down",
                tooltip="Go to the line below."),
        Binding("pageup", "page(-1)", "page up", show=False, system=True, id="group.page_up",
                tooltip="Go up by as many lines as are in sight."),
        Binding("pagedown", "page(1)", "page down", show=False, system=True,
                id="group.page_down", tooltip="Go down by as many lines as are in sight."),
        Binding("home", "move(-999_999)", "first line", show=False, system=True,
                id="group.first", tooltip="Go to the first line."),
        Binding("end", "move(999_999)", "last line", show=False, system=True, id="group.last",
                tooltip="Go to the last line."),
    ]  # fmt: skip

    HEAD = 1
    """Rows above the first line."""

    @dataclass
    class LineChosen(Message):
        """The cursor came to another line."""

        place: int

    @dataclass
    class LineOpened(Message):
        """A person wants to see the runs of a line."""

        place: int

    def __init__(self) -> None:
        super().__init__()
        self._entries: Sequence[Entry] = ()
        self._at = 0
        self._top = 0
        self._rows_most = 1

    def show(self, seen: Any) -> None:
        """Show what was seen of the group: ``take`` its lines.

        Args:
            seen: of the kind that the table is for.
        """
        raise NotImplementedError

    def can_open(self, entry: Entry) -> bool:
        """Whether a line has runs to open."""
        raise NotImplementedError

    def draw_head(self, width: int, glyphs: Glyphs) -> list[Row]:
        """The ``HEAD`` rows above the first line."""
        raise NotImplementedError

    def draw_line(self, place: int, width: int, glyphs: Glyphs) -> Row:
        """A line, without the sign of the cursor before it."""
        raise NotImplementedError

    # What it shows

    @property
    def at(self) -> int:
        """The place of the line under the cursor, from 0."""
        return self._at

    @property
    def here(self) -> Entry | None:
        """The line under the cursor."""
        return self._entries[self._at] if self._at < len(self._entries) else None

    def take(self, entries: Sequence[Entry]) -> None:
        """Show these lines; the cursor stays at its place."""
        self._entries = entries
        self._at = max(0, min(self._at, len(entries) - 1))
        self._fit()
        self.redraw()

    def give_rows(self, most: int) -> None:
        """Take so many rows of the screen at most, the head among them."""
        if most != self._rows_most:
            self._rows_most = most
            self._fit()

    def _fit(self) -> None:
        height = max(self.HEAD + 1, min(self._rows_most, len(self._entries) + self.HEAD))
        if self.styles.height is None or self.styles.height.value != height:
            self.styles.height = height

    @property
    def _visible(self) -> int:
        return max(1, self.size.height - self.HEAD)

    def draw_rows(self, width: int) -> None:
        """The head and the lines in sight."""
        glyphs, visible, count = glyphs_for(self.app), self._visible, len(self._entries)
        self._top = max(0, min(self._top, count - visible))
        self._top = min(max(self._top, self._at - visible + 1), self._at)
        role = "accent" if self.has_focus else "dim"
        rows = [fit(cells("  ") + row, width) for row in self.draw_head(width - 2, glyphs)]
        if visible < count and rows:
            place = f" {grouped(self._at + 1)} of {grouped(count)}"
            rows[0] = _whole_titles(rows[0], width - len(place)) + cells(place, "dim")
        for at in range(self._top, min(count, self._top + visible)):
            sign = cells(f"{glyphs.cursor} " if at == self._at else "  ", role)
            rows.append(fit(sign + self.draw_line(at, width - 2, glyphs), width))
        rows += [fit([], width)] * (self.size.height - len(rows))
        self.show_rows(rows[: self.size.height])

    @staticmethod
    def titles(columns: Sequence[GroupColumn], glyphs: Glyphs) -> Row:
        """The row of the columns' titles."""
        texts = {one.title: cells(fitted(one.title, one.width, glyphs), "dim") for one in columns}
        return in_columns(columns, texts)

    @staticmethod
    def text(one: GroupColumn, text: str, glyphs: Glyphs, role: str = "") -> Row:
        """A text as it stands in its column."""
        return cells(padded(fitted(text, one.width, glyphs), one.width, right=one.right), role)

    # Keys and mouse

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to open only what has begun."""
        del parameters
        return action != "open" or (self.here is not None and self.can_open(self.here))

    def action_move(self, rows: int) -> None:
        """Move the cursor down by so many lines, or up."""
        at = max(0, min(self._at + rows, len(self._entries) - 1))
        if at != self._at:
            self._at = at
            self.redraw()
            self.post_message(self.LineChosen(at))

    def action_page(self, pages: int) -> None:
        """Move the cursor by as many lines as are in sight."""
        self.action_move(pages * self._visible)

    def action_open(self) -> None:
        """Ask for the runs of the line under the cursor."""
        if self.here is not None and self.can_open(self.here):
            self.post_message(self.LineOpened(self._at))

    def on_focus(self) -> None:
        """Draw the cursor as it looks with the focus."""
        self.redraw()

    def on_blur(self) -> None:
        """Draw the cursor as it looks without the focus."""
        self.redraw()

    @on(ClickableRows.Scrolled)
    def _scroll(self, event: ClickableRows.Scrolled) -> None:
        event.stop()
        self.action_move(event.rows)

    @on(ClickableRows.Clicked)
    def _click(self, event: ClickableRows.Clicked) -> None:
        event.stop()
        at = self._top + event.row - self.HEAD
        if 0 <= event.row - self.HEAD < self._visible and at < len(self._entries):
            if at == self._at:
                self.action_open()
            self.action_move(at - self._at)
